//! `outbox/{outbound_sid}.json`: which note a message we sent was about, for status callbacks and quoted replies.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::ids::{CompanyId, MessageSid, NoteId};

super::schema!(
    /// `outbox/1`
    OutboxSchema = "outbox/1"
);

/// A message we sent.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// `outbox/1`
    pub schema: OutboxSchema,
    /// Absent for answers to strangers.
    pub company_id: Option<CompanyId>,
    /// The message it answered.
    pub message_id: MessageSid,
    /// The notes it was about.
    pub note_ids: Vec<NoteId>,
    /// Which part of the reply, from 1.
    pub part: u32,
    /// The worker's address.
    pub to: Address,
    /// The question it asked.
    pub question_id: Option<String>,
}
