//! The bucket adapter against a server that answers as S3 does when things go wrong: every status has one meaning.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::sync::{Arc, Mutex};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::bucket::{Bucket, BucketError, ETag, IfChanged};
use shared::retry::{Classified as _, Retry};

/// Answers every request with one status and records the conditions it carried.
#[derive(Clone)]
struct OneAnswer {
    status: StatusCode,
    conditions: Arc<Mutex<Vec<(String, String)>>>,
}

async fn answer(State(fake): State<OneAnswer>, request: Request) -> Response {
    for name in ["if-match", "if-none-match"] {
        if let Some(value) = request.headers().get(name) {
            let value = value.to_str().unwrap().to_owned();
            fake.conditions.lock().unwrap().push((name.to_owned(), value));
        }
    }
    if request.method() == Method::HEAD || fake.status.as_u16() == 304 {
        return fake.status.into_response();
    }
    let code = match fake.status.as_u16() {
        403 => "AccessDenied",
        404 => "NoSuchKey",
        409 => "ConditionalRequestConflict",
        412 => "PreconditionFailed",
        503 => "SlowDown",
        _ => "InternalError",
    };
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
    (fake.status, [("etag", "\"e1\"")], body).into_response()
}

async fn bucket(status: u16) -> (Bucket, OneAnswer) {
    let status = StatusCode::from_u16(status).unwrap();
    let fake = OneAnswer {
        status,
        conditions: Arc::default(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let app = axum::Router::new().fallback(answer).with_state(fake.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (Bucket::new(&config(&endpoint), "voice-data"), fake)
}

fn config(endpoint: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "id", "secret", None, None, "test",
        )))
        .build()
}

fn name(error: &BucketError) -> &'static str {
    match error {
        BucketError::PreconditionFailed { .. } => "precondition",
        BucketError::Conflict { .. } => "conflict",
        BucketError::AccessDenied { .. } => "denied",
        BucketError::Unavailable { .. } => "unavailable",
        BucketError::Refused { .. } => "refused",
        BucketError::TooLarge { .. } => "too large",
        BucketError::Malformed { .. } => "malformed",
        BucketError::Unwritable(_) => "unwritable",
    }
}

#[tokio::test]
async fn every_status_of_a_conditional_write_has_one_meaning() {
    let etag = ETag::from_header("\"e0\"");
    for (status, replaced, created) in [
        (403, "denied", "denied"),
        // If-Match on a missing key; without If-Match a 404 is a bucket that does not exist.
        (404, "precondition", "refused"),
        (409, "conflict", "conflict"),
        (412, "precondition", "precondition"),
        (429, "unavailable", "unavailable"),
        (500, "unavailable", "unavailable"),
        (503, "unavailable", "unavailable"),
    ] {
        let (bucket, fake) = bucket(status).await;
        assert_eq!(
            name(&bucket.replace("k", &1, &etag).await.unwrap_err()),
            replaced,
            "replace {status}"
        );
        assert_eq!(
            name(&bucket.create("k", &1).await.unwrap_err()),
            created,
            "create {status}"
        );
        let conditions = fake.conditions.lock().unwrap().clone();
        let expected = [("if-match", "\"e0\""), ("if-none-match", "*")];
        assert_eq!(
            conditions,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned())),
            "{status}"
        );
    }
}

#[tokio::test]
async fn only_a_404_is_absence() {
    let (missing, _) = bucket(404).await;
    assert!(missing.get("k", 10).await.unwrap().is_none());
    for (status, expected) in [
        (403, "denied"),
        (409, "conflict"),
        (429, "unavailable"),
        (500, "unavailable"),
    ] {
        let (bucket, _) = bucket(status).await;
        assert_eq!(
            name(&bucket.get("k", 10).await.unwrap_err()),
            expected,
            "{status}"
        );
    }
}

#[tokio::test]
async fn an_object_that_has_not_changed_is_told_from_a_missing_one() {
    let (bucket, fake) = bucket(304).await;
    let known = ETag::from_header("\"e0\"");
    assert!(matches!(
        bucket.get_if_changed("k", Some(&known), 10).await.unwrap(),
        IfChanged::Same
    ));
    assert_eq!(
        fake.conditions.lock().unwrap()[0],
        ("if-none-match".to_owned(), "\"e0\"".to_owned())
    );
}

#[tokio::test]
async fn what_may_pass_is_worth_a_retry_and_nothing_else_is() {
    for (status, later) in [
        (403, false),
        (404, false),
        (409, true),
        (412, false),
        (429, true),
        (503, true),
    ] {
        let (bucket, _) = bucket(status).await;
        let error = bucket
            .replace("k", &1, &ETag::from_header("\"e0\""))
            .await
            .unwrap_err();
        assert_eq!(error.retry() == Retry::LATER, later, "{status}");
    }
}

#[tokio::test]
async fn a_lost_connection_is_no_answer_and_no_absence() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let bucket = Bucket::new(&config(&endpoint), "voice-data");
    assert_eq!(name(&bucket.get("k", 10).await.unwrap_err()), "unavailable");
}

#[tokio::test]
async fn an_object_over_the_limit_and_a_broken_record_are_errors_of_their_own() {
    let (bucket, _) = bucket(200).await;
    assert_eq!(name(&bucket.get("k", 10).await.unwrap_err()), "too large");
    let error = bucket.read::<Vec<u8>>("k").await.unwrap_err();
    assert_eq!(name(&error), "malformed");
    assert!(!error.to_string().contains("xml"), "{error}");
}
