//! The application in process, asked through the same event and answer as behind the HTTP API.

use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::Credentials;
use axum::Router;
use axum::body::Body;
use data_api::app::{App, router};
use data_api::config::Config;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use shared::bucket::Bucket;
use shared::clock::ManualClock;
use shared::config::Env;
use shared::ids::random_hex32;
use tower::ServiceExt as _;

use super::ministack::{self, REGION};
use super::proxy::Proxy;
use super::twilio::Twilio;

/// The admin key at first.
pub(crate) const ADMIN_KEY: &str = "AdminKeyAdminKeyAdminKeyAdminKeyAdminKeyAdminKey";
/// An origin that may call the API.
pub(crate) const ORIGIN: &str = "https://office.example";
/// What time it is.
pub(crate) const NOW: &str = "2026-11-20T09:00:00Z";

/// The application and its surroundings.
pub(crate) struct TestApp {
    pub(crate) twilio: Twilio,
    pub(crate) proxy: Proxy,
    pub(crate) clock: ManualClock,
    pub(crate) bucket: Bucket,
    /// Straight to the emulator: not counted, never failing.
    pub(crate) direct: SdkConfig,
    pub(crate) router: Router,
    config: Config,
}

/// What the application answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        let emulator = ministack::endpoint().await;
        let proxy = Proxy::start(&emulator).await;
        let direct = aws(&emulator).await;
        // Its own bucket, secrets and queue.
        let name = format!("test-{}", random_hex32());
        let bucket = Bucket::new(&direct, name.as_str());
        bucket
            .client()
            .create_bucket()
            .bucket(bucket.name())
            .send()
            .await
            .unwrap();
        let versioning = aws_sdk_s3::types::VersioningConfiguration::builder()
            .status(aws_sdk_s3::types::BucketVersioningStatus::Enabled)
            .build();
        let enabled = bucket.client().put_bucket_versioning().bucket(bucket.name());
        enabled.versioning_configuration(versioning).send().await.unwrap();
        let secrets = aws_sdk_secretsmanager::Client::new(&direct);
        for (secret, value) in [
            ("data-api-key", format!("{{\"api_key\":\"{ADMIN_KEY}\"}}")),
            ("account-sid", "AC00000000000000000000000000000001".to_owned()),
            ("auth-token", "canary-twilio-token".to_owned()),
        ] {
            secrets
                .create_secret()
                .name(format!("{}/{secret}", bucket.name()))
                .secret_string(value)
                .send()
                .await
                .unwrap();
        }
        let sqs = aws_sdk_sqs::Client::new(&direct);
        let queue = sqs.create_queue().queue_name(&name).send().await.unwrap();
        let twilio = Twilio::start().await;
        let config = config(&name, queue.queue_url().unwrap(), &twilio.base_url);
        let clock = ManualClock::at(NOW.parse().unwrap());
        let shared_clock = Arc::new(clock.clone());
        let app = App::at(config.clone(), &aws(&proxy.endpoint).await, shared_clock).unwrap();
        Self {
            router: router(app),
            twilio,
            proxy,
            clock,
            bucket,
            direct,
            config,
        }
    }

    /// Another instance of the function over the same bucket and clock: it shares no memory with this one.
    pub(crate) async fn another_instance(&self) -> Self {
        let aws = aws(&self.proxy.endpoint).await;
        let app = App::at(self.config.clone(), &aws, Arc::new(self.clock.clone())).unwrap();
        Self {
            router: router(app),
            twilio: self.twilio.clone(),
            proxy: self.proxy.clone(),
            clock: self.clock.clone(),
            bucket: self.bucket.clone(),
            direct: self.direct.clone(),
            config: self.config.clone(),
        }
    }

    /// Any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    /// A GET with a key.
    pub(crate) async fn get_as(&self, key: &str, path: &str) -> Answer {
        self.send(request(Method::GET, key, path)).await
    }

    /// A POST of JSON.
    pub(crate) async fn post_as(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.send(json_request(Method::POST, key, path, body)).await
    }

    /// A DELETE.
    pub(crate) async fn delete_as(&self, key: &str, path: &str) -> Answer {
        self.send(request(Method::DELETE, key, path)).await
    }

    /// The name of the admin key's secret.
    pub(crate) fn admin_secret(&self) -> &str {
        &self.config.admin_key_secret
    }

    /// Where replayed messages go.
    pub(crate) fn queue_url(&self) -> &str {
        &self.config.queue_url
    }

    /// A key for these companies.
    pub(crate) async fn company_key(&self, companies: &[&str]) -> String {
        let body = serde_json::json!({ "label": "test", "companies": companies });
        let made = self.post_as(ADMIN_KEY, "/keys", &body).await;
        assert_eq!(made.status, 201);
        made.json()["api_key"].as_str().unwrap().to_owned()
    }

    /// A GET with the admin key.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_as(ADMIN_KEY, path).await
    }
}

fn config(name: &str, queue_url: &str, twilio: &str) -> Config {
    Config::from_env(Env::from([
        ("ENVIRONMENT_NAME", "test"),
        ("VOICE_DATA_BUCKET", name),
        ("DATA_API_KEY_SECRET_ARN", &format!("{name}/data-api-key")),
        ("CUSTOMER_DATA_KEY", "customers.json"),
        ("QUEUE_URL", queue_url),
        ("TWILIO_BASE_URL", twilio),
        ("CORS_ALLOWED_ORIGINS", ORIGIN),
        ("TWILIO_ACCOUNT_SID_SECRET_ARN", &format!("{name}/account-sid")),
        ("TWILIO_AUTH_TOKEN_SECRET_ARN", &format!("{name}/auth-token")),
    ]))
    .unwrap()
}

/// A request without a body.
pub(crate) fn request(method: Method, key: &str, path: &str) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("x-api-key", key);
    request.body(Body::empty()).unwrap()
}

/// A request with a JSON body.
pub(crate) fn json_request(method: Method, key: &str, path: &str, body: &Value) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("x-api-key", key);
    let request = request.header("content-type", "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }

    /// The JSON of a 200.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(
            self.status,
            StatusCode::OK,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self.json()
    }

    /// The problem document, checked for what every one of them has, without its request id.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let mut problem = self.json();
        assert_eq!(problem["status"], status);
        let id = problem.as_object_mut().unwrap().remove("request_id").unwrap();
        assert_eq!(
            id.as_str().unwrap(),
            self.headers["x-request-id"].to_str().unwrap()
        );
        problem
    }

    /// The header's text, empty when absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The SDK against this endpoint.
pub(crate) async fn aws(endpoint: &str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .load()
        .await
}
