//! A message as Twilio keeps it, and as its API shows it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::API_VERSION;
use crate::standin::world::World;

/// A message in either direction.
#[derive(Debug, Clone)]
pub(in crate::standin) struct Message {
    pub(in crate::standin) sid: String,
    pub(in crate::standin) direction: Direction,
    pub(in crate::standin) from: String,
    pub(in crate::standin) to: String,
    pub(in crate::standin) body: String,
    pub(in crate::standin) status: &'static str,
    pub(in crate::standin) error_code: Option<u32>,
    pub(in crate::standin) created_at: Timestamp,
    /// Not before Twilio has handed it on.
    pub(in crate::standin) sent_at: Option<Timestamp>,
    pub(in crate::standin) updated_at: Timestamp,
    pub(in crate::standin) media: Vec<Attachment>,
}

/// A media item of a message.
#[derive(Debug, Clone)]
pub(in crate::standin) struct Attachment {
    pub(in crate::standin) sid: String,
    pub(in crate::standin) content_type: String,
}

/// Who a message is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::standin) enum Direction {
    /// From a worker.
    Inbound,
    /// Sent over the API.
    Outbound,
}

impl Message {
    /// When it was sent, or made if it was not sent yet: what date filters and the order of the list go by.
    pub(super) fn dated(&self) -> Timestamp {
        self.sent_at.unwrap_or(self.created_at)
    }

    /// The API's JSON.
    pub(super) fn to_json(&self, world: &World, redact: bool) -> Value {
        let uri = message_uri(world, &self.sid);
        json!({
            "account_sid": world.account_sid,
            "api_version": API_VERSION,
            "body": if redact { "" } else { self.body.as_str() },
            "date_created": rfc2822(self.created_at),
            "date_sent": self.sent_at.map(rfc2822),
            "date_updated": rfc2822(self.updated_at),
            "direction": match self.direction {
                Direction::Inbound => "inbound",
                Direction::Outbound => "outbound-api",
            },
            "error_code": self.error_code,
            "error_message": null,
            "from": self.from,
            "messaging_service_sid": null,
            "num_media": self.media.len().to_string(),
            "num_segments": "1",
            "price": null,
            "price_unit": null,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": { "media": format!("{uri}/Media.json") },
            "to": self.to,
            "uri": format!("{uri}.json"),
        })
    }
}

/// The path of a message, without `.json`.
pub(super) fn message_uri(world: &World, sid: &str) -> String {
    format!("/{API_VERSION}/Accounts/{}/Messages/{sid}", world.account_sid)
}

/// Twilio's dates: RFC 2822, in GMT, whole seconds.
pub(super) fn rfc2822(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
