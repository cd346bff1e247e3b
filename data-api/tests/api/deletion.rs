//! Deleted means deleted.

use http::Method;
use serde_json::{Value, json};
use shared::keys;
use shared::records::note::Intent;

use crate::support::app::{ADMIN_KEY, TestApp, json_request};
use crate::support::proxy::Fault;
use crate::support::seed::{Seed, sid};

/// A canary in everything that holds words of the message.
const WORDS: &str = "Nguyens";

/// A message with everything the pipeline leaves behind, changed once by the office.
async fn leave_traces(app: &TestApp, seed: &Seed) {
    seed.file(&app.bucket).await;
    let id = &seed.message;
    let outbound = sid(5000);
    let put = async |key: &str, value: Value| {
        app.bucket.write(key, &value).await.unwrap();
    };
    let record = |state: &str, text: Value| {
        json!({"schema": "record/1", "message_id": id, "state": state, "step": "done", "attempts": 1,
            "created_at": "2026-11-20T01:02:03Z", "updated_at": "2026-11-20T01:02:09Z", "company_id": seed.company,
            "replies": [{"part": 1, "of": 1, "sha256": "00", "intent_at": "2026-11-20T01:02:05Z", "outbound_id": outbound}],
            "understood": text})
    };
    put(&keys::record(id), record("working", json!({ "text": WORDS }))).await;
    put(&keys::record(id), record("done", Value::Null)).await;
    put(&keys::inbox_media(id, 0, "ogg"), json!(WORDS)).await;
    put(&keys::inbox_transcript(id), json!({ "text": WORDS })).await;
    put(&keys::outbox(&outbound), json!({"message_id": id, "note": WORDS})).await;
    put(&seed.keys().outcome(id), json!({"schema": "outcome/1", "message_id": id, "note_ids": [id], "cost":
        {"audio_s": 1.0, "input_tokens": 1, "output_tokens": 1, "messages_sent": 1, "usd_estimate": 0.1}, "steps": [],
        "replies": [{"part": 1, "of": 1, "purpose": "note", "language": "en", "body": WORDS, "outbound_id": outbound,
            "from": "whatsapp:+61491570110", "to": "whatsapp:+61491570156", "state": "delivered", "at": "2026-11-20T01:02:09Z"}]})).await;
    app.twilio.keep(id.as_str(), "ME00000000000000000000000000000001");
    let clients = json!({"company_id": "acme", "clients": [{"client_id": "cl_1", "name": "N"}, {"client_id": "cl_2", "name": "Z"}]});
    put(&keys::clients(&seed.company), clients).await;
    let etag = app
        .get(&format!("/notes/{id}?company_id=acme"))
        .await
        .header("etag")
        .to_owned();
    let mut change = json_request(
        Method::PATCH,
        ADMIN_KEY,
        &format!("/notes/{id}?company_id=acme"),
        &json!({"client_ids": ["cl_2"]}),
    );
    change.headers_mut().insert("if-match", etag.parse().unwrap());
    app.send(change).await.ok();
}

/// Every version of everything in the bucket: key, whether it can be read today, content.
async fn everything(app: &TestApp) -> Vec<(String, bool, String)> {
    let client = app.bucket.client();
    let page = client
        .list_object_versions()
        .bucket(app.bucket.name())
        .send()
        .await
        .unwrap();
    assert_eq!(page.is_truncated(), Some(false));
    let mut found = Vec::new();
    for version in page.versions() {
        let (key, id) = (version.key().unwrap(), version.version_id().unwrap());
        let object = client
            .get_object()
            .bucket(app.bucket.name())
            .key(key)
            .version_id(id)
            .send()
            .await
            .unwrap();
        let body = object.body.collect().await.unwrap().into_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        found.push((key.to_owned(), version.is_latest().unwrap(), text));
    }
    found.extend(
        page.delete_markers()
            .iter()
            .map(|marker| (marker.key().unwrap().to_owned(), false, String::new())),
    );
    found
}

