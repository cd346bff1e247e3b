//! Gives a message back that could not be finished; on its last delivery tells the worker, once, that it is not lost, and
//! files with the company that it failed.

use shared::company::Language;
use shared::message::Content;
use shared::records::outcome::Failure;
use shared::records::pipeline::RecordState;
use shared::telemetry::chain;
use tokio::time::Instant;

use super::{Work, count_failure, outcome, reply, sender};
use crate::decisions::{PipelineRecord, ReplyPlan, ReplyPurpose, SenderDecision};
use crate::failure::StepFailure;
use crate::ledger::{Claim, Held};
use crate::reply::compose::reference;
use crate::reply::phrases::{Phrases, fill};
use crate::services::Services;

/// What holds a message instead of a delivery.
const RECONCILIATION: &str = "reconciliation";

/// The part number of the failure notice: after any part a reply can have.
const FAILURE_PART: u32 = 4;

/// Never fails itself: what goes wrong here is logged, and the lease ends by itself.
pub(super) async fn give_back(work: Work<'_>, held: &Held, failure: &StepFailure, last: bool) {
    let state = if last {
        RecordState::Failed
    } else {
        RecordState::Working
    };
    count_failure(work.services, failure, state);
    let accounted = if last {
        give_up(work, held, failure).await
    } else {
        None
    };
    let left = match held.release(state).await {
        Ok(left) => left,
        Err(error) => {
            tracing::warn!(error = %chain(&error), "the message could not be given back; its lease will end");
            return;
        }
    };
    if let Some(accounted) = accounted
        && let Err(error) = outcome::catch_up(work, &accounted, &left).await
    {
        tracing::warn!(error = %chain(&error), "the outcome may not say whether the worker was told");
    }
}

/// Writes down why, tells the worker, and files with the company that it failed. Gives the record that was filed from.
async fn give_up(work: Work<'_>, held: &Held, failure: &StepFailure) -> Option<PipelineRecord> {
    let notice = match explain(work, held, failure).await {
        Ok(notice) => notice,
        Err(error) => {
            tracing::error!(error = %chain(&error), "it could not be written down why the message failed");
            return None;
        }
    };
    if let Some(notice) = &notice
        && let Err(error) = reply::send_all(work, held, notice, FAILURE_PART).await
    {
        tracing::error!(error = %chain(&error), "the worker could not be told that the message failed");
    }
    let record = held.record().await;
    let filed = match &notice {
        Some(notice) => outcome::file(work, &record, Some(notice), FAILURE_PART).await,
        None => outcome::file(work, &record, record.decisions.reply.as_ref(), 1).await,
    };
    if let Err(error) = filed {
        tracing::error!(error = %chain(&error), "the office cannot see that the message failed");
        return None;
    }
    Some(record)
}

/// Tells the worker of a message whose last attempt was cut off before it could: nobody else will. False when somebody holds
/// the message after all.
///
/// # Errors
/// [`StepFailure`]; reconciliation comes back to it.
pub async fn tell_of_cut_off(
    services: &Services,
    record: &PipelineRecord,
    deadline: Instant,
) -> Result<bool, StepFailure> {
    let Some(message) = &record.message else {
        return Ok(false);
    };
    let Content::Message(inbound) = &message.content else {
        return Ok(false);
    };
    let claim = services
        .ledger
        .claim(&record.message_id, message, RECONCILIATION, services.clock.now());
    let Claim::Taken(held) = claim.await? else {
        return Ok(false);
    };
    let work = Work {
        services,
        inbound,
        received_at: message.received_at,
        deadline,
    };
    give_back(work, &held, &StepFailure::CutOff, true).await;
    Ok(true)
}

/// Writes down why it failed, and decides what the worker is told of it: nothing when a reply was sent, and a stranger is
/// not told anything twice.
async fn explain(
    work: Work<'_>,
    held: &Held,
    failure: &StepFailure,
) -> Result<Option<ReplyPlan>, StepFailure> {
    let step = held.record().await.step;
    let record = held
        .advance(|record| {
            record.decisions.failure = Some(Failure {
                step,
                code: failure.code().to_owned(),
                message: failure.to_string(),
            });
        })
        .await?;
    // Any part that was or may have been sent says more than a notice of failure.
    if record.replies.iter().any(|reply| reply.part != FAILURE_PART) {
        return Ok(None);
    }
    let language = match &record.decisions.sender {
        Some(SenderDecision::Worker { opted_out: true, .. } | SenderDecision::Stranger { .. }) => {
            return Ok(None);
        }
        Some(SenderDecision::Worker { customer, .. }) => customer.reply_language(None),
        // It could not be asked who it is. Nothing is spent on strangers, but a worker is known from earlier messages.
        None if sender::was_worker(work).await? => Language::english(),
        None => return Ok(None),
    };
    Ok(Some(failure_notice(work, language)))
}

fn failure_notice(work: Work<'_>, language: Language) -> ReplyPlan {
    let words = fill(
        Phrases::of(&language).failed,
        "reference",
        &reference(&work.inbound.message_id),
    );
    ReplyPlan {
        purpose: ReplyPurpose::Failure,
        language,
        parts: vec![words],
        question: None,
        suppressed: None,
        planned_at: work.services.clock.now(),
    }
}
