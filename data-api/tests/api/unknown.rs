//! Messages that came before their sender was known.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::keys;

use crate::support::app::{ADMIN_KEY, TestApp, json_request};
use crate::support::seed::sid;

const AT: &str = "2026-11-20T01:02:03Z";

/// As the pipeline leaves it.
async fn arrived(app: &TestApp, number: usize, from: &str, to: &str) {
    let id = sid(number);
    let message = json!({"version": 1, "kind": "message", "source": "webhook", "received_at": AT, "message_id": id,
        "channel": "whatsapp", "provider": "twilio", "account_sid": "AC0",
        "from": {"address": format!("whatsapp:{from}"), "phone_number": from, "profile_name": "Sam"},
        "to": {"address": format!("whatsapp:{to}")}, "type": "audio", "text": "canary words",
        "media": [{"index": 0, "url": "https://api.twilio.com/x", "content_type": "audio/ogg"}]});
    app.bucket
        .write(&keys::unknown_message(&id), &message)
        .await
        .unwrap();
    let entry = keys::unknown_sender(AT.parse().unwrap(), &id);
    app.bucket
        .write(&entry, &json!({"message_id": id}))
        .await
        .unwrap();
    let record = json!({"schema": "record/1", "message_id": id, "state": "done", "step": "done", "attempts": 1,
        "created_at": AT, "updated_at": AT, "replies": []});
    app.bucket.write(&keys::record(&id), &record).await.unwrap();
}

async fn listed(app: &TestApp, key: &str, company: &str) -> Vec<(Value, Value, Value)> {
    let list = app
        .get_as(key, &format!("/messages/unknown?company_id={company}"))
        .await
        .ok();
    assert!(
        !list.to_string().contains("canary words") && !list.to_string().contains("61491"),
        "{list}"
    );
    let messages = list["messages"].as_array().unwrap();
    messages
        .iter()
        .map(|one| {
            (
                one["message_id"].clone(),
                one["from"].clone(),
                one["known"].clone(),
            )
        })
        .collect()
}

fn entry(number: usize, from: &str, known: bool) -> (Value, Value, Value) {
    (json!(sid(number)), json!(from), json!(known))
}

async fn add(app: &TestApp, company: &str, phone_number: &str) {
    let worker = json!({"phone_number": phone_number, "name": "Sam"});
    let path = format!("/workers?company_id={company}");
    app.send(json_request(Method::PUT, ADMIN_KEY, &path, &worker))
        .await
        .ok();
}

#[tokio::test]
async fn a_strangers_message_is_seen_by_whose_it_can_be_and_filed_once_they_are_known() {
    let app = TestApp::start().await;
    let (acme, rival) = (
        app.company_key(&["acme"]).await,
        app.company_key(&["rival"]).await,
    );
    let own = json!({"company_id": "rival", "whatsapp_numbers": ["+61 491 570 111"]});
    app.bucket.write("companies/rival.json", &own).await.unwrap();
    arrived(&app, 1, "+61491570156", "+61491570110").await;
    arrived(&app, 2, "+61491570157", "+61491570111").await;

    // The shared number's stranger is nobody's business; the one who wrote to rival's own number is rival's.
    assert_eq!(listed(&app, &acme, "acme").await, []);
    assert_eq!(listed(&app, &rival, "rival").await, [entry(2, "…157", false)]);
    assert_eq!(
        listed(&app, ADMIN_KEY, "acme").await,
        [entry(1, "…156", false), entry(2, "…157", false)]
    );
    let replay =
        |number: usize, company: &str| format!("/messages/{}/replay?company_id={company}", sid(number));
    app.post_as(&acme, &replay(1, "acme"), &json!({}))
        .await
        .problem(404);
    app.post_as(ADMIN_KEY, &replay(1, "acme"), &json!({}))
        .await
        .problem(409);
    app.post_as(&rival, &replay(2, "rival"), &json!({}))
        .await
        .problem(409);

    add(&app, "acme", "+61 491 570 156").await;
    assert_eq!(listed(&app, &acme, "acme").await, [entry(1, "…156", true)]);
    assert_eq!(listed(&app, ADMIN_KEY, "rival").await, [entry(2, "…157", false)]);
    app.post_as(&rival, &replay(1, "rival"), &json!({}))
        .await
        .problem(404);
    app.post_as(ADMIN_KEY, &replay(1, "rival"), &json!({}))
        .await
        .problem(404);

    // Whoever was just added is known everywhere within a minute: so long the queue holds the message back.
    let replayed = app.post_as(&acme, &replay(1, "acme"), &json!({})).await;
    assert_eq!(replayed.status, 202);
    assert_eq!(
        replayed.json(),
        json!({"message_id": sid(1), "state": "queued", "begins_in_s": 61})
    );
    assert_eq!(listed(&app, &acme, "acme").await, []);
    app.clock.advance(SignedDuration::from_hours(48));
    app.post_as(&acme, &replay(1, "acme"), &json!({})).await;
    let sqs = aws_sdk_sqs::Client::new(&app.direct);
    let received = sqs
        .receive_message()
        .queue_url(app.queue_url())
        .max_number_of_messages(10)
        .send()
        .await
        .unwrap();
    let [message] = received.messages() else {
        panic!("{received:?}")
    };
    let message: Value = serde_json::from_str(message.body().unwrap()).unwrap();
    assert_eq!(
        (&message["source"], &message["received_at"]),
        (&json!("replay"), &json!(AT))
    );
    assert_eq!(message["text"], "canary words");

    let record = json!({"schema": "record/1", "message_id": sid(1), "state": "done", "step": "done", "attempts": 2,
        "company_id": "acme", "created_at": AT, "updated_at": AT, "replies": []});
    app.bucket.write(&keys::record(&sid(1)), &record).await.unwrap();
    let again = app.post_as(&acme, &replay(1, "acme"), &json!({})).await;
    assert_eq!(again.json()["state"], "filed");
}

#[tokio::test]
async fn what_the_queue_did_not_take_stays_listed() {
    let app = TestApp::start().await;
    arrived(&app, 1, "+61491570156", "+61491570110").await;
    add(&app, "acme", "+61491570156").await;
    let fault = crate::support::proxy::Fault {
        on: "sqs.send",
        after: 0,
        times: 5,
        status: 500,
    };
    app.proxy.fail(fault);
    let path = format!("/messages/{}/replay?company_id=acme", sid(1));
    app.post_as(ADMIN_KEY, &path, &json!({})).await.problem(503);
    app.proxy.heal();
    assert_eq!(listed(&app, ADMIN_KEY, "acme").await, [entry(1, "…156", true)]);
}
