//! The client list: read, replaced, as JSON and as a table; and learned names.

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::support::app::{ADMIN_KEY, Answer, TestApp};

const CLIENTS: &str = "/clients?company_id=acme";

async fn put(app: &TestApp, content_type: &str, etag: Option<&str>, body: impl Into<Body>) -> Answer {
    let mut request = Request::builder()
        .method(Method::PUT)
        .uri(CLIENTS)
        .header("x-api-key", ADMIN_KEY);
    request = request.header("content-type", content_type);
    if let Some(etag) = etag {
        request = request.header("if-match", etag);
    }
    app.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_client_list_is_replaced_by_who_has_seen_it() {
    let app = TestApp::start().await;
    let empty = app.get(CLIENTS).await;
    assert_eq!(empty.ok(), json!({"clients": [], "learned": []}));
    let list = json!({"clients": [{"client_id": "cl_1", "name": "Nguyen Family", "aliases": [" the  Nguyens "], "later": {"kept": 1},
        "sites": [{"site_id": "s1", "address": "1 High St"}]}, {"name": "Page"}]});
    let first = put(
        &app,
        "application/json",
        Some(empty.header("etag")),
        list.to_string(),
    )
    .await;
    let clients = first.ok()["clients"].clone();
    assert_eq!(clients[0]["aliases"], json!(["the Nguyens"]));
    assert_eq!(clients[0]["later"]["kept"], 1);
    let page = clients[1]["client_id"].as_str().unwrap().to_owned();
    let read = app.get(CLIENTS).await;
    assert_eq!(read.ok()["clients"], clients);
    assert_eq!(read.header("etag"), first.header("etag"));
    let stored = app
        .bucket
        .read::<Value>("clients/acme.json")
        .await
        .unwrap()
        .unwrap()
        .value;
    assert_eq!(stored["company_id"], "acme");
    serde_json::from_value::<shared::client::ClientList>(stored).unwrap();

    put(&app, "application/json", None, list.to_string())
        .await
        .problem(428);
    put(
        &app,
        "application/json",
        Some(empty.header("etag")),
        list.to_string(),
    )
    .await
    .problem(412);
    put(&app, "text/plain", Some(first.header("etag")), list.to_string())
        .await
        .problem(415);

    // A table has no column for sites: they stay; a client keeps its id by name.
    let table = "name;phone_number;client_id\nNguyen Family;'+61491570120;cl_1\nPage;;\nNew & Sons;;\n";
    let second = put(&app, "text/csv; charset=utf-8", Some(first.header("etag")), table).await;
    let clients = second.ok()["clients"].clone();
    assert_eq!(clients[0]["sites"][0]["site_id"], "s1");
    assert_eq!(clients[0]["phone_number"], "+61491570120");
    assert_eq!(clients[1]["client_id"], page);
    assert!(clients[2]["client_id"].as_str().unwrap().starts_with("cl_"));
    let table = app.get(&format!("{CLIENTS}&format=csv")).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let text = String::from_utf8(table.body.clone()).unwrap();
    assert!(text.starts_with("\u{feff}client_id,name,aliases"), "{text}");
    let same = put(&app, "text/csv", Some(table.header("etag")), table.body.clone())
        .await
        .ok();
    assert_eq!(same["clients"], clients);
    app.get(&format!("{CLIENTS}&format=xls")).await.problem(400);
}

#[tokio::test]
async fn a_broken_list_changes_nothing_and_says_where() {
    let app = TestApp::start().await;
    let first = put(
        &app,
        "application/json",
        None,
        json!({"clients": [{"name": "Page"}]}).to_string(),
    )
    .await;
    let etag = first.header("etag").to_owned();
    for (content_type, body, row, column) in [
        (
            "text/csv",
            &b"client_id,name\ncl_1,A\ncl_1,B\n"[..],
            3,
            json!("client_id"),
        ),
        ("text/csv", b"client_id,name\ncl_1,A\ncl_2,\n", 3, json!("name")),
        (
            "text/csv",
            b"client_id,name,active\ncl_1,A,maybe\n",
            2,
            json!("active"),
        ),
        ("text/csv", b"client_id,label\ncl_1,A\n", 1, json!("label")),
        ("text/csv", b"name\n\xff\n", 2, Value::Null),
        (
            "application/json",
            br#"{"clients": [{"name": "A"}, 7]}"#,
            2,
            Value::Null,
        ),
        (
            "application/json",
            br#"{"clients": [{"name": "A", "jobs": 1}]}"#,
            1,
            json!("jobs"),
        ),
    ] {
        let problem = put(&app, content_type, Some(&etag), body.to_vec())
            .await
            .problem(400);
        assert_eq!(problem["parameter"], "body");
        assert_eq!(
            (&problem["errors"][0]["row"], &problem["errors"][0]["column"]),
            (&json!(row), &column),
            "{problem}"
        );
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .starts_with(&format!("Row {row}")),
            "{problem}"
        );
    }
    put(&app, "application/json", Some(&etag), "[]")
        .await
        .problem(400);
    put(&app, "text/csv", Some(&etag), vec![b'x'; 5 << 20])
        .await
        .problem(413);
    assert_eq!(app.get(CLIENTS).await.header("etag"), etag);
}

#[tokio::test]
async fn learned_names_outlive_an_upload_and_are_forgotten_one_by_one() {
    let app = TestApp::start().await;
    let learned = |heard: &str| json!({"client_id": "cl_1", "heard": heard, "note_id": "SM01", "by": "wk_1", "at": "2026-11-20T01:00:00Z", "count": 2});
    let file = json!({"aliases": [learned("the win family"), learned("when & co")]});
    app.bucket
        .write("clients/acme.learned.json", &file)
        .await
        .unwrap();
    put(&app, "text/csv", None, "client_id,name\ncl_1,Nguyen\n")
        .await
        .ok();
    assert_eq!(app.get(CLIENTS).await.ok()["learned"], file["aliases"]);
    let path = "/clients/cl_1/learned?company_id=acme&heard=when+%26+co";
    assert_eq!(app.delete_as(ADMIN_KEY, path).await.status, 204);
    app.delete_as(ADMIN_KEY, path).await.problem(404);
    assert_eq!(
        app.get(CLIENTS).await.ok()["learned"],
        json!([learned("the win family")])
    );
}
