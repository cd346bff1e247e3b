//! `senders/{hash}.json`: what is known of a sender between messages. Compare-and-swap.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::UnknownFields;
use crate::address::{Address, E164, UserId};
use crate::ids::{ClientId, CompanyId, MessageSid, NoteId};

super::schema!(
    /// `sender/1`
    SenderSchema = "sender/1"
);

/// How long a stranger is not answered again, hours.
pub const STRANGER_SILENCE_HOURS: i64 = 30 * 24;
/// How long a question may be answered, hours.
pub const QUESTION_HOURS: i64 = 24;

/// A sender's state.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SenderState {
    /// `sender/1`
    pub schema: SenderSchema,
    /// As last received.
    pub address: Address,
    /// When it is a number.
    pub phone_number: Option<E164>,
    /// When there is one.
    pub user_id: Option<UserId>,
    /// Which of our addresses they write to.
    pub to: Address,
    /// Their company, once known.
    pub company_id: Option<CompanyId>,
    /// UTC.
    pub first_seen: Timestamp,
    /// The latest message.
    pub last_message_id: Option<MessageSid>,
    /// When that was received.
    pub last_received_at: Option<Timestamp>,
    /// The thread the latest message is in.
    pub thread_id: Option<String>,
    /// When they got the privacy notice.
    pub greeted_at: Option<Timestamp>,
    /// When they were told that their number is not known.
    pub told_unknown_at: Option<Timestamp>,
    /// The message that was answered so: an attempt that was cut off after writing this still owes that answer.
    pub told_unknown_for: Option<MessageSid>,
    /// What kind of message the latest one was: further pictures of an album get no reply of their own.
    pub last_type: Option<String>,
    /// When they said STOP; absent after START.
    pub opted_out_at: Option<Timestamp>,
    /// Questions they have not answered.
    #[serde(default)]
    pub pending: Vec<PendingQuestion>,
    /// What a later version added.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// A question a worker was asked.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingQuestion {
    /// Unique.
    pub question_id: String,
    /// `client`
    pub kind: String,
    /// The note it is about.
    pub note_id: NoteId,
    /// The numbered choices, in order.
    pub choices: Vec<Choice>,
    /// The message that asked.
    pub outbound_id: Option<MessageSid>,
    /// UTC.
    pub asked_at: Timestamp,
    /// UTC; [`QUESTION_HOURS`] later.
    pub expires_at: Timestamp,
}

/// One choice of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The client.
    pub client_id: ClientId,
    /// As listed.
    pub name: String,
    /// The words taken for the name.
    pub heard: String,
}
