//! `POST /messages/{message_id}/replay`: files a message that came before its sender was known.

use std::sync::Arc;

use aws_sdk_sqs::error::ProvideErrorMetadata as _;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use jiff::SignedDuration;
use serde::Serialize;
use shared::ids::MessageSid;
use shared::keys;
use shared::message::{QueueMessage, Source};
use shared::records::pipeline::{OpaqueRecord, RecordState};
use utoipa::ToSchema;

use super::unknown::{self, Door, Standing};
use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::notes::CompanyQuery;
use crate::parameters::{PathParameters, Query};

/// How long customer-lookup may go on not knowing a worker who was just added, and a second.
const KNOWN_AFTER: SignedDuration = SignedDuration::from_secs(61);

const NOT_A_WORKER: &str = "The sender is not a worker of this company. Add them first.";

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replayed {
    /// The message.
    #[schema(value_type = String)]
    pub message_id: MessageSid,
    /// Where it stands.
    pub state: ReplayState,
    /// Seconds until it is begun: a worker who was just added is known everywhere within a minute.
    pub begins_in_s: i32,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReplayState {
    /// It will be filed.
    Queued,
    /// It has been filed.
    Filed,
}

/// Files a message that came before its sender was known, as if it came now; its notes keep the time it was received at.
/// The sender has to be a worker of the company by now. Repeating it does no harm. S3 calls: at most 8 GETs, 1 LIST, 1 DELETE.
#[utoipa::path(post, path = "/messages/{message_id}/replay", tag = "messages", operation_id = "replay_message",
    params(("message_id" = String, Path, description = "Twilio's MessageSid.", pattern = "^[A-Za-z0-9]{2,64}$"), CompanyQuery),
    responses((status = 202, body = Replayed),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(super) async fn replay(
    access: Access,
    State(app): State<Arc<App>>,
    mut path: PathParameters,
    Query(query): Query<CompanyQuery>,
) -> Result<(StatusCode, Json<Replayed>), ApiError> {
    let scope = access.company(&query.company_id)?;
    let id: MessageSid = path.get("message_id")?;
    let kept = unknown::read(&app, &id).await?.ok_or(ApiError::NotFound)?;
    let door = Door::of(&app, &access, &scope).await?;
    let worker = match door.standing(&app, &scope, &kept.inbound).await? {
        Standing::Worker(found) => found,
        Standing::Stranger => return Err(ApiError::Conflict(NOT_A_WORKER)),
        Standing::Hidden => return Err(ApiError::NotFound),
    };
    let accepted = |state, begins_in_s| {
        let replayed = Replayed {
            message_id: id.clone(),
            state,
            begins_in_s,
        };
        Ok((StatusCode::ACCEPTED, Json(replayed)))
    };
    match progress(&app, &scope, &id).await? {
        Progress::Filed => return accepted(ReplayState::Filed, 0),
        Progress::Underway => return accepted(ReplayState::Queued, 0),
        Progress::Elsewhere => return Err(ApiError::NotFound),
        Progress::NotFiled => {}
    }
    let delay = delay(&app, &worker.key).await?;
    let mut message = kept.message;
    message.source = Source::Replay;
    send(&app, &message, delay).await?;
    // From here on the queue has it; should the sender be a stranger again by then, it will be listed again.
    app.bucket
        .delete(&keys::unknown_sender(message.received_at, &id))
        .await?;
    accepted(ReplayState::Queued, delay)
}

enum Progress {
    NotFiled,
    Underway,
    Filed,
    Elsewhere,
}

async fn progress(app: &App, scope: &CompanyScope, id: &MessageSid) -> Result<Progress, ApiError> {
    let Some(record) = app.bucket.read::<OpaqueRecord>(&keys::record(id)).await? else {
        return Ok(Progress::NotFiled);
    };
    let record = record.value;
    let company = record
        .decisions
        .get("company_id")
        .and_then(|company| company.as_str());
    Ok(match (record.state, company) {
        (RecordState::Deleted, _) => Progress::Elsewhere,
        (_, Some(company)) if company != scope.company_id().as_str() => Progress::Elsewhere,
        (RecordState::Done, Some(_)) => Progress::Filed,
        (RecordState::Working, _) => Progress::Underway,
        (RecordState::Done | RecordState::Failed, _) => Progress::NotFiled,
    })
}

/// How long the queue holds the message back, seconds: until the object that says who the sender is has been there for
/// [`KNOWN_AFTER`].
async fn delay(app: &App, key: &str) -> Result<i32, ApiError> {
    let page = app.bucket.list(key, None, None, 1).await?;
    let Some(written) = page.objects.first().map(|object| object.last_modified) else {
        return Ok(0);
    };
    let age = app.clock.now().duration_since(written);
    let left = KNOWN_AFTER
        .saturating_sub(age.max(SignedDuration::ZERO))
        .max(SignedDuration::ZERO);
    Ok(i32::try_from(left.as_secs()).unwrap_or(0))
}

async fn send(app: &App, message: &QueueMessage, delay_s: i32) -> Result<(), ApiError> {
    let body =
        serde_json::to_string(message).map_err(|error| ApiError::internal("the queue message", error))?;
    let request = app
        .queue
        .send_message()
        .queue_url(&app.config.queue_url)
        .message_body(body)
        .message_group_id(message.group().as_str());
    let sent = request.delay_seconds(delay_s).send().await;
    match sent {
        Ok(_) => Ok(()),
        Err(error) => {
            let source = QueueRefused {
                status: error.raw_response().map(|response| response.status().as_u16()),
                code: error.code().map(str::to_owned),
            };
            Err(ApiError::Unavailable {
                what: "the queue",
                source: Arc::new(source),
            })
        }
    }
}

/// What the queue said instead of taking a message; never the message.
#[derive(Debug, thiserror::Error)]
#[error("SendMessage was not accepted (status {status:?}, code {code:?})")]
struct QueueRefused {
    status: Option<u16>,
    code: Option<String>,
}
