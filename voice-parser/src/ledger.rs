//! The ledger: each message's record in the bucket, taken with a lease and advanced by compare-and-swap.
//!
//! An attempt holds a message through [`Held`]. Its heartbeat and its steps write the same record, so both go through one
//! mutex. A write whose answer was lost is recognised by reading the record back: the lease names the attempt.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::bucket::{Bucket, BucketError, ETag};
use shared::clock::Clock;
use shared::ids::{MessageSid, random_hex32};
use shared::keys;
use shared::message::{QueueMessage, Source};
use shared::records::pipeline::{Lease, RecordSchema, RecordState, Step};
use tokio::sync::Mutex;

use crate::decisions::{Decisions, PipelineRecord, VersionedRecord};
use crate::failure::StepFailure;

/// How often a compare-and-swap is tried before the message is left to a later delivery. Writers of one record are its
/// attempt, that attempt's heartbeat, and status callbacks: a handful.
const SWAP_ATTEMPTS: usize = 6;

/// The part of what was sent before a message was filed again: parts of a reply are counted from 1.
const TOLD_BEFORE: u32 = 0;

/// What came of trying to take a message.
#[derive(Debug)]
pub enum Claim {
    /// This attempt holds it.
    Taken(Held),
    /// It is finished, deleted, or another delivery of it is being worked on: nothing to do.
    Duplicate,
    /// An attempt of the same delivery held it, and its lease has this long to run.
    Leased {
        /// Until it may be taken over.
        remaining: Duration,
    },
}

/// The records of all messages.
#[derive(Debug, Clone)]
pub struct Ledger {
    bucket: Bucket,
    clock: Arc<dyn Clock>,
    lease: SignedDuration,
}

impl Ledger {
    /// The ledger in this bucket, with leases of this length.
    #[must_use]
    pub fn new(bucket: Bucket, clock: Arc<dyn Clock>, lease: Duration) -> Self {
        Self {
            bucket,
            clock,
            lease: SignedDuration::try_from(lease).unwrap_or(SignedDuration::MAX),
        }
    }

    /// Reads a message's record.
    ///
    /// # Errors
    /// [`BucketError`].
    pub async fn read(&self, message: &MessageSid) -> Result<Option<VersionedRecord>, BucketError> {
        let read = self.bucket.read::<PipelineRecord>(&keys::record(message)).await?;
        Ok(read.map(|versioned| (versioned.value, versioned.etag)))
    }

