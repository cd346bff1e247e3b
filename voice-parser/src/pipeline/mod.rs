//! One message, step by step. Each step's decision is written into the message's record before the next step begins; an
//! attempt that takes a message over continues after the last one written.
//!
//! A step returns what it decided and changes no record itself, but for two that checkpoint in between: media (item by
//! item) and the reply (intent before sending, evidence after).

mod answer;
mod clients;
mod done;
mod failing;
mod media;
mod note;
mod outcome;
mod publish;
mod question;
mod reply;
mod route;
mod sender;
mod transcript;

pub use failing::tell_of_cut_off;

use std::time::Duration;

use jiff::Timestamp;
use shared::ids::NoteId;
use shared::lookup::ClientAnswer;
use shared::message::{InboundMessage, QueueMessage};
use shared::metrics::Metric;
use shared::records::outcome::StepTiming;
use shared::records::pipeline::{RecordState, Step};
use shared::telemetry::chain;
use tokio::time::Instant;

use crate::batch::Delivery;
use crate::decisions::{KeptMedia, NoteDecision, PipelineRecord, Route, SenderDecision, TranscriptDecision};
use crate::failure::StepFailure;
use crate::ledger::{Claim, Held};
use crate::services::Services;

/// Kept back on the last delivery to tell the worker that it failed.
const TELLING_RESERVE: Duration = Duration::from_secs(20);
/// Kept back on every other delivery to give the message back.
const RELEASE_RESERVE: Duration = Duration::from_secs(1);
/// A lease that has no longer to run than this is waited for: giving the message back would cost it a delivery.
const SHORT_LEASE: Duration = Duration::from_secs(2);
/// The lease is extended when a third of it is over.
const HEARTBEATS_PER_LEASE: u32 = 3;

/// One attempt on one delivery of a message.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// As decoded from the queue.
    pub message: &'a QueueMessage,
    /// Its content.
    pub inbound: &'a InboundMessage,
    /// As received from SQS.
    pub delivery: &'a Delivery,
    /// When the invocation ends.
    pub deadline: Instant,
}

/// How an attempt ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The message is finished.
    Finished,
    /// It got on, was given back, and has to be enqueued anew to go on.
    Unfinished,
    /// It was finished or deleted already, or another delivery of it is being worked on.
    Duplicate,
    /// An attempt cut off earlier still has a lease on it.
    Leased {
        /// Until it may be taken over.
        remaining: Duration,
    },
}

/// What the steps work on: the message as first received, and until when.
#[derive(Debug, Clone, Copy)]
struct Work<'a> {
    services: &'a Services,
    inbound: &'a InboundMessage,
    received_at: Timestamp,
    deadline: Instant,
}

/// Takes a message and works on it until it is finished, fails or time is up.
///
/// # Errors
/// What kept the message from being finished in this attempt.
pub async fn run(services: &Services, attempt: Attempt<'_>) -> Result<Ended, StepFailure> {
    let last = attempt.delivery.receive_count >= services.config.limits.max_receive_count;
    let claim = take(services, attempt, last).await;
    let held = match claim.inspect_err(|error| log_failure(error, Step::Claim))? {
        Claim::Taken(held) => held,
        Claim::Duplicate => return Ok(Ended::Duplicate),
        Claim::Leased { remaining } => return Ok(Ended::Leased { remaining }),
    };
    let left = attempt.deadline.saturating_duration_since(Instant::now());
    let reserve = reserve(last, left);
    let first = held
        .record()
        .await
        .message
        .unwrap_or_else(|| attempt.message.clone());
    let inbound = match &first.content {
        shared::message::Content::Message(inbound) => inbound.as_ref(),
        shared::message::Content::Status(_) => attempt.inbound,
    };
    let work = Work {
        services,
        inbound,
        received_at: first.received_at,
        deadline: attempt.deadline.checked_sub(reserve).unwrap_or(attempt.deadline),
    };
    let result = tokio::select! {
        result = tokio::time::timeout_at(work.deadline, steps(work, &held)) => {
            result.unwrap_or(Err(StepFailure::OutOfTime))
        }
        lost = heartbeat(services, attempt.delivery, &held) => Err(lost),
    };
    match result {
        Ok(()) => Ok(Ended::Finished),
        Err(StepFailure::LeaseLost) => {
            tracing::warn!("another attempt took this message over");
            Err(StepFailure::LeaseLost)
        }
        Err(StepFailure::Unfinished) => {
            let released = held.release(RecordState::Working).await;
            released.inspect_err(|error| log_failure(error, Step::Transcript))?;
            Ok(Ended::Unfinished)
        }
        Err(failure) => {
            let step = held.record().await.step;
            log_failure(&failure, step);
            let work = Work {
                deadline: attempt.deadline,
                ..work
            };
            failing::give_back(work, &held, &failure, last).await;
            Err(failure)
        }
    }
}

