//! The minutes of recordings a company has transcribed per day. Past them a recording is filed as it is, and each worker who
//! sends one is told once that day.
//!
//! The day is the company's own and the one the message was received on, so that a late delivery counts where the message
//! belongs, and a repeated one comes to the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::bucket::{Bucket, BucketError};
use shared::company::CompanySettings;
use shared::customer::Customer;
use shared::ids::{CustomerId, MessageSid};
use shared::keys::CompanyKeys;
use shared::records::UnknownFields;

/// How often a compare-and-swap is tried. All of a company's messages of a day write the same record, and as many at once as
/// the queue has consumers; one of them succeeds each time.
const SWAP_ATTEMPTS: usize = 30;

/// Bytes a second taken for a recording whose file does not say how long it plays: 32 kbit/s, the least that music players
/// write.
const ASSUMED_BYTES_PER_SECOND: u64 = 4000;

/// `{company_id}/index/allowance/{date}.json`, one per day of the company's: `schema, date, seconds{"{message_id}/media-{n}":
/// whole seconds}, told{customer_id: message_id}`. Changed by compare-and-swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct AllowanceDay {
    schema: AllowanceSchema,
    /// In the company's time zone.
    date: Date,
    /// What was let through, whole seconds by recording: a recording that comes again is not counted again.
    #[serde(default)]
    seconds: BTreeMap<String, u64>,
    /// The message whose reply tells a worker that the day's minutes are used up.
    #[serde(default)]
    told: BTreeMap<CustomerId, MessageSid>,
    /// What a later version added.
    #[serde(flatten)]
    unknown: UnknownFields,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum AllowanceSchema {
    #[serde(rename = "allowance/1")]
    Current,
}

/// A recording that is to be transcribed.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its message.
    pub message_id: &'a MessageSid,
    /// Position in the message.
    pub index: u32,
    /// Seconds, when the file says so.
    pub duration_s: Option<f64>,
    /// Bytes.
    pub size: u64,
}

impl Candidate<'_> {
    fn id(&self) -> String {
        format!("{}/media-{}", self.message_id, self.index)
    }

    /// Whole seconds, rounded up.
    fn seconds(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a duration is small and positive"
        )]
        let known = self.duration_s.map(|seconds| seconds.ceil() as u64);
        known.unwrap_or_else(|| self.size.div_ceil(ASSUMED_BYTES_PER_SECOND))
    }
}

/// Whether a recording may be transcribed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// There are minutes left for it.
    Admitted,
    /// There are not.
    UsedUp {
        /// Whether the reply to this message says so: true for one message of each worker and day.
        tell: bool,
    },
}

impl AllowanceDay {
    fn new(date: Date) -> Self {
        Self {
            schema: AllowanceSchema::Current,
            date,
            seconds: BTreeMap::new(),
            told: BTreeMap::new(),
            unknown: UnknownFields::new(),
        }
    }

    fn admit(&mut self, recording: Candidate<'_>, worker: &CustomerId, limit_s: u64) -> Admission {
        let id = recording.id();
        if self.seconds.contains_key(&id) {
            // By an attempt that was cut off.
            return Admission::Admitted;
        }
        let used: u64 = self.seconds.values().sum();
        if used + recording.seconds() <= limit_s {
            self.seconds.insert(id, recording.seconds());
            return Admission::Admitted;
        }
        let told = self
            .told
            .entry(worker.clone())
            .or_insert_with(|| recording.message_id.clone());
        Admission::UsedUp {
            tell: told == recording.message_id,
        }
    }
}

/// Counts a recording against its company's day, once however often it is asked, and says whether it may be transcribed.
///
/// # Errors
/// [`BucketError`]; `Conflict` when others keep writing.
pub async fn admit(
    bucket: &Bucket,
    customer: &Customer,
    received_at: Timestamp,
    recording: Candidate<'_>,
) -> Result<Admission, BucketError> {
    let date = local_date(received_at, &customer.settings);
    let key = CompanyKeys::of(&customer.company_id).audio_allowance(date);
    let limit_s = u64::from(customer.settings.max_audio_minutes_per_day) * 60;
    for _ in 0..SWAP_ATTEMPTS {
        let (mut day, known) = match bucket.read::<AllowanceDay>(&key).await? {
            Some(stored) => (stored.value, Some(stored.etag)),
            None => (AllowanceDay::new(date), None),
        };
        let before = day.clone();
        let admission = day.admit(recording, &customer.customer_id, limit_s);
        if day == before {
            return Ok(admission);
        }
        let written = match &known {
            Some(etag) => bucket.replace(&key, &day, etag).await,
            None => bucket.create(&key, &day).await,
        };
        match written {
            Ok(_) => return Ok(admission),
            Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(BucketError::Conflict {
        operation: "PutObject",
    })
}

/// The company's day, wherever the worker is.
fn local_date(at: Timestamp, company: &CompanySettings) -> Date {
    at.to_zoned(company.time_zone.time_zone()).date()
}

#[cfg(test)]
mod tests;
