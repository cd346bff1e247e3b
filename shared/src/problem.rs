//! Problem details for HTTP APIs (RFC 9457): the one error body of both HTTP functions.

use serde::Serialize;

/// The media type of a problem document.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// An error as a client sees it: a code and a safe sentence. The chain of causes goes to the log, with `request_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Names the kind of problem; `about:blank` means "see the status".
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The status in words.
    pub title: &'static str,
    /// What was wrong with this request and what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The parameter that was wrong, when it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Finds the request in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem of this status with a sentence for the client.
    #[must_use]
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            status,
            title: title(status),
            detail: Some(detail.into()),
            parameter: None,
            request_id: None,
        }
    }

    /// Names the parameter that was wrong.
    #[must_use]
    pub fn about(mut self, parameter: impl Into<String>) -> Self {
        self.parameter = Some(parameter.into());
        self
    }

    /// Names the request.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }

    /// The document.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and a number: serialisation cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Reason phrases of RFC 9110 and RFC 6585 for the statuses in use.
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
