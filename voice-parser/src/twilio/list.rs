//! Listing: what was received and sent on a day, and the media of a message.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use shared::address::Address;
use shared::ids::MessageSid;
use tokio::time::Instant;
use url::Url;

use super::credentials::Credentials;
use super::error::TwilioError;
use super::wire::{MediaPage, MessagePage};
use super::{API, MAX_ANSWER_BYTES, Twilio};

/// Messages asked for per page. Twilio gives at most 1,000; a page of these stays under [`MAX_PAGE_BYTES`] with the
/// longest bodies.
const PAGE_SIZE: &str = "250";

/// Largest page read, bytes: 250 messages of 1,600 characters (up to 6 bytes each when escaped) and 1.5 KB around each.
const MAX_PAGE_BYTES: u64 = 4 * 1024 * 1024;

/// Most messages read from one list. A number that gets more in a day needs another way to reconcile.
const MAX_MESSAGES: usize = 20_000;

/// Most pages read of one list, should they be shorter than asked for.
const MAX_PAGES: usize = 200;

/// Which messages.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageQuery {
    /// Sent to this address.
    pub to: Option<Address>,
    /// Sent from this address.
    pub from: Option<Address>,
    /// On this day in GMT, which is how Twilio filters.
    pub day: Date,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To us.
    Inbound,
    /// From us.
    Outbound,
}

/// A message as Twilio lists it.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedMessage {
    /// Its identifier.
    pub sid: MessageSid,
    /// Which way it went.
    pub direction: Direction,
    /// Who sent it, if that is an address.
    pub from: Option<Address>,
    /// To whom, if that is an address.
    pub to: Option<Address>,
    /// The words; empty when there are none or the account hides them.
    pub body: String,
    /// Twilio's message status.
    pub status: String,
    /// When it was created.
    pub date_created: Option<Timestamp>,
    /// When it was sent or received; not yet known for a queued one.
    pub date_sent: Option<Timestamp>,
    /// How many media it has.
    pub num_media: u32,
    /// Twilio's error code, if it failed.
    pub error_code: Option<u32>,
}

/// A medium of a message as Twilio lists it.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedMedia {
    /// Its identifier.
    pub sid: String,
    /// As announced.
    pub content_type: String,
    /// Where to download it: what `MediaUrl{n}` of the webhook would have said.
    pub url: String,
}

/// Without addresses: `Debug` ends up in logs.
impl fmt::Debug for MessageQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageQuery")
            .field("day", &self.day)
            .finish_non_exhaustive()
    }
}

/// Without addresses and words: `Debug` ends up in logs.
impl fmt::Debug for ListedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedMessage")
            .field("sid", &self.sid)
            .field("direction", &self.direction)
            .field("status", &self.status)
            .field("date_created", &self.date_created)
            .finish_non_exhaustive()
    }
}

/// Without the address: `Debug` ends up in logs.
impl fmt::Debug for ListedMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedMedia")
            .field("sid", &self.sid)
            .finish_non_exhaustive()
    }
}

impl Twilio {
    /// Every message that the query matches, in Twilio's order (newest first).
    ///
    /// # Errors
    /// [`TwilioError`]; `ListTooLong` rather than a part of the list, because a message's absence is taken as evidence.
    pub async fn list_messages(
        &self,
        query: &MessageQuery,
        deadline: Instant,
    ) -> Result<Vec<ListedMessage>, TwilioError> {
        let mut messages = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let address = |credentials: &Credentials| match &next {
                Some(uri) => self.page(credentials, uri),
                None => Ok(self.first_page(credentials, query)),
            };
            let page: MessagePage = self.get_json(address, MAX_PAGE_BYTES, deadline).await?;
            let listed = page.messages.len();
            messages.extend(
                page.messages
                    .into_iter()
                    .filter_map(super::wire::WireMessage::read),
            );
            next = page.next_page_uri.filter(|uri| !uri.is_empty());
            if next.is_none() {
                return Ok(messages);
            }
            if listed == 0 || messages.len() >= MAX_MESSAGES {
                break;
            }
        }
        Err(TwilioError::ListTooLong { limit: MAX_MESSAGES })
    }

    /// The media of a message, at most Twilio's first page of fifty: a message has ten at most.
    ///
    /// # Errors
    /// [`TwilioError`].
    pub async fn list_media(
        &self,
        message: &MessageSid,
        deadline: Instant,
    ) -> Result<Vec<ListedMedia>, TwilioError> {
        let address = |credentials: &Credentials| {
            Ok(self.account_url(credentials, &["Messages", message.as_str(), "Media.json"]))
        };
        let page: MediaPage = self.get_json(address, MAX_ANSWER_BYTES, deadline).await?;
        let resolve = |uri: &str| self.base_url.join(uri).ok().map(String::from);
        Ok(page
            .media_list
            .into_iter()
            .filter_map(|media| media.read(resolve))
            .collect())
    }

    fn first_page(&self, credentials: &Credentials, query: &MessageQuery) -> Url {
        let mut url = self.account_url(credentials, &["Messages.json"]);
        let mut pairs = url.query_pairs_mut();
        if let Some(to) = &query.to {
            pairs.append_pair("To", to.as_str());
        }
        if let Some(from) = &query.from {
            pairs.append_pair("From", from.as_str());
        }
        pairs.append_pair("DateSent", &query.day.to_string());
        pairs.append_pair("PageSize", PAGE_SIZE);
        drop(pairs);
        url
    }

    /// A further page: the account's own list at the API's own origin, or not followed with the account's credentials.
    fn page(&self, credentials: &Credentials, uri: &str) -> Result<Url, TwilioError> {
        let url = self.base_url.join(uri).map_err(|_| TwilioError::Undecodable)?;
        let account = format!("/{API}/Accounts/{}/", credentials.account_sid());
        let own = url.origin() == self.base_url.origin() && url.path().starts_with(&account);
        let plain = url.username().is_empty() && url.password().is_none();
        if own && plain {
            Ok(url)
        } else {
            Err(TwilioError::Undecodable)
        }
    }
}
