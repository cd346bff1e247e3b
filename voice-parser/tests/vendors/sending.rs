//! Sending through Twilio: one attempt, and whether the message may be on its way.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::retry::{Classified as _, Retry};
use url::Url;
use voice_parser::http;
use voice_parser::twilio::{OutboundMessage, SentMessage, Twilio, TwilioError};

use crate::secrets::{ACCOUNT_SID, AUTH_TOKEN, Secrets};
use crate::server::{Answer, Server};
use crate::wire::{Wire, WireServer};
use crate::{CANARY, shown, soon, within};

const SID: &str = "SM00000000000000000000000000000009";

pub(crate) fn twilio(origin: &Url, extra: &[String], secrets: &Secrets) -> Twilio {
    let (sid, token) = (secrets.get("account-sid"), secrets.get("auth-token"));
    Twilio::new(
        http::client().unwrap(),
        origin.clone(),
        extra.to_vec(),
        sid,
        token,
    )
}

fn message() -> OutboundMessage {
    OutboundMessage {
        from: "whatsapp:+61491570110".parse().unwrap(),
        to: "whatsapp:+61491570156".parse().unwrap(),
        body: format!("Order a mixer – {CANARY} & Sons"),
        status_callback: Some("https://hooks.example/webhook?m=SM1&p=1".into()),
    }
}

fn taken() -> Value {
    json!({"sid": SID, "status": "queued", "num_segments": "1", "error_code": null})
}

fn error(code: u32, status: u16) -> Answer {
    Answer::json(
        status,
        &json!({"code": code, "message": format!("about {CANARY}"), "status": status}),
    )
}

#[tokio::test]
async fn a_message_is_sent_as_twilio_wants_it() {
    let secrets = Secrets::start().await;
    let server = Server::answering([Answer::json(201, &taken())]).await;
    let sent = twilio(&server.origin, &[], &secrets)
        .send(&message(), soon())
        .await
        .unwrap();
    let expected = SentMessage {
        sid: SID.parse().unwrap(),
        status: "queued".into(),
    };
    assert_eq!(sent, expected);
    let request = server.only_request();
    assert_eq!(
        request.path,
        format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json")
    );
    assert_eq!(request.header("authorization"), basic(AUTH_TOKEN));
    insta::assert_json_snapshot!("sending", request.form());
    assert!(!format!("{:?}", message()).contains("0491"), "{:?}", message());
}

#[tokio::test]
async fn a_message_without_a_callback_asks_for_none() {
    let secrets = Secrets::start().await;
    let server = Server::answering([Answer::json(201, &taken())]).await;
    let message = OutboundMessage {
        status_callback: None,
        ..message()
    };
    twilio(&server.origin, &[], &secrets)
        .send(&message, soon())
        .await
        .unwrap();
    assert!(
        server
            .only_request()
            .form()
            .iter()
            .all(|(name, _)| name != "StatusCallback")
    );
}

