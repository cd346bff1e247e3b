//! What is enqueued, for requests as AWS and as the emulator pass them on.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use webhook_handler::event::HttpApiEvent;
use webhook_handler::signature::Algorithm;

use crate::app::{App, Call, HOST, MESSAGE, TOKEN};
use crate::signer;

/// The event of this file, signed as a call of `url`.
fn event(json: &str, url: &str) -> HttpApiEvent {
    use base64::Engine as _;
    let mut event: HttpApiEvent = serde_json::from_str(json).unwrap();
    let body = event.body.clone().unwrap();
    let text = if event.is_base64_encoded {
        let form = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
        let pairs = signer::decode(&String::from_utf8(form).unwrap());
        signer::string_to_sign(url, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))
    } else {
        url.to_owned()
    };
    let signature = signer::sign(Algorithm::HmacSha1, TOKEN, &text);
    let replaced = event.headers.insert("x-twilio-signature".into(), signature);
    assert_eq!(replaced.as_deref(), Some("{signature}"));
    event
}

async fn enqueued(app: &App, event: HttpApiEvent) -> Value {
    let answer = app.handler.handle(event, None).await;
    assert_eq!(answer.status_code, 200, "{answer:?}");
    let [message] = &app.queued()[..] else {
        panic!("one message")
    };
    message.clone()
}

#[tokio::test]
async fn a_voice_note_through_the_default_stage() {
    let app = App::start().await;
    let event = event(
        include_str!("../fixtures/events/aws_default_stage_voice_note.json"),
        "https://a1b2c3d4e5.execute-api.ap-southeast-2.amazonaws.com/webhook",
    );
    assert_json_snapshot!(enqueued(&app, event).await);
}

#[tokio::test]
async fn a_text_through_a_named_stage_that_is_in_the_path() {
    let app = App::start().await;
    let event = event(
        include_str!("../fixtures/events/aws_named_stage_text.json"),
        "https://a1b2c3d4e5.execute-api.ap-southeast-2.amazonaws.com/dev/webhook",
    );
    assert_json_snapshot!(enqueued(&app, event).await);
}

#[tokio::test]
async fn a_status_callback() {
    let app = App::start().await;
    let event = event(
        include_str!("../fixtures/events/aws_default_stage_status_callback.json"),
        "https://a1b2c3d4e5.execute-api.ap-southeast-2.amazonaws.com/webhook?m=SM0123456789abcdef0123456789abcdef&p=1",
    );
    assert_json_snapshot!(enqueued(&app, event).await);
}

#[tokio::test]
async fn a_sender_without_a_number_through_a_custom_domain() {
    let app = App::start().await;
    let event = event(
        include_str!("../fixtures/events/aws_custom_domain_no_number.json"),
        "https://hooks.example.com/v1/webhook",
    );
    assert_json_snapshot!(enqueued(&app, event).await);
}

#[tokio::test]
async fn a_json_body() {
    let app = App::start().await;
    let json = include_str!("../fixtures/events/aws_default_stage_json.json");
    let query = serde_json::from_str::<Value>(json).unwrap()["rawQueryString"].clone();
    let url = format!("https://{HOST}/webhook?{}", query.as_str().unwrap());
    assert_json_snapshot!(enqueued(&app, event(json, &url)).await);
}

/// The emulator's address is the configured one; its `rawPath` lacks the stage that the address has.
#[tokio::test]
async fn a_text_through_the_emulator() {
    const ADDRESS: &str = "http://127.0.0.1:4566/_aws/execute-api/abcd1234/local/webhook";
    let app = App::with(&[("PUBLIC_WEBHOOK_URL", ADDRESS)]).await;
    let event = event(
        include_str!("../fixtures/events/emulator_named_stage_text.json"),
        ADDRESS,
    );
    let message = enqueued(&app, event).await;
    assert_eq!(message["text"], "café & 50% + order a mixer tap");
}

/// Without a configured address the emulator's event is one for `https://{domainName}/{stage}/webhook`.
#[tokio::test]
async fn the_stage_is_put_into_the_path_where_the_gateway_left_it_out() {
    let app = App::start().await;
    let event = event(
        include_str!("../fixtures/events/emulator_named_stage_text.json"),
        "https://abcd1234.execute-api.localhost:443/local/webhook",
    );
    assert_eq!(enqueued(&app, event).await["kind"], "message");
}

#[tokio::test]
async fn a_configured_address_replaces_the_gateways() {
    let app = App::with(&[(
        "PUBLIC_WEBHOOK_URL",
        "https://hooks.example.com/webhook#rc=2&rp=all",
    )])
    .await;
    let call = Call::form(&MESSAGE);
    let public = call
        .clone()
        .signed_for("https://hooks.example.com/webhook", Algorithm::HmacSha1, TOKEN);
    assert_eq!(app.status(&public).await, 200);
    assert_eq!(app.status(&call.signed()).await, 403);
}

