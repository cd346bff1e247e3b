//! The way into every vendor route: counted, read whole, failed if that was ordered.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use http_body_util::{BodyExt, Limited};
use serde_json::Value;

use super::faults::FaultAnswer;
use super::interference::Verdict;
use super::listener::Connection;
use super::operation::Operation;
use super::world::World;
use super::{openai, twilio};

/// Largest request body read, bytes: OpenAI's 25 MiB for a recording, and room for the fields beside it.
pub(super) const MAX_REQUEST_BYTES: usize = 26 * 1024 * 1024;

/// A route of a vendor whose calls are counted and can fail.
pub(super) fn gated<H, T>(
    world: &Arc<World>,
    method: MethodFilter,
    operation: Operation,
    handler: H,
) -> MethodRouter<Arc<World>>
where
    H: Handler<T, Arc<World>>,
    T: 'static,
{
    on(method, handler).layer(from_fn_with_state((world.clone(), operation), pass))
}

async fn pass(
    State((world, operation)): State<(Arc<World>, Operation)>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let passage = world.interference.arrive(operation, connection.peer);
    // Read before failing: a peer that is still sending would see a broken pipe in place of the answer.
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_REQUEST_BYTES).collect().await else {
        return failure(operation, &FaultAnswer::of(StatusCode::PAYLOAD_TOO_LARGE));
    };
    match passage.before().await {
        Verdict::Proceed => {}
        Verdict::Answer(answer) => return failure(operation, &answer),
        Verdict::Reset => return hang_up(&connection),
    }
    // From here to the end of the effect nothing is awaited that is not ready, so a caller who goes away cannot
    // leave half of it.
    let response = next
        .run(Request::from_parts(parts, Body::from(body.to_bytes())))
        .await;
    match passage.after().await {
        Verdict::Proceed => response,
        Verdict::Answer(answer) => failure(operation, &answer),
        Verdict::Reset => hang_up(&connection),
    }
}

fn hang_up(connection: &Connection) -> Response {
    connection.reset();
    // Never sent: writing it is what resets the connection.
    StatusCode::BAD_GATEWAY.into_response()
}

/// How a failing call looks, in the shape of the vendor that was asked.
fn failure(operation: Operation, answer: &FaultAnswer) -> Response {
    let mut response = match &answer.body {
        Some(Value::String(text)) => (answer.status, text.clone()).into_response(),
        Some(json) => (answer.status, axum::Json(json)).into_response(),
        None if operation.name().starts_with("openai.") => openai::error::fault(answer),
        None => twilio::error::fault(answer),
    };
    if let Some(seconds) = answer.retry_after_s {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
