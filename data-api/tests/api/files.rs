//! Lists and messages.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use shared::records::note::Intent;

use crate::support::app::TestApp;
use crate::support::proxy::{Calls, Fault};
use crate::support::seed::{Seed, sid, system_objects};

fn calls<const N: usize>(expected: [(&'static str, usize); N]) -> Calls {
    BTreeMap::from(expected)
}

async fn fill(app: &TestApp, keys: impl IntoIterator<Item = String>) {
    let puts = stream::iter(keys).map(async |key| {
        app.bucket
            .put(&key, Bytes::from_static(b"x"), "text/plain")
            .await
            .unwrap();
    });
    puts.buffer_unordered(16).collect::<Vec<()>>().await;
}

/// Every page of a list, checked to be made with one token each.
async fn pages(app: &TestApp, path: &str) -> Vec<Value> {
    let mut pages = vec![app.get(path).await.ok()];
    while let Some(token) = pages.last().unwrap()["nextContinuationToken"].as_str() {
        let next = format!("{path}&nextContinuationToken={token}");
        pages.push(app.get(&next).await.ok());
        assert!(pages.len() < 100);
    }
    pages
}

#[tokio::test]
async fn a_company_sees_its_files_by_intent_and_nothing_of_the_system() {
    let app = TestApp::start().await;
    system_objects(&app.bucket).await;
    let seed = Seed::job("acme", 1, "order-mixer").and(Intent::KnowledgeDocument, "wall-is-asbestos");
    seed.file(&app.bucket).await;
    Seed::job("rival", 2, "fix-tap").file(&app.bucket).await;
    Seed::job("acme2", 3, "fix-tap").file(&app.bucket).await;
    fill(
        &app,
        [
            "acme/exports/2026.csv".to_owned(),
            "acme/zzz/later.txt".to_owned(),
        ],
    )
    .await;

    let all = app.get("/files/list?company_id=acme").await.ok();
    let keys: Vec<&str> = all["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["key"].as_str().unwrap())
        .collect();
    let mut expected: Vec<String> = seed.artifacts().into_iter().map(|(key, ..)| key).collect();
    expected.sort();
    assert_eq!(keys, expected);
    insta::assert_json_snapshot!(all, {".files[].last_modified" => "[time]"});

    let jobs = app
        .get("/files/list?company_id=acme&message_intent=job-to-be-done&output_format=full")
        .await
        .ok();
    assert_eq!(jobs["files"].as_array().unwrap().len(), 4);
    let other = app
        .get("/files/list?company_id=acme&message_intent=other")
        .await
        .ok();
    assert_eq!(other, json!({"files": [], "nextContinuationToken": null}));
    let ids = app
        .get("/files/list?company_id=acme&output_format=ids")
        .await
        .ok();
    let message = json!({"message_id": sid(1), "tag": "order-mixer", "file_count": 6});
    assert_eq!(
        ids,
        json!({"message_ids": [message], "nextContinuationToken": null})
    );
    let of_intent = app
        .get("/files/list?company_id=acme&message_intent=knowledge-document&output_format=ids")
        .await
        .ok();
    let message = json!({"message_id": sid(1), "tag": "wall-is-asbestos", "file_count": 6});
    assert_eq!(of_intent["message_ids"], json!([message]));
}

#[tokio::test]
async fn a_page_has_a_thousand_files_and_costs_one_call() {
    let app = TestApp::start().await;
    fill(
        &app,
        (0..1205).map(|n| format!("acme/other/thanks_{}_full_text.txt", sid(n))),
    )
    .await;
    fill(
        &app,
        (0..5).map(|n| format!("acme/job-to-be-done/tap_{}_full_text.txt", sid(n))),
    )
    .await;
    fill(&app, ["acme/zzz/later.txt".to_owned()]).await;
    app.get("/files/list?company_id=acme").await.ok();
    app.proxy.take_calls();
    let all = pages(&app, "/files/list?company_id=acme").await;
    assert_eq!(app.proxy.take_calls(), calls([("s3.list", 2)]));
    let sizes: Vec<usize> = all
        .iter()
        .map(|page| page["files"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [1000, 210]);
    let keys: BTreeSet<&str> = all
        .iter()
        .flat_map(|page| page["files"].as_array().unwrap())
        .map(|f| f["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys.len(), 1210);
}

#[tokio::test]
async fn a_message_is_on_one_page_whole() {
    let app = TestApp::start().await;
    // Three files each, so that a thousand is in the middle of a message.
    let parts = ["audio.ogg", "full_text.txt", "note.json"];
    fill(
        &app,
        (0..350).flat_map(|n| parts.map(|part| format!("acme/other/thanks_{}_{part}", sid(n)))),
    )
    .await;
    let two = Seed::job("acme", 900, "order-mixer")
        .and(Intent::Other, "aaa")
        .and(Intent::Other, "zzz");
    two.file(&app.bucket).await;
    let expected_files = two.artifacts().len();

    for path in [
        "/files/list?company_id=acme&output_format=ids",
        "/files/list?company_id=acme&output_format=ids&message_intent=other",
    ] {
        let all = pages(&app, path).await;
        assert_eq!(all.len(), 4, "{path}");
        let mut seen = BTreeMap::new();
        for entry in all
            .iter()
            .flat_map(|page| page["message_ids"].as_array().unwrap())
        {
            let id = entry["message_id"].as_str().unwrap().to_owned();
            let count = usize::try_from(entry["file_count"].as_u64().unwrap()).unwrap();
            assert_eq!(seen.insert(id.clone(), count), None, "{id} twice");
        }
        assert_eq!(seen.len(), 351);
        assert_eq!(seen.remove(sid(900).as_str()), Some(expected_files));
        assert!(seen.values().all(|count| *count == 3));
    }
}

#[tokio::test]
async fn a_message_of_many_files_is_not_cut_at_the_end_of_what_was_read() {
    let app = TestApp::start().await;
    // Twelve files each: a thousand is four files into a message, before a hundred messages are.
    let files = |n: usize| (1..=12).map(move |at| format!("acme/other/thanks_{}_image-{at}.jpg", sid(n)));
    fill(&app, (0..90).flat_map(files)).await;
    let all = pages(&app, "/files/list?company_id=acme&output_format=ids").await;
    let counts: Vec<Vec<u64>> = all
        .iter()
        .map(|page| {
            page["message_ids"]
                .as_array()
                .unwrap()
                .iter()
                .map(|m| m["file_count"].as_u64().unwrap())
                .collect()
        })
        .collect();
    assert_eq!(counts, [vec![12; 83], vec![12; 7]]);
}

#[tokio::test]
async fn a_message_is_found_with_the_same_few_calls_whatever_the_bucket_holds() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer").about("cl_1");
    seed.file(&app.bucket).await;
    let path = format!("/files/by-message?company_id=acme&message_id={}", sid(1));
    app.get(&path).await.ok();
    app.proxy.take_calls();
    let small = app.get(&path).await.ok();
    let expected = calls([("s3.get", 2), ("s3.list", 1)]);
    assert_eq!(app.proxy.take_calls(), expected);
    insta::assert_json_snapshot!(small, {".files[].last_modified" => "[time]"});

    fill(
        &app,
        (0..300).map(|n| format!("acme/job-to-be-done/order-mixer_{}_full_text.txt", sid(1000 + n))),
    )
    .await;
    assert_eq!(app.get(&path).await.ok(), small);
    assert_eq!(app.proxy.take_calls(), expected);
}

#[tokio::test]
async fn a_message_of_several_notes_is_one_answer() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer").and(Intent::KnowledgeDocument, "wall-is-asbestos");
    seed.file(&app.bucket).await;
    let answer = app
        .get(&format!(
            "/files/by-message?company_id=acme&message_id={}",
            sid(1)
        ))
        .await
        .ok();
    assert_eq!(
        (answer["intent"].as_str(), answer["tag"].as_str()),
        (Some("job-to-be-done"), Some("order-mixer"))
    );
    let mut keys: Vec<&str> = answer["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["key"].as_str().unwrap())
        .collect();
    keys.sort_unstable();
    let mut expected: Vec<String> = seed.artifacts().into_iter().map(|(key, ..)| key).collect();
    expected.sort();
    assert_eq!(keys, expected);
    let ids: Vec<&str> = answer["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["note_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [sid(1).to_string(), format!("{}.2", sid(1))]);
    assert_eq!(answer["notes"][0]["later_version"], json!({"kept": true}));
}

#[tokio::test]
async fn an_index_that_points_into_another_company_is_not_followed() {
    let app = TestApp::start().await;
    let rival = Seed::job("rival", 2, "fix-tap");
    rival.file(&app.bucket).await;
    let index = app
        .bucket
        .get(&rival.keys().message_index(&sid(2)), 100_000)
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8(index.body.to_vec()).unwrap();
    let forged = text.replace("\"company_id\": \"rival\"", "\"company_id\": \"acme\"");
    app.bucket
        .put("acme/index/message/SM02.json", forged.into(), "application/json")
        .await
        .unwrap();
    app.get("/files/by-message?company_id=acme&message_id=SM02")
        .await
        .problem(404);
}

#[tokio::test]
async fn a_failing_bucket_is_never_an_empty_one() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer");
    seed.file(&app.bucket).await;
    let message = format!("/files/by-message?company_id=acme&message_id={}", sid(1));
    let download = format!("/files/get-download-url?key={}", seed.audio_key());
    for (on, path) in [
        ("s3.list", "/files/list?company_id=acme"),
        ("s3.get", "/files/list?company_id=acme&output_format=ids"),
        ("s3.get", message.as_str()),
        ("s3.list", message.as_str()),
        ("s3.head", download.as_str()),
    ] {
        for (status, answered) in [(500, 503), (503, 503), (429, 503), (403, 500), (401, 500)] {
            app.proxy.fail(Fault {
                on,
                after: 0,
                times: usize::MAX,
                status,
            });
            let answer = app.get(path).await;
            answer.problem(answered);
            assert_eq!(
                answer.header("retry-after").is_empty(),
                answered == 500,
                "{on} {status}"
            );
            app.proxy.heal();
        }
        app.get(path).await.ok();
    }
}
