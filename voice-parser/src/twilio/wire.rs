//! Twilio's JSON, read as Twilio owns it: numbers that come as text, dates in RFC 2822, fields that may be missing.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde::Deserialize;
use serde_json::Value;

use super::error::ErrorCode;
use super::list::{Direction, ListedMedia, ListedMessage};

/// A message in a list or as the answer to sending it.
#[derive(Debug, Deserialize)]
pub(super) struct WireMessage {
    sid: String,
    #[serde(default)]
    direction: Value,
    #[serde(default)]
    from: Value,
    #[serde(default)]
    to: Value,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    status: Value,
    #[serde(default)]
    date_created: Value,
    #[serde(default)]
    date_sent: Value,
    #[serde(default)]
    num_media: Value,
    #[serde(default)]
    error_code: Value,
}

/// One page of a list of messages.
#[derive(Debug, Deserialize)]
pub(super) struct MessagePage {
    pub(super) messages: Vec<WireMessage>,
    #[serde(default)]
    pub(super) next_page_uri: Option<String>,
}

/// One page of a list of media.
#[derive(Debug, Deserialize)]
pub(super) struct MediaPage {
    pub(super) media_list: Vec<WireMedia>,
}

/// A medium in a list.
#[derive(Debug, Deserialize)]
pub(super) struct WireMedia {
    sid: String,
    #[serde(default)]
    content_type: Value,
    #[serde(default)]
    uri: Value,
}

/// What is answered to sending.
#[derive(Debug, Deserialize)]
pub(super) struct WireSent {
    pub(super) sid: String,
    #[serde(default)]
    pub(super) status: String,
}

impl WireMessage {
    /// The message, unless its identifier is none.
    pub(super) fn read(self) -> Option<ListedMessage> {
        let direction = match self.direction.as_str() {
            Some("inbound") => Direction::Inbound,
            // outbound-api, outbound-call, outbound-reply
            Some(_) | None => Direction::Outbound,
        };
        Some(ListedMessage {
            sid: self.sid.parse().ok()?,
            direction,
            from: self.from.as_str().and_then(|address| address.parse().ok()),
            to: self.to.as_str().and_then(|address| address.parse().ok()),
            body: self.body.as_str().unwrap_or_default().to_owned(),
            status: self.status.as_str().unwrap_or_default().to_owned(),
            date_created: date(&self.date_created),
            date_sent: date(&self.date_sent),
            num_media: number(&self.num_media).unwrap_or(0),
            error_code: number(&self.error_code),
        })
    }
}

impl WireMedia {
    /// The medium, its address resolved by `address`.
    pub(super) fn read(self, address: impl Fn(&str) -> Option<String>) -> Option<ListedMedia> {
        // What the list links to is the medium's description; without the suffix it is the medium.
        let uri = self.uri.as_str()?;
        let url = address(uri.strip_suffix(".json").unwrap_or(uri))?;
        Some(ListedMedia {
            sid: self.sid,
            content_type: self.content_type.as_str().unwrap_or_default().to_owned(),
            url,
        })
    }
}

/// `{"code": 21610, …}`
pub(super) fn error_code(body: &[u8]) -> Option<ErrorCode> {
    let body: Value = serde_json::from_slice(body).ok()?;
    number(&body["code"]).map(ErrorCode)
}

fn number(value: &Value) -> Option<u32> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.or_else(|| value.as_str()?.parse().ok())
}

/// `Fri, 20 Nov 2026 01:02:03 +0000`
fn date(value: &Value) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(value.as_str()?).ok()
}
