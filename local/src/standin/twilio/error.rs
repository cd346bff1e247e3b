//! Errors in Twilio's shape: `{"code","message","more_info","status"}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::standin::faults::FaultAnswer;

/// An error Twilio answers.
#[derive(Debug)]
pub(in crate::standin) struct TwilioError {
    status: StatusCode,
    code: Value,
    message: String,
}

impl TwilioError {
    /// A request Twilio refuses.
    pub(super) fn bad_request(code: u32, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: code.into(),
            message: message.into(),
        }
    }

    /// Wrong or missing credentials.
    pub(super) fn unauthorized() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            code: 20003.into(),
            message: "Authenticate".to_owned(),
        }
    }

    /// A resource that is not there.
    pub(super) fn not_found(path: &str) -> Self {
        let message = format!("The requested resource {path} was not found");
        Self {
            status: StatusCode::NOT_FOUND,
            code: 20404.into(),
            message,
        }
    }
}

impl IntoResponse for TwilioError {
    fn into_response(self) -> Response {
        let more_info = match &self.code {
            Value::Number(code) => format!("https://www.twilio.com/docs/errors/{code}"),
            _ => "https://www.twilio.com/docs/api/errors".to_owned(),
        };
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": more_info,
            "status": self.status.as_u16(),
        });
        (self.status, Json(body)).into_response()
    }
}

/// How an ordered failure looks.
pub(in crate::standin) fn fault(answer: &FaultAnswer) -> Response {
    let usual = match answer.status {
        StatusCode::TOO_MANY_REQUESTS => 20429,
        StatusCode::UNAUTHORIZED => 20003,
        StatusCode::NOT_FOUND => 20404,
        StatusCode::SERVICE_UNAVAILABLE => 20503,
        other if other.is_server_error() => 20500,
        _ => 20001,
    };
    let code = match &answer.code {
        Some(code) => code
            .parse::<u32>()
            .map_or_else(|_| code.clone().into(), Value::from),
        None => usual.into(),
    };
    let message = format!(
        "An ordered failure: {}",
        answer.status.canonical_reason().unwrap_or("no reason")
    );
    TwilioError {
        status: answer.status,
        code,
        message,
    }
    .into_response()
}
