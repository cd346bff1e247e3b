//! Status callbacks: evidence that a part was sent, and what became of it. They come more than once and in any order; the
//! furthest state is kept.

use shared::bucket::BucketError;
use shared::ids::MessageSid;
use shared::keys::{self, CompanyKeys};
use shared::message::StatusCallback;
use shared::records::outbox::OutboxEntry;
use shared::records::outcome::Outcome;
use shared::records::pipeline::{Evidence, RecordState, ReplyRecord};

use crate::decisions::PipelineRecord;
use crate::failure::StepFailure;
use crate::services::Services;

/// How often the outcome is tried to be written.
const SWAP_ATTEMPTS: usize = 6;

/// How far a message has come, by Twilio's message status (Messaging API, "Message status values"). Final failures rank
/// above what they end, and `read` above all.
fn rank(status: &str) -> u8 {
    match status {
        "accepted" | "scheduled" => 1,
        "queued" => 2,
        "sending" => 3,
        "sent" => 4,
        "partially_delivered" => 5,
        "undelivered" | "failed" | "canceled" => 6,
        "delivered" => 7,
        "read" => 8,
        _ => 0,
    }
}

/// Keeps what a callback says.
///
/// # Errors
/// [`StepFailure`] when the bucket cannot be used; the callback stays in the queue then.
pub async fn keep(services: &Services, callback: &StatusCallback) -> Result<(), StepFailure> {
    let Some((message, part)) = answered(services, callback).await? else {
        tracing::info!("a status callback for a message this system did not send");
        return Ok(());
    };
    let now = services.clock.now();
    let note = |record: &mut PipelineRecord| {
        let reply = record.replies.iter_mut().find(|reply| reply.part == part);
        reply.is_some_and(|reply| amend_reply(reply, callback, now))
    };
    let Some(record) = services.ledger.amend(&message, note).await? else {
        return Ok(());
    };
    if matches!(record.state, RecordState::Done | RecordState::Failed)
        && let Some(company) = &record.decisions.company_id
    {
        amend_outcome(
            services,
            &CompanyKeys::of(company).outcome(&message),
            &record,
            part,
        )
        .await?;
    }
    Ok(())
}

/// The message and part a callback is about: as its address says, else as remembered when it was sent.
async fn answered(
    services: &Services,
    callback: &StatusCallback,
) -> Result<Option<(MessageSid, u32)>, StepFailure> {
    if let (Some(message), Some(part)) = (&callback.message_id, callback.part) {
        return Ok(Some((message.clone(), part)));
    }
    let entry = services
        .bucket
        .read::<OutboxEntry>(&keys::outbox(&callback.outbound_id))
        .await?;
    Ok(entry.map(|entry| (entry.value.message_id, entry.value.part)))
}

/// True when the callback says something new.
fn amend_reply(reply: &mut ReplyRecord, callback: &StatusCallback, now: jiff::Timestamp) -> bool {
    let is_new = reply.outbound_id.is_none();
    if reply
        .outbound_id
        .as_ref()
        .is_some_and(|sid| *sid != callback.outbound_id)
    {
        return false;
    }
    if is_new {
        reply.outbound_id = Some(callback.outbound_id.clone());
        reply.evidence = Some(Evidence::Callback);
    }
    let further = rank(&callback.status) > reply.status.as_deref().map_or(0, rank);
    if further {
        reply.status = Some(callback.status.clone());
        reply.error_code = callback.error_code.or(reply.error_code);
        reply.status_at = Some(now);
    }
    is_new || further
}

/// Brings what the record knows of a part into the outcome, unless the outcome knows more.
///
/// # Errors
/// [`StepFailure::Bucket`].
pub(crate) async fn amend_outcome(
    services: &Services,
    key: &str,
    record: &PipelineRecord,
    part: u32,
) -> Result<(), StepFailure> {
    let Some(known) = record.replies.iter().find(|reply| reply.part == part) else {
        return Ok(());
    };
    for _ in 0..SWAP_ATTEMPTS {
        let Some(mut outcome) = services.bucket.read::<Outcome>(key).await? else {
            return Ok(());
        };
        let reply = outcome.value.replies.iter_mut().find(|reply| reply.part == part);
        let Some(reply) = reply else { return Ok(()) };
        let state = known.status.clone().unwrap_or_else(|| reply.state.clone());
        if rank(&state) <= rank(&reply.state) && reply.outbound_id == known.outbound_id {
            return Ok(());
        }
        reply.state = state;
        reply.error_code = known.error_code;
        reply.outbound_id.clone_from(&known.outbound_id);
        reply.at = known.status_at.unwrap_or(reply.at);
        match services.bucket.replace(key, &outcome.value, &outcome.etag).await {
            Ok(_) => return Ok(()),
            Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(BucketError::Conflict {
        operation: "PutObject",
    }
    .into())
}
