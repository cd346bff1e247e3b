//! Notes as one file.

use http::Method;
use serde_json::{Value, json};

use crate::support::app::{ADMIN_KEY, TestApp, json_request, request};
use crate::support::seed::{Seed, sid};

async fn export(app: &TestApp, query: &str) -> (Value, String) {
    let path = format!("/notes/export?company_id=acme&{query}");
    let answer = app.send(request(Method::POST, ADMIN_KEY, &path)).await.ok();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let file = client.get(answer["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(file.status(), 200);
    assert!(
        file.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment; filename=")
    );
    (answer, file.text().await.unwrap())
}

async fn three(app: &TestApp) {
    for n in 1..=3 {
        let at = format!("2026-11-{:02}T01:00:00Z", 10 + n);
        Seed::job("acme", n, "order-mixer")
            .at(&at)
            .about("cl_1")
            .file(&app.bucket)
            .await;
    }
    Seed::job("rival", 9, "fix-tap")
        .at("2026-11-12T01:00:00Z")
        .file(&app.bucket)
        .await;
    let path = format!("/notes/{}?company_id=acme", sid(2));
    let etag = app.get(&path).await.header("etag").to_owned();
    let formula = json!({"title": "=HYPERLINK(\"https://evil.example\")", "summary": "Über \"zwölf\"\nZeilen, genau",
        "action_items": [{"item_id": "a1", "done": true}]});
    let mut change = json_request(Method::PATCH, ADMIN_KEY, &path, &formula);
    change.headers_mut().insert("if-match", etag.parse().unwrap());
    app.send(change).await.ok();
}

#[tokio::test]
async fn a_spreadsheet_has_the_range_and_runs_nothing() {
    let app = TestApp::start().await;
    three(&app).await;
    let (answer, file) = export(&app, "from=2026-11-11&to=2026-11-12&format=csv").await;
    assert_eq!(answer["notes"], 2);
    insta::assert_snapshot!(file.replace('\u{feff}', "[BOM]").replace("\r\n", "[CRLF]\n"));
    let key = answer["key"].as_str().unwrap();
    assert!(key.starts_with("acme/exports/20261120T090000Z_notes-"), "{key}");
    let tags = app
        .bucket
        .client()
        .get_object_tagging()
        .bucket(app.bucket.name())
        .key(key)
        .send()
        .await
        .unwrap();
    let tag = &tags.tag_set()[0];
    assert_eq!((tag.key(), tag.value()), ("lifecycle", "export"));
    app.get(&format!("/files/get-download-url?key={key}")).await.ok();
}

#[tokio::test]
async fn lines_are_whole_notes() {
    let app = TestApp::start().await;
    three(&app).await;
    let (answer, file) = export(&app, "from=2026-11-01&to=2026-11-30&format=jsonl").await;
    assert_eq!(answer["notes"], 3);
    let notes: Vec<Value> = file
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (note, n) in notes.iter().zip([3, 2, 1]) {
        assert_eq!(
            *note,
            app.get(&format!("/notes/{}?company_id=acme", sid(n))).await.ok()
        );
    }
    let (answer, file) = export(&app, "from=2025-11-01&to=2025-11-30&format=jsonl").await;
    assert_eq!((&answer["notes"], file.as_str()), (&json!(0), ""));
}

#[tokio::test]
async fn an_export_needs_a_range_and_a_format() {
    let app = TestApp::start().await;
    for (query, parameter) in [
        ("", "from"),
        ("&from=2026-11-01", "to"),
        ("&from=2026-11-01&to=2026-11-30", "format"),
        ("&from=2026-11-01&to=2026-11-30&format=xlsx", "format"),
        ("&from=2026-11-30&to=2026-11-01&format=csv", "from"),
    ] {
        let path = format!("/notes/export?company_id=acme{query}");
        let problem = app
            .send(request(Method::POST, ADMIN_KEY, &path))
            .await
            .problem(400);
        assert_eq!(problem["parameter"], parameter, "{query}");
    }
}
