//! Messages as the webhook enqueues them, put into the queue by the test: with an id and a time of receipt it chose.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::{Clock as _, SystemClock};

/// A message of a worker.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) sid: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) text: String,
    /// Where its recording is, if it has one.
    pub(crate) recording: Option<String>,
    pub(crate) received_at: Timestamp,
}

impl Message {
    /// A text message received now.
    pub(crate) fn text(from: &str, to: &str, text: &str) -> Self {
        Self {
            sid: e2e::twilio::fresh_sid("SM"),
            from: from.to_owned(),
            to: to.to_owned(),
            text: text.to_owned(),
            recording: None,
            received_at: now(),
        }
    }

    /// A voice note received now.
    pub(crate) fn voice_note(from: &str, to: &str, recording: &str) -> Self {
        Self {
            sid: e2e::twilio::fresh_sid("MM"),
            recording: Some(recording.to_owned()),
            ..Self::text(from, to, "")
        }
    }

    /// The body in the queue (`shared::message`, version 1).
    pub(crate) fn queued(&self) -> String {
        let media: Vec<Value> = self
            .recording
            .iter()
            .map(|url| json!({ "index": 0, "url": url, "content_type": "audio/ogg" }))
            .collect();
        let kind = if media.is_empty() { "text" } else { "audio" };
        json!({
            "version": 1,
            "kind": "message",
            "source": "webhook",
            "received_at": self.received_at,
            "message_id": self.sid,
            "channel": "whatsapp",
            "provider": "twilio",
            "account_sid": "",
            "from": { "address": self.from, "phone_number": self.from.strip_prefix("whatsapp:") },
            "to": { "address": self.to, "phone_number": self.to.strip_prefix("whatsapp:") },
            "type": kind,
            "text": self.text,
            "media": media,
            "forwarded": false,
            "frequently_forwarded": false,
            "other": {},
        })
        .to_string()
    }
}

/// The one clock's time.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}
