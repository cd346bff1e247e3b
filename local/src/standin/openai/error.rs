//! Errors in OpenAI's shape: `{"error":{"message","type","param","code"}}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::standin::faults::FaultAnswer;

/// An error OpenAI answers.
#[derive(Debug)]
pub(in crate::standin) struct OpenAiError {
    status: StatusCode,
    message: String,
    kind: &'static str,
    param: Option<String>,
    code: Option<String>,
}

impl OpenAiError {
    /// An error of this status; most are the request's fault.
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let kind = match status {
            StatusCode::TOO_MANY_REQUESTS => "requests",
            other if other.is_server_error() => "server_error",
            _ => "invalid_request_error",
        };
        Self {
            status,
            message: message.into(),
            kind,
            param: None,
            code: None,
        }
    }

    /// A request OpenAI refuses.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Names the parameter.
    pub(super) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Names the kind of error.
    pub(super) fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

impl IntoResponse for OpenAiError {
    fn into_response(self) -> Response {
        let error =
            json!({ "message": self.message, "type": self.kind, "param": self.param, "code": self.code });
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}

/// How an ordered failure looks.
pub(in crate::standin) fn fault(answer: &FaultAnswer) -> Response {
    let reason = answer.status.canonical_reason().unwrap_or("no reason");
    let mut error = OpenAiError::new(answer.status, format!("An ordered failure: {reason}"));
    error.code = match (&answer.code, answer.status) {
        (Some(code), _) => Some(code.clone()),
        (None, StatusCode::TOO_MANY_REQUESTS) => Some("rate_limit_exceeded".to_owned()),
        (None, StatusCode::UNAUTHORIZED) => Some("invalid_api_key".to_owned()),
        (None, _) => None,
    };
    // Billing, not throttling: it has its own type, and no header invites a retry.
    let quota = error.code.as_deref() == Some("insufficient_quota");
    if quota {
        error.kind = "insufficient_quota";
    }
    let throttled = answer.status == StatusCode::TOO_MANY_REQUESTS && !quota;
    let mut response = error.into_response();
    if throttled {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        headers.insert("x-ratelimit-remaining-requests", HeaderValue::from_static("0"));
        headers.insert("x-ratelimit-reset-requests", HeaderValue::from_static("1s"));
    }
    response
}
