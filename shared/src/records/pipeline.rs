//! `records/{message_id}.json`: the pipeline's own state of a message.
//!
//! The part every function understands is here ([`Record`]); what each step decided ([`Record::decisions`]) is the
//! pipeline's own business. A deletion leaves a tombstone, which is never revived.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::UnknownFields;
use crate::ids::MessageSid;
use crate::message::QueueMessage;

super::schema!(
    /// `record/1`
    RecordSchema = "record/1"
);

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordState {
    /// Being worked on, or waiting for a further attempt.
    Working,
    /// Finished.
    Done,
    /// Given up on; a later delivery continues.
    Failed,
    /// Deleted: ids and times only, never revived.
    Deleted,
}

/// The steps of the pipeline, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Take the message with a lease.
    Claim,
    /// Who is it?
    Sender,
    /// What is it?
    Route,
    /// Download and keep its media.
    Media,
    /// Transcribe its recordings.
    Transcript,
    /// Which clients?
    Clients,
    /// Understand it.
    Note,
    /// Write the artifacts.
    Publish,
    /// Tell the worker.
    Reply,
    /// Account for it.
    Done,
}

impl Step {
    /// The name in records, logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Sender => "sender",
            Self::Route => "route",
            Self::Media => "media",
            Self::Transcript => "transcript",
            Self::Clients => "clients",
            Self::Note => "note",
            Self::Publish => "publish",
            Self::Reply => "reply",
            Self::Done => "done",
        }
    }
}

/// The state of a message. Created with `If-None-Match: *`, advanced with `If-Match`.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record<D> {
    /// `record/1`
    pub schema: RecordSchema,
    /// The message.
    pub message_id: MessageSid,
    /// What came through the queue; scrubbed when done.
    pub message: Option<QueueMessage>,
    /// Where it stands.
    pub state: RecordState,
    /// The step to do next.
    pub step: Step,
    /// Who is working on it.
    pub lease: Option<Lease>,
    /// How many attempts were begun.
    pub attempts: u32,
    /// When it was first seen, UTC.
    pub created_at: Timestamp,
    /// When it was last advanced, UTC.
    pub updated_at: Timestamp,
    /// What was or will be sent, part by part; the intent is recorded before anything is sent.
    #[serde(default)]
    pub replies: Vec<ReplyRecord>,
    /// What each step decided; scrubbed when done.
    #[serde(flatten)]
    pub decisions: D,
}

/// A record whose decisions are not looked into.
pub type OpaqueRecord = Record<UnknownFields>;

/// Who is working on a message, and until when nobody else may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// One attempt: an invocation working on one delivery.
    pub owner: String,
    /// The SQS messageId it was delivered under.
    pub delivery: String,
    /// UTC.
    pub until: Timestamp,
}

/// One part of the reply.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRecord {
    /// From 1.
    pub part: u32,
    /// How many parts.
    pub of: u32,
    /// Of the body, lower-case hexadecimal.
    pub sha256: String,
    /// When it was decided to send it: before it was sent.
    pub intent_at: Timestamp,
    /// The outbound MessageSid, once known.
    pub outbound_id: Option<MessageSid>,
    /// How it is known that it was sent.
    pub evidence: Option<Evidence>,
    /// What it is: `note`, `unknown_sender`, `failure`, `command`.
    #[serde(default)]
    pub purpose: String,
    /// Twilio's message status, the furthest seen.
    pub status: Option<String>,
    /// Twilio's error code.
    pub error_code: Option<u32>,
    /// When it reached that status, UTC.
    pub status_at: Option<Timestamp>,
}

/// How it is known that a part was sent, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// Twilio's answer to the request.
    Response,
    /// A status callback that names message and part.
    Callback,
    /// Twilio's message list.
    List,
}