pub(crate) fn basic(token: &str) -> String {
    use base64::Engine as _;
    let pair = format!("{ACCOUNT_SID}:{token}");
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

/// The error that an answer leads to. Asserts that it was asked for once.
async fn failing(secrets: &Secrets, answer: Answer) -> TwilioError {
    let server = Server::answering([answer]).await;
    let failed = twilio(&server.origin, &[], secrets)
        .send(&message(), soon())
        .await
        .unwrap_err();
    assert_eq!(server.requests().len(), 1, "{failed:?}");
    assert!(
        !shown(&failed).contains("Okonkwo") && !shown(&failed).contains("0491570"),
        "{failed:?}"
    );
    failed
}

#[tokio::test]
async fn every_status_says_whether_the_message_may_have_been_sent() {
    let secrets = Secrets::start().await;
    let certain = [301, 400, 401, 403, 404, 405, 409, 410, 412, 413, 422, 429];
    for failed in join_all(certain.map(|status| failing(&secrets, error(20_001, status)))).await {
        assert!(!failed.may_have_been_sent(), "{failed:?}");
    }
    let uncertain = [408, 500, 502, 503, 504];
    for failed in join_all(uncertain.map(|status| failing(&secrets, error(20_500, status)))).await {
        assert!(failed.may_have_been_sent(), "{failed:?}");
        assert_eq!(failed.retry(), Retry::Never, "{failed:?}");
    }
}

#[tokio::test]
async fn a_busy_twilio_has_not_processed_it() {
    let secrets = Secrets::start().await;
    let busy = failing(&secrets, error(20_429, 429).with("retry-after", "2")).await;
    assert_eq!(
        busy.retry(),
        Retry::Later {
            after: Some(Duration::from_secs(2))
        }
    );
    assert!(failing(&secrets, error(63_018, 400)).await.retry().is_later());
}

#[tokio::test]
async fn what_ends_the_reply_is_told_apart() {
    let secrets = Secrets::start().await;
    for code in [21_211, 21_610, 21_617, 63_007, 63_015, 63_016, 63_024] {
        let failed = failing(&secrets, error(code, 400)).await;
        assert!(failed.ends_reply(), "{failed:?}");
        assert_eq!(failed.code().map(|code| code.0), Some(code));
    }
    assert!(!failing(&secrets, error(20_003, 401)).await.ends_reply());
}

#[tokio::test]
async fn a_success_that_cannot_be_read_may_be_one() {
    let secrets = Secrets::start().await;
    for body in ["", "{\"sid\":\"SM1", "{}", "{\"sid\":\"../..\"}", "[]"] {
        let failed = failing(&secrets, Answer::status(201).body(body)).await;
        assert!(failed.may_have_been_sent(), "{body} {failed:?}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_it_open() {
    let secrets = Secrets::start().await;
    for broken in [
        Wire::Reset(Vec::new()),
        Wire::Close(Vec::new()),
        Wire::Close(b"HTTP/1.1 201".to_vec()),
        Wire::Reset(Wire::announcing(200, "{\"sid\":")),
    ] {
        let server = WireServer::answering([broken]).await;
        let failed = twilio(&server.origin, &[], &secrets)
            .send(&message(), soon())
            .await
            .unwrap_err();
        assert!(failed.may_have_been_sent(), "{failed:?}");
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn no_answer_in_time_leaves_it_open() {
    let secrets = Secrets::start().await;
    let server = Server::answering([Answer::Hang]).await;
    let failed = twilio(&server.origin, &[], &secrets)
        .send(&message(), within(Duration::from_millis(2500)))
        .await;
    assert!(failed.unwrap_err().may_have_been_sent());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_never_left_was_not_sent() {
    let secrets = Secrets::start().await;
    let gone = Server::answering([]).await.origin.clone();
    let failed = twilio(&gone, &[], &secrets)
        .send(&message(), soon())
        .await
        .unwrap_err();
    assert!(matches!(failed, TwilioError::Unreachable { .. }), "{failed:?}");
    assert!(!failed.may_have_been_sent() && failed.retry().is_later());
    assert!(!shown(&failed).contains(ACCOUNT_SID), "{}", shown(&failed));

    let server = Server::answering([Answer::json(201, &taken())]).await;
    let late = twilio(&server.origin, &[], &secrets)
        .send(&message(), within(Duration::from_millis(500)))
        .await;
    assert!(matches!(late, Err(TwilioError::Unreachable { .. })), "{late:?}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_rotated_token_is_fetched_when_the_old_one_is_refused() {
    let secrets = Secrets::start().await;
    let server = Server::answering([Answer::json(201, &taken())]).await;
    let twilio = twilio(&server.origin, &[], &secrets);
    twilio.send(&message(), soon()).await.unwrap();
    secrets.rotate("auth-token", "second-token");
    server.answer([error(20_003, 401), Answer::json(201, &taken())]);
    twilio.send(&message(), soon()).await.unwrap();
    let tokens: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.header("authorization").to_owned())
        .collect();
    assert_eq!(
        tokens,
        [basic(AUTH_TOKEN), basic(AUTH_TOKEN), basic("second-token")]
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_message() {
    let secrets = Secrets::start().await;
    let elsewhere = Server::answering([Answer::json(201, &taken())]).await;
    let failed = failing(
        &secrets,
        Answer::redirect(elsewhere.at("/2010-04-01/Accounts/x/Messages.json")),
    )
    .await;
    assert_eq!(failed.retry(), Retry::Never);
    assert!(elsewhere.requests().is_empty());
}
