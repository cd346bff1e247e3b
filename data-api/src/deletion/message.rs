//! Everything of one message.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::json;
use shared::bucket::{BucketError, Versioned};
use shared::ids::{MessageSid, NoteId};
use shared::keys;
use shared::records::UnknownFields;
use shared::records::index::FilingState;
use shared::records::outcome::Outcome;
use shared::records::pipeline::{OpaqueRecord, RecordSchema, RecordState, Step};

use super::{rows, versions};
use crate::access::CompanyScope;
use crate::app::App;
use crate::error::ApiError;
use crate::message::Message;

/// Where the index of a message that is being deleted keeps which messages were sent about it.
const OUTBOUND: &str = "outbound_ids";

const BEING_WORKED_ON: &str = "The message is being worked on. Try again in a minute.";

impl Message {
    /// Whether a deletion was begun.
    #[must_use]
    pub fn is_being_deleted(&self) -> bool {
        self.index.state == FilingState::Deleted
    }
}

pub(super) async fn delete(app: &App, scope: &CompanyScope, message: Message) -> Result<(), ApiError> {
    let id = message.index.message_id.clone();
    let message = begin(app, scope, message).await?;
    bury(app, &id).await?;

    let index = &message.index;
    let notes: Vec<NoteId> = index.notes.iter().map(|note| note.note_id.clone()).collect();
    rows::remove(app, scope, &notes, index.received_at).await?;
    for prefix in message.prefixes(scope)? {
        versions::remove(&app.bucket, &prefix, None, |_| true).await?;
    }
    versions::remove_object(&app.bucket, &scope.keys().outcome(&id)).await?;
    versions::remove(&app.bucket, &keys::inbox(&id), None, |_| true).await?;
    for outbound in outbound_of(&message) {
        versions::remove_object(&app.bucket, &keys::outbox(&outbound)).await?;
    }
    // What the record said before it was a tombstone: the message itself.
    versions::remove_history(&app.bucket, &keys::record(&id)).await?;
    app.media.delete_all(&id).await?;
    versions::remove_object(&app.bucket, &scope.keys().message_index(&id)).await
}

/// Marks the message deleted, and notes in its index what later steps need and could not find any more.
async fn begin(app: &App, scope: &CompanyScope, message: Message) -> Result<Message, ApiError> {
    if message.is_being_deleted() {
        return Ok(message);
    }
    let Message { mut index, etag } = message;
    let record = app
        .bucket
        .read::<OpaqueRecord>(&keys::record(&index.message_id))
        .await?;
    if record
        .as_ref()
        .is_some_and(|record| is_leased(&record.value, app.clock.now()))
    {
        return Err(ApiError::Conflict(BEING_WORKED_ON));
    }
    let outcome = app
        .bucket
        .read::<Outcome>(&scope.keys().outcome(&index.message_id))
        .await?;
    let recorded = record
        .into_iter()
        .flat_map(|record| record.value.replies)
        .filter_map(|reply| reply.outbound_id);
    let told = outcome
        .into_iter()
        .flat_map(|outcome| outcome.value.replies)
        .filter_map(|reply| reply.outbound_id);
    let outbound: BTreeSet<MessageSid> = recorded.chain(told).collect();
    index.state = FilingState::Deleted;
    index.unknown.insert(OUTBOUND.to_owned(), json!(outbound));
    let key = scope.keys().message_index(&index.message_id);
    match app.bucket.replace(&key, &index, &etag).await {
        Ok(etag) => Ok(Message { index, etag }),
        Err(BucketError::PreconditionFailed { .. }) => Err(ApiError::Conflict(BEING_WORKED_ON)),
        Err(error) => Err(error.into()),
    }
}

fn is_leased(record: &OpaqueRecord, now: Timestamp) -> bool {
    record.state == RecordState::Working && record.lease.as_ref().is_some_and(|lease| now < lease.until)
}

fn outbound_of(message: &Message) -> Vec<MessageSid> {
    let noted = message.index.unknown.get(OUTBOUND).cloned().unwrap_or_default();
    serde_json::from_value(noted).unwrap_or_default()
}

/// Turns the message's record into a tombstone, or makes one: ids and times, nothing else, never revived.
async fn bury(app: &App, id: &MessageSid) -> Result<(), ApiError> {
    let key = keys::record(id);
    let now = app.clock.now();
    let known = app.bucket.read::<OpaqueRecord>(&key).await?;
    let written = match known {
        Some(Versioned { value: record, .. }) if record.state == RecordState::Deleted => return Ok(()),
        Some(Versioned { value: record, etag }) => {
            if is_leased(&record, now) {
                return Err(ApiError::Conflict(BEING_WORKED_ON));
            }
            let stone = tombstone(id, record.created_at, now, record.attempts);
            app.bucket.replace(&key, &stone, &etag).await
        }
        None => app.bucket.create(&key, &tombstone(id, now, now, 0)).await,
    };
    match written {
        Ok(_) => Ok(()),
        Err(BucketError::PreconditionFailed { .. }) => Err(ApiError::Conflict(BEING_WORKED_ON)),
        Err(error) => Err(error.into()),
    }
}

fn tombstone(id: &MessageSid, created_at: Timestamp, now: Timestamp, attempts: u32) -> OpaqueRecord {
    OpaqueRecord {
        schema: RecordSchema::Current,
        message_id: id.clone(),
        message: None,
        state: RecordState::Deleted,
        step: Step::Done,
        lease: None,
        attempts,
        created_at,
        updated_at: now,
        replies: Vec::new(),
        decisions: UnknownFields::new(),
    }
}