#[tokio::test]
async fn the_trace_goes_along() {
    const PLATFORM: &str = "Root=1-691e6f3a-89abcdef0123456789abcdef;Parent=0123456789abcdef;Sampled=1";
    const HEADER: &str = "Root=1-691e6f3a-0123456789abcdef01234567";
    let app = App::start().await;
    let call = Call::form(&MESSAGE).signed();
    app.handler.handle(call.event(), None).await;
    app.handler
        .handle(call.clone().header("x-amzn-trace-id", HEADER).event(), None)
        .await;
    app.handler
        .handle(
            call.clone().header("x-amzn-trace-id", HEADER).event(),
            Some(PLATFORM),
        )
        .await;
    app.handler
        .handle(call.header("x-amzn-trace-id", "Root=1;<script>").event(), None)
        .await;
    let state = app.aws.state.lock().unwrap();
    let traces: Vec<_> = state.sent.iter().map(|sent| sent.trace.as_deref()).collect();
    assert_eq!(traces, [None, Some(HEADER), Some(PLATFORM), None]);
}

#[tokio::test]
async fn a_fair_queue_is_told_whose_message_it_is() {
    let app = App::start().await;
    let other: Vec<_> = MESSAGE
        .iter()
        .map(|(name, value)| {
            (
                *name,
                if *name == "From" {
                    "whatsapp:+61491570157"
                } else {
                    *value
                },
            )
        })
        .collect();
    for form in [&MESSAGE[..], &MESSAGE[..], &other] {
        assert_eq!(app.status(&Call::form(form).signed()).await, 200);
    }
    let state = app.aws.state.lock().unwrap();
    let groups: Vec<&str> = state
        .sent
        .iter()
        .map(|sent| sent.group.as_deref().unwrap())
        .collect();
    assert_eq!(groups[0], groups[1]);
    assert_ne!(groups[0], groups[2]);
    assert!(
        groups.iter().all(|group| !group.contains("6149157")),
        "{groups:?}"
    );
}

#[tokio::test]
async fn a_message_that_comes_twice_is_enqueued_twice() {
    let app = App::start().await;
    let call = Call::form(&MESSAGE).signed();
    assert_eq!((app.status(&call).await, app.status(&call).await), (200, 200));
    let queued = app.queued();
    assert_eq!(queued[0]["message_id"], queued[1]["message_id"]);
}

/// Names and values are signed without separators. Whoever holds one signed request can cut its text elsewhere, and
/// must not get a second message out of it.
#[tokio::test]
async fn a_signed_request_cut_up_differently_makes_no_other_message() {
    let app = App::start().await;
    let signed = Call::form(&MESSAGE).signed();
    let signature = signed.headers.last().unwrap().1.clone();
    let sid = MESSAGE[0].1;
    let rest: Vec<(&str, &str)> = MESSAGE
        .into_iter()
        .filter(|(name, _)| !["MessageSid", "NumMedia", "SmsStatus", "To"].contains(name))
        .collect();
    let swallowing = format!("{sid}NumMedia0");
    let tail = "NumMedia0SmsStatusreceivedTowhatsapp:+61491570110";
    let recut = |sid_and_more: &[(&str, &str)]| {
        let mut pairs = rest.clone();
        pairs.extend_from_slice(sid_and_more);
        let call = Call::form(&pairs).header("x-twilio-signature", &signature);
        assert_eq!(
            call.string_to_sign("x"),
            signed.string_to_sign("x"),
            "still signed"
        );
        call
    };
    let longer = recut(&[
        ("MessageSid", &swallowing),
        ("SmsStatus", "received"),
        ("To", "whatsapp:+61491570110"),
    ]);
    let shorter = recut(&[("MessageSid", &sid[..33]), (&sid[33..], tail)]);
    for call in [longer, shorter] {
        assert_eq!(app.status(&call).await, 400);
    }
    assert!(app.queued().is_empty());
}

#[tokio::test]
async fn characters_sqs_refuses_arrive_all_the_same() {
    let app = App::start().await;
    let mut pairs = MESSAGE;
    pairs[4].1 = "a\u{ffff}b\u{fffe}\u{0}\u{1f6b0}";
    assert_eq!(app.status(&Call::form(&pairs).signed()).await, 200);
    let state = app.aws.state.lock().unwrap();
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(state.sent[0].raw_body.chars().all(allowed));
    assert_eq!(state.sent[0].body, {
        let mut expected = state.sent[0].body.clone();
        expected["text"] = json!(pairs[4].1);
        expected
    });
}
