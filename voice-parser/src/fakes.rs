//! For tests: one server on loopback that is the bucket, the secrets, the transcription model and Twilio's media.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::Credentials;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use shared::bucket::Bucket;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::services::Services;

const BUCKET: &str = "voice-data";
/// Every secret.
const SECRET: &str = "AC00000000000000000000000000000001";
const TRANSCRIPTIONS: &str = "/v1/audio/transcriptions";

#[derive(Default)]
struct Contents {
    /// With their entity tags.
    objects: BTreeMap<String, (Bytes, u64)>,
    writes: u64,
    /// How the model answers, in turn.
    answers: VecDeque<(u16, Value)>,
    /// What the model was asked: whole forms.
    asked: Vec<Bytes>,
}

/// The server, gone with its owner.
pub(crate) struct Fakes {
    endpoint: String,
    contents: Arc<Mutex<Contents>>,
    task: JoinHandle<()>,
}

impl Fakes {
    pub(crate) async fn start() -> Self {
        let contents: Arc<Mutex<Contents>> = Arc::default();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&contents));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            endpoint,
            contents,
            task,
        }
    }

    async fn aws(&self) -> SdkConfig {
        aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(&self.endpoint)
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .load()
            .await
    }

    pub(crate) async fn bucket(&self) -> Bucket {
        Bucket::new(&self.aws().await, BUCKET)
    }

    /// The pipeline's services with this transcription model.
    pub(crate) async fn services(&self, model: &str) -> Services {
        let openai = format!("{}/v1", self.endpoint);
        let config = Config::from_env(
            [
                ("ENVIRONMENT_NAME", "test"),
                ("VOICE_DATA_BUCKET", BUCKET),
                ("QUEUE_URL", "http://127.0.0.1:9/queue"),
                ("CUSTOMER_LOOKUP_FUNCTION", "customer-lookup"),
                ("TWILIO_ACCOUNT_SID_SECRET_ARN", "sid"),
                ("TWILIO_AUTH_TOKEN_SECRET_ARN", "token"),
                ("OPENAI_API_KEY_SECRET_ARN", "key"),
                ("TWILIO_WHATSAPP_NUMBER", "whatsapp:+61491570110"),
                ("OPENAI_BASE_URL", openai.as_str()),
                ("TWILIO_BASE_URL", self.endpoint.as_str()),
                ("TRANSCRIPTION_MODEL", model),
            ]
            .into(),
        );
        Services::new(config.unwrap(), &self.aws().await).unwrap()
    }

    /// The model answers so from now on.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = (u16, Value)>) {
        self.contents.lock().unwrap().answers = answers.into_iter().collect();
    }

    /// What the model was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<Bytes> {
        std::mem::take(&mut self.contents.lock().unwrap().asked)
    }

    /// Serves a medium as Twilio's API does; gives its address.
    pub(crate) fn serve(&self, body: Bytes) -> String {
        let path = "/2010-04-01/Accounts/AC01/Media/ME01";
        self.put(path, body);
        format!("{}{path}", self.endpoint)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.contents.lock().unwrap().objects.contains_key(key)
    }

    pub(crate) fn put(&self, key: &str, body: Bytes) {
        let mut contents = self.contents.lock().unwrap();
        contents.objects.insert(key.to_owned(), (body, 0));
    }

    pub(crate) fn json(&self, key: &str) -> Value {
        let contents = self.contents.lock().unwrap();
        serde_json::from_slice(&contents.objects[key].0).unwrap()
    }
}

impl Drop for Fakes {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(contents): State<Arc<Mutex<Contents>>>, request: Request) -> Response {
    const LIMIT: usize = 64 * 1024 * 1024;
    let (head, body) = request.into_parts();
    #[expect(clippy::disallowed_methods, reason = "the limit is named next to the call")]
    let body = axum::body::to_bytes(body, LIMIT).await.unwrap();
    let mut contents = contents.lock().unwrap();
    if head.method == Method::POST && head.uri.path() == TRANSCRIPTIONS {
        contents.asked.push(body);
        let (status, body) = contents.answers.pop_front().unwrap();
        return (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response();
    }
    if head.method == Method::POST {
        let secret = json!({ "Name": "key", "SecretString": SECRET, "CreatedDate": 1_795_000_000.0 });
        return axum::Json(secret).into_response();
    }
    let key = head
        .uri
        .path()
        .trim_start_matches(&format!("/{BUCKET}/"))
        .to_owned();
    let stored = contents.objects.get(&key).cloned();
    let etag = stored.as_ref().map(|(_, number)| format!("\"{number}\""));
    let condition = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap());
    if head.method == Method::PUT {
        let is_met = match (condition("if-match"), condition("if-none-match")) {
            (Some(expected), _) => etag.as_deref() == Some(expected),
            (None, Some(_)) => etag.is_none(),
            (None, None) => true,
        };
        if !is_met {
            return problem(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        contents.writes += 1;
        let number = contents.writes;
        contents.objects.insert(key, (body, number));
        return ([("etag", format!("\"{number}\""))], "").into_response();
    }
    match stored {
        Some((body, number)) => ([("etag", format!("\"{number}\""))], body).into_response(),
        None => problem(StatusCode::NOT_FOUND, "NoSuchKey"),
    }
}

fn problem(status: StatusCode, code: &str) -> Response {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
    (status, body).into_response()
}
