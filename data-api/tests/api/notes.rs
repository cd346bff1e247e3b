//! Notes, newest first.

use http::{Method, Request};
use serde_json::{Value, json};
use shared::records::index::TimelineEntry;
use shared::records::note::Intent;

use crate::support::app::{ADMIN_KEY, TestApp, json_request};
use crate::support::seed::{Seed, sid};

fn ids(answer: &Value) -> Vec<String> {
    let notes = answer["notes"].as_array().unwrap();
    notes
        .iter()
        .map(|note| note["note_id"].as_str().unwrap().to_owned())
        .collect()
}

fn sids(numbers: &[usize]) -> Vec<String> {
    numbers.iter().map(|n| sid(*n).to_string()).collect()
}

/// Six notes, an hour apart, of two clients.
async fn six(app: &TestApp) {
    for n in 1..=6 {
        let at = format!("2026-11-{:02}T01:00:00Z", 10 + n);
        let seed =
            Seed::job("acme", n, "order-mixer")
                .at(&at)
                .about(if n % 2 == 0 { "cl_2" } else { "cl_1" });
        seed.file(&app.bucket).await;
    }
    Seed::job("rival", 9, "fix-tap")
        .about("cl_1")
        .file(&app.bucket)
        .await;
}

#[tokio::test]
async fn notes_are_listed_newest_first_by_time_client_and_intent() {
    let app = TestApp::start().await;
    six(&app).await;
    let other = Seed::job("acme", 7, "x")
        .at("2026-11-17T01:00:00Z")
        .and(Intent::KnowledgeDocument, "wall");
    other.file(&app.bucket).await;
    for (filter, expected) in [
        (
            "",
            [vec![format!("{}.2", sid(7))], sids(&[7, 6, 5, 4, 3, 2, 1])].concat(),
        ),
        ("&client_id=cl_1", sids(&[5, 3, 1])),
        ("&client_id=cl_9", vec![]),
        ("&intent=knowledge-document", vec![format!("{}.2", sid(7))]),
        ("&intent=other", vec![]),
        ("&from=2026-11-14&to=2026-11-15", sids(&[5, 4])),
        ("&from=2026-11-14T01:00:00Z&to=2026-11-15T01:00:00Z", sids(&[4])),
        (
            "&from=2026-11-14T12:00:00%2B11:00&to=2026-11-14T12:00:00.001%2B11:00",
            sids(&[4]),
        ),
        ("&client_id=cl_2&to=2026-11-15", sids(&[4, 2])),
        ("&needs_review=true", vec![]),
    ] {
        let answer = app.get(&format!("/notes?company_id=acme{filter}")).await.ok();
        assert_eq!(ids(&answer), expected, "{filter}");
        assert_eq!(answer["cursor"], Value::Null, "{filter}");
        for limit in [1, 2, 3] {
            let mut seen = Vec::new();
            let mut cursor = String::new();
            for _ in 0..20 {
                let page = app
                    .get(&format!("/notes?company_id=acme{filter}&limit={limit}{cursor}"))
                    .await
                    .ok();
                assert!(ids(&page).len() <= limit);
                seen.extend(ids(&page));
                match page["cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, expected, "{filter} limit {limit}");
        }
    }
    insta::assert_json_snapshot!(app.get("/notes?company_id=acme&limit=1&to=2026-11-16").await.ok()["notes"]);
}

#[tokio::test]
async fn a_page_costs_one_list_and_a_hundred_gets_at_most() {
    let app = TestApp::start().await;
    for n in 0..120 {
        let seed = Seed::job("acme", n, "order-mixer").about("cl_1");
        let note = seed.note(1);
        let row = TimelineEntry::of(&note, &seed.note_key(1));
        let keys = seed.keys();
        app.bucket
            .write(&keys.timeline(seed.received_at, &note.note_id), &row)
            .await
            .unwrap();
        app.bucket
            .write(
                &keys.client(&"cl_1".parse().unwrap(), seed.received_at, &note.note_id),
                &row,
            )
            .await
            .unwrap();
        app.bucket.write(&seed.note_key(1), &note).await.unwrap();
    }
    app.get("/notes?company_id=acme").await.ok();
    for (filter, gets, rows) in [
        ("limit=100", 100, 100),
        ("limit=7", 7, 7),
        ("limit=100&intent=other", 100, 0),
        ("limit=100&client_id=cl_1", 100, 50),
    ] {
        app.proxy.take_calls();
        let page = app.get(&format!("/notes?company_id=acme&{filter}")).await.ok();
        assert_eq!(ids(&page).len(), rows, "{filter}");
        assert_eq!(
            app.proxy.take_calls(),
            [("s3.get", gets), ("s3.list", 1)].into(),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn a_row_left_behind_by_an_unfinished_change_is_not_believed() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer").about("cl_1");
    seed.file(&app.bucket).await;
    let note = seed.note(1);
    // A change to cl_2 that never reached the note, and a row of a note that is gone.
    let row = TimelineEntry::of(&note, &seed.note_key(1));
    let stale = seed
        .keys()
        .client(&"cl_2".parse().unwrap(), seed.received_at, &note.note_id);
    let mut claimed = row.clone();
    claimed.clients[0].client_id = "cl_2".parse().unwrap();
    app.bucket.write(&stale, &claimed).await.unwrap();
    let gone = seed
        .keys()
        .client(&"cl_1".parse().unwrap(), seed.received_at, &sid(7).into());
    let mut row_of_nothing = row;
    row_of_nothing.note_key = "acme/other/gone_SM7_note.json".to_owned();
    app.bucket.write(&gone, &row_of_nothing).await.unwrap();
    assert_eq!(
        ids(&app.get("/notes?company_id=acme&client_id=cl_2").await.ok()),
        sids(&[])
    );
    assert_eq!(
        ids(&app.get("/notes?company_id=acme&client_id=cl_1").await.ok()),
        sids(&[1])
    );
}

#[tokio::test]
async fn a_note_is_read_with_its_entity_tag_and_its_files_by_name() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer").and(Intent::KnowledgeDocument, "wall");
    seed.file(&app.bucket).await;
    app.get("/notes?company_id=acme").await.ok();
    app.proxy.take_calls();
    let path = format!("/notes/{}?company_id=acme", sid(1));
    let answer = app.get(&path).await;
    assert_eq!(app.proxy.take_calls(), [("s3.get", 2)].into());
    assert_eq!(answer.ok(), serde_json::to_value(seed.note(1)).unwrap());
    let etag = answer.header("etag").to_owned();
    assert!(etag.starts_with('"'), "{etag}");
    let again = Request::builder()
        .uri(&path)
        .header("x-api-key", ADMIN_KEY)
        .header("if-none-match", etag);
    assert_eq!(
        app.send(again.body(axum::body::Body::empty()).unwrap())
            .await
            .status,
        304
    );

    for (note, name, key) in [
        (sid(1).to_string(), "audio.ogg", seed.audio_key()),
        (format!("{}.2", sid(1)), "audio.ogg", seed.audio_key()),
        (format!("{}.2", sid(1)), "note.json", seed.note_key(2)),
        (sid(1).to_string(), "note.json", seed.note_key(1)),
    ] {
        let url = app
            .get(&format!("/notes/{note}/files/{name}?company_id=acme"))
            .await
            .ok();
        assert!(
            url["url"].as_str().unwrap().contains(&format!("/{key}?")),
            "{name}: {url}"
        );
    }
    for name in ["nothing.txt", "..%2f..%2frecords", "%00", "ogg"] {
        app.get(&format!("/notes/{}/files/{name}?company_id=acme", sid(1)))
            .await
            .problem(404);
    }
    app.get(&format!("/notes/{}.3?company_id=acme", sid(1)))
        .await
        .problem(404);
}

#[tokio::test]
async fn unusable_filters_are_named() {
    let app = TestApp::start().await;
    let long = "x".repeat(10_000);
    for (path, parameter) in [
        ("/notes", "company_id"),
        ("/notes?company_id=acme&intent=jobs", "intent"),
        ("/notes?company_id=acme&from=yesterday", "from"),
        ("/notes?company_id=acme&to=2026-02-30", "to"),
        ("/notes?company_id=acme&from=2026-11-20&to=2026-11-19", "from"),
        ("/notes?company_id=acme&limit=0", "limit"),
        ("/notes?company_id=acme&limit=101", "limit"),
        ("/notes?company_id=acme&limit=-1", "limit"),
        ("/notes?company_id=acme&limit=1e2", "limit"),
        ("/notes?company_id=acme&from=20261120", "from"),
        ("/notes?company_id=acme&client_id=../x", "client_id"),
        ("/notes?company_id=acme&cursor=garbage", "cursor"),
        ("/notes?company_id=acme&client=cl_1", "client"),
        (format!("/notes?company_id=acme&cursor={long}").as_str(), "cursor"),
        (
            format!("/notes?company_id=acme&client_id={long}").as_str(),
            "client_id",
        ),
        ("/notes/SM01.1?company_id=acme", "note_id"),
        ("/notes/..%2fx?company_id=acme", "note_id"),
        ("/notes/SM01", "company_id"),
    ] {
        assert_eq!(app.get(path).await.problem(400)["parameter"], parameter, "{path}");
    }
    // What it may be, rather than what a parser thinks of it.
    for limit in ["0", "101", "soon", "99999999999999999999"] {
        let problem = app
            .get(&format!("/notes?company_id=acme&limit={limit}"))
            .await
            .problem(400);
        assert_eq!(problem["detail"], "A page has 1 to 100 notes.", "{limit}");
    }
}

#[tokio::test]
async fn a_cursor_serves_the_list_it_came_from_only() {
    let app = TestApp::start().await;
    six(&app).await;
    let page = app.get("/notes?company_id=acme&limit=2").await.ok();
    let cursor = page["cursor"].as_str().unwrap();
    let files = app
        .get(&format!(
            "/files/list?company_id=acme&nextContinuationToken={cursor}"
        ))
        .await;
    assert_eq!(files.problem(400)["parameter"], "nextContinuationToken");
    for other in [
        "company_id=rival",
        "company_id=acme&client_id=cl_1",
        "company_id=acme&from=2026-11-01",
        "company_id=acme&intent=other",
    ] {
        let problem = app
            .get(&format!("/notes?{other}&cursor={cursor}"))
            .await
            .problem(400);
        assert_eq!(problem["parameter"], "cursor", "{other}");
    }
    // How many is not what a cursor is about.
    let rest = app
        .get(&format!("/notes?company_id=acme&limit=100&cursor={cursor}"))
        .await
        .ok();
    assert_eq!(ids(&rest), sids(&[4, 3, 2, 1]));
    assert_eq!(rest["cursor"], json!(null));
}

#[tokio::test]
async fn what_changed_since_is_told_in_the_order_it_changed_and_once() {
    let app = TestApp::start().await;
    six(&app).await;
    let since = "/notes?company_id=acme&updated_since=2026-11-14";
    assert_eq!(ids(&app.get(since).await.ok()), sids(&[4, 5, 6]));
    for _ in 0..2 {
        let path = format!("/notes/{}?company_id=acme", sid(2));
        let note = app.get(&path).await;
        let revision = note.ok()["revision"].clone();
        let mut change = json_request(
            Method::PATCH,
            ADMIN_KEY,
            &path,
            &json!({"title": format!("Title {revision}")}),
        );
        change
            .headers_mut()
            .insert("if-match", note.header("etag").parse().unwrap());
        app.send(change).await.ok();
        app.clock.advance(jiff::SignedDuration::from_secs(1));
    }
    let answer = app.get(since).await.ok();
    assert_eq!(ids(&answer), sids(&[4, 5, 6, 2]));
    assert_eq!(
        (&answer["notes"][3]["revision"], &answer["notes"][3]["title"]),
        (&json!(3), &json!("Title 2"))
    );
    assert_eq!(
        ids(&app
            .get("/notes?company_id=acme&updated_since=2026-11-20T09:00:01Z")
            .await
            .ok()),
        sids(&[2])
    );
    assert_eq!(
        ids(&app.get(&format!("{since}&client_id=cl_2")).await.ok()),
        sids(&[4, 6, 2])
    );
    assert_eq!(
        ids(&app.get(&format!("{since}&to=2026-11-13")).await.ok()),
        sids(&[2])
    );
    let first = app.get(&format!("{since}&limit=3")).await.ok();
    assert_eq!(ids(&first), sids(&[4, 5, 6]));
    let next = format!("{since}&limit=3&cursor={}", first["cursor"].as_str().unwrap());
    assert_eq!(ids(&app.get(&next).await.ok()), sids(&[2]));
    app.get("/notes?company_id=acme&updated_since=lately")
        .await
        .problem(400);
}

#[tokio::test]
async fn a_note_that_was_filed_long_after_it_was_received_is_news() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer").at("2026-11-18T01:00:00Z");
    seed.file(&app.bucket).await;
    // The pipeline orders the change log by when a note was decided: this one was found by reconciliation two days later.
    let keys = seed.keys();
    let note = seed.note(1);
    let row = TimelineEntry::of(&note, &seed.note_key(1));
    app.bucket
        .delete(&keys.change(seed.received_at, &note.note_id, 1))
        .await
        .unwrap();
    let decided = keys.change("2026-11-20T08:00:00Z".parse().unwrap(), &note.note_id, 1);
    app.bucket.write(&decided, &row).await.unwrap();
    let since = |at: &str| format!("/notes?company_id=acme&updated_since={at}");
    let news = app.get(&since("2026-11-20T07:00:00Z")).await.ok();
    assert_eq!(ids(&news), sids(&[1]));
    assert_eq!(
        ids(&app.get(&since("2026-11-20T08:00:01Z")).await.ok()),
        sids(&[])
    );
}
