//! The bearer token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::error::OpenAiError;
use crate::standin::world::World;

/// Proof that a request came with an API key that is accepted.
#[derive(Debug)]
pub(super) struct Authorized;

impl FromRequestParts<Arc<World>> for Authorized {
    type Rejection = OpenAiError;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, OpenAiError> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = header
            .and_then(|h| h.strip_prefix("Bearer "))
            .map(str::trim)
            .unwrap_or_default();
        if token.is_empty() {
            let message = "You didn't provide an API key in an Authorization header using Bearer auth.";
            return Err(OpenAiError::new(StatusCode::UNAUTHORIZED, message));
        }
        match &world.openai_api_key {
            Some(key) if key != token => Err(OpenAiError::new(
                StatusCode::UNAUTHORIZED,
                "Incorrect API key provided.",
            )
            .code("invalid_api_key")),
            Some(_) | None => Ok(Self),
        }
    }
}
