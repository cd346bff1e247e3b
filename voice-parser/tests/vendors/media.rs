//! Downloading media: where the credentials go, where redirects may lead, and how much is read.

use std::time::{Duration, Instant as WallClock};

use shared::retry::{Classified as _, Retry};
use voice_parser::twilio::{Downloaded, MediaRefusal, TwilioError};

use crate::secrets::{ACCOUNT_SID, AUTH_TOKEN, Secrets};
use crate::sending::{basic, twilio};
use crate::server::{Answer, Server};
use crate::wire::{Wire, WireServer};
use crate::{shown, soon, within};

const PATH: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/MM1/Media/ME1";
const LIMIT: u64 = 1000;

/// Downloads what `api` has at [`PATH`], with these media hosts configured.
async fn download(secrets: &Secrets, api: &Server, extra: &[String]) -> Result<Downloaded, TwilioError> {
    twilio(&api.origin, extra, secrets)
        .download(&api.at(PATH), LIMIT, soon())
        .await
}

/// Downloads by way of a redirect to this media host.
async fn download_from(secrets: &Secrets, host: &WireServer) -> Result<Downloaded, TwilioError> {
    let api = Server::answering([Answer::redirect(format!("{}AC1/ME1", host.origin))]).await;
    download(secrets, &api, &[format!("127.0.0.1:{}", host.port())]).await
}

#[tokio::test]
async fn the_media_host_does_not_see_the_credentials() {
    let secrets = Secrets::start().await;
    let cdn = Server::answering([Answer::status(200).with("content-type", "audio/ogg").body("OggS")]).await;
    let api = Server::answering([Answer::redirect(cdn.at("/AC1/ME1?Expires=1#x"))]).await;
    let downloaded = download(&secrets, &api, &[cdn.host()]).await.unwrap();
    assert_eq!(
        (&downloaded.body[..], downloaded.content_type.as_deref()),
        (&b"OggS"[..], Some("audio/ogg"))
    );
    assert_eq!(api.only_request().header("authorization"), basic(AUTH_TOKEN));
    let asked = cdn.only_request();
    assert_eq!(
        (asked.method.as_str(), asked.path.as_str()),
        ("GET", "/AC1/ME1?Expires=1")
    );
    let everything = format!("{:?} {}", asked.headers, asked.path);
    assert!(!asked.headers.contains_key("authorization"), "{everything}");
    for secret in [ACCOUNT_SID, AUTH_TOKEN, &basic(AUTH_TOKEN)] {
        assert!(!everything.contains(secret), "{everything}");
    }
}

