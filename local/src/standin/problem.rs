//! What the controls answer when they cannot do as asked (RFC 9457).
//!
//! The vendors' own routes never answer so: they answer in the vendor's shape.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refused control.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    field: Option<String>,
}

impl Problem {
    /// A problem with the request as a whole.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            field: None,
        }
    }

    /// A field that cannot be used; the sentence continues its name.
    pub(super) fn about(field: &str, wrong: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            detail: format!("field {field:?} {wrong}"),
            field: Some(field.to_owned()),
        }
    }

    /// The same, with another status.
    #[must_use]
    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut document = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(field) = self.field {
            document["parameter"] = field.into();
        }
        (
            self.status,
            [(header::CONTENT_TYPE, shared::problem::CONTENT_TYPE)],
            document.to_string(),
        )
            .into_response()
    }
}
