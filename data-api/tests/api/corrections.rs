//! The office corrects a note.

use http::Method;
use serde_json::{Value, json};
use shared::keys;

use crate::support::app::{ADMIN_KEY, Answer, TestApp, json_request};
use crate::support::proxy::Fault;
use crate::support::seed::{Seed, sid};

async fn note(app: &TestApp) -> (Value, String) {
    let answer = app.get(&format!("/notes/{}?company_id=acme", sid(1))).await;
    (answer.ok(), answer.header("etag").to_owned())
}

async fn patch(app: &TestApp, key: &str, etag: &str, body: &Value) -> Answer {
    let mut request = json_request(
        Method::PATCH,
        key,
        &format!("/notes/{}?company_id=acme", sid(1)),
        body,
    );
    request.headers_mut().insert("if-match", etag.parse().unwrap());
    app.send(request).await
}

async fn start() -> (TestApp, Seed) {
    let app = TestApp::start().await;
    let list = json!({"company_id": "acme", "clients": [
        {"client_id": "cl_1", "name": "Nguyen Family"}, {"client_id": "cl_2", "name": "Café Zoë"}]});
    app.bucket
        .write(&keys::clients(&"acme".parse().unwrap()), &list)
        .await
        .unwrap();
    let seed = Seed::job("acme", 1, "order-mixer").about("cl_1");
    seed.file(&app.bucket).await;
    (app, seed)
}

async fn listed(app: &TestApp, filter: &str) -> Vec<Value> {
    let answer = app.get(&format!("/notes?company_id=acme{filter}")).await.ok();
    answer["notes"].as_array().unwrap().clone()
}

/// Every list says what the note says.
async fn assert_lists_are_true(app: &TestApp, at: &str) {
    let (note, _) = note(app).await;
    for intent in ["job-to-be-done", "knowledge-document", "other"] {
        let rows = listed(app, &format!("&intent={intent}")).await;
        assert_eq!(
            rows.len(),
            usize::from(note["intent"] == intent),
            "{at}: {intent}"
        );
    }
    for client in ["cl_1", "cl_2"] {
        let linked = note["clients"]
            .as_array()
            .unwrap()
            .iter()
            .any(|known| known["client_id"] == client);
        assert_eq!(
            listed(app, &format!("&client_id={client}")).await.len(),
            usize::from(linked),
            "{at}: {client}"
        );
    }
    let rows = listed(app, "").await;
    assert_eq!(rows.len(), 1, "{at}");
    assert_eq!(
        (&rows[0]["revision"], &rows[0]["intent"]),
        (&note["revision"], &note["intent"]),
        "{at}"
    );
}

