//! `GET /v1/models`: which models there are, and until when.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::credentials::Authorized;
use super::error::OpenAiError;
use crate::standin::world::World;

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Turns recordings into words.
    Transcription,
    /// Answers chat completions.
    Chat,
}

/// A model on offer.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) id: &'static str,
    pub(super) task: Task,
    /// Unix seconds.
    created: i64,
    /// The day it stops answering, when one is announced.
    shutdown_date: Option<&'static str>,
}

impl Model {
    const fn new(id: &'static str, task: Task, created: i64, shutdown_date: Option<&'static str>) -> Self {
        Self {
            id,
            task,
            created,
            shutdown_date,
        }
    }
}

/// The models of November 2026 that a deployment may still name.
const MODELS: &[Model] = &[
    Model::new("gpt-transcribe", Task::Transcription, 1_787_702_400, None),
    Model::new(
        "whisper-1",
        Task::Transcription,
        1_677_532_384,
        Some("2027-02-26"),
    ),
    Model::new(
        "gpt-4o-transcribe",
        Task::Transcription,
        1_742_068_463,
        Some("2027-02-26"),
    ),
    Model::new(
        "gpt-4o-mini-transcribe",
        Task::Transcription,
        1_742_068_596,
        Some("2027-02-26"),
    ),
    Model::new(
        "gpt-4o-transcribe-diarize",
        Task::Transcription,
        1_750_798_887,
        Some("2027-02-26"),
    ),
    Model::new("gpt-6-luna", Task::Chat, 1_780_000_000, None),
    Model::new("gpt-5-mini", Task::Chat, 1_754_425_928, Some("2026-12-11")),
    Model::new("gpt-5-nano", Task::Chat, 1_754_426_384, Some("2026-12-11")),
    Model::new("gpt-4o-mini", Task::Chat, 1_721_172_741, Some("2027-01-14")),
    Model::new("gpt-4.1-mini", Task::Chat, 1_744_318_173, Some("2027-01-14")),
    Model::new("gpt-4.1-nano", Task::Chat, 1_744_321_707, Some("2027-01-14")),
];

/// `id` is `model`, or a snapshot of it: `{model}-2025-12-15`.
fn names(id: &str, model: &Model) -> bool {
    let snapshot = |rest: &str| {
        rest.strip_prefix('-')
            .is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok())
    };
    id.strip_prefix(model.id)
        .is_some_and(|rest| rest.is_empty() || snapshot(rest))
}

/// The model of this name, if it does `task`.
pub(super) fn find(id: &str, task: Task) -> Result<&'static Model, OpenAiError> {
    match MODELS.iter().find(|model| names(id, model)) {
        Some(model) if model.task == task => Ok(model),
        Some(_) => Err(
            OpenAiError::bad_request(format!("The model `{id}` does not serve this endpoint."))
                .param("model"),
        ),
        None => Err(missing(id)),
    }
}

/// `GET /v1/models`
pub(super) async fn list(_: Authorized, State(_): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "object": "list", "data": MODELS.iter().map(to_json).collect::<Vec<_>>() }))
}

/// `GET /v1/models/{id}`
pub(super) async fn fetch(
    _: Authorized,
    State(_): State<Arc<World>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, OpenAiError> {
    MODELS
        .iter()
        .find(|model| names(&id, model))
        .map(|model| Json(to_json(model)))
        .ok_or_else(|| missing(&id))
}

fn missing(id: &str) -> OpenAiError {
    let message = format!("The model `{id}` does not exist or you do not have access to it.");
    OpenAiError::new(StatusCode::NOT_FOUND, message)
        .param("model")
        .code("model_not_found")
}

fn to_json(model: &Model) -> Value {
    json!({
        "id": model.id,
        "object": "model",
        "created": model.created,
        "owned_by": "local-stand-in",
        "shutdown_date": model.shutdown_date,
    })
}
