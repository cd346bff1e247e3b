//! An S3 that can be told to refuse, to fail and to hang up, and that remembers what it was asked.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::stream;

#[derive(Default)]
struct Shared {
    objects: HashMap<String, (u32, Bytes)>,
    refusals: HashMap<String, StatusCode>,
    cut_off: bool,
    asked: Vec<(String, Option<String>)>,
}

#[derive(Clone)]
pub(crate) struct FakeS3 {
    shared: Arc<Mutex<Shared>>,
    endpoint: String,
}

impl FakeS3 {
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(get).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { shared, endpoint }
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(crate) fn put(&self, key: &str, body: impl ToString) {
        let mut shared = self.shared.lock().unwrap();
        let version = shared.objects.get(key).map_or(1, |(version, _)| version + 1);
        shared
            .objects
            .insert(key.to_owned(), (version, body.to_string().into()));
    }

    /// Every key that starts with `prefix` is answered with `status`.
    pub(crate) fn refuse(&self, prefix: &str, status: u16) {
        let status = StatusCode::from_u16(status).unwrap();
        self.shared
            .lock()
            .unwrap()
            .refusals
            .insert(prefix.to_owned(), status);
    }

    pub(crate) fn refuse_nothing(&self) {
        self.shared.lock().unwrap().refusals.clear();
    }

    /// Answers break off in the middle of the body.
    pub(crate) fn cut_off(&self, cut_off: bool) {
        self.shared.lock().unwrap().cut_off = cut_off;
    }

    /// What was asked since the last time: keys, each with the version it was compared with.
    pub(crate) fn asked(&self) -> Vec<(String, Option<String>)> {
        let mut asked = std::mem::take(&mut self.shared.lock().unwrap().asked);
        asked.sort();
        asked
    }
}

async fn get(State(shared): State<Arc<Mutex<Shared>>>, request: Request) -> Response {
    let key = request.uri().path().trim_start_matches("/voice-data/").to_owned();
    let known = request
        .headers()
        .get("if-none-match")
        .map(|value| value.to_str().unwrap().to_owned());
    let mut shared = shared.lock().unwrap();
    shared.asked.push((key.clone(), known.clone()));
    if let Some((_, status)) = shared
        .refusals
        .iter()
        .find(|(prefix, _)| key.starts_with(prefix.as_str()))
    {
        return problem(
            *status,
            if *status == StatusCode::FORBIDDEN {
                "AccessDenied"
            } else {
                "SlowDown"
            },
        );
    }
    let Some((version, body)) = shared.objects.get(&key) else {
        return problem(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    let etag = format!("\"v{version}\"");
    if known.as_deref() == Some(etag.as_str()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let (length, start) = (body.len(), body.slice(..body.len() / 2));
    let body = if shared.cut_off {
        Body::from_stream(stream::iter([Ok::<_, Infallible>(start)]))
    } else {
        Body::from(body.clone())
    };
    ([("etag", etag), ("content-length", length.to_string())], body).into_response()
}

fn problem(status: StatusCode, code: &str) -> Response {
    (
        status,
        format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>"),
    )
        .into_response()
}