/// Nothing of message 1 is left but its tombstone, which says nothing.
async fn assert_gone(app: &TestApp) {
    let id = sid(1);
    for (key, _, text) in everything(app).await {
        let is_tombstone = key == keys::record(&id);
        assert!(is_tombstone || !key.contains(id.as_str()), "{key} is left");
        assert!(is_tombstone || !text.contains(id.as_str()), "{key} tells of it");
        assert!(
            !text.contains(WORDS) || key.contains("rival"),
            "{key} has its words"
        );
    }
    assert!(app.twilio.media().is_empty());
    let record = app.bucket.get(&keys::record(&id), 10_000).await.unwrap().unwrap();
    let mut stone: Value = serde_json::from_slice(&record.body).unwrap();
    stone.as_object_mut().unwrap().remove("updated_at");
    assert_eq!(
        stone,
        json!({"schema": "record/1", "message_id": id, "state": "deleted", "step": "done", "attempts": 1,
        "created_at": "2026-11-20T01:02:03Z", "replies": []})
    );
    for path in [
        "/notes/SM00000000000000000000000000000001?company_id=acme",
        "/files/by-message?company_id=acme&message_id=SM00000000000000000000000000000001",
    ] {
        app.get(path).await.problem(404);
    }
    for path in [
        "/notes?company_id=acme",
        "/notes?company_id=acme&client_id=cl_1",
        "/notes?company_id=acme&client_id=cl_2",
    ] {
        assert_eq!(app.get(path).await.ok()["notes"], json!([]), "{path}");
    }
}

fn remove(note: &str) -> String {
    format!("/notes/{note}?company_id=acme")
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_message_and_nothing_else_is_touched() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer").about("cl_1");
    leave_traces(&app, &seed).await;
    let rival = Seed::job("rival", 2, "order-mixer");
    rival.file(&app.bucket).await;
    let before: Vec<_> = everything(&app)
        .await
        .into_iter()
        .filter(|(key, ..)| key.starts_with("rival/"))
        .collect();
    let held = everything(&app)
        .await
        .iter()
        .filter(|(_, _, text)| text.contains(WORDS))
        .count();
    assert!(held >= 8, "the canary is there first: {held}");

    assert_eq!(
        app.delete_as(ADMIN_KEY, &remove(sid(1).as_str())).await.status,
        204
    );
    assert_gone(&app).await;
    let after: Vec<_> = everything(&app)
        .await
        .into_iter()
        .filter(|(key, ..)| key.starts_with("rival/"))
        .collect();
    assert_eq!(before, after);
    app.delete_as(ADMIN_KEY, &remove(sid(1).as_str()))
        .await
        .problem(404);
}

#[tokio::test]
async fn a_deletion_cut_off_anywhere_shows_nothing_and_is_continued_by_repeating_it() {
    for on in ["s3.put", "s3.delete", "s3.versions", "s3.get"] {
        let app = TestApp::start().await;
        let mut cuts = 0;
        for after in (0..40).step_by(if on == "s3.put" { 1 } else { 3 }) {
            let seed = Seed::job("acme", 1, "order-mixer").about("cl_1");
            leave_traces(&app, &seed).await;
            app.proxy.fail(Fault {
                on,
                after,
                times: usize::MAX,
                status: 500,
            });
            let answer = app.delete_as(ADMIN_KEY, &remove(sid(1).as_str())).await;
            app.proxy.heal();
            let is_done = answer.status == 204;
            if !is_done {
                answer.problem(503);
                cuts += 1;
                assert_eq!(
                    app.delete_as(ADMIN_KEY, &remove(sid(1).as_str())).await.status,
                    204,
                    "{on} {after}"
                );
            }
            assert_gone(&app).await;
            // Room for the next round: a tombstone is never revived.
            app.bucket.delete(&keys::record(&sid(1))).await.unwrap();
            let all = app
                .bucket
                .client()
                .list_object_versions()
                .bucket(app.bucket.name())
                .prefix("records/")
                .send()
                .await
                .unwrap();
            for (key, id) in all
                .versions()
                .iter()
                .map(|v| (v.key(), v.version_id()))
                .chain(all.delete_markers().iter().map(|m| (m.key(), m.version_id())))
            {
                app.bucket
                    .client()
                    .delete_object()
                    .bucket(app.bucket.name())
                    .set_key(key.map(str::to_owned))
                    .set_version_id(id.map(str::to_owned))
                    .send()
                    .await
                    .unwrap();
            }
            if is_done {
                break;
            }
        }
        assert!(cuts > 0, "{on}");
    }
}

