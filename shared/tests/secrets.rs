//! Cached secrets against a Secrets Manager that counts how often it is asked, and fails as told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use axum::extract::State;
use axum::http::StatusCode;
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use shared::clock::ManualClock;
use shared::secrets::{CachedSecret, Versions};

#[derive(Clone, Default)]
struct SecretsManager {
    asked: Arc<AtomicUsize>,
    down: Arc<AtomicBool>,
}

async fn answer(State(fake): State<SecretsManager>) -> (StatusCode, String) {
    let number = fake.asked.fetch_add(1, Ordering::SeqCst) + 1;
    if fake.down.load(Ordering::SeqCst) {
        return (StatusCode::INTERNAL_SERVER_ERROR, "{}".to_owned());
    }
    (
        StatusCode::OK,
        format!(r#"{{"SecretString":"token-{number}","CreatedDate":1795000000}}"#),
    )
}

struct Fixture {
    fake: SecretsManager,
    clock: ManualClock,
    secret: CachedSecret,
}

impl Fixture {
    async fn start() -> Self {
        let fake = SecretsManager::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .endpoint_url(endpoint)
            .retry_config(RetryConfig::disabled())
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "id", "key", None, None, "test",
            )))
            .build();
        let clock = ManualClock::at("2026-11-20T00:00:00Z".parse().unwrap());
        let shared_clock = Arc::new(clock.clone());
        let secret = CachedSecret::new(
            Client::new(&config),
            shared_clock,
            "TOKEN",
            "token",
            Versions::Current,
        );
        Self { fake, clock, secret }
    }

    async fn value(&self) -> String {
        self.secret
            .get()
            .await
            .unwrap()
            .current
            .expose_secret()
            .to_owned()
    }

    fn asked(&self) -> usize {
        self.fake.asked.load(Ordering::SeqCst)
    }

    fn go_down(&self) {
        self.fake.down.store(true, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_secret_is_fetched_once_and_again_after_five_minutes() {
    let test = Fixture::start().await;
    assert_eq!(
        (test.value().await, test.value().await),
        ("token-1".into(), "token-1".into())
    );
    test.clock.advance(SignedDuration::from_secs(299));
    assert_eq!(test.value().await, "token-1");
    test.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(test.value().await, "token-2");
}

#[tokio::test]
async fn it_is_fetched_afresh_at_most_once_in_ten_seconds() {
    let test = Fixture::start().await;
    test.value().await;
    test.secret.refetch().await.unwrap();
    assert_eq!(test.asked(), 1, "fetched a moment ago");
    test.clock.advance(SignedDuration::from_secs(10));
    test.secret.refetch().await.unwrap();
    test.secret.refetch().await.unwrap();
    assert_eq!(test.asked(), 2);
}

#[tokio::test]
async fn in_an_outage_the_last_known_secret_is_used_on_and_nobody_hammers() {
    let test = Fixture::start().await;
    test.value().await;
    test.go_down();
    test.clock.advance(SignedDuration::from_mins(6));
    for _ in 0..20 {
        assert_eq!(test.value().await, "token-1");
        assert!(
            test.secret.refetch().await.is_err(),
            "whether it is still the right one is not known"
        );
    }
    assert_eq!(test.asked(), 2);
    test.clock.advance(SignedDuration::from_secs(10));
    assert_eq!(test.value().await, "token-1");
    assert_eq!(test.asked(), 3);
}