#[tokio::test]
async fn a_correction_is_kept_with_who_and_when() {
    let (app, _) = start().await;
    let key = app.company_key(&["acme"]).await;
    let (_, etag) = note(&app).await;
    let change = json!({"intent": "knowledge-document", "client_ids": ["cl_2"], "title": "Mixer", "context": null,
        "action_items": [{"item_id": "a1", "done": true}, {"text": "Call back", "due_date": "2026-12-01", "due_time": "14:30",
            "assignee": {"name": "Kim"}}], "reason": "heard it again"});
    let answer = patch(&app, ADMIN_KEY, &etag, &change).await;
    let corrected = answer.ok();
    insta::assert_json_snapshot!(corrected);
    let (stored, stored_etag) = note(&app).await;
    assert_eq!(stored, corrected);
    assert_eq!(stored_etag, answer.header("etag"));
    assert_lists_are_true(&app, "after").await;
    assert_eq!(listed(&app, "&client_id=cl_2").await[0]["title"], "Mixer");

    let removed = patch(&app, &key, &stored_etag, &json!({"action_items": [{"item_id": "a1", "remove": true}, {"item_id": "office-2-1", "due_date": null, "done": true}]})).await;
    let removed = removed.ok();
    let by = json!({"kind": "key", "id": key.split('.').next().unwrap()});
    assert_eq!(removed["history"][1]["by"], by);
    assert_eq!(removed["action_items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&removed["revision"], &removed["action_items"][0]["due_date"]),
        (&json!(3), &Value::Null)
    );
}

#[tokio::test]
async fn a_change_of_nothing_writes_nothing() {
    let (app, _) = start().await;
    let (before, etag) = note(&app).await;
    app.proxy.take_calls();
    for change in [
        json!({}),
        json!({"intent": "job-to-be-done", "client_ids": ["cl_1"], "action_items": [{"item_id": "a1", "done": false}]}),
    ] {
        let answer = patch(&app, ADMIN_KEY, &etag, &change).await;
        assert_eq!(
            (answer.ok(), answer.header("etag")),
            (before.clone(), etag.as_str())
        );
    }
    assert_eq!(app.proxy.take_calls().get("s3.put"), None);
}

#[tokio::test]
async fn a_note_that_was_changed_since_is_not_overwritten() {
    let (app, _) = start().await;
    let (_, etag) = note(&app).await;
    let first = json!({"intent": "other"});
    patch(&app, ADMIN_KEY, &etag, &first).await.ok();
    let stale = patch(&app, ADMIN_KEY, &etag, &json!({"intent": "knowledge-document"}))
        .await
        .problem(412);
    insta::assert_json_snapshot!(stale);
    let path = format!("/notes/{}?company_id=acme", sid(1));
    let unconditional = app
        .send(json_request(Method::PATCH, ADMIN_KEY, &path, &first))
        .await;
    assert_eq!(unconditional.problem(428)["parameter"], "if-match");
    assert_eq!(note(&app).await.0["intent"], "other");
}

#[tokio::test]
async fn of_changes_at_once_one_wins_and_the_index_says_which() {
    let (app, _) = start().await;
    let (_, etag) = note(&app).await;
    let changes: Vec<Value> = (0..8)
        .map(|n| json!({"client_ids": [format!("cl_{}", 1 + n % 2)], "title": format!("Title {n}")}))
        .collect();
    let answers =
        futures_util::future::join_all(changes.iter().map(|change| patch(&app, ADMIN_KEY, &etag, change)))
            .await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let lost = answers
        .iter()
        .filter(|answer| answer.status == 412 || answer.status == 503)
        .count();
    assert_eq!((won, lost), (1, 7));
    assert_lists_are_true(&app, "after the race").await;
    assert_eq!(note(&app).await.0["revision"], 2);
}

#[tokio::test]
async fn a_correction_cut_off_anywhere_leaves_no_list_untrue() {
    let (app, seed) = start().await;
    let change = json!({"intent": "knowledge-document", "client_ids": ["cl_2"]});
    let back = json!({"intent": "job-to-be-done", "client_ids": ["cl_1"]});
    let mut cuts = 0;
    for on in ["s3.put", "s3.delete"] {
        for after in 0..10 {
            let (before, etag) = note(&app).await;
            app.proxy.fail(Fault {
                on,
                after,
                times: usize::MAX,
                status: 500,
            });
            let answer = patch(&app, ADMIN_KEY, &etag, &change).await;
            app.proxy.heal();
            let at = format!("{on} after {after}: {}", answer.status);
            if answer.status == 200 {
                assert!(after > 0, "{at}");
                break;
            }
            answer.problem(503);
            cuts += 1;
            assert_lists_are_true(&app, &at).await;
            // The client repeats it: it was done, or it is done now.
            let (now, etag_now) = note(&app).await;
            assert_eq!(etag_now == etag, now == before, "{at}");
            patch(&app, ADMIN_KEY, &etag_now, &change).await.ok();
            assert_lists_are_true(&app, &format!("{at}, repeated")).await;
            let (_, etag) = note(&app).await;
            patch(&app, ADMIN_KEY, &etag, &back).await.ok();
            assert_lists_are_true(&app, &format!("{at}, undone")).await;
        }
        let (_, etag) = note(&app).await;
        patch(&app, ADMIN_KEY, &etag, &back).await.ok();
    }
    assert!(cuts >= 5, "{cuts}");
    assert!(app.bucket.get(&seed.audio_key(), 100).await.unwrap().is_some());
}

#[tokio::test]
async fn what_cannot_be_corrected_so_is_named() {
    let (app, _) = start().await;
    let (_, etag) = note(&app).await;
    for (change, parameter) in [
        (json!({"intent": "jobs"}), "intent"),
        (json!({"client_ids": ["cl_9"]}), "client_ids"),
        (json!({"client_ids": ["../x"]}), "client_ids"),
        (
            json!({"client_ids": (0..11).map(|n| format!("c{n}")).collect::<Vec<_>>()}),
            "client_ids",
        ),
        (json!({"title": ""}), "title"),
        (json!({"summary": "x".repeat(2001)}), "summary"),
        (json!({"context": "a\u{0}b"}), "context"),
        (
            json!({"action_items": [{"item_id": "a9", "done": true}]}),
            "action_items",
        ),
        (json!({"action_items": [{"done": true}]}), "action_items"),
        (json!({"action_items": [{"remove": true}]}), "action_items"),
        (
            json!({"action_items": [{"item_id": "a1", "due_date": "soon"}]}),
            "action_items",
        ),
        (
            json!({"action_items": [{"item_id": "a1", "due_time": "25:00"}]}),
            "action_items",
        ),
        (
            json!({"action_items": [{"item_id": "a1", "colour": "red"}]}),
            "action_items[0].colour",
        ),
        (json!({"revision": 7}), "revision"),
        (json!({"company_id": "rival"}), "company_id"),
        (json!("text"), "body"),
    ] {
        let problem = patch(&app, ADMIN_KEY, &etag, &change).await.problem(400);
        assert_eq!(problem["parameter"], parameter, "{change}");
    }
    let mut plain = json_request(
        Method::PATCH,
        ADMIN_KEY,
        &format!("/notes/{}?company_id=acme", sid(1)),
        &json!({}),
    );
    plain
        .headers_mut()
        .insert("content-type", "text/plain".parse().unwrap());
    app.send(plain).await.problem(415);
    let large = json!({"title": "x".repeat(5 * 1024 * 1024)});
    let refused = patch(&app, ADMIN_KEY, &etag, &large).await.problem(413);
    assert_eq!(refused["parameter"], "body");
    assert_eq!(note(&app).await.0["revision"], 1);
}
