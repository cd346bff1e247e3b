//! Listing messages and media at Twilio.

use jiff::civil::date;
use serde_json::{Value, json};
use shared::retry::Classified as _;
use voice_parser::twilio::{Direction, MessageQuery, TwilioError};

use crate::secrets::{ACCOUNT_SID, Secrets};
use crate::sending::twilio;
use crate::server::{Answer, Server};
use crate::{CANARY, shown, soon};

fn today() -> MessageQuery {
    MessageQuery {
        to: Some("whatsapp:+61491570156".parse().unwrap()),
        from: Some("whatsapp:+61491570110".parse().unwrap()),
        day: date(2026, 11, 20),
    }
}

fn listed(sid: &str) -> Value {
    json!({
        "sid": sid, "direction": "outbound-api", "from": "whatsapp:+61491570110", "to": "whatsapp:+61491570156",
        "body": "Filed.", "status": "delivered", "num_media": "0", "error_code": null,
        "date_created": "Fri, 20 Nov 2026 01:02:03 +0000", "date_sent": "Fri, 20 Nov 2026 01:02:05 +0000",
    })
}

fn page(messages: &[Value], next: Option<&str>) -> Answer {
    Answer::json(
        200,
        &json!({"messages": messages, "next_page_uri": next, "page": 0}),
    )
}

fn next(page: u32) -> String {
    format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json?PageSize=250&Page={page}&PageToken=PA{page}")
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let secrets = Secrets::start().await;
    let server = Server::answering([
        page(&[listed("SM1a"), listed("SM2b")], Some(&next(1))),
        page(&[listed("SM3c")], Some(&next(2))),
        page(&[listed("MM4d")], None),
    ])
    .await;
    let messages = twilio(&server.origin, &[], &secrets)
        .list_messages(&today(), soon())
        .await
        .unwrap();
    let sids: Vec<&str> = messages.iter().map(|message| message.sid.as_str()).collect();
    assert_eq!(sids, ["SM1a", "SM2b", "SM3c", "MM4d"]);
    let requests = server.requests();
    insta::assert_json_snapshot!("listing", requests[0].query());
    assert_eq!(
        requests[0].path.split('?').next().unwrap(),
        format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json")
    );
    assert_eq!([&requests[1].path, &requests[2].path], [&next(1), &next(2)]);
    assert!(
        requests
            .iter()
            .all(|request| request.header("authorization").starts_with("Basic "))
    );
}

#[tokio::test]
async fn a_listed_message_is_read_as_twilio_writes_it() {
    let secrets = Secrets::start().await;
    let odd = json!({
        "sid": "MM5", "direction": "inbound", "from": "whatsapp:US.13491208655302741918", "to": "", "body": null,
        "status": "undelivered", "num_media": 2, "error_code": "63016", "date_created": "yesterday", "date_sent": null,
    });
    let nobodys = json!({"sid": "../etc", "direction": "inbound"});
    let server = Server::answering([page(&[listed("SM1"), odd, nobodys], Some(""))]).await;
    let messages = twilio(&server.origin, &[], &secrets)
        .list_messages(&today(), soon())
        .await
        .unwrap();
    let [plain, odd] = messages.as_slice() else {
        panic!("{messages:?}")
    };
    assert_eq!(plain.direction, Direction::Outbound);
    assert_eq!(plain.date_created, Some("2026-11-20T01:02:03Z".parse().unwrap()));
    assert_eq!(plain.date_sent, Some("2026-11-20T01:02:05Z".parse().unwrap()));
    assert_eq!(
        (plain.body.as_str(), plain.num_media, plain.error_code),
        ("Filed.", 0, None)
    );
    assert_eq!(odd.direction, Direction::Inbound);
    assert_eq!(
        odd.from.as_ref().unwrap().as_str(),
        "whatsapp:US.13491208655302741918"
    );
    assert_eq!(
        (&odd.to, odd.body.as_str(), odd.num_media, odd.error_code),
        (&None, "", 2, Some(63_016))
    );
    assert_eq!((odd.date_created, odd.date_sent), (None, None));
    assert!(
        !format!("{messages:?}{:?}", today()).contains("0491"),
        "{messages:?}"
    );
}

