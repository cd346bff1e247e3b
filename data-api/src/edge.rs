//! What happens to every request, whatever it asks for: a request id, CORS, headers that keep answers private, one log
//! line, and a problem document even when a handler panics.
//!
//! The log line has the route's pattern rather than the path: paths and queries carry ids, keys and words from notes.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL,
    CONTENT_LENGTH, ORIGIN, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::json;
use shared::ids::random_hex32;
use shared::problem::Problem;
use shared::telemetry::chain;

use crate::app::App;
use crate::error::{Cause, FaultyRows, problem_response};

/// The header that names a request.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request in the answer and in the log: the gateway's id, so that its access log can be searched for it too.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl RequestId {
    /// The gateway's id, when it can be put into a header and a log line as it is.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'+' | b'/'));
        plain.then(|| Self(text.to_owned()))
    }

    fn fresh() -> Self {
        Self(random_hex32())
    }

    fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("unknown"))
    }
}

/// Which key a request came with, once that is known: for the log line. Key ids are no secrets.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyName(Arc<OnceLock<String>>);

impl KeyName {
    /// Notes the key. Only the first note counts.
    pub(crate) fn note(&self, name: &str) {
        self.0.get_or_init(|| name.to_owned());
    }

    fn get(&self) -> &str {
        self.0.get().map_or("-", String::as_str)
    }
}

/// Wraps every request.
pub(crate) async fn around(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let started = app.clock.now();
    let id = request
        .extensions()
        .get::<RequestId>()
        .cloned()
        .unwrap_or_else(RequestId::fresh);
    request.extensions_mut().insert(id.clone());
    let key = KeyName::default();
    request.extensions_mut().insert(key.clone());
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str)
        .to_owned();
    let origin = request.headers().get(ORIGIN).cloned();
    let allowed = origin.filter(|origin| app.config.cors_allowed_origins.contains(origin));

    let mut response = if allowed.is_some() && is_preflight(&request) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(response) => response,
            Err(_) => {
                tracing::error!(request_id = id.0, route, "a handler panicked");
                problem_response(&internal_problem())
            }
        }
    };
    finish_problem(&mut response, &id, &method);
    let headers = response.headers_mut();
    headers.insert(X_REQUEST_ID, id.header());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    add_cors(headers, &app, allowed);

    let status = response.status().as_u16();
    let duration_ms = started.duration_until(app.clock.now()).as_millis();
    let key = key.get();
    match response.extensions().get::<Cause>() {
        Some(Cause(error)) => {
            let error = chain(&**error);
            tracing::error!(request_id = id.0, %method, route, key, status, duration_ms, error, "request failed");
        }
        None => tracing::info!(request_id = id.0, %method, route, key, status, duration_ms, "request"),
    }
    response
}

/// A problem document names its request.
fn finish_problem(response: &mut Response, id: &RequestId, method: &Method) {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return;
    };
    response.headers_mut().remove(CONTENT_LENGTH);
    if method == Method::HEAD {
        return;
    }
    let problem = problem.with_request_id(id.0.clone());
    let rows = response.extensions_mut().remove::<FaultyRows>();
    let document = match rows {
        Some(FaultyRows(errors)) => {
            let mut document = json!(problem);
            document["errors"] = json!(errors);
            document.to_string()
        }
        None => problem.to_json(),
    };
    *response.body_mut() = Body::from(document);
}

fn internal_problem() -> Problem {
    Problem::new(
        500,
        "Something is wrong on this side. Quote the request id to whoever runs this service.",
    )
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn add_cors(headers: &mut HeaderMap, app: &App, allowed: Option<HeaderValue>) {
    if app.config.cors_allowed_origins.is_empty() {
        return;
    }
    headers.append(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = allowed else { return };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    for (name, value) in [
        (
            ACCESS_CONTROL_ALLOW_METHODS,
            "GET, HEAD, POST, PUT, PATCH, DELETE",
        ),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            "x-api-key, content-type, if-match, if-none-match",
        ),
        (
            ACCESS_CONTROL_EXPOSE_HEADERS,
            "x-request-id, etag, location, retry-after, allow",
        ),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The answer in place of one that would not pass the gateway.
pub(crate) fn too_large(headers: &HeaderMap) -> Response {
    let problem = Problem::new(
        500,
        "The answer is larger than can be sent. Ask for less at a time.",
    );
    let problem = match headers.get(X_REQUEST_ID).and_then(|id| id.to_str().ok()) {
        Some(id) => problem.with_request_id(id),
        None => problem,
    };
    let mut response = problem_response(&problem);
    if let Some(id) = headers.get(X_REQUEST_ID) {
        response.headers_mut().insert(X_REQUEST_ID, id.clone());
    }
    response
}
