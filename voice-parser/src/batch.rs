//! One invocation by the SQS event source mapping: every message of the batch on its own, two at a time, so that a poison
//! message (or a panic) hurts only itself. What failed is reported item by item (`ReportBatchItemFailures`).

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;
use shared::message::{Content, Decoded, QueueMessage};
use shared::metrics::Metric;
use shared::retry::{Classified as _, Retry};
use shared::telemetry::chain;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::failure::StepFailure;
use crate::pipeline::{self, Ended};
use crate::services::Services;
use crate::status;

/// Messages of one batch worked on at once. Each may hold a recording in memory.
const AT_ONCE: usize = 2;

/// Shortest wait between two deliveries: for what can never be read, and what nothing more will be tried for.
const SOONEST: Duration = Duration::from_secs(1);

/// Longest wait between two deliveries: below SQS's twelve hours, short enough that an outage of a vendor is followed by
/// its notes within a quarter of an hour.
const LONGEST_BACKOFF: Duration = Duration::from_secs(15 * 60);

/// One delivery of one queue message.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// SQS's messageId: the same for every delivery of one send.
    pub id: String,
    /// What this delivery is changed and deleted by.
    pub receipt_handle: String,
    /// The queue body.
    pub body: String,
    /// How often SQS has handed it out, this time included.
    pub receive_count: u32,
    /// Since when it is invisible for a lease, UTC.
    pub held_at: Timestamp,
}

impl Delivery {
    fn received(message: SqsMessage, held_at: Timestamp) -> Self {
        let count = message
            .attributes
            .get("ApproximateReceiveCount")
            .and_then(|text| text.parse().ok());
        Self {
            id: message.message_id.unwrap_or_default(),
            receipt_handle: message.receipt_handle.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            receive_count: count.unwrap_or(1),
            held_at,
        }
    }
}

/// What became of one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// SQS may delete it.
    Acknowledge,
    /// SQS keeps it; it is visible again after so long.
    Again(Duration),
    /// SQS keeps it; its visibility has been seen to.
    Keep,
}

/// Works on every message of the batch and says which ones SQS has to keep.
pub async fn handle(services: &Services, event: SqsEvent, deadline: Instant) -> SqsBatchResponse {
    // Before it is true: a lease may end before the message is visible again, never after.
    let held_at = services.clock.now();
    let received = |message| Delivery::received(message, held_at);
    let deliveries: Vec<Delivery> = event.records.into_iter().map(received).collect();
    hold(services, &deliveries).await;
    let failed: Vec<Option<String>> = futures_util::stream::iter(deliveries)
        .map(|delivery| async move {
            let kept = !settle(services, &delivery, deadline).await;
            kept.then_some(delivery.id)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed
        .into_iter()
        .flatten()
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        })
        .collect();
    response
}

/// Makes everything received invisible for a lease: from here on a killed invocation's messages come back after that long
/// rather than after the queue's own, much longer timeout.
async fn hold(services: &Services, deliveries: &[Delivery]) {
    let lease = services.config.limits.lease;
    let holds = deliveries
        .iter()
        .map(|delivery| services.queue.set_visibility(&delivery.receipt_handle, lease));
    for held in futures_util::future::join_all(holds).await {
        if let Err(error) = held {
            tracing::warn!(error = %chain(&error), "could not set the visibility; the queue's own timeout holds");
        }
    }
}

/// True when SQS may delete the delivery.
async fn settle(services: &Services, delivery: &Delivery, deadline: Instant) -> bool {
    let span = tracing::info_span!("delivery", sqs_message_id = %delivery.id, receive_count = delivery.receive_count);
    let work = work(services, delivery, deadline);
    let verdict = isolated(work, services.config.limits.lease).instrument(span);
    match verdict.await {
        Verdict::Acknowledge => return true,
        Verdict::Keep => {}
        Verdict::Again(after) => {
            if let Err(error) = services
                .queue
                .set_visibility(&delivery.receipt_handle, after)
                .await
            {
                tracing::warn!(error = %chain(&error), "could not set the visibility of a failed message");
            }
        }
    }
    false
}

/// A panic ends this message's work and not the batch. What it was working on is dropped; the state that outlives it is in
/// the bucket, where every write is whole.
async fn isolated(work: impl Future<Output = Verdict>, lease: Duration) -> Verdict {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a message made the parser panic; it stays in the queue");
        Verdict::Again(lease)
    })
}

