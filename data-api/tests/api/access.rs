//! Who may see what.

use aws_sdk_secretsmanager::Client as Secrets;
use http::Method;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::app::{ADMIN_KEY, TestApp, request};
use crate::support::seed::Seed;

const LIST: &str = "/files/list?company_id=acme";

#[tokio::test]
async fn without_a_valid_key_nothing_is_answered_but_health_and_descriptions() {
    let app = TestApp::start().await;
    for path in ["/health", "/openapi.json", "/"] {
        let mut open = request(Method::GET, "x", path);
        open.headers_mut().remove("x-api-key");
        assert_eq!(app.send(open).await.status, 200, "{path}");
    }
    for path in [
        LIST,
        "/files/list",
        "/files/by-message?company_id=acme&message_id=SM01",
        "/files/get-download-url?key=acme/x",
    ] {
        let mut missing = request(Method::GET, "x", path);
        missing.headers_mut().remove("x-api-key");
        let answer = app.send(missing).await;
        assert!(!answer.header("www-authenticate").is_empty());
        let problem = answer.problem(401);
        insta::allow_duplicates! { insta::assert_json_snapshot!(problem); }
        let mut twice = request(Method::GET, ADMIN_KEY, path);
        twice
            .headers_mut()
            .append("x-api-key", ADMIN_KEY.parse().unwrap());
        app.send(twice).await.problem(401);
        for wrong in [
            "",
            "x",
            &ADMIN_KEY[1..],
            &format!("{ADMIN_KEY}x"),
            &"k".repeat(4000),
            "abcd.secret",
            ".",
        ] {
            app.get_as(wrong, path).await.problem(401);
        }
    }
}

#[tokio::test]
async fn the_admin_key_is_rotated_without_a_gap_and_the_old_one_dies() {
    let app = TestApp::start().await;
    app.get(LIST).await.ok();
    let secrets = Secrets::new(&app.direct);
    let rotate = async |key: &str| {
        let value = json!({ "api_key": key }).to_string();
        secrets
            .put_secret_value()
            .secret_id(app.admin_secret())
            .secret_string(value)
            .send()
            .await
            .unwrap();
    };
    rotate("TheSecondKey").await;
    app.clock.advance(SignedDuration::from_secs(11));
    app.get_as("TheSecondKey", LIST).await.ok();
    app.get(LIST).await.ok();
    rotate("TheThirdKey").await;
    app.clock.advance(SignedDuration::from_secs(11));
    app.get_as("TheThirdKey", LIST).await.ok();
    app.get_as("TheSecondKey", LIST).await.ok();
    app.get(LIST).await.problem(401);
    // The emulator stamps versions with the machine's time; far later the previous key is dead too.
    app.clock.advance(SignedDuration::from_hours(24 * 365 * 10));
    app.get_as("TheThirdKey", LIST).await.ok();
    app.get_as("TheSecondKey", LIST).await.problem(401);
}

#[tokio::test]
async fn wrong_keys_do_not_become_calls_to_the_key_store() {
    let app = TestApp::start().await;
    app.get(LIST).await.ok();
    app.proxy.take_calls();
    for at in 0..20 {
        app.get_as(&format!("wrong{at}"), LIST).await.problem(401);
    }
    let calls = app.proxy.take_calls();
    assert!(calls.get("secrets.get").copied().unwrap_or(0) <= 2, "{calls:?}");
}

#[tokio::test]
async fn a_key_store_that_is_down_is_not_a_wrong_key() {
    let app = TestApp::start().await;
    app.proxy.fail(crate::support::proxy::Fault {
        on: "secrets.get",
        after: 0,
        times: 1,
        status: 500,
    });
    app.get(LIST).await.problem(503);
    app.get(LIST).await.ok();
}

#[tokio::test]
async fn a_download_url_works_without_a_key_and_keeps_the_type() {
    let app = TestApp::start().await;
    let seed = Seed::job("acme", 1, "order-mixer");
    seed.file(&app.bucket).await;
    app.bucket
        .put(&seed.audio_key(), "OggS-real".into(), "audio/ogg")
        .await
        .unwrap();
    let path = format!("/files/get-download-url?key={}", seed.audio_key());
    let url = app.get(&path).await.ok()["url"].as_str().unwrap().to_owned();
    for part in [
        "X-Amz-Signature=",
        "X-Amz-Expires=300",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    ] {
        assert!(url.contains(part), "{url}");
    }
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let range = client.get(&url).header("range", "bytes=5-").send().await.unwrap();
    assert_eq!(range.status(), 206);
    assert_eq!(range.headers()["content-type"], "audio/ogg");
    assert_eq!(range.content_length(), Some(4));
}
