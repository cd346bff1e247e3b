//! OpenAI's API, as far as the functions use it. It hears only what it was told, and understands by word lists.

mod audio;
mod chat;
mod credentials;
pub(super) mod error;
mod excerpt;
mod fit;
mod heuristics;
mod models;
mod strict;
mod transcription;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodFilter;

use self::error::OpenAiError;
use super::gate::{MAX_REQUEST_BYTES, gated};
use super::operation::Operation;
use super::world::World;

/// What every answer of a model is labelled with: nobody shall take it for a model's.
const LABEL: &str = "local-heuristics";

/// OpenAI's routes.
pub(super) fn router(world: &Arc<World>) -> Router<Arc<World>> {
    let (get, post) = (MethodFilter::GET, MethodFilter::POST);
    Router::new()
        .route(
            "/v1/audio/transcriptions",
            gated(
                world,
                post,
                Operation::OpenAiTranscription,
                transcription::transcribe,
            ),
        )
        .route(
            "/v1/chat/completions",
            gated(world, post, Operation::OpenAiChat, chat::complete),
        )
        .route(
            "/v1/models",
            gated(world, get, Operation::OpenAiModels, models::list),
        )
        .route(
            "/v1/models/{model}",
            gated(world, get, Operation::OpenAiModels, models::fetch),
        )
        .route("/v1/{*rest}", axum::routing::any(unknown))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(from_fn(name_request))
}

async fn unknown(request: Request) -> Response {
    let message = format!("Invalid URL ({} {})", request.method(), request.uri().path());
    OpenAiError::new(StatusCode::NOT_FOUND, message).into_response()
}

/// Every answer names its request.
async fn name_request(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::try_from(format!("req_{}", shared::ids::random_hex32())) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}