    /// Takes a message for an attempt on the SQS delivery `delivery`, which has been invisible since `held_at`: from then on
    /// the lease counts, so that it is over when the message becomes visible again, and not a moment later.
    ///
    /// # Errors
    /// [`StepFailure::Bucket`].
    pub async fn claim(
        &self,
        message_id: &MessageSid,
        message: &QueueMessage,
        delivery: &str,
        held_at: Timestamp,
    ) -> Result<Claim, StepFailure> {
        let owner = random_hex32();
        for _ in 0..SWAP_ATTEMPTS {
            let now = self.clock.now();
            let lease = Lease {
                owner: owner.clone(),
                delivery: delivery.to_owned(),
                until: held_at + self.lease,
            };
            let (record, known) = match self.read(message_id).await? {
                None => (first_record(message_id, message, lease, now), None),
                Some((record, etag)) => match examine(&record, message, delivery, &owner, now) {
                    Examined::Finished => return Ok(Claim::Duplicate),
                    Examined::HeldByOther => return Ok(Claim::Duplicate),
                    Examined::HeldBySame(remaining) => return Ok(Claim::Leased { remaining }),
                    // Our own write, whose answer was lost.
                    Examined::Ours => return Ok(Claim::Taken(self.held(record, etag))),
                    Examined::Free => (taken_over(record, message, lease, now), Some(etag)),
                },
            };
            let key = keys::record(message_id);
            let written = match &known {
                None => self.bucket.create(&key, &record).await,
                Some(etag) => self.bucket.replace(&key, &record, etag).await,
            };
            match written {
                Ok(etag) => return Ok(Claim::Taken(self.held(record, etag))),
                Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StepFailure::LeaseLost)
    }

    /// Changes a record that is not held by this attempt (a status callback's evidence). `change` may run more than once;
    /// it says whether it changed anything. Returns the record as it is now, or `None` when there is none.
    ///
    /// # Errors
    /// [`StepFailure::Bucket`]; [`StepFailure::LeaseLost`] when others keep writing.
    pub async fn amend(
        &self,
        message: &MessageSid,
        mut change: impl FnMut(&mut PipelineRecord) -> bool + Send,
    ) -> Result<Option<PipelineRecord>, StepFailure> {
        for _ in 0..SWAP_ATTEMPTS {
            let Some((mut record, etag)) = self.read(message).await? else {
                return Ok(None);
            };
            if record.state == RecordState::Deleted || !change(&mut record) {
                return Ok(Some(record));
            }
            match self.bucket.replace(&keys::record(message), &record, &etag).await {
                Ok(_) => return Ok(Some(record)),
                Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StepFailure::LeaseLost)
    }

    fn held(&self, record: PipelineRecord, etag: ETag) -> Held {
        let owner = record
            .lease
            .as_ref()
            .map(|lease| lease.owner.clone())
            .unwrap_or_default();
        Held {
            ledger: self.clone(),
            key: keys::record(&record.message_id),
            owner,
            current: Arc::new(Mutex::new((record, etag))),
        }
    }
}

enum Examined {
    Finished,
    HeldByOther,
    HeldBySame(Duration),
    Ours,
    Free,
}

fn examine(
    record: &PipelineRecord,
    message: &QueueMessage,
    delivery: &str,
    owner: &str,
    now: Timestamp,
) -> Examined {
    match record.state {
        RecordState::Done if may_be_filed_now(record, message) => return Examined::Free,
        RecordState::Done | RecordState::Deleted => return Examined::Finished,
        RecordState::Working | RecordState::Failed => {}
    }
    match &record.lease {
        Some(lease) if lease.owner == owner => Examined::Ours,
        Some(lease) if lease.until > now => {
            if lease.delivery == delivery {
                let remaining = lease.until.duration_since(now);
                Examined::HeldBySame(Duration::try_from(remaining).unwrap_or_default())
            } else {
                Examined::HeldByOther
            }
        }
        Some(_) | None => Examined::Free,
    }
}

/// A finished message that is no company's came from a stranger. The office has it filed again when it knows who that was.
fn may_be_filed_now(record: &PipelineRecord, message: &QueueMessage) -> bool {
    record.decisions.company_id.is_none() && message.source == Source::Replay
}

fn first_record(
    message_id: &MessageSid,
    message: &QueueMessage,
    lease: Lease,
    now: Timestamp,
) -> PipelineRecord {
    PipelineRecord {
        schema: RecordSchema::Current,
        message_id: message_id.clone(),
        message: Some(message.clone()),
        state: RecordState::Working,
        step: Step::Sender,
        lease: Some(lease),
        attempts: 1,
        created_at: now,
        updated_at: now,
        replies: Vec::new(),
        decisions: Decisions::default(),
    }
}

fn taken_over(
    mut record: PipelineRecord,
    message: &QueueMessage,
    lease: Lease,
    now: Timestamp,
) -> PipelineRecord {
    if record.state == RecordState::Done {
        record.step = Step::Sender;
        record.decisions.scrub();
        // What the stranger was told is no part of the reply to the worker. It stays, for whoever deletes the message.
        for told in &mut record.replies {
            told.part = TOLD_BEFORE;
        }
    }
    record.state = RecordState::Working;
    record.lease = Some(lease);
    record.attempts += 1;
    record.updated_at = now;
    // What was said is what was first received; a replay only gives back what was scrubbed.
    record.message.get_or_insert_with(|| message.clone());
    record
}

/// A message held by this attempt.
#[derive(Debug, Clone)]
pub struct Held {
    ledger: Ledger,
    key: String,
    owner: String,
    current: Arc<Mutex<VersionedRecord>>,
}

impl Held {
    /// The record as of the last write.
    pub async fn record(&self) -> PipelineRecord {
        self.current.lock().await.0.clone()
    }

    /// Changes the record and writes it. When somebody else wrote in between (a status callback), `change` is applied to
    /// what they wrote: it may run more than once and must come to the same.
    ///
    /// # Errors
    /// [`StepFailure::LeaseLost`] when another attempt holds the message or it was deleted; [`StepFailure::Bucket`].
    pub async fn advance(
        &self,
        change: impl Fn(&mut PipelineRecord) + Send + Sync,
    ) -> Result<PipelineRecord, StepFailure> {
        let mut current = self.current.lock().await;
        for _ in 0..SWAP_ATTEMPTS {
            let (record, etag) = &*current;
            let mut next = record.clone();
            change(&mut next);
            next.updated_at = self.ledger.clock.now();
            match self.ledger.bucket.replace(&self.key, &next, etag).await {
                Ok(etag) => {
                    *current = (next.clone(), etag);
                    return Ok(next);
                }
                Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {
                    let Some((stored, etag)) = self.ledger.read(&next.message_id).await? else {
                        return Err(StepFailure::LeaseLost);
                    };
                    if stored == next {
                        // Our own write, whose answer was lost.
                        *current = (stored, etag);
                        return Ok(next);
                    }
                    if stored.lease.as_ref().map(|lease| &lease.owner) != Some(&self.owner) {
                        return Err(StepFailure::LeaseLost);
                    }
                    *current = (stored, etag);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(StepFailure::LeaseLost)
    }

    /// Reads what others have written in between: a status callback's evidence.
    ///
    /// # Errors
    /// As [`Held::advance`].
    pub async fn refresh(&self) -> Result<PipelineRecord, StepFailure> {
        let mut current = self.current.lock().await;
        *current = self.stored(&current.0.message_id).await?;
        Ok(current.0.clone())
    }

    /// What is stored, if this attempt still holds it.
    async fn stored(&self, message: &MessageSid) -> Result<VersionedRecord, StepFailure> {
        let (stored, etag) = self.ledger.read(message).await?.ok_or(StepFailure::LeaseLost)?;
        match &stored.lease {
            Some(lease) if lease.owner == self.owner => Ok((stored, etag)),
            Some(_) | None => Err(StepFailure::LeaseLost),
        }
    }

    /// Extends the lease: it counts from `held_at`, when the message was last made invisible.
    ///
    /// # Errors
    /// As [`Held::advance`].
    pub async fn extend(&self, held_at: Timestamp) -> Result<(), StepFailure> {
        let until = held_at + self.ledger.lease;
        let extend = |record: &mut PipelineRecord| {
            if let Some(lease) = record.lease.as_mut() {
                lease.until = until;
            }
        };
        self.advance(extend).await.map(|_| ())
    }

    /// Gives the message back, so that the next delivery need not wait for the lease to end. Answers with what it left.
    ///
    /// # Errors
    /// As [`Held::advance`].
    pub async fn release(&self, state: RecordState) -> Result<PipelineRecord, StepFailure> {
        let release = |record: &mut PipelineRecord| {
            record.lease = None;
            record.state = state;
        };
        self.advance(release).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: &str = "2026-11-20T01:00:00Z";

    fn message(source: &str) -> QueueMessage {
        serde_json::from_value(json!({"version": 1, "kind": "message", "source": source, "received_at": NOW,
            "message_id": "SM01", "channel": "whatsapp", "provider": "twilio", "from": {"address": "whatsapp:+61491570156"},
            "to": {"address": "whatsapp:+61491570110"}, "text": "hello"}))
        .unwrap()
    }

    fn finished(company: Option<&str>) -> PipelineRecord {
        serde_json::from_value(json!({"schema": "record/1", "message_id": "SM01", "state": "done", "step": "done", "attempts": 1,
            "created_at": NOW, "updated_at": NOW, "company_id": company, "replies": [{"part": 1, "of": 1, "sha256": "00",
            "intent_at": NOW, "purpose": "unknown_sender"}]}))
        .unwrap()
    }

    fn is_free(record: &PipelineRecord, source: &str) -> bool {
        let examined = examine(
            record,
            &message(source),
            "delivery",
            "owner",
            NOW.parse().unwrap(),
        );
        matches!(examined, Examined::Free)
    }

    #[test]
    fn only_a_strangers_message_is_filed_again_and_only_by_a_replay() {
        assert!(is_free(&finished(None), "replay"));
        for source in ["webhook", "reconcile"] {
            assert!(!is_free(&finished(None), source), "{source}");
        }
        assert!(!is_free(&finished(Some("acme")), "replay"));
        let tombstone = PipelineRecord {
            state: RecordState::Deleted,
            ..finished(None)
        };
        assert!(!is_free(&tombstone, "replay"));
    }

    #[test]
    fn a_message_that_is_filed_again_begins_again() {
        let now: Timestamp = NOW.parse().unwrap();
        let lease = Lease {
            owner: "owner".to_owned(),
            delivery: "delivery".to_owned(),
            until: now,
        };
        let again = taken_over(finished(None), &message("replay"), lease, now);
        assert_eq!(
            (again.state, again.step, again.attempts),
            (RecordState::Working, Step::Sender, 2)
        );
        assert_eq!(again.message, Some(message("replay")));
        let parts: Vec<u32> = again.replies.iter().map(|reply| reply.part).collect();
        assert_eq!(
            parts,
            [TOLD_BEFORE],
            "what was sent is remembered, and is no part of the reply"
        );
    }
}