async fn work(services: &Services, delivery: &Delivery, deadline: Instant) -> Verdict {
    let message = match QueueMessage::decode(&delivery.body) {
        Ok(Decoded::Known(message)) => message,
        Ok(Decoded::UnknownKind(kind)) => {
            tracing::warn!(
                kind_length = kind.len(),
                "passed over a queue message of a kind this version lacks"
            );
            services.metrics.count(Metric::UnknownKind);
            return Verdict::Acknowledge;
        }
        Err(error) => {
            tracing::error!(error = %chain(&error), "a queue message cannot be read; it goes to the dead-letter queue");
            return Verdict::Again(SOONEST);
        }
    };
    let outcome = match &message.content {
        Content::Message(inbound) => {
            let span = tracing::info_span!("message", message_sid = %inbound.message_id);
            let attempt = pipeline::Attempt {
                message: &message,
                inbound,
                delivery,
                deadline,
            };
            pipeline::run(services, attempt).instrument(span).await
        }
        Content::Status(callback) => {
            let span = tracing::info_span!("status", outbound_sid = %callback.outbound_id);
            status::keep(services, callback)
                .instrument(span)
                .await
                .map(|()| Ended::Finished)
        }
    };
    verdict(services, &message, delivery, outcome).await
}

/// Enqueues a message that got on, in place of its delivery: its deliveries are counted from 1 again, because only those that
/// get nowhere are to come to an end. Killed in between, it is in the queue twice, which its record makes harmless.
async fn go_on(services: &Services, message: &QueueMessage) -> Verdict {
    match services.queue.send(message).await {
        Ok(()) => Verdict::Acknowledge,
        Err(error) => {
            tracing::warn!(error = %chain(&error), "a message that got on could not be enqueued; this delivery goes on");
            Verdict::Again(SOONEST)
        }
    }
}

async fn verdict(
    services: &Services,
    message: &QueueMessage,
    delivery: &Delivery,
    outcome: Result<Ended, StepFailure>,
) -> Verdict {
    let lease = services.config.limits.lease;
    match outcome {
        Ok(Ended::Finished) => Verdict::Acknowledge,
        Ok(Ended::Unfinished) => go_on(services, message).await,
        Ok(Ended::Duplicate) => {
            services.metrics.count(Metric::DuplicateDelivery);
            Verdict::Acknowledge
        }
        Ok(Ended::Leased { remaining }) => Verdict::Again(remaining),
        // Whoever holds it now has set its visibility.
        Err(StepFailure::LeaseLost) => Verdict::Keep,
        // As soon as it can be known, but not at once: evidence takes its time.
        Err(StepFailure::ReplyUncertain { settled_in }) => {
            services.metrics.count(Metric::AttemptFailed);
            Verdict::Again(settled_in.clamp(SOONEST, LONGEST_BACKOFF))
        }
        Err(failure) => {
            services.metrics.count(Metric::AttemptFailed);
            Verdict::Again(
                if delivery.receive_count >= services.config.limits.max_receive_count {
                    // Nobody waits for anything any more: the sooner it is in the dead-letter queue, the sooner it is seen.
                    SOONEST
                } else {
                    backoff(lease, delivery.receive_count, failure.retry())
                },
            )
        }
    }
}

/// How long to wait before the next delivery: twice as long each time, at least what the vendor asked for.
fn backoff(lease: Duration, receive_count: u32, retry: Retry) -> Duration {
    let doubled = lease.saturating_mul(1_u32 << receive_count.saturating_sub(1).min(10));
    let wanted = match retry {
        Retry::Later { after: Some(after) } => doubled.max(after),
        Retry::Later { after: None } | Retry::Never => doubled,
        // An account without money is not hammered.
        Retry::Billing => LONGEST_BACKOFF,
    };
    wanted.min(LONGEST_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(60);

    #[test]
    fn each_delivery_waits_longer_up_to_a_quarter_of_an_hour() {
        let waits: Vec<u64> = (1..=7)
            .map(|n| backoff(LEASE, n, Retry::LATER).as_secs())
            .collect();
        assert_eq!(waits, [60, 120, 240, 480, 900, 900, 900]);
    }

    #[test]
    fn a_vendor_that_asked_for_longer_gets_longer() {
        let asked = Retry::Later {
            after: Some(Duration::from_secs(200)),
        };
        assert_eq!(backoff(LEASE, 1, asked).as_secs(), 200);
        assert_eq!(backoff(LEASE, 3, asked).as_secs(), 240);
        assert_eq!(backoff(LEASE, 1, Retry::Billing), LONGEST_BACKOFF);
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_of_one_message_among_others() {
        let deliveries = [false, true, false].map(|panics| async move {
            tokio::task::yield_now().await;
            assert!(!panics, "as a defect of the parser would");
            Verdict::Acknowledge
        });
        let verdicts = deliveries.map(|work| isolated(work, LEASE));
        assert_eq!(
            futures_util::future::join_all(verdicts).await,
            [Verdict::Acknowledge, Verdict::Again(LEASE), Verdict::Acknowledge]
        );
    }
}
