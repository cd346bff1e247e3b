//! The queue message: what the webhook (or reconciliation, or a replay) hands to the pipeline.
//!
//! Version 1. A reader accepts every earlier version, refuses an unknown later one (it is dead-lettered, nothing is
//! lost), and passes over a kind it does not know (it is acknowledged and counted).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::{Address, Channel, E164, SenderHash, UserId};
use crate::ids::MessageSid;

/// The version written today.
pub const QUEUE_MESSAGE_VERSION: u32 = 1;

/// Parameters nobody interprets yet, in order of name; a repeated parameter has several values.
pub type OtherParameters = BTreeMap<String, Vec<String>>;

/// How a message came into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Twilio called the webhook.
    Webhook,
    /// Found in Twilio's list without a record.
    Reconcile,
    /// The office filed it again.
    Replay,
}

/// The provider that delivered a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Twilio.
    Twilio,
}

/// What is in the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueMessage {
    /// [`QUEUE_MESSAGE_VERSION`].
    pub version: u32,
    /// How it came here.
    pub source: Source,
    /// When the product first saw it, UTC.
    pub received_at: Timestamp,
    /// A message or a status callback.
    #[serde(flatten)]
    pub content: Content,
}

/// The two kinds of queue message there are today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Content {
    /// A worker said something.
    Message(Box<InboundMessage>),
    /// What became of something we sent.
    Status(StatusCallback),
}

/// A message from a worker, typed and parsed once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboundMessage {
    /// Twilio's MessageSid: the identity of everything made from this message.
    pub message_id: MessageSid,
    /// `whatsapp`.
    pub channel: Channel,
    /// `twilio`.
    pub provider: Provider,
    /// The Twilio account it came through.
    #[serde(default)]
    pub account_sid: String,
    /// Who sent it.
    pub from: Sender,
    /// Which of our addresses it was sent to; replies leave from there.
    pub to: Recipient,
    /// `MessageType` as sent (`text`, `audio`, `image`, …; unknown ones allowed).
    #[serde(rename = "type", default)]
    pub message_type: String,
    /// The text or caption; empty when there was none.
    #[serde(default)]
    pub text: String,
    /// Attachments in order.
    #[serde(default)]
    pub media: Vec<MediaReference>,
    /// The message this one quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<InReplyTo>,
    /// A quick-reply button that was tapped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button: Option<Button>,
    /// A shared location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Forwarded from another chat.
    #[serde(default)]
    pub forwarded: bool,
    /// Forwarded many times.
    #[serde(default)]
    pub frequently_forwarded: bool,
    /// Every parameter not named above.
    #[serde(default)]
    pub other: OtherParameters,
}

/// Who sent a message. The number and the user id may both be absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sender {
    /// `From` exactly as received.
    pub address: Address,
    /// E.164, when the address is a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<E164>,
    /// WhatsApp's business-scoped user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// `WaId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<String>,
    /// The name the sender chose for themselves: never to be trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_name: Option<String>,
}

/// Which of our addresses a message was sent to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipient {
    /// `To` exactly as received.
    pub address: Address,
    /// E.164, when the address is a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<E164>,
}

/// One attachment as announced; nothing about it is believed before it is downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaReference {
    /// Position in the message, from 0.
    pub index: u32,
    /// Where Twilio says it is.
    pub url: String,
    /// The announced content type.
    #[serde(default)]
    pub content_type: String,
}

/// A quoted message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InReplyTo {
    /// `OriginalRepliedMessageSid`.
    pub message_id: String,
    /// `OriginalRepliedMessageSender`.
    #[serde(default)]
    pub sender: String,
}

/// A tapped button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// `ButtonText`.
    pub text: String,
    /// `ButtonPayload`.
    #[serde(default)]
    pub payload: String,
}

/// A shared location, WGS 84 degrees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// −90 to 90.
    pub latitude: f64,
    /// −180 to 180.
    pub longitude: f64,
    /// Street address, if sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The place's name, if sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What became of a message we sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusCallback {
    /// The outbound message's MessageSid.
    pub outbound_id: MessageSid,
    /// The inbound message it answers: `m` of the callback address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageSid>,
    /// Which part of the reply, from 1: `p` of the callback address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// `MessageStatus` as sent.
    pub status: String,
    /// Twilio's error code, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u32>,
    /// Our address.
    pub from: Address,
    /// The worker's address.
    pub to: Address,
    /// Every parameter not named above.
    #[serde(default)]
    pub other: OtherParameters,
}

/// What a queue body turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Decoded {
    /// A kind this version handles.
    Known(QueueMessage),
    /// A kind of a known version that this code does not handle: acknowledge and count it.
    UnknownKind(String),
}

