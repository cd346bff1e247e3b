//! Stand-ins on free ports, and a webhook that keeps what it is sent.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use local::standin::interference::{Caller, Killer};
use local::standin::{Handle, Settings, serve};
use reqwest::{Client, Response};
use serde_json::Value;
use shared::clock::ManualClock;
use tokio::time::Instant;

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "a-token-for-tests";
pub(crate) const COMPANY: &str = "whatsapp:+61491570110";
pub(crate) const WORKER: &str = "whatsapp:+61491570156";

/// Longest wait for something that happens beside a request.
const DEADLINE: Duration = Duration::from_secs(10);

pub(crate) struct App {
    pub(crate) handle: Handle,
    pub(crate) http: Client,
    pub(crate) clock: ManualClock,
    pub(crate) webhook: Webhook,
    pub(crate) killed: Arc<Mutex<Vec<Caller>>>,
}

struct Recorder(Arc<Mutex<Vec<Caller>>>);

impl Killer for Recorder {
    fn kill(&self, caller: &Caller) -> io::Result<()> {
        self.0.lock().unwrap().push(*caller);
        Ok(())
    }
}

impl App {
    pub(crate) async fn start() -> Self {
        let clock = ManualClock::at("2026-11-20T12:00:00Z".parse().unwrap());
        let webhook = Webhook::start().await;
        let killed = Arc::<Mutex<Vec<Caller>>>::default();
        let mut settings = Settings::new(ACCOUNT, TOKEN, COMPANY);
        settings.clock = Arc::new(clock.clone());
        settings.webhook_url = Some(format!("{}#rc=2&rp=all", webhook.url));
        settings.killer = Some(Arc::new(Recorder(killed.clone())));
        let handle = serve(settings).await.unwrap();
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            handle,
            http,
            clock,
            webhook,
            killed,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.handle.api_url())
    }

    pub(crate) fn twilio(&self, path: &str) -> String {
        self.url(&format!("/2010-04-01/Accounts/{ACCOUNT}/{path}"))
    }

    pub(crate) async fn control(&self, name: &str, body: Value) -> (StatusCode, Value) {
        answer(
            self.http
                .post(self.url(&format!("/_control/{name}")))
                .json(&body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub(crate) async fn ordered(&self, name: &str, body: Value) -> Value {
        let (status, answer) = self.control(name, body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    pub(crate) async fn get(&self, url: &str) -> (StatusCode, Value) {
        answer(
            self.http
                .get(url)
                .basic_auth(ACCOUNT, Some(TOKEN))
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub(crate) async fn try_send(&self, form: &[(&str, &str)]) -> reqwest::Result<Response> {
        self.http
            .post(self.twilio("Messages.json"))
            .basic_auth(ACCOUNT, Some(TOKEN))
            .form(form)
            .send()
            .await
    }

    pub(crate) async fn send(&self, form: &[(&str, &str)]) -> (StatusCode, Value) {
        answer(self.try_send(form).await.unwrap()).await
    }

    pub(crate) async fn say(&self, body: &str) -> String {
        let (status, message) = self
            .send(&[("To", WORKER), ("From", COMPANY), ("Body", body)])
            .await;
        assert_eq!(status, StatusCode::CREATED, "{message}");
        message["sid"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn sent(&self) -> Vec<Value> {
        let (_, messages) = self.get(&self.url("/_control/messages")).await;
        messages.as_array().unwrap().clone()
    }

    pub(crate) async fn count(&self, name: &str) -> u64 {
        let (_, counts) = self.get(&self.url("/_control/requests")).await;
        counts[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name} is not counted"))
    }

    pub(crate) async fn put(&self, path: &str, content_type: &str, body: Vec<u8>) -> Value {
        let request = self
            .http
            .put(self.url(path))
            .header("content-type", content_type)
            .body(body);
        let (status, answer) = answer(request.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    pub(crate) fn now(&self) -> Timestamp {
        use shared::clock::Clock;
        self.clock.now()
    }
}

/// The body, which is small in every test, as bytes.
#[expect(
    clippy::disallowed_methods,
    reason = "these answers are the stand-ins' own and small"
)]
pub(crate) async fn bytes(response: Response) -> Vec<u8> {
    response.bytes().await.unwrap().to_vec()
}

/// Status and body; a body that is no JSON is a string.
pub(crate) async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let body = bytes(response).await;
    let value =
        serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
    (status, value)
}

pub(crate) fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../samples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// A request a webhook received.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) params: Vec<(String, String)>,
}

impl Received {
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    pub(crate) fn signature(&self) -> &str {
        self.headers["x-twilio-signature"].to_str().unwrap()
    }
}

/// A server that answers 200 to everything and remembers it.
pub(crate) struct Webhook {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Webhook {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let state = (origin.clone(), received.clone());
        let router = axum::Router::new().fallback(keep).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("{origin}/dev/webhook"),
            received,
        }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until there are `count` requests that `wanted` says yes to.
    pub(crate) async fn wait_for(&self, count: usize, wanted: impl Fn(&Received) -> bool) -> Vec<Received> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let matching: Vec<Received> = self.received().into_iter().filter(|r| wanted(r)).collect();
            if matching.len() >= count {
                return matching;
            }
            assert!(Instant::now() < deadline, "only {matching:#?} came");
            tokio::task::yield_now().await;
        }
    }
}

async fn keep(
    State((origin, received)): State<(String, Arc<Mutex<Vec<Received>>>)>,
    request: Request,
) -> StatusCode {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let params = url::form_urlencoded::parse(&body).into_owned().collect();
    received.lock().unwrap().push(Received {
        url: format!("{origin}{}", parts.uri),
        headers: parts.headers,
        params,
    });
    StatusCode::OK
}
