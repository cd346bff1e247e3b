//! What can go wrong with a request, and the one place that turns it into a problem document (RFC 9457).
//!
//! The client gets a code and a sentence that is safe to show; the chain of causes stays in the response's extensions,
//! from where [`crate::edge`] logs it once with the request id. No sentence repeats what was sent.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use shared::bucket::BucketError;
use shared::problem::{self, Problem};
use shared::secrets::SecretError;
use utoipa::ToSchema;

/// What is said of everything that is not there or may not be seen: the same words for both.
pub const NOT_FOUND: &str = "There is nothing of this name that this key can see.";

/// A request that cannot be answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No key, an unknown, expired or revoked one.
    #[error("no valid key")]
    Unauthenticated,
    /// The key is valid and may not do this, whatever the object.
    #[error("not allowed to this key")]
    Forbidden,
    /// A parameter is missing, unknown or unusable.
    #[error("parameter {name}: {why}")]
    Parameter {
        /// As the client wrote it, cut and cleaned when it is unknown.
        name: String,
        /// What a valid one looks like.
        why: String,
    },
    /// Rows of a table cannot be used; there is at least one.
    #[error("rows cannot be used")]
    Rows(Vec<RowFault>),
    /// The object is not there, or belongs to a company the key does not see.
    #[error("nothing there")]
    NotFound,
    /// The path is no route.
    #[error("no such route")]
    NoRoute,
    /// The route exists and does not offer the method; `Allow` says which it does.
    #[error("method not offered")]
    MethodNotAllowed,
    /// The request's body is not of the media type named here.
    #[error("media type not understood")]
    UnsupportedMediaType(&'static str),
    /// The request's body is too large.
    #[error("body too large")]
    TooLarge,
    /// A change without `If-Match`.
    #[error("no If-Match")]
    PreconditionRequired,
    /// The object is not the one named in `If-Match` any more.
    #[error("another revision by now")]
    PreconditionFailed,
    /// The object is in a state that does not allow it; the sentence says which and what to do.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// `bucket` has no usable answer now.
    #[error("{what} cannot be reached now")]
    Unavailable {
        /// Which service.
        what: &'static str,
        /// Why.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing the client can do anything about.
    #[error("{what} failed")]
    Internal {
        /// Which step.
        what: &'static str,
        /// Why.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

/// A problem document (RFC 9457), as described in the OpenAPI document; [`Problem`] is what is sent.
#[derive(Debug, ToSchema)]
pub struct ProblemDocument {
    /// `about:blank`: the status says what kind it is.
    #[schema(example = "about:blank")]
    pub r#type: String,
    /// The HTTP status.
    pub status: u16,
    /// The status in words.
    pub title: String,
    /// What was wrong with this request and what to do about it.
    pub detail: Option<String>,
    /// The parameter that was wrong, when it was one.
    pub parameter: Option<String>,
    /// Finds the request in the log.
    pub request_id: Option<String>,
    /// Each row of a table that was wrong, at most 20.
    pub errors: Option<Vec<RowFault>>,
}

/// What is wrong with a row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowFault {
    /// As a spreadsheet counts them: the row with the columns' names is the first. In JSON, the place in the list from 1.
    pub row: usize,
    /// The column or field, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong with it.
    pub detail: String,
}

impl RowFault {
    fn sentence(&self) -> String {
        match &self.column {
            Some(column) => format!("Row {}, column {column}: {}", self.row, self.detail),
            None => format!("Row {}: {}", self.row, self.detail),
        }
    }
}

/// Most rows that are named one by one.
const MAX_ROW_FAULTS: usize = 20;

/// The rows named one by one in a problem document.
#[derive(Debug, Clone)]
pub(crate) struct FaultyRows(pub(crate) Vec<RowFault>);

/// The cause of a failed response, for the log.
#[derive(Debug, Clone)]
pub struct Cause(pub Arc<dyn std::error::Error + Send + Sync>);

impl ApiError {
    /// A parameter that cannot be used, and what a usable one looks like.
    pub fn parameter(name: impl Into<String>, why: impl ToString) -> Self {
        Self::Parameter {
            name: name.into(),
            why: why.to_string(),
        }
    }

    /// A failure nobody but the operator can mend.
    pub fn internal(what: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal {
            what,
            source: Arc::new(source),
        }
    }

    fn problem(&self) -> Problem {
        match self {
            Self::Unauthenticated => Problem::new(401, "Send a valid key in the header x-api-key."),
            Self::Forbidden => Problem::new(403, "Only the admin key may do this."),
            Self::Parameter { name, why } => Problem::new(400, why.clone()).about(name.clone()),
            Self::Rows(faults) => {
                let first = faults.first().map(RowFault::sentence).unwrap_or_default();
                let detail = match faults.len().saturating_sub(1) {
                    0 => first,
                    1 => format!("{first} Another row cannot be used either. Nothing was changed."),
                    more => format!("{first} {more} more rows cannot be used either. Nothing was changed."),
                };
                Problem::new(400, detail).about("body")
            }
            Self::NotFound => Problem::new(404, NOT_FOUND),
            Self::NoRoute => Problem::new(404, "There is no such route; /docs lists them."),
            Self::MethodNotAllowed => Problem::new(
                405,
                "This route does not offer this method; the header allow lists those it does.",
            ),
            Self::UnsupportedMediaType(expected) => {
                let detail = format!("The body has to be {expected}, and content-type has to say so.");
                Problem::new(415, detail).about("content-type")
            }
            Self::TooLarge => Problem::new(413, "The body is larger than 4 MiB.").about("body"),
            Self::PreconditionRequired => Problem::new(
                428,
                "Send the header if-match with the entity tag of what you are changing, as its GET answered it.",
            )
            .about("if-match"),
            Self::PreconditionFailed => Problem::new(
                412,
                "It was changed since you read it. Read it again and repeat the change.",
            )
            .about("if-match"),
            Self::Conflict(why) => Problem::new(409, *why),
            Self::Unavailable { .. } => Problem::new(
                503,
                "What this needs cannot be reached just now. Nothing was lost; try again shortly.",
            ),
            Self::Internal { .. } => Problem::new(
                500,
                "Something is wrong on this side. Quote the request id to whoever runs this service.",
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let mut response = problem_response(&problem);
        let headers = response.headers_mut();
        match &self {
            Self::Unauthenticated => {
                // RFC 9110, 11.6.1: a 401 names a scheme. There is no registered one for keys in a header.
                headers.insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("ApiKey header=\"x-api-key\""),
                );
            }
            Self::Unavailable { .. } => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        if let Self::Rows(mut faults) = self {
            faults.truncate(MAX_ROW_FAULTS);
            response.extensions_mut().insert(FaultyRows(faults));
        } else if problem.status >= 500 {
            response.extensions_mut().insert(Cause(Arc::new(self)));
        }
        response.extensions_mut().insert(problem);
        response
    }
}

/// A response with this document as its body.
pub(crate) fn problem_response(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = HeaderValue::from_static(problem::CONTENT_TYPE);
    (status, [(CONTENT_TYPE, content_type)], problem.to_json()).into_response()
}

impl From<BucketError> for ApiError {
    fn from(error: BucketError) -> Self {
        match error {
            BucketError::Unavailable { .. } | BucketError::Conflict { .. } => Self::Unavailable {
                what: "the bucket",
                source: Arc::new(error),
            },
            // A refusal is a deployment's mistake. It is never "missing", and waiting does not mend it.
            BucketError::AccessDenied { .. }
            | BucketError::PreconditionFailed { .. }
            | BucketError::Refused { .. }
            | BucketError::TooLarge { .. }
            | BucketError::Malformed { .. }
            | BucketError::Unwritable(_) => Self::internal("the bucket", error),
        }
    }
}

impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        Self::Unavailable {
            what: "the key store",
            source: Arc::new(error),
        }
    }
}
