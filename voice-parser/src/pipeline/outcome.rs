//! `{company_id}/index/outcome/{message_id}.json`: files with the company how a message went. Once when it is finished, and once
//! when it has failed for now: a failed message has no notes and no index, and this is what the office can see of it.

use shared::keys::CompanyKeys;
use shared::records::UnknownFields;
use shared::records::outcome::{Outcome, OutcomeSchema, ReplyOutcome};
use shared::records::pipeline::ReplyRecord;

use super::Work;
use crate::decisions::{PipelineRecord, ReplyPlan, Suppressed};
use crate::failure::StepFailure;
use crate::status;

/// Where the outcome of a message is filed; `None` as long as no company is known that it is about.
fn key(record: &PipelineRecord) -> Option<String> {
    let company = record.decisions.company_id.as_ref()?;
    Some(CompanyKeys::of(company).outcome(&record.message_id))
}

/// Files the outcome. `said` is what the record's replies say, `first` the number of its first part.
///
/// # Errors
/// [`StepFailure::Bucket`].
pub(super) async fn file(
    work: Work<'_>,
    record: &PipelineRecord,
    said: Option<&ReplyPlan>,
    first: u32,
) -> Result<(), StepFailure> {
    if let Some(key) = key(record) {
        let outcome = outcome(work, record, said, first);
        work.services.bucket.write(&key, &outcome).await?;
    }
    Ok(())
}

/// Brings in what status callbacks have said since the outcome was made from `then`: they saw no outcome, or may have seen
/// one that was written over. A later callback may be in it already.
///
/// # Errors
/// [`StepFailure::Bucket`].
pub(super) async fn catch_up(
    work: Work<'_>,
    then: &PipelineRecord,
    now: &PipelineRecord,
) -> Result<(), StepFailure> {
    let Some(key) = key(now).filter(|_| now.replies != then.replies) else {
        return Ok(());
    };
    for reply in &now.replies {
        status::amend_outcome(work.services, &key, now, reply.part).await?;
    }
    Ok(())
}

fn outcome(work: Work<'_>, record: &PipelineRecord, said: Option<&ReplyPlan>, first: u32) -> Outcome {
    let decisions = &record.decisions;
    let mut cost = decisions.cost;
    cost.messages_sent = u32::try_from(record.replies.len()).unwrap_or(u32::MAX);
    Outcome {
        schema: OutcomeSchema::Current,
        message_id: record.message_id.clone(),
        note_ids: decisions.note_ids.clone(),
        replies: record
            .replies
            .iter()
            .filter_map(|reply| reply_outcome(work, said?, first, reply))
            .collect(),
        suppressed_reason: said
            .and_then(|plan| plan.suppressed)
            .map(Suppressed::as_str)
            .map(str::to_owned),
        cost,
        steps: decisions.steps.clone(),
        failure: decisions.failure.clone(),
        unknown: UnknownFields::new(),
    }
}

/// `None` for a part of something else, such as a notice of failure of an earlier delivery, whose words are not kept.
fn reply_outcome(work: Work<'_>, said: &ReplyPlan, first: u32, reply: &ReplyRecord) -> Option<ReplyOutcome> {
    let at = usize::try_from(reply.part.checked_sub(first)?).ok()?;
    Some(ReplyOutcome {
        part: reply.part,
        of: reply.of,
        purpose: reply.purpose.clone(),
        language: said.language.clone(),
        body: said.parts.get(at)?.clone(),
        outbound_id: reply.outbound_id.clone(),
        from: work.inbound.to.address.clone(),
        to: work.inbound.from.address.clone(),
        state: reply.status.clone().unwrap_or_else(|| "accepted".to_owned()),
        error_code: reply.error_code,
        at: reply.status_at.unwrap_or(reply.intent_at),
    })
}
