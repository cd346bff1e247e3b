//! `{company_id}/index/outcome/{message_id}.json`: how it went – replies, cost, durations, failure. Kept apart from the
//! note, so that the note is a pure function of what was said.

use serde::{Deserialize, Serialize};

use super::UnknownFields;
use super::pipeline::Step;
use crate::address::Address;
use crate::company::Language;
use crate::ids::{MessageSid, NoteId};

super::schema!(
    /// `outcome/1`
    OutcomeSchema = "outcome/1"
);

/// How processing a message went.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// `outcome/1`
    pub schema: OutcomeSchema,
    /// The message.
    pub message_id: MessageSid,
    /// Its notes.
    pub note_ids: Vec<NoteId>,
    /// What was sent, part by part.
    pub replies: Vec<ReplyOutcome>,
    /// Why nothing was sent, when that was on purpose.
    pub suppressed_reason: Option<String>,
    /// What it cost.
    pub cost: Cost,
    /// How long each step took.
    pub steps: Vec<StepTiming>,
    /// What went wrong. The message is in the dead-letter queue then; an outcome without it replaces this one when it has
    /// been filed after all.
    pub failure: Option<Failure>,
    /// What a later version added.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// One sent part.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplyOutcome {
    /// From 1.
    pub part: u32,
    /// How many parts.
    pub of: u32,
    /// `note`, `unknown_sender`, `failure`, `command`, …
    pub purpose: String,
    /// The language it is in.
    pub language: Language,
    /// What it says.
    pub body: String,
    /// The outbound MessageSid.
    pub outbound_id: Option<MessageSid>,
    /// Our address.
    pub from: Address,
    /// The worker's address.
    pub to: Address,
    /// Twilio's message status, the furthest seen.
    pub state: String,
    /// Twilio's error code.
    pub error_code: Option<u32>,
    /// When it reached that state, UTC.
    pub at: jiff::Timestamp,
}

/// What processing a message cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Seconds of speech transcribed.
    pub audio_s: f64,
    /// Tokens read by the structuring model.
    pub input_tokens: u64,
    /// Tokens written by the structuring model.
    pub output_tokens: u64,
    /// WhatsApp messages sent.
    pub messages_sent: u32,
    /// From the list prices known when this was built.
    pub usd_estimate: f64,
}

/// How long a step took over all attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTiming {
    /// The step.
    pub step: Step,
    /// Milliseconds, all attempts together.
    pub ms: u64,
    /// How often it was begun.
    pub attempts: u32,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Where.
    pub step: Step,
    /// A short stable code.
    pub code: String,
    /// A sentence without personal data.
    pub message: String,
}
