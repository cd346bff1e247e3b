//! What holds for every answer.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::support::app::{ADMIN_KEY, ORIGIN, TestApp, request};

fn event(method: &str, path: &str, stage: &str) -> ApiGatewayV2httpRequest {
    serde_json::from_value(json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "company_id=acme",
        "headers": {"x-api-key": ADMIN_KEY, "host": "abc.execute-api.us-east-1.amazonaws.com"},
        "requestContext": {"accountId": "1", "apiId": "abc", "domainName": "abc.execute-api.us-east-1.amazonaws.com",
            "stage": stage, "requestId": "JKJaXmPLvHcESHA=", "time": "", "timeEpoch": 0,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
        "isBase64Encoded": false
    }))
    .unwrap()
}

#[tokio::test]
async fn an_http_api_event_is_answered_with_and_without_its_stage() {
    let app = TestApp::start().await;
    for (path, stage) in [
        ("/files/list", "$default"),
        ("/prod/files/list", "prod"),
        ("/files/list", "prod"),
    ] {
        let answer = data_api::gateway::answer(app.router.clone(), event("GET", path, stage)).await;
        let answer: Value = serde_json::to_value(answer).unwrap();
        assert_eq!(answer["statusCode"], 200, "{path}: {answer}");
        assert_eq!(answer["headers"]["x-request-id"], "JKJaXmPLvHcESHA=");
        assert_eq!(answer["headers"]["cache-control"], "no-store");
        assert_eq!(answer["isBase64Encoded"], false);
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["files"], json!([]));
    }
    let answer = data_api::gateway::answer(
        app.router.clone(),
        event("GET", "/files/a b\"\u{e4}?", "$default"),
    )
    .await;
    let answer: Value = serde_json::to_value(answer).unwrap();
    assert_eq!(answer["statusCode"], 404, "{answer}");
}

#[tokio::test]
async fn a_stage_without_its_slash_leads_to_the_page_with_it() {
    let app = TestApp::start().await;
    let answer = data_api::gateway::answer(app.router.clone(), event("GET", "/prod", "prod")).await;
    let answer: Value = serde_json::to_value(answer).unwrap();
    assert_eq!(answer["statusCode"], 308, "{answer}");
    assert_eq!(answer["headers"]["location"], "prod/");
    for (path, stage) in [("/prod/", "prod"), ("/", "prod"), ("/", "$default")] {
        let answer = data_api::gateway::answer(app.router.clone(), event("GET", path, stage)).await;
        let answer: Value = serde_json::to_value(answer).unwrap();
        assert_eq!(answer["statusCode"], 200, "{path} {stage}: {answer}");
        assert_eq!(answer["headers"]["content-type"], "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn a_method_that_is_not_offered_is_405_and_says_what_is() {
    let app = TestApp::start().await;
    for path in [
        "/health",
        "/files/list",
        "/files/by-message",
        "/files/get-download-url",
        "/openapi.json",
        "/",
    ] {
        for method in [
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
            Method::OPTIONS,
        ] {
            let answer = app.send(request(method.clone(), ADMIN_KEY, path)).await;
            assert_eq!(answer.header("allow"), "GET,HEAD", "{method} {path}");
            answer.problem(405);
        }
    }
    let head = app.send(request(Method::HEAD, ADMIN_KEY, "/health")).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    let head = app.send(request(Method::HEAD, ADMIN_KEY, "/files/list")).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (400, 0));
}

#[tokio::test]
async fn a_path_that_is_no_route_is_404() {
    let app = TestApp::start().await;
    for path in [
        "/files",
        "/files/list/",
        "/nothing",
        "/assets/../Cargo.toml",
        "/assets/%2e%2e/x",
        "/assets/none.js",
    ] {
        app.get(path).await.problem(404);
    }
    insta::assert_json_snapshot!(app.get("/nothing").await.problem(404));
}

#[tokio::test]
async fn only_named_origins_may_call_from_a_browser() {
    let app = TestApp::start().await;
    let from = |method: Method, origin: &str| {
        let request = Request::builder()
            .method(method)
            .uri("/files/list?company_id=acme")
            .header("origin", origin);
        request.header("x-api-key", ADMIN_KEY)
    };
    let allowed = app
        .send(from(Method::GET, ORIGIN).body(Body::empty()).unwrap())
        .await;
    assert_eq!(allowed.header("access-control-allow-origin"), ORIGIN);
    assert!(allowed.header("access-control-expose-headers").contains("etag"));
    let preflight = from(Method::OPTIONS, ORIGIN).header("access-control-request-method", "PATCH");
    let preflight = app.send(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(preflight.status, 204);
    assert!(
        preflight
            .header("access-control-allow-headers")
            .contains("x-api-key")
    );
    assert!(preflight.header("access-control-allow-methods").contains("PATCH"));

    let stranger = app
        .send(
            from(Method::GET, "https://evil.example")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(stranger.header("access-control-allow-origin"), "");
    assert_eq!(stranger.header("vary"), "Origin");
    let preflight =
        from(Method::OPTIONS, "https://evil.example").header("access-control-request-method", "PATCH");
    let preflight = app.send(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(preflight.header("access-control-allow-origin"), "");
    preflight.problem(405);
}

#[tokio::test]
async fn the_page_may_run_only_its_own_files() {
    let app = TestApp::start().await;
    let page = app.get("/").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    let directives: Vec<_> = policy.split("; ").collect();
    let media = directives
        .iter()
        .find_map(|directive| directive.strip_prefix("media-src "));
    let media = media.unwrap();
    assert!(media.starts_with("http://127.0.0.1:"), "{media}");
    insta::assert_snapshot!(directives.join("\n").replace(media, "BUCKET"), @"
    default-src 'none'
    script-src 'self'
    style-src 'self'
    connect-src 'self'
    img-src 'self' BUCKET
    media-src BUCKET
    form-action 'none'
    base-uri 'none'
    frame-ancestors 'none'
    require-trusted-types-for 'script'
    trusted-types 'none'
    ");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    for feature in ["camera", "geolocation", "microphone", "payment"] {
        let policy = page.header("permissions-policy");
        assert!(policy.contains(&format!("{feature}=()")), "{policy}");
    }
    assert_eq!(page.header("cache-control"), "no-cache");
    let again = Request::builder()
        .uri("/")
        .header("if-none-match", page.header("etag"));
    assert_eq!(app.send(again.body(Body::empty()).unwrap()).await.status, 304);
}
