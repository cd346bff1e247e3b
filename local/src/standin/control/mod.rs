//! Controls for checks and for the developer: what the stand-ins know, do wrong and have seen.

mod behaviour;
mod inbound;
mod media;
mod observe;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};
use axum::{Json, response::IntoResponse};
use serde_json::{Value, json};

use super::faults::{FaultOrder, Outcome};
use super::problem::Problem;
use super::world::World;

/// Largest media item a check may put, bytes: four times what WhatsApp lets through, for checks of limits.
const MAX_MEDIA_BYTES: usize = 64 * 1024 * 1024;

/// What there is, for whoever asked for something else.
const CONTROLS: &str = "PUT media/{id}, PUT transcripts/{sha256}, GET messages, GET requests, POST faults, POST settings, \
                        POST inbound, DELETE state";

/// The routes under `/_control`.
pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/_control/media/{id}", put(media::put))
        .route("/_control/transcripts/{sha256}", put(media::put_transcript))
        .route("/_control/messages", get(observe::messages))
        .route("/_control/requests", get(observe::requests))
        .route("/_control/faults", post(order_fault))
        .route("/_control/settings", post(behaviour::change))
        .route("/_control/inbound", post(inbound::receive))
        .route("/_control/state", delete(forget))
        .route("/_control", axum::routing::any(unknown))
        .route("/_control/", axum::routing::any(unknown))
        .route("/_control/{*rest}", axum::routing::any(unknown))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_MEDIA_BYTES))
}

/// `POST /_control/faults`
async fn order_fault(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let order = FaultOrder::parse(&body)?;
    if order.fault.outcome == Outcome::Kill && !world.interference.can_kill() {
        return Err(Problem::about(
            "kill",
            "needs the whole local stack: nothing here knows the calling process",
        )
        .with_status(StatusCode::NOT_IMPLEMENTED));
    }
    let accepted = json!({ "on": order.on.name(), "times": order.times });
    world.interference.faults.add(order);
    Ok(Json(accepted))
}

/// `DELETE /_control/state`
async fn forget(State(world): State<Arc<World>>) -> Json<Value> {
    world.reset();
    Json(json!({}))
}

async fn unknown() -> impl IntoResponse {
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("there is no such control; under /_control/ there are {CONTROLS}"),
    )
}

async fn wrong_method() -> impl IntoResponse {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("there is no such method here; under /_control/ there are {CONTROLS}"),
    )
}
