//! A loopback proxy between the application and the emulator: counts calls, and fails those it is told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;

/// Calls by name: `s3.get`, `s3.list`, `secrets.get`, …
pub(crate) type Calls = BTreeMap<&'static str, usize>;

/// What to do with the next calls of one kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    /// Which calls.
    pub(crate) on: &'static str,
    /// How many pass first.
    pub(crate) after: usize,
    /// How many fail then.
    pub(crate) times: usize,
    /// With this status.
    pub(crate) status: u16,
}

#[derive(Default)]
struct Shared {
    calls: Calls,
    fault: Option<Fault>,
}

/// The proxy.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) endpoint: String,
    shared: Arc<Mutex<Shared>>,
    target: String,
    client: reqwest::Client,
}

impl Proxy {
    pub(crate) async fn start(target: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            endpoint: format!("http://{}", listener.local_addr().unwrap()),
            shared: Arc::default(),
            target: target.to_owned(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        let router = Router::new().fallback(forward).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        proxy
    }

    /// The calls since the last time this was asked.
    pub(crate) fn take_calls(&self) -> Calls {
        std::mem::take(&mut self.shared.lock().unwrap().calls)
    }

    /// From now on, until it is spent.
    pub(crate) fn fail(&self, fault: Fault) {
        self.shared.lock().unwrap().fault = Some(fault);
    }

    /// No more faults.
    pub(crate) fn heal(&self) {
        self.shared.lock().unwrap().fault = None;
    }

    fn note(&self, name: &'static str) -> Option<u16> {
        let mut shared = self.shared.lock().unwrap();
        *shared.calls.entry(name).or_default() += 1;
        let fault = shared.fault.as_mut().filter(|fault| fault.on == name)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times = fault.times.checked_sub(1)?;
        Some(fault.status)
    }
}

fn name(request: &Request) -> &'static str {
    let target = request
        .headers()
        .get("x-amz-target")
        .map(|value| value.to_str().unwrap_or_default());
    if let Some(target) = target {
        return match target {
            "secretsmanager.GetSecretValue" => "secrets.get",
            "AmazonSQS.SendMessage" => "sqs.send",
            _ => "other",
        };
    }
    let query = request.uri().query().unwrap_or_default();
    match *request.method() {
        Method::GET if query.contains("list-type=2") => "s3.list",
        Method::GET if query.contains("versions") => "s3.versions",
        Method::GET => "s3.get",
        Method::HEAD => "s3.head",
        Method::PUT => "s3.put",
        Method::DELETE => "s3.delete",
        Method::POST if query.contains("delete") => "s3.delete",
        _ => "other",
    }
}

async fn forward(State(proxy): State<Proxy>, request: Request) -> Response {
    if let Some(status) = proxy.note(name(&request)) {
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    let (parts, body) = request.into_parts();
    let url = format!("{}{}", proxy.target, parts.uri);
    let body = body.collect().await.unwrap().to_bytes();
    let sent = proxy
        .client
        .request(parts.method, url)
        .headers(parts.headers)
        .body(body)
        .send()
        .await;
    let Ok(answer) = sent else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let mut response = Response::builder().status(answer.status());
    *response.headers_mut().unwrap() = answer.headers().clone();
    response.body(Body::from_stream(answer.bytes_stream())).unwrap()
}