#[tokio::test]
async fn a_deletion_waits_for_twilio_and_for_whoever_works_on_the_message() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer").about("cl_1");
    leave_traces(&app, &seed).await;
    let key = keys::record(&sid(1));
    let done = app.bucket.get(&key, 10_000).await.unwrap().unwrap();
    let mut working: Value = serde_json::from_slice(&done.body).unwrap();
    working["state"] = json!("working");
    working["lease"] = json!({"owner": "o", "delivery": "d", "until": "2026-11-20T09:00:30Z"});
    app.bucket.write(&key, &working).await.unwrap();
    app.delete_as(ADMIN_KEY, &remove(sid(1).as_str()))
        .await
        .problem(409);
    app.get(&remove(sid(1).as_str())).await.ok();

    app.clock.advance(jiff::SignedDuration::from_secs(31));
    app.twilio.fail(1);
    app.delete_as(ADMIN_KEY, &remove(sid(1).as_str()))
        .await
        .problem(503);
    app.get(&remove(sid(1).as_str())).await.problem(404);
    assert_eq!(
        app.delete_as(ADMIN_KEY, &remove(sid(1).as_str())).await.status,
        204
    );
    assert_gone(&app).await;
}

#[tokio::test]
async fn one_of_several_notes_goes_alone_and_the_last_takes_the_message_with_it() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer")
        .about("cl_1")
        .and(Intent::KnowledgeDocument, "wall");
    leave_traces(&app, &seed).await;
    assert_eq!(
        app.delete_as(ADMIN_KEY, &remove(sid(1).as_str())).await.status,
        204
    );
    app.get(&remove(sid(1).as_str())).await.problem(404);
    let left = app
        .get(&format!(
            "/files/by-message?company_id=acme&message_id={}",
            sid(1)
        ))
        .await
        .ok();
    assert_eq!(left["notes"].as_array().unwrap().len(), 1);
    let types: Vec<&str> = left["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["note", "text_summary", "audio", "full_text"]);
    assert_eq!(
        (left["intent"].as_str(), left["tag"].as_str()),
        (Some("knowledge-document"), Some("wall"))
    );
    for (key, ..) in everything(&app).await {
        let own = key.contains(&format!("order-mixer_{}_note", sid(1)))
            || key.contains(&format!("{}.json", sid(1))) && key.contains("/timeline/");
        assert!(!own, "{key}");
    }
    let second = format!("{}.2", sid(1));
    assert_eq!(app.delete_as(ADMIN_KEY, &remove(&second)).await.status, 204);
    for (key, _, text) in everything(&app).await {
        assert!(!text.contains(WORDS), "{key}");
    }
}

#[tokio::test]
async fn a_whole_message_goes_at_once_when_that_is_asked_for() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer")
        .about("cl_1")
        .and(Intent::KnowledgeDocument, "wall");
    leave_traces(&app, &seed).await;
    let path = format!("{}&whole_message=true", remove(&format!("{}.2", sid(1))));
    assert_eq!(app.delete_as(ADMIN_KEY, &path).await.status, 204);
    assert_gone(&app).await;
}