#[tokio::test]
async fn every_kind_of_redirect_is_followed() {
    let secrets = Secrets::start().await;
    for status in [301, 302, 303, 307, 308] {
        let cdn = Server::answering([Answer::status(200).body("OggS")]).await;
        let api = Server::answering([Answer::status(status).with("location", cdn.at("/a"))]).await;
        assert!(download(&secrets, &api, &[cdn.host()]).await.is_ok(), "{status}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_twilios_is_not_asked() {
    let secrets = Secrets::start().await;
    let (api, other) = (Server::answering([]).await, Server::answering([]).await);
    let twilio = twilio(&api.origin, &[other.host()], &secrets);
    for url in [
        other.at(PATH),
        api.at("/2010-04-01/Messages/MM1"),
        api.at("/2010-04-01/Accounts/%2e%2e/%2e%2e/secret"),
        api.at(PATH).replace("http://", "http://user:pw@"),
        api.at(PATH).replace("127.0.0.1", "localhost"),
        "http://169.254.169.254/latest/meta-data/".into(),
        "file:///etc/passwd".into(),
        String::new(),
    ] {
        let refused = twilio.download(&url, LIMIT, soon()).await.unwrap_err();
        assert!(
            matches!(refused, TwilioError::MediaRefused(MediaRefusal::NotTwilios)),
            "{url} {refused:?}"
        );
        assert_eq!(refused.retry(), Retry::Never);
    }
    assert!(api.requests().is_empty() && other.requests().is_empty());
}

#[tokio::test]
async fn a_redirect_elsewhere_is_not_followed() {
    let secrets = Secrets::start().await;
    let foreign = Server::answering([Answer::status(200).body("OggS")]).await;
    for target in [
        foreign.at("/AC1/ME1"),
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/".into(),
        "http://[fd00:ec2::254]/latest/meta-data/".into(),
        "https://s3-external-1.amazonaws.com/somebody-elses-bucket/x".into(),
        "https://mms.twiliocdn.com.example/AC1/ME1".into(),
        "http://mms.twiliocdn.com/AC1/ME1".into(),
        "https://user:pw@mms.twiliocdn.com/AC1/ME1".into(),
        "file:///etc/passwd".into(),
        "//169.254.169.254/".into(),
    ] {
        let api = Server::answering([Answer::redirect(&target)]).await;
        let refused = download(&secrets, &api, &["127.0.0.1:1".into()])
            .await
            .unwrap_err();
        assert!(
            matches!(refused, TwilioError::MediaRefused(MediaRefusal::ForeignHost)),
            "{target} {refused:?}"
        );
        assert!(!shown(&refused).contains("169.254"), "{refused:?}");
        assert_eq!(api.requests().len(), 1);
    }
    assert!(foreign.requests().is_empty());
}

#[tokio::test]
async fn a_name_that_resolves_into_this_machine_is_not_connected_to() {
    let secrets = Secrets::start().await;
    let inside = WireServer::answering([Wire::ok("secret")]).await;
    let host = format!("localhost:{}", inside.port());
    let api = Server::answering([Answer::redirect(format!("https://{host}/AC1/ME1"))]).await;
    let refused = download(&secrets, &api, &[host]).await.unwrap_err();
    assert!(
        matches!(refused, TwilioError::MediaRefused(MediaRefusal::PrivateAddress)),
        "{refused:?}"
    );
    assert_eq!(refused.retry(), Retry::Never);
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_media_host_cannot_lead_further_than_the_api_can() {
    let secrets = Secrets::start().await;
    let foreign = Server::answering([Answer::status(200)]).await;
    let api = Server::answering([Answer::status(500)]).await;
    for (target, refusal) in [
        (foreign.at("/"), MediaRefusal::ForeignHost),
        // Back to the account API, where a request with credentials would be made in its name.
        (
            api.at(&format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json")),
            MediaRefusal::ForeignHost,
        ),
        ("http://169.254.169.254/".into(), MediaRefusal::ForeignHost),
    ] {
        let cdn = Server::answering([Answer::redirect(&target)]).await;
        api.answer([Answer::redirect(cdn.at("/AC1/ME1"))]);
        let before = api.requests().len();
        let refused = download(&secrets, &api, &[cdn.host()]).await.unwrap_err();
        assert!(
            matches!(refused, TwilioError::MediaRefused(why) if why == refusal),
            "{target} {refused:?}"
        );
        assert_eq!(
            (api.requests().len() - before, cdn.requests().len()),
            (1, 1),
            "{target}"
        );
    }
    assert!(foreign.requests().is_empty());
}

#[tokio::test]
async fn redirects_end() {
    let secrets = Secrets::start().await;
    let cdn = Server::answering([Answer::redirect("/again")]).await;
    let api = Server::answering([Answer::redirect(cdn.at("/first"))]).await;
    let refused = download(&secrets, &api, &[cdn.host()]).await.unwrap_err();
    assert!(
        matches!(refused, TwilioError::MediaRefused(MediaRefusal::TooManyRedirects)),
        "{refused:?}"
    );
    assert_eq!((api.requests().len(), cdn.requests().len()), (1, 3));

    let nowhere = Server::answering([Answer::status(302)]).await;
    let refused = download(&secrets, &nowhere, &[]).await.unwrap_err();
    assert!(
        matches!(refused, TwilioError::MediaRefused(MediaRefusal::NoLocation)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_medium_that_is_not_ready_is_waited_for() {
    let secrets = Secrets::start().await;
    let api = Server::answering([
        Answer::status(404),
        Answer::status(404),
        Answer::status(200).body("OggS"),
    ])
    .await;
    let started = WallClock::now();
    let downloaded = download(&secrets, &api, &[]).await.unwrap();
    assert_eq!(&downloaded.body[..], b"OggS");
    assert!(
        started.elapsed() >= Duration::from_millis(1500),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_medium_that_does_not_come_is_missing() {
    let secrets = Secrets::start().await;
    let api = Server::answering([Answer::status(404)]).await;
    let missing = download(&secrets, &api, &[]).await.unwrap_err();
    assert!(matches!(missing, TwilioError::MediaMissing), "{missing:?}");
    assert_eq!(api.requests().len(), 5);
    let deadline = within(Duration::from_millis(700));
    let missing = twilio(&api.origin, &[], &secrets)
        .download(&api.at(PATH), LIMIT, deadline)
        .await;
    assert!(matches!(missing, Err(TwilioError::MediaMissing)), "{missing:?}");
    assert_eq!(api.requests().len(), 6, "nothing fits before the deadline");
}

#[tokio::test]
async fn passing_failures_are_survived_and_others_are_not_repeated() {
    let secrets = Secrets::start().await;
    for status in [408, 409, 429, 500, 503] {
        let api = Server::answering([Answer::status(status), Answer::status(200).body("OggS")]).await;
        assert!(download(&secrets, &api, &[]).await.is_ok(), "{status}");
    }
    for status in [400, 401, 403, 410, 412, 206, 204] {
        let api = Server::answering([Answer::status(status)]).await;
        download(&secrets, &api, &[]).await.unwrap_err();
        assert_eq!(api.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn an_address_that_has_expired_is_asked_for_anew() {
    let secrets = Secrets::start().await;
    let cdn = Server::answering([Answer::status(403), Answer::status(200).body("OggS")]).await;
    let api = Server::answering([Answer::redirect(cdn.at("/old")), Answer::redirect(cdn.at("/new"))]).await;
    assert!(download(&secrets, &api, &[cdn.host()]).await.is_ok());
    assert_eq!(api.requests().len(), 2);
    let paths: Vec<String> = cdn.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/old", "/new"]);
}

#[tokio::test]
async fn the_limit_is_a_limit_to_the_byte() {
    let secrets = Secrets::start().await;
    let limit = usize::try_from(LIMIT).unwrap();
    let api = Server::answering([Answer::status(200).body(vec![b'x'; limit])]).await;
    assert_eq!(download(&secrets, &api, &[]).await.unwrap().body.len(), limit);
    api.answer([Answer::status(200).body(vec![b'x'; limit + 1])]);
    let refused = download(&secrets, &api, &[]).await.unwrap_err();
    assert!(
        matches!(refused, TwilioError::TooLarge { limit: LIMIT }),
        "{refused:?}"
    );
    assert_eq!(refused.retry(), Retry::Never);
    api.answer([Answer::status(200)]);
    assert!(download(&secrets, &api, &[]).await.unwrap().body.is_empty());
}

#[tokio::test]
async fn what_is_announced_too_large_is_not_read() {
    let secrets = Secrets::start().await;
    let host = WireServer::answering([Wire::Stall(Wire::announcing(LIMIT + 1, "x"))]).await;
    let started = WallClock::now();
    let refused = download_from(&secrets, &host).await.unwrap_err();
    assert!(matches!(refused, TwilioError::TooLarge { .. }), "{refused:?}");
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "it waited for the body"
    );
}

#[tokio::test]
async fn what_is_not_announced_is_read_up_to_the_limit() {
    let secrets = Secrets::start().await;
    let host = WireServer::answering([Wire::Endless]).await;
    let refused = download_from(&secrets, &host).await.unwrap_err();
    assert!(matches!(refused, TwilioError::TooLarge { .. }), "{refused:?}");
    assert_eq!(host.connections(), 1);
    // What the two sockets hold, and not what would be sent in a second.
    assert!(host.written() < 16 * 1024 * 1024, "{}", host.written());
}

#[tokio::test]
async fn more_than_was_announced_is_not_read() {
    let secrets = Secrets::start().await;
    let host = WireServer::answering([Wire::Close(Wire::announcing(4, &"OggS".repeat(1000)))]).await;
    assert_eq!(&download_from(&secrets, &host).await.unwrap().body[..], b"OggS");
}

#[tokio::test]
async fn less_than_was_announced_is_not_the_whole() {
    let secrets = Secrets::start().await;
    for broken in [
        Wire::Close(Wire::announcing(100, "OggS")),
        Wire::Reset(Wire::announcing(100, "OggS")),
        Wire::Reset(Vec::new()),
        Wire::Close(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nOggS\r\n".to_vec()),
    ] {
        let host = WireServer::answering([broken, Wire::ok("OggS, whole")]).await;
        assert_eq!(
            &download_from(&secrets, &host).await.unwrap().body[..],
            b"OggS, whole"
        );
        assert_eq!(host.connections(), 2);
    }
}

#[tokio::test]
async fn a_host_that_falls_silent_is_left_at_the_deadline() {
    let secrets = Secrets::start().await;
    let host = WireServer::answering([Wire::Stall(Wire::announcing(100, "OggS"))]).await;
    let api = Server::answering([Answer::redirect(format!("{}a", host.origin))]).await;
    let twilio = twilio(&api.origin, &[format!("127.0.0.1:{}", host.port())], &secrets);
    let started = WallClock::now();
    let failed = twilio
        .download(&api.at(PATH), LIMIT, within(Duration::from_millis(800)))
        .await
        .unwrap_err();
    assert!(failed.retry().is_later(), "{failed:?}");
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn a_rotated_token_is_fetched_when_the_old_one_is_refused() {
    let secrets = Secrets::start().await;
    let api = Server::answering([Answer::status(200).body("OggS")]).await;
    let twilio = twilio(&api.origin, &[], &secrets);
    twilio.download(&api.at(PATH), LIMIT, soon()).await.unwrap();
    secrets.rotate("auth-token", "second-token");
    api.answer([Answer::status(401), Answer::status(200).body("OggS")]);
    twilio.download(&api.at(PATH), LIMIT, soon()).await.unwrap();
    assert_eq!(api.requests()[2].header("authorization"), basic("second-token"));
}

#[tokio::test]
async fn downloads_can_be_spawned() {
    let secrets = Secrets::start().await;
    let api = Server::answering([Answer::status(200).body("OggS")]).await;
    let (twilio, url) = (twilio(&api.origin, &[], &secrets), api.at(PATH));
    let spawned = tokio::spawn(async move { twilio.download(&url, LIMIT, soon()).await.is_ok() });
    assert!(spawned.await.unwrap());
}
