//! Secrets Manager as far as reading a secret goes, with a clock that the test moves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::config::Credentials;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::{Clock, ManualClock};
use shared::secrets::{CachedSecret, REFETCH_AT_MOST_EVERY, Versions};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";
pub(crate) const AUTH_TOKEN: &str = "first-token";
pub(crate) const API_KEY: &str = "sk-first";

type Values = Arc<Mutex<HashMap<String, String>>>;

/// The secrets, and the clock of whoever caches them.
pub(crate) struct Secrets {
    client: aws_sdk_secretsmanager::Client,
    clock: ManualClock,
    values: Values,
    task: JoinHandle<()>,
}

impl Secrets {
    pub(crate) async fn start() -> Self {
        let values = [
            ("account-sid", ACCOUNT_SID),
            ("auth-token", AUTH_TOKEN),
            ("api-key", API_KEY),
        ];
        let values = values.map(|(id, value)| (id.to_owned(), value.to_owned()));
        let values: Values = Arc::new(Mutex::new(values.into()));
        let router = Router::new()
            .route("/", post(get_secret_value))
            .with_state(Arc::clone(&values));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let aws = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .load()
            .await;
        Self {
            client: aws_sdk_secretsmanager::Client::new(&aws),
            clock: ManualClock::at("2026-11-20T01:02:03Z".parse().unwrap()),
            values,
            task,
        }
    }

    pub(crate) fn get(&self, id: &'static str) -> Arc<CachedSecret> {
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        Arc::new(CachedSecret::new(
            self.client.clone(),
            clock,
            id,
            id,
            Versions::Current,
        ))
    }

    /// Puts a new value, long enough after the last fetch for a refused request to lead to another one.
    pub(crate) fn rotate(&self, id: &str, value: &str) {
        self.values
            .lock()
            .unwrap()
            .insert(id.to_owned(), value.to_owned());
        self.clock
            .advance(REFETCH_AT_MOST_EVERY + SignedDuration::from_secs(1));
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn get_secret_value(State(values): State<Values>, body: axum::body::Bytes) -> Json<Value> {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let value = values.lock().unwrap()[request["SecretId"].as_str().unwrap()].clone();
    Json(json!({ "Name": request["SecretId"], "SecretString": value, "CreatedDate": 1_795_000_000.0 }))
}