/// What is kept back of the time that is left. With a short function timeout, telling gets half of it, and the work the other.
fn reserve(last: bool, left: Duration) -> Duration {
    if last {
        TELLING_RESERVE.min(left / 2)
    } else {
        RELEASE_RESERVE
    }
}

/// Takes the message. A lease of an earlier attempt is waited for when it is nearly over, or when there will be no further
/// delivery to wait for.
async fn take(services: &Services, attempt: Attempt<'_>, last: bool) -> Result<Claim, StepFailure> {
    let limits = &services.config.limits;
    let mut held_at = attempt.delivery.held_at;
    loop {
        let waited = services.clock.now().duration_since(held_at);
        if Duration::try_from(waited).is_ok_and(|waited| waited > limits.lease / HEARTBEATS_PER_LEASE) {
            held_at = hold(services, attempt.delivery).await;
        }
        let (message_id, delivery) = (&attempt.inbound.message_id, &attempt.delivery.id);
        let claim = services
            .ledger
            .claim(message_id, attempt.message, delivery, held_at)
            .await?;
        let Claim::Leased { remaining } = claim else {
            return Ok(claim);
        };
        let end = Instant::now() + remaining;
        if end + RELEASE_RESERVE > attempt.deadline || !(last || remaining <= SHORT_LEASE) {
            return Ok(claim);
        }
        tokio::time::sleep_until(end).await;
    }
}

/// Makes the message invisible for another lease. Gives the time from which that counts.
async fn hold(services: &Services, delivery: &Delivery) -> Timestamp {
    let held_at = services.clock.now();
    let lease = services.config.limits.lease;
    if let Err(error) = services
        .queue
        .set_visibility(&delivery.receipt_handle, lease)
        .await
    {
        tracing::warn!(error = %chain(&error), "a heartbeat could not extend the visibility");
    }
    held_at
}

/// Logs a failure once, where it leaves the pipeline.
fn log_failure(failure: &StepFailure, step: Step) {
    tracing::error!(step = step.as_str(), code = failure.code(), error = %chain(failure), "the attempt failed");
}

/// Extends visibility and lease together until the work is over. Returns only when the message is somebody else's.
async fn heartbeat(services: &Services, delivery: &Delivery, held: &Held) -> StepFailure {
    let beat = services.config.limits.lease / HEARTBEATS_PER_LEASE;
    loop {
        tokio::time::sleep(beat).await;
        let held_at = hold(services, delivery).await;
        match held.extend(held_at).await {
            Ok(()) => {}
            Err(StepFailure::LeaseLost) => return StepFailure::LeaseLost,
            Err(error) => tracing::warn!(error = %chain(&error), "a heartbeat could not extend the lease"),
        }
    }
}

/// What a step decided.
#[derive(Debug, Clone)]
enum Decided {
    Sender(SenderDecision),
    Route(Route),
    Media(Vec<KeptMedia>),
    Transcript(TranscriptDecision, Heard),
    Clients(Option<ClientAnswer>),
    Note(NoteDecision, Tokens),
    Published(Vec<NoteId>),
    Replied,
}

/// What a transcription cost.
#[derive(Debug, Clone, Copy, Default)]
struct Heard {
    audio_s: f64,
    usd: f64,
}

/// What a structuring cost.
#[derive(Debug, Clone, Copy, Default)]
struct Tokens {
    input: u64,
    output: u64,
    usd: f64,
}

