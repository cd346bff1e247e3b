//! A JSON body, read into its type, with errors that name the field.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// A request's body as a `T`.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let media_type = content_type
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        if !(media_type == "application/json" || media_type.ends_with("+json")) {
            return Err(ApiError::UnsupportedMediaType("application/json"));
        }
        let bytes = bytes(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// A JSON document as a `T`.
///
/// # Errors
/// Naming the field, when it is one.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        // The text of a syntax error says where; that of a data error may repeat a value, which the client sent.
        ApiError::parameter(field(&error), error)
    })
}

/// A request's body, whatever it is.
///
/// # Errors
/// [`ApiError::TooLarge`].
pub async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|_| ApiError::TooLarge)
}

/// The field an error is about, when serde names one in backticks.
fn field(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let named = (text.starts_with("missing field") || text.starts_with("unknown field"))
        .then(|| text.split('`').nth(1))
        .flatten();
    named.filter(|name| name.len() <= 40).unwrap_or("body").to_owned()
}
