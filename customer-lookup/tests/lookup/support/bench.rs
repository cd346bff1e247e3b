//! The function between its bucket and its caller, with a clock that tests move.

use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use customer_lookup::config::Config;
use customer_lookup::reporter::{Finding, Reporter};
use customer_lookup::service::Service;
use customer_lookup::store::{REVALIDATE_AFTER, Store};
use serde_json::{Value, json};
use shared::bucket::Bucket;
use shared::clock::ManualClock;
use shared::company::CompanyDefaults;

use super::fake_s3::FakeS3;
use super::ministack::{self, Ministack};

pub(crate) const BUCKET: &str = "voice-data";

/// Remembers what people were told.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<String>>);

impl Reporter for Told {
    fn report(&self, finding: &Finding<'_>) {
        let text = match finding {
            Finding::Broken { file, fault } => format!("broken: {file}: {fault}"),
            other => format!("{other:?}"),
        };
        self.0.lock().unwrap().push(text);
    }
}

pub(crate) struct Bench {
    bucket: Bucket,
    clock: ManualClock,
    told: Arc<Told>,
    service: Service,
    _ministack: Option<Ministack>,
}

impl Bench {
    /// On a real local S3.
    pub(crate) async fn start() -> Self {
        let ministack = Ministack::start(BUCKET).await;
        Self::on(&ministack.config(), Some(ministack))
    }

    /// On an S3 that fails when it is told to.
    pub(crate) fn on_fake(fake: &FakeS3) -> Self {
        Self::on(&ministack::config(fake.endpoint()), None)
    }

    fn on(config: &SdkConfig, ministack: Option<Ministack>) -> Self {
        let bucket = Bucket::new(config, BUCKET);
        let clock = ManualClock::at("2026-11-20T00:00:00Z".parse().unwrap());
        let told = Arc::new(Told::default());
        let store = Store {
            bucket: bucket.clone(),
            clock: Arc::new(clock.clone()),
            reporter: told.clone(),
        };
        let config = Config {
            environment: "test".to_owned(),
            log_level: "info".to_owned(),
            bucket: BUCKET.to_owned(),
            customer_data_key: "customers.json".to_owned(),
            defaults: CompanyDefaults {
                time_zone: "Etc/UTC".parse().unwrap(),
                country: "US".parse().unwrap(),
                note_language: "en".parse().unwrap(),
                reply_language: "spoken".parse().unwrap(),
            },
        };
        let service = Service::new(&config, store);
        Self {
            bucket,
            clock,
            told,
            service,
            _ministack: ministack,
        }
    }

    /// Puts a file into the bucket: JSON, or any text.
    pub(crate) async fn put(&self, key: &str, content: impl ToString) {
        let body = content.to_string().into_bytes().into();
        self.bucket.put(key, body, "application/json").await.unwrap();
    }

    pub(crate) async fn delete(&self, key: &str) {
        self.bucket.delete(key).await.unwrap();
    }

    /// Lets so much time pass that files are looked at again.
    pub(crate) fn a_minute_later(&self) {
        self.clock.advance(REVALIDATE_AFTER);
    }

    /// Asks, and gives the answer or `{"error", "message"}` as the caller sees it.
    pub(crate) async fn ask(&self, question: Value) -> Value {
        match self.service.answer(question).await {
            Ok(answer) => serde_json::to_value(answer).unwrap(),
            Err(error) => {
                let diagnostic = lambda_runtime::Diagnostic::from(error);
                json!({"error": diagnostic.error_type, "message": diagnostic.error_message})
            }
        }
    }

    /// Who sends from `number`: the worker's id, `stranger`, or the type of the error.
    pub(crate) async fn who(&self, number: &str) -> String {
        who(&self.ask(json!({"phone_number": number})).await)
    }

    /// The same for a message to `to`.
    pub(crate) async fn who_to(&self, number: &str, to: &str) -> String {
        who(&self.ask(json!({"phone_number": number, "to": to})).await)
    }

    /// What people were told that contains `part`.
    pub(crate) fn told(&self, part: &str) -> Vec<String> {
        let told = self.told.0.lock().unwrap();
        told.iter().filter(|text| text.contains(part)).cloned().collect()
    }
}

/// The worker's id in an answer, `stranger`, or the type of the error.
pub(crate) fn who(answer: &Value) -> String {
    match (answer.get("error"), answer.get("customer")) {
        (Some(error), _) => error.as_str().unwrap().to_owned(),
        (None, Some(Value::Null)) => "stranger".to_owned(),
        (None, customer) => customer.unwrap()["customer_id"].as_str().unwrap().to_owned(),
    }
}

/// A record of the customer file.
pub(crate) fn worker(customer_id: &str, phone_number: &str) -> Value {
    json!({
        "customer_id": customer_id, "company_id": "acme", "company_name": "Acme", "phone_number": phone_number,
    })
}