async fn steps(work: Work<'_>, held: &Held) -> Result<(), StepFailure> {
    loop {
        let record = held.record().await;
        let step = record.step;
        let started = Instant::now();
        let decided = match step {
            // A record begins at the step after the claim.
            Step::Claim | Step::Sender => Decided::Sender(sender::decide(work, &record).await?),
            Step::Route => Decided::Route(route::decide(work, &record).await?),
            Step::Media => Decided::Media(media::keep(work, held).await?),
            Step::Transcript => transcript::decide(work, &record).await?,
            Step::Clients => Decided::Clients(clients::decide(work, &record).await?),
            Step::Note => note::decide(work, &record).await?,
            Step::Publish => Decided::Published(match &record.decisions.route {
                Some(Route::Answer(answer)) => answer::apply(work, &record, answer).await?,
                Some(Route::Note { .. } | Route::Thanks | Route::Command { .. }) | None => {
                    publish::publish(work, &record).await?
                }
            }),
            Step::Reply => {
                reply::reply(work, held).await?;
                Decided::Replied
            }
            Step::Done => return done::finish(work, held).await,
        };
        let took = StepTiming {
            step,
            ms: milliseconds(started.elapsed()),
            attempts: 1,
        };
        held.advance(|record| commit(record, &decided, took)).await?;
    }
}

/// Writes a decision into the record.
fn commit(record: &mut PipelineRecord, decided: &Decided, took: StepTiming) {
    if record.step != took.step {
        // Applied already: an earlier write of the same decision whose answer was lost.
        return;
    }
    record.step = after(decided);
    add_timing(&mut record.decisions.steps, took);
    let decisions = &mut record.decisions;
    match decided {
        Decided::Sender(sender) => {
            decisions.sender = Some(sender.clone());
            decisions.company_id = decisions.customer().map(|customer| customer.company_id.clone());
        }
        Decided::Route(route) => decisions.route = Some(route.clone()),
        Decided::Media(media) => decisions.media = Some(media.clone()),
        Decided::Transcript(transcript, heard) => {
            decisions.transcript = Some(transcript.clone());
            decisions.cost.audio_s += heard.audio_s;
            decisions.cost.usd_estimate += heard.usd;
        }
        Decided::Clients(clients) => decisions.clients.clone_from(clients),
        Decided::Note(note, tokens) => {
            decisions.note = Some(note.clone());
            decisions.cost.input_tokens += tokens.input;
            decisions.cost.output_tokens += tokens.output;
            decisions.cost.usd_estimate += tokens.usd;
        }
        Decided::Published(note_ids) => decisions.note_ids.clone_from(note_ids),
        Decided::Replied => {}
    }
}

/// The step that follows a decision.
fn after(decided: &Decided) -> Step {
    match decided {
        Decided::Sender(SenderDecision::Worker { .. }) => Step::Route,
        Decided::Sender(SenderDecision::Stranger { .. }) | Decided::Route(Route::Command { .. }) => {
            Step::Reply
        }
        Decided::Route(Route::Note { .. }) => Step::Media,
        Decided::Media(_) => Step::Transcript,
        Decided::Transcript(..) => Step::Clients,
        Decided::Clients(_) | Decided::Route(Route::Thanks) => Step::Note,
        Decided::Note(..) | Decided::Route(Route::Answer(_)) => Step::Publish,
        Decided::Published(_) => Step::Reply,
        Decided::Replied => Step::Done,
    }
}

fn add_timing(timings: &mut Vec<StepTiming>, took: StepTiming) {
    match timings.iter_mut().find(|timing| timing.step == took.step) {
        Some(timing) => {
            timing.ms += took.ms;
            timing.attempts += took.attempts;
        }
        None => timings.push(took),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Counts what became of a message that is given back.
fn count_failure(services: &Services, failure: &StepFailure, state: RecordState) {
    use shared::retry::{Classified as _, Retry};
    if failure.retry() == Retry::Billing {
        services.metrics.count(Metric::BillingFailure);
    }
    if state == RecordState::Failed {
        services.metrics.count(Metric::MessageFailed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_delivery_keeps_time_to_tell_and_time_to_work() {
        let seconds = |last, left| reserve(last, Duration::from_secs(left)).as_secs();
        assert_eq!(
            [seconds(true, 48), seconds(true, 40), seconds(true, 8)],
            [20, 20, 4]
        );
        assert_eq!([seconds(false, 48), seconds(false, 8)], [1, 1]);
    }
}
