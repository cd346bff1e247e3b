//! Accounts for the message and forgets what was said: the outcome is filed with the company, the record keeps ids only.

use jiff::SignedDuration;
use shared::keys;
use shared::message::QueueMessage;
use shared::metrics::Metric;
use shared::records::pipeline::RecordState;

use super::{Work, outcome};
use crate::decisions::SenderDecision;
use crate::failure::StepFailure;
use crate::ledger::Held;

pub(super) async fn finish(work: Work<'_>, held: &Held) -> Result<(), StepFailure> {
    let services = work.services;
    let mut record = held.record().await;
    // What went wrong in an earlier delivery has been put right.
    record.decisions.failure = None;
    outcome::file(work, &record, record.decisions.reply.as_ref(), 1).await?;
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
    outcome::catch_up(work, &record, &finished).await?;
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
