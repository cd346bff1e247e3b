//! AWS that answers at once and always the same: what is measured is the function, not an emulator. Counts what it is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde_json::json;

use crate::loopback::Loopback;

/// What the server knows.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// The text of every secret.
    pub(crate) secret: String,
    /// Objects of any bucket, by key.
    pub(crate) objects: BTreeMap<String, Bytes>,
}

struct Shared {
    contents: Contents,
    calls: Mutex<BTreeMap<String, u64>>,
}

/// The server, gone with its owner.
pub(crate) struct FixedAws {
    server: Loopback,
    shared: Arc<Shared>,
}

impl FixedAws {
    /// Starts it.
    pub(crate) async fn start(contents: Contents) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            contents,
            calls: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let server = Loopback::serve(router).await?;
        Ok(Self { server, shared })
    }

    /// `AWS_ENDPOINT_URL`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Calls so far, by operation.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        self.shared
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let operation = match request.headers().get("x-amz-target") {
        Some(target) => target.to_str().unwrap_or_default().to_owned(),
        None => format!("s3.{}", request.method()),
    };
    let response = match operation.rsplit('.').next().unwrap_or_default() {
        "GetSecretValue" => {
            let secret = json!({
                "Name": "bench", "SecretString": shared.contents.secret, "CreatedDate": 1_795_000_000.0,
                "VersionStages": ["AWSCURRENT"],
            });
            axum::Json(secret).into_response()
        }
        "SendMessage" => {
            axum::Json(json!({ "MessageId": "00000000-0000-4000-8000-000000000000" })).into_response()
        }
        "GET" => object(&shared.contents.objects, request.uri().path(), request.headers()),
        _ => StatusCode::NOT_IMPLEMENTED.into_response(),
    };
    let mut calls = shared.calls.lock().unwrap_or_else(PoisonError::into_inner);
    *calls.entry(operation).or_default() += 1;
    response
}

/// An object by a path of the form `/{bucket}/{key}`; its entity tag is its length.
fn object(objects: &BTreeMap<String, Bytes>, path: &str, headers: &HeaderMap) -> Response {
    let key = path
        .trim_start_matches('/')
        .split_once('/')
        .map_or("", |(_, key)| key);
    let Some(body) = objects.get(key) else {
        let body = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>";
        return (StatusCode::NOT_FOUND, body).into_response();
    };
    let etag = format!("\"{}\"", body.len());
    if headers
        .get("if-none-match")
        .is_some_and(|known| known == etag.as_str())
    {
        return (StatusCode::NOT_MODIFIED, [("etag", etag)]).into_response();
    }
    ([("etag", etag)], body.clone()).into_response()
}
