//! The controls: faults, settings, inbound messages, forgetting.

use std::time::Duration;

use axum::http::StatusCode;
use local::standin::operation::Operation;
use local::standin::{Settings, serve, sign};
use serde_json::json;
use tokio::time::Instant;

use crate::app::{ACCOUNT, App, COMPANY, TOKEN, WORKER, answer, bytes, sample, sha256};

const MESSAGE: [(&str, &str); 3] = [("To", WORKER), ("From", COMPANY), ("Body", "hi")];

#[tokio::test]
async fn the_next_calls_fail_as_ordered_and_then_no_more() {
    let app = App::start().await;
    app.ordered(
        "faults",
        json!({ "on": "twilio.send", "times": 2, "status": 429 }),
    )
    .await;
    for _ in 0..2 {
        let (status, body) = app.send(&MESSAGE).await;
        assert_eq!(
            (status, &body["code"]),
            (StatusCode::TOO_MANY_REQUESTS, &json!(20429))
        );
    }
    assert_eq!(app.send(&MESSAGE).await.0, StatusCode::CREATED);
    assert_eq!(app.sent().await.len(), 1);
    assert_eq!(app.count("twilio.send").await, 3);
}

#[tokio::test]
async fn a_reset_leaves_the_caller_without_an_answer_and_twilio_without_the_message() {
    let app = App::start().await;
    app.ordered(
        "faults",
        json!({ "on": "twilio.send", "times": 1, "reset": true }),
    )
    .await;
    let error = app.try_send(&MESSAGE).await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    assert!(app.sent().await.is_empty());
    assert_eq!(app.send(&MESSAGE).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn after_means_that_it_happened_and_only_the_answer_is_lost() {
    let app = App::start().await;
    app.ordered(
        "faults",
        json!({ "on": "twilio.send", "times": 1, "after": true }),
    )
    .await;
    assert!(app.try_send(&MESSAGE).await.is_err());
    assert_eq!(app.sent().await.len(), 1);
    app.ordered(
        "faults",
        json!({ "on": "twilio.send", "times": 1, "after": true, "status": 503 }),
    )
    .await;
    assert_eq!(app.send(&MESSAGE).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.sent().await.len(), 2);
}

#[tokio::test]
async fn a_kill_names_the_caller_and_happens_on_the_right_side_of_the_effect() {
    let app = App::start().await;
    for (moment, messages) in [("before", 0), ("after", 1)] {
        app.ordered(
            "faults",
            json!({ "on": "twilio.send", "times": 1, "kill": moment }),
        )
        .await;
        assert!(app.try_send(&MESSAGE).await.is_err());
        assert_eq!(app.sent().await.len(), messages);
    }
    let killed = app.killed.lock().unwrap().clone();
    assert_eq!(killed.len(), 2);
    assert!(
        killed
            .iter()
            .all(|c| c.operation == Operation::TwilioSend && c.peer.ip().is_loopback())
    );
}

#[tokio::test]
async fn a_kill_without_anybody_to_do_it_is_not_promised() {
    let handle = serve(Settings::new(ACCOUNT, TOKEN, COMPANY)).await.unwrap();
    let url = format!("{}/_control/faults", handle.api_url());
    let order = json!({ "on": "s3.put", "times": 1, "kill": "before" });
    let response = reqwest::Client::new()
        .post(url)
        .json(&order)
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let (status, problem) = answer(response).await;
    assert_eq!(
        (status, &problem["parameter"]),
        (StatusCode::NOT_IMPLEMENTED, &json!("kill"))
    );
    handle.shutdown().await;
}

#[tokio::test]
async fn delays_and_latencies_take_their_time() {
    let app = App::start().await;
    let slow = Duration::from_millis(120);
    app.ordered(
        "faults",
        json!({ "on": "twilio.send", "times": 1, "delay_ms": 120 }),
    )
    .await;
    let start = Instant::now();
    assert_eq!(app.send(&MESSAGE).await.0, StatusCode::CREATED);
    assert!(start.elapsed() >= slow);
    app.ordered("settings", json!({ "latency": { "twilio.list": 120 } }))
        .await;
    let start = Instant::now();
    app.get(&app.twilio("Messages.json")).await;
    assert!(start.elapsed() >= slow);
    app.ordered("settings", json!({ "latency": { "twilio.list": 0 } }))
        .await;
}

#[tokio::test]
async fn faults_of_services_behind_a_proxy_are_kept_for_it() {
    let app = App::start().await;
    app.ordered("faults", json!({ "on": "s3.put", "times": 1, "status": 412 }))
        .await;
    let interference = app.handle.interference();
    let peer = app.handle.api_addr();
    let verdict = interference.arrive(Operation::S3Put, peer).before().await;
    assert_ne!(verdict, local::standin::interference::Verdict::Proceed);
    let verdict = interference.arrive(Operation::S3Put, peer).before().await;
    assert_eq!(verdict, local::standin::interference::Verdict::Proceed);
    assert_eq!(app.count("s3.put").await, 2);
}

#[tokio::test]
async fn what_a_control_does_not_know_is_refused_by_name() {
    let app = App::start().await;
    for (control, body, parameter) in [
        ("faults", json!({ "on": "twilio.sent", "times": 1 }), "on"),
        ("faults", json!({ "on": "twilio.send", "time": 1 }), "time"),
        ("settings", json!({ "list_lag": 5 }), "list_lag"),
        ("settings", json!({ "redact": "yes" }), "redact"),
        (
            "settings",
            json!({ "latency": { "twilio": 5 } }),
            "latency.twilio",
        ),
        ("inbound", json!({ "Body": "no sender" }), "From"),
        (
            "inbound",
            json!({ "From": WORKER, "Body": { "text": "nested" } }),
            "Body",
        ),
    ] {
        let (status, problem) = app.control(control, body).await;
        assert_eq!(
            (status, &problem["parameter"]),
            (StatusCode::BAD_REQUEST, &json!(parameter))
        );
        assert_eq!(problem["status"], 400);
    }
    let (status, problem) = app.control("fault", json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(
        problem["detail"].as_str().unwrap().contains("POST faults"),
        "{problem}"
    );
    let (status, problem) = app.control("state", json!({})).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(
        problem["detail"].as_str().unwrap().contains("DELETE state"),
        "{problem}"
    );
    let (_, problem) = app.control("faults", json!({ "on": "twilio.fetch" })).await;
    assert!(
        problem["detail"].as_str().unwrap().contains("twilio.media"),
        "{problem}"
    );
    assert_eq!(
        app.get(&app.url("/_control/messages?from=x")).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn an_inbound_message_is_delivered_as_twilio_would() {
    let app = App::start().await;
    let url = app
        .put("/_control/media/note", "audio/ogg", sample("voice-note-1.ogg"))
        .await["url"]
        .clone();
    let answer = app
        .ordered(
            "inbound",
            json!({ "From": WORKER, "ProfileName": "Zoë & Co", "MediaUrl0": url }),
        )
        .await;
    assert_eq!(answer["status"], 200);
    let received = app.webhook.received().pop().unwrap();
    // The fragment says how to retry: it is neither called nor signed.
    assert_eq!(received.url, app.webhook.url);
    assert_eq!(
        received.signature(),
        sign(TOKEN, &app.webhook.url, &received.params)
    );
    assert!(!received.headers["i-twilio-idempotency-token"].is_empty());
    for (name, value) in [
        ("MessageSid", answer["sid"].as_str().unwrap()),
        ("AccountSid", ACCOUNT),
        ("From", WORKER),
        ("To", COMPANY),
        ("WaId", "61491570156"),
        ("ProfileName", "Zoë & Co"),
        ("Body", ""),
        ("NumMedia", "1"),
        ("MediaContentType0", "audio/ogg"),
        ("MessageType", "audio"),
        ("SmsStatus", "received"),
        ("ApiVersion", "2010-04-01"),
    ] {
        assert_eq!(received.param(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn the_same_message_again_is_delivered_again_and_listed_once() {
    let app = App::start().await;
    let sid = "SM0123456789abcdef0123456789abcdef";
    for _ in 0..3 {
        let message = json!({ "From": WORKER, "Body": "hi", "MessageSid": sid, "WaId": null });
        assert_eq!(
            app.ordered("inbound", message).await,
            json!({ "sid": sid, "status": 200 })
        );
    }
    let received = app.webhook.received();
    assert_eq!(received.len(), 3);
    assert_eq!(received[0].param("WaId"), None);
    let (_, list) = app.get(&app.twilio("Messages.json")).await;
    assert_eq!(list["messages"].as_array().unwrap().len(), 1);
    let kept = app
        .ordered(
            "inbound",
            json!({ "From": WORKER, "Body": "later", "deliver": false }),
        )
        .await;
    assert_eq!(kept["status"], json!(null));
    assert_eq!(app.webhook.received().len(), 3);
}

#[tokio::test]
async fn the_token_twilio_signs_with_can_change() {
    let app = App::start().await;
    app.ordered("settings", json!({ "signing_token": "promoted" }))
        .await;
    app.ordered("inbound", json!({ "From": WORKER, "Body": "hi" }))
        .await;
    let received = app.webhook.received().pop().unwrap();
    assert_eq!(
        received.signature(),
        sign("promoted", &received.url, &received.params)
    );
    app.ordered("settings", json!({ "signing_token": null })).await;
    app.ordered("inbound", json!({ "From": WORKER, "Body": "hi" }))
        .await;
    let received = app.webhook.received().pop().unwrap();
    assert_eq!(received.signature(), sign(TOKEN, &received.url, &received.params));
}

#[tokio::test]
async fn messages_are_found_by_any_spelling_of_the_address() {
    let app = App::start().await;
    app.say("hi").await;
    for to in [
        "whatsapp:%2B61491570156",
        "whatsapp:+61491570156",
        "%2B61491570156",
        "61491570156",
    ] {
        let (_, found) = app.get(&app.url(&format!("/_control/messages?to={to}"))).await;
        assert_eq!(found.as_array().unwrap().len(), 1, "{to}");
    }
    let (_, found) = app
        .get(&app.url("/_control/messages?to=whatsapp:%2B61491570157"))
        .await;
    assert_eq!(found, json!([]));
}

#[tokio::test]
async fn everything_is_forgotten_on_request() {
    let app = App::start().await;
    let before = app.get(&app.url("/_control/requests")).await;
    let note = sample("voice-note-1.ogg");
    let url = app.put("/_control/media/note", "audio/ogg", note.clone()).await["url"]
        .as_str()
        .unwrap()
        .to_owned();
    app.put(
        &format!("/_control/transcripts/{}", sha256(&note)),
        "text/plain",
        b"words".to_vec(),
    )
    .await;
    app.say("hi").await;
    app.ordered(
        "settings",
        json!({ "redact": true, "signing_token": "other", "vary_answers": true }),
    )
    .await;
    app.ordered(
        "faults",
        json!({ "on": "twilio.send", "times": 9, "status": 500 }),
    )
    .await;
    let forget = app.http.delete(app.url("/_control/state")).send().await.unwrap();
    assert_eq!(forget.status(), StatusCode::OK);
    assert_eq!(bytes(forget).await, b"{}");

    assert_eq!(app.get(&app.url("/_control/requests")).await, before);
    assert!(app.sent().await.is_empty());
    assert_eq!(app.get(&url).await.0, StatusCode::NOT_FOUND);
    app.say("no fault is left").await;
    let (_, list) = app.get(&app.twilio("Messages.json")).await;
    assert_eq!(list["messages"][0]["body"], "no fault is left");
    assert_eq!(app.now().to_string(), "2026-11-20T12:00:00Z");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let app = App::start().await;
    let mut settings = Settings::new(ACCOUNT, TOKEN, COMPANY);
    settings.media_addr = app.handle.api_addr();
    let Err(error) = serve(settings).await else {
        panic!("two servers on one port")
    };
    assert!(
        error.to_string().contains(&app.handle.api_addr().to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn a_stopped_stand_in_gives_its_port_back() {
    let handle = serve(Settings::new(ACCOUNT, TOKEN, COMPANY)).await.unwrap();
    let (api_addr, media_addr) = (handle.api_addr(), handle.media_addr());
    handle.shutdown().await;
    let mut settings = Settings::new(ACCOUNT, TOKEN, COMPANY);
    (settings.api_addr, settings.media_addr) = (api_addr, media_addr);
    serve(settings).await.unwrap().shutdown().await;
}
