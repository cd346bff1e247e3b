//! Keys bound to companies.

use jiff::SignedDuration;
use serde_json::json;

use crate::support::app::{ADMIN_KEY, TestApp};

const LIST: &str = "/files/list?company_id=acme";

#[tokio::test]
async fn a_key_is_shown_once_and_only_its_hash_is_kept() {
    let app = TestApp::start().await;
    let made = app
        .post_as(
            ADMIN_KEY,
            "/keys",
            &json!({"label": "Accounting", "companies": ["acme", "acme"]}),
        )
        .await;
    assert_eq!(made.status, 201);
    let made_json = made.json();
    let api_key = made_json["api_key"].as_str().unwrap();
    let id = made_json["key_id"].as_str().unwrap();
    assert_eq!(made_json["companies"], json!(["acme"]));
    assert_eq!(made.header("location"), format!("/keys/{id}"));
    let (_, secret) = api_key.split_once('.').unwrap();
    assert!(secret.len() >= 43, "{}", secret.len());
    let stored = app
        .bucket
        .get(&format!("keys/{id}.json"), 10_000)
        .await
        .unwrap()
        .unwrap();
    let stored = String::from_utf8(stored.body.to_vec()).unwrap();
    assert!(!stored.contains(secret) && stored.contains("sha256"));
    let listed = app.get("/keys").await.ok();
    insta::assert_json_snapshot!(listed, {".keys[].key_id" => "[id]"});
    app.get_as(api_key, LIST).await.ok();
    for wrong in [
        format!("{id}.{}", &secret[1..]),
        format!("{id}."),
        format!("{id}.{}", "0".repeat(64)),
        format!("aaaa.{secret}"),
    ] {
        app.get_as(&wrong, LIST).await.problem(401);
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_within_a_minute_everywhere() {
    let app = TestApp::start().await;
    let key = app.company_key(&["acme"]).await;
    let id = key.split('.').next().unwrap().to_owned();
    app.get_as(&key, LIST).await.ok();
    // Another instance of the function revokes it.
    let other = app.another_instance().await;
    let revoked = other.delete_as(ADMIN_KEY, &format!("/keys/{id}")).await.ok();
    assert_eq!(revoked["revoked_at"], crate::support::app::NOW);
    other.get_as(&key, LIST).await.problem(401);
    app.get_as(&key, LIST).await.ok();
    app.clock.advance(SignedDuration::from_secs(31));
    app.get_as(&key, LIST).await.problem(401);
    other.delete_as(ADMIN_KEY, &format!("/keys/{id}")).await.ok();
    other.delete_as(ADMIN_KEY, "/keys/0000").await.problem(404);
}

#[tokio::test]
async fn a_key_ends_when_it_was_said_to() {
    let app = TestApp::start().await;
    let body = json!({"label": "Audit", "companies": ["acme"], "expires_at": "2026-11-20T10:00:00Z"});
    let key = app.post_as(ADMIN_KEY, "/keys", &body).await.json()["api_key"]
        .as_str()
        .unwrap()
        .to_owned();
    app.clock.advance(SignedDuration::from_mins(59));
    app.get_as(&key, LIST).await.ok();
    app.clock.advance(SignedDuration::from_secs(60));
    app.get_as(&key, LIST).await.problem(401);
}

#[tokio::test]
async fn a_key_costs_one_call_and_then_none() {
    let app = TestApp::start().await;
    let key = app.company_key(&["acme"]).await;
    app.get_as(&key, LIST).await.ok();
    app.clock.advance(SignedDuration::from_secs(31));
    app.proxy.take_calls();
    for _ in 0..10 {
        app.get_as(&key, LIST).await.ok();
    }
    assert_eq!(app.proxy.take_calls(), [("s3.get", 1), ("s3.list", 10)].into());
    for _ in 0..10 {
        app.get_as("aaaa.made-up", LIST).await.problem(401);
    }
    assert_eq!(app.proxy.take_calls(), [("s3.get", 1)].into());
}

#[tokio::test]
async fn what_cannot_be_a_key_is_named() {
    let app = TestApp::start().await;
    for (body, parameter) in [
        (json!({}), "label"),
        (json!({"label": "x"}), "companies"),
        (json!({"label": "", "companies": ["acme"]}), "label"),
        (json!({"label": "x", "companies": []}), "companies"),
        (json!({"label": "x", "companies": ["records"]}), "companies"),
        (
            json!({"label": "x", "companies": ["acme"], "expires_at": "2020-01-01T00:00:00Z"}),
            "expires_at",
        ),
        (
            json!({"label": "x", "companies": ["acme"], "expires_at": "soon"}),
            "expires_at",
        ),
        (
            json!({"label": "x", "companies": ["acme"], "admin": true}),
            "admin",
        ),
        (json!([]), "body"),
    ] {
        let problem = app.post_as(ADMIN_KEY, "/keys", &body).await.problem(400);
        assert_eq!(problem["parameter"], parameter, "{body}");
    }
    app.delete_as(ADMIN_KEY, "/keys/..").await.problem(400);
}
