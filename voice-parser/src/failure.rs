//! How a step can fail, and what that means for the next delivery.

use std::time::Duration;

use shared::bucket::BucketError;
use shared::records::pipeline::Step;
use shared::retry::{Classified, Retry};
use shared::secrets::SecretError;

use crate::directory::DirectoryError;
use crate::openai::OpenAiError;
use crate::queue::QueueError;
use crate::twilio::TwilioError;

/// A step could not be finished in this attempt. What is wrong with the *content* (unsupported media, a refusal of the
/// model) is no failure: it is decided, recorded and told.
#[derive(Debug, thiserror::Error)]
pub enum StepFailure {
    /// The bucket.
    #[error("the bucket could not be used")]
    Bucket(#[from] BucketError),
    /// The queue.
    #[error("the queue could not be used")]
    Queue(#[from] QueueError),
    /// customer-lookup.
    #[error("customer-lookup could not be asked")]
    Directory(#[from] DirectoryError),
    /// OpenAI.
    #[error("OpenAI could not be used")]
    OpenAi(#[from] OpenAiError),
    /// Twilio.
    #[error("Twilio could not be used")]
    Twilio(#[from] TwilioError),
    /// A secret.
    #[error("a secret could not be read")]
    Secret(#[from] SecretError),
    /// Another attempt holds the message by now.
    #[error("the lease was lost to another attempt")]
    LeaseLost,
    /// It is not known yet whether a reply was sent; looking for evidence before sending again.
    #[error("it is not known yet whether the reply was sent")]
    ReplyUncertain {
        /// After this long, what has left no trace was not sent.
        settled_in: Duration,
    },
    /// Nobody has touched the message for so long that its last attempt must have been cut off.
    #[error("the last attempt was cut off")]
    CutOff,
    /// There is not enough time left in this invocation.
    #[error("no time is left in this invocation")]
    OutOfTime,
    /// A part of the work is done and kept, and there is no time for the next: no failure, and none of the few deliveries a
    /// message has.
    #[error("the rest is left to another invocation")]
    Unfinished,
    /// A record is not in the state that the step before should have left.
    #[error("the record lacks what step {} decided", .0.as_str())]
    MissingDecision(Step),
}

impl Classified for StepFailure {
    fn retry(&self) -> Retry {
        match self {
            Self::Bucket(error) => error.retry(),
            Self::Queue(error) => error.retry(),
            Self::Directory(error) => error.retry(),
            Self::OpenAi(error) => error.retry(),
            Self::Twilio(error) => error.retry(),
            Self::Secret(error) => error.retry(),
            Self::LeaseLost
            | Self::ReplyUncertain { .. }
            | Self::CutOff
            | Self::OutOfTime
            | Self::Unfinished => Retry::LATER,
            Self::MissingDecision(_) => Retry::Never,
        }
    }
}

impl StepFailure {
    /// A short stable code for records and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bucket(_) => "bucket",
            Self::Queue(_) => "queue",
            Self::Directory(_) => "customer_lookup",
            Self::OpenAi(_) => "openai",
            Self::Twilio(_) => "twilio",
            Self::Secret(_) => "secret",
            Self::LeaseLost => "lease_lost",
            Self::ReplyUncertain { .. } => "reply_uncertain",
            Self::CutOff => "cut_off",
            Self::OutOfTime => "out_of_time",
            Self::Unfinished => "unfinished",
            Self::MissingDecision(_) => "missing_decision",
        }
    }
}
