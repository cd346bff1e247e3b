//! Accounts for the message and forgets what was said: the outcome is filed with the company, the record keeps ids only.

use jiff::SignedDuration;
use shared::keys::{self, CompanyKeys};
use shared::message::QueueMessage;
use shared::metrics::Metric;
use shared::records::outcome::{Outcome, OutcomeSchema, ReplyOutcome};
use shared::records::pipeline::{RecordState, ReplyRecord};

use super::Work;
use crate::decisions::{PipelineRecord, ReplyPlan, SenderDecision, Suppressed};
use crate::failure::StepFailure;
use crate::ledger::Held;
use crate::status;

pub(super) async fn finish(work: Work<'_>, held: &Held) -> Result<(), StepFailure> {
    let services = work.services;
    let record = held.record().await;
    let outcome_key = record
        .decisions
        .company_id
        .as_ref()
        .map(|company| CompanyKeys::of(company).outcome(&record.message_id));
    if let Some(key) = &outcome_key {
        services.bucket.write(key, &outcome(work, &record)).await?;
    }
    if let (Some(SenderDecision::Stranger { .. }), Some(message)) =
        (&record.decisions.sender, &record.message)
    {
        keep_for_later(work, message).await?;
    }
    let finished = held
        .advance(|record| {
            record.state = RecordState::Done;
            record.lease = None;
            record.message = None;
            record.decisions.scrub();
        })
        .await?;
    if let Some(key) = &outcome_key
        && finished.replies != record.replies
    {
        // A status callback came in between: it saw no finished record, so its news goes into the outcome here; a later one
        // may be there already.
        for reply in &finished.replies {
            status::amend_outcome(services, key, &finished, reply.part).await?;
        }
    }
    let took = services.clock.now().duration_since(work.received_at);
    if !finished.decisions.note_ids.is_empty() {
        services.metrics.count(Metric::MessageFiled);
    }
    services.metrics.put(Metric::MessageLatency, milliseconds(took));
    tracing::info!(
        attempts = finished.attempts,
        latency_ms = milliseconds(took),
        "message finished"
    );
    Ok(())
}

/// Keeps a stranger's message for thirty days, so that the office can have it filed when it knows the sender. The message
/// comes first: what says that it is there never says so in vain.
async fn keep_for_later(work: Work<'_>, message: &QueueMessage) -> Result<(), StepFailure> {
    let (bucket, id) = (&work.services.bucket, &work.inbound.message_id);
    bucket.write(&keys::unknown_message(id), message).await?;
    let entry = serde_json::json!({ "message_id": id });
    bucket
        .write(&keys::unknown_sender(work.received_at, id), &entry)
        .await?;
    Ok(())
}

fn milliseconds(duration: SignedDuration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn outcome(work: Work<'_>, record: &PipelineRecord) -> Outcome {
    let decisions = &record.decisions;
    let plan = decisions.reply.as_ref();
    let mut cost = decisions.cost;
    cost.messages_sent = u32::try_from(record.replies.len()).unwrap_or(u32::MAX);
    Outcome {
        schema: OutcomeSchema::Current,
        message_id: record.message_id.clone(),
        note_ids: decisions.note_ids.clone(),
        replies: record
            .replies
            .iter()
            .filter_map(|reply| reply_outcome(work, plan?, reply))
            .collect(),
        suppressed_reason: plan
            .and_then(|plan| plan.suppressed)
            .map(Suppressed::as_str)
            .map(str::to_owned),
        cost,
        steps: decisions.steps.clone(),
        failure: decisions.failure.clone(),
    }
}

/// `None` for a notice of failure of an earlier delivery, whose words are not kept.
fn reply_outcome(work: Work<'_>, plan: &ReplyPlan, reply: &ReplyRecord) -> Option<ReplyOutcome> {
    let at = usize::try_from(reply.part).ok()?.checked_sub(1)?;
    Some(ReplyOutcome {
        part: reply.part,
        of: reply.of,
        purpose: reply.purpose.clone(),
        language: plan.language.clone(),
        body: plan.parts.get(at)?.clone(),
        outbound_id: reply.outbound_id.clone(),
        from: work.inbound.to.address.clone(),
        to: work.inbound.from.address.clone(),
        state: reply.status.clone().unwrap_or_else(|| "accepted".to_owned()),
        error_code: reply.error_code,
        at: reply.status_at.unwrap_or(reply.intent_at),
    })
}