#[tokio::test]
async fn credentials_do_not_follow_a_page_elsewhere() {
    let secrets = Secrets::start().await;
    let elsewhere = Server::answering([page(&[], None)]).await;
    for next in [
        elsewhere.at("/2010-04-01/Accounts/AC1/Messages.json"),
        elsewhere.at(&next(1)),
        elsewhere.at(&next(1)).replace("http:", ""),
        "/2010-04-01/Accounts/AC99999999999999999999999999999999/Messages.json".into(),
        format!("/2010-04-01/Accounts/{ACCOUNT_SID}/../../../v1/Keys"),
        "https://[".into(),
    ] {
        let server = Server::answering([page(&[listed("SM1")], Some(&next))]).await;
        let failed = twilio(&server.origin, &[], &secrets)
            .list_messages(&today(), soon())
            .await
            .unwrap_err();
        assert!(matches!(failed, TwilioError::Undecodable), "{next} {failed:?}");
        assert_eq!(server.requests().len(), 1, "{next}");
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_list_without_an_end_is_an_error_and_not_half_a_list() {
    let secrets = Secrets::start().await;
    let server = Server::answering([page(&[listed("SM1")], Some(&next(1)))]).await;
    let failed = twilio(&server.origin, &[], &secrets)
        .list_messages(&today(), soon())
        .await
        .unwrap_err();
    assert!(matches!(failed, TwilioError::ListTooLong { .. }), "{failed:?}");
    assert_eq!(server.requests().len(), 200);
    let empty = Server::answering([page(&[], Some(&next(1)))]).await;
    let failed = twilio(&empty.origin, &[], &secrets)
        .list_messages(&today(), soon())
        .await
        .unwrap_err();
    assert!(matches!(failed, TwilioError::ListTooLong { .. }), "{failed:?}");
    assert_eq!(empty.requests().len(), 1);
}

#[tokio::test]
async fn a_list_that_cannot_be_had_says_whether_to_come_back() {
    let secrets = Secrets::start().await;
    for (answer, later) in [
        (Answer::status(500), true),
        (Answer::status(429), true),
        (
            Answer::status(400).body(format!("{{\"code\":20001,\"message\":\"{CANARY}\"}}")),
            false,
        ),
        (
            Answer::status(200).body(format!("{{\"messages\":[{{\"body\":\"{CANARY}")),
            true,
        ),
        (Answer::status(200).body(vec![b' '; 5 * 1024 * 1024]), false),
    ] {
        let server = Server::answering([answer]).await;
        let failed = twilio(&server.origin, &[], &secrets)
            .list_messages(&today(), soon())
            .await
            .unwrap_err();
        assert_eq!(failed.retry().is_later(), later, "{failed:?}");
        assert!(!shown(&failed).contains("Okonkwo"), "{failed:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn listed_media_can_be_downloaded() {
    let secrets = Secrets::start().await;
    let path = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM1/Media/ME1");
    let list = json!({"media_list": [
        {"sid": "ME1", "content_type": "audio/ogg", "uri": format!("{path}.json")},
        {"sid": "ME2", "content_type": null},
    ]});
    let server = Server::answering([Answer::json(200, &list), Answer::status(200).body("OggS")]).await;
    let twilio = twilio(&server.origin, &[], &secrets);
    let media = twilio.list_media(&"MM1".parse().unwrap(), soon()).await.unwrap();
    assert_eq!(media.len(), 1);
    assert_eq!(
        (media[0].sid.as_str(), media[0].content_type.as_str()),
        ("ME1", "audio/ogg")
    );
    assert_eq!(media[0].url, server.at(&path));
    let downloaded = twilio.download(&media[0].url, 100, soon()).await.unwrap();
    assert_eq!(&downloaded.body[..], b"OggS");
    let paths: Vec<String> = server
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(
        paths,
        [
            format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM1/Media.json"),
            path
        ]
    );
}