/// A queue body that cannot be handled now or ever by this version. Messages name fields and positions, never values:
/// they are logged.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or not an object with `version` and `kind`.
    #[error("the queue body is not a message envelope (line {line}, column {column})")]
    NotAnEnvelope {
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
    },
    /// Written by a version this code does not know.
    #[error("queue message version {0} is not known")]
    UnknownVersion(u32),
    /// A known kind with missing or unusable fields.
    #[error("the queue message's fields are not usable (line {line}, column {column})")]
    Fields {
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
    },
}

#[derive(Deserialize)]
struct Envelope {
    version: u32,
    kind: String,
}

impl QueueMessage {
    /// Reads a queue body.
    ///
    /// # Errors
    /// When the body is not an envelope, its version is unknown, or a known kind's fields do not parse.
    pub fn decode(body: &str) -> Result<Decoded, DecodeError> {
        let envelope: Envelope = serde_json::from_str(body).map_err(|e| DecodeError::NotAnEnvelope {
            line: e.line(),
            column: e.column(),
        })?;
        if envelope.version == 0 || envelope.version > QUEUE_MESSAGE_VERSION {
            return Err(DecodeError::UnknownVersion(envelope.version));
        }
        match envelope.kind.as_str() {
            "message" | "status" => {
                serde_json::from_str(body)
                    .map(Decoded::Known)
                    .map_err(|e| DecodeError::Fields {
                        line: e.line(),
                        column: e.column(),
                    })
            }
            _ => Ok(Decoded::UnknownKind(envelope.kind)),
        }
    }

    /// The `MessageGroupId` it is sent under: the worker, hashed. In a standard queue it orders nothing; it tells a fair queue
    /// whose messages these are, so that a sender with a backlog waits behind those without. The company is not known yet when
    /// a message is enqueued.
    #[must_use]
    pub fn group(&self) -> SenderHash {
        match &self.content {
            Content::Message(inbound) => {
                SenderHash::of(inbound.channel, &inbound.from.address, &inbound.to.address)
            }
            Content::Status(callback) => SenderHash::of(Channel::Whatsapp, &callback.to, &callback.from),
        }
    }
}

impl InboundMessage {
    /// True when the message is text only.
    #[must_use]
    pub fn is_text_only(&self) -> bool {
        self.media.is_empty() && !self.text.trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = r#"{"version":1,"kind":"message","source":"webhook","received_at":"2026-11-20T01:02:03Z",
        "message_id":"SM00000000000000000000000000000001","channel":"whatsapp","provider":"twilio","account_sid":"AC0",
        "from":{"address":"whatsapp:+61491570156","phone_number":"+61491570156"},"to":{"address":"whatsapp:+61491570110"},
        "type":"text","text":"hello","media":[],"forwarded":false,"frequently_forwarded":false,"other":{"NumSegments":["1"]}}"#;

    #[test]
    fn a_message_survives_writing_and_reading() {
        let Decoded::Known(message) = QueueMessage::decode(MESSAGE).unwrap() else {
            panic!("known kind")
        };
        let again = QueueMessage::decode(&serde_json::to_string(&message).unwrap()).unwrap();
        assert_eq!(again, Decoded::Known(message));
    }

    #[test]
    fn a_worker_and_what_is_sent_to_them_are_one_group() {
        let status = r#"{"version":1,"kind":"status","source":"webhook","received_at":"2026-11-20T01:02:03Z",
            "outbound_id":"SM00000000000000000000000000000002","status":"delivered","from":"whatsapp:+61491570110",
            "to":"whatsapp:+61491570156"}"#;
        let other = MESSAGE.replace("+61491570156", "+61491570157");
        let [message, status, other] = [MESSAGE, status, &other].map(|body| {
            let Decoded::Known(message) = QueueMessage::decode(body).unwrap() else {
                panic!("known kind")
            };
            message.group()
        });
        assert_eq!(message, status);
        assert_ne!(message, other);
        assert!(!message.as_str().contains("61491570156"));
    }

    #[test]
    fn a_later_kind_is_passed_over_and_a_later_version_is_refused() {
        assert_eq!(
            QueueMessage::decode(r#"{"version":1,"kind":"call"}"#).unwrap(),
            Decoded::UnknownKind("call".into())
        );
        assert!(matches!(
            QueueMessage::decode(r#"{"version":2,"kind":"message"}"#),
            Err(DecodeError::UnknownVersion(2))
        ));
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_does_not_repeat_the_body() {
        for body in [
            "",
            "not json",
            "[]",
            "{}",
            r#"{"version":1,"kind":"message","text":"secret words"}"#,
        ] {
            let error = QueueMessage::decode(body).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
