//! `GET /messages/unknown`: messages whose sender was not known when they came. They were answered once and not filed; they
//! are kept for thirty days, so that they can be filed once the sender is.
//!
//! Whose are they? A message is shown under a company when its sender is one of the company's workers by now; else, as long
//! as the sender is nobody's, when it was written to a WhatsApp number that is this company's own (`whatsapp_numbers` in its
//! settings, which the operator keeps), or when the admin key asks. Where companies share a number, an office so sees nothing
//! of a stranger until it has added that very number. Of the number the last three digits are shown, of the words nothing.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::address::{Address, E164};
use shared::bucket::BucketError;
use shared::ids::{CompanyId, MessageSid};
use shared::keys;
use shared::message::{Content, InboundMessage, QueueMessage};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::parameters::{FromGiven, Given, Query};
use crate::seal::Binding;
use crate::workers::holder::{self, Found, Sender};

/// Messages looked at for a page.
const PAGE: i32 = 50;

/// GETs at a time.
const AT_ONCE: usize = 16;

/// How much of a number is shown.
const SHOWN_DIGITS: usize = 3;

/// Whose.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnknownQuery {
    /// For whom.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// From the previous page.
    #[param(max_length = 1400)]
    pub cursor: Option<String>,
}

impl FromGiven for UnknownQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            company_id: given.required("company_id")?,
            cursor: given.optional("cursor")?,
        })
    }
}

/// A message that was not filed.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct UnknownMessage {
    /// For `/messages/{message_id}/replay`.
    #[schema(value_type = String)]
    pub message_id: MessageSid,
    /// The end of the sender's number or user id.
    #[schema(example = "…156")]
    pub from: String,
    /// What they call themselves: never to be trusted.
    pub profile_name: Option<String>,
    /// UTC.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// The message's type as it was sent.
    pub r#type: String,
    /// Recordings, pictures and documents.
    pub media: usize,
    /// Whether the sender is a worker of the company by now, so that it can be filed.
    pub known: bool,
    /// Which worker.
    pub customer_id: Option<String>,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnknownList {
    /// Newest first. A page may have fewer than were looked at.
    pub messages: Vec<UnknownMessage>,
    /// For the next page; null on the last one.
    pub cursor: Option<String>,
}

/// Messages whose sender was not known when they came, newest first, of the last thirty days: those of senders who are the
/// company's workers by now; and those of nobody's, as far as they were written to the company's own WhatsApp number or the
/// admin key asks. S3 calls: 1 LIST, and for each of at most 50 messages 1 GET and at most 4 for its sender.
#[utoipa::path(get, path = "/messages/unknown", tag = "messages", operation_id = "list_unknown_messages", params(UnknownQuery),
    responses((status = 200, body = UnknownList),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(super) async fn list(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<UnknownQuery>,
) -> Result<Json<UnknownList>, ApiError> {
    let scope = access.company(&query.company_id)?;
    let binding = Binding::to("unknown").and(Some(query.company_id.as_str()));
    let after = match &query.cursor {
        Some(cursor) => Some(app.open(&binding, cursor, "cursor").await?),
        None => None,
    };
    let page = app
        .bucket
        .list(keys::UNKNOWN_SENDERS, after.as_deref(), None, PAGE)
        .await?;
    let position = page
        .objects
        .last()
        .map(|object| object.key.clone())
        .filter(|_| page.continuation.is_some());
    let mut ids: Vec<MessageSid> = Vec::new();
    for object in &page.objects {
        ids.extend(message_of(&object.key));
    }
    let read = stream::iter(ids).map(async |id| read(&app, &id).await);
    let messages: Vec<Unfiled> = read
        .buffered(AT_ONCE)
        .try_filter_map(async |found| Ok(found))
        .try_collect()
        .await?;
    let door = Door::of(&app, &access, &scope).await?;
    let mut standings: HashMap<(Address, Address), Standing> = HashMap::new();
    let mut shown = Vec::new();
    for message in messages {
        let of = (
            message.inbound.from.address.clone(),
            message.inbound.to.address.clone(),
        );
        let standing = match standings.get(&of) {
            Some(standing) => standing.clone(),
            None => door.standing(&app, &scope, &message.inbound).await?,
        };
        shown.extend(message.shown(&standing));
        standings.insert(of, standing);
    }
    let cursor = match position {
        Some(position) => Some(app.seal(&binding, &position).await?),
        None => None,
    };
    Ok(Json(UnknownList {
        messages: shown,
        cursor,
    }))
}

/// `inbox/unknown-senders/{digits}_{message_id}.json`.
fn message_of(key: &str) -> Option<MessageSid> {
    let name = key.strip_prefix(keys::UNKNOWN_SENDERS)?.strip_suffix(".json")?;
    name.split_once('_')?.1.parse().ok()
}

/// A message that was not filed, as it came through the queue.
#[derive(Debug)]
pub(super) struct Unfiled {
    pub(super) message: QueueMessage,
    pub(super) inbound: InboundMessage,
}

/// The message, when it is kept.
pub(super) async fn read(app: &App, id: &MessageSid) -> Result<Option<Unfiled>, ApiError> {
    let kept = app
        .bucket
        .read::<QueueMessage>(&keys::unknown_message(id))
        .await?;
    Ok(kept.and_then(|kept| match &kept.value.content {
        Content::Message(inbound) if inbound.message_id == *id => Some(Unfiled {
            inbound: (**inbound).clone(),
            message: kept.value,
        }),
        Content::Message(_) | Content::Status(_) => None,
    }))
}

/// What a message's sender is to the company.
#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// A worker.
    Worker(Found),
    /// Nobody's, and this company may look.
    Stranger,
    /// Not this company's business.
    Hidden,
}

/// Who may look at strangers' messages.
#[derive(Debug)]
pub(super) struct Door {
    admin: bool,
    own_numbers: Vec<E164>,
}

impl Door {
    pub(super) async fn of(app: &App, access: &Access, scope: &CompanyScope) -> Result<Self, ApiError> {
        #[derive(Deserialize)]
        struct Settings {
            company_id: CompanyId,
            #[serde(default)]
            whatsapp_numbers: Vec<String>,
        }
        let settings = match app
            .bucket
            .read::<Settings>(&keys::company(scope.company_id()))
            .await
        {
            Ok(settings) => settings.map(|settings| settings.value),
            // Settings nobody can read give nothing away.
            Err(BucketError::Malformed { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let own = settings.filter(|settings| settings.company_id == *scope.company_id());
        let numbers = own.map(|settings| settings.whatsapp_numbers).unwrap_or_default();
        Ok(Self {
            admin: access.companies().is_none(),
            own_numbers: numbers
                .iter()
                .filter_map(|text| E164::from_loose(text).ok())
                .collect(),
        })
    }

    pub(super) async fn standing(
        &self,
        app: &App,
        scope: &CompanyScope,
        inbound: &InboundMessage,
    ) -> Result<Standing, ApiError> {
        let sender = sender(inbound);
        match holder::own_worker(app, scope, &sender).await? {
            Some(found) if found.active => return Ok(Standing::Worker(found)),
            // Somebody who was let go is a stranger again.
            Some(_) => {}
            None if holder::is_held(app, &sender).await? => return Ok(Standing::Hidden),
            None => {}
        }
        let own = sender.to.as_ref().is_some_and(|to| self.own_numbers.contains(to));
        Ok(if self.admin || own {
            Standing::Stranger
        } else {
            Standing::Hidden
        })
    }
}

fn sender(inbound: &InboundMessage) -> Sender {
    let from = &inbound.from;
    let user_id = from.user_id.as_ref().and_then(|id| id.as_str().parse().ok());
    let number = from
        .phone_number
        .as_ref()
        .and_then(|number| number.as_str().parse().ok());
    let mut addresses: Vec<Address> = number.into_iter().chain(user_id).collect();
    if addresses.is_empty() {
        addresses.push(from.address.clone());
    }
    Sender {
        addresses,
        to: inbound.to.address.phone_number(),
    }
}

impl Unfiled {
    fn shown(&self, standing: &Standing) -> Option<UnknownMessage> {
        let worker = match standing {
            Standing::Worker(found) => Some(found.customer_id.to_string()),
            Standing::Stranger => None,
            Standing::Hidden => return None,
        };
        Some(UnknownMessage {
            message_id: self.inbound.message_id.clone(),
            from: ending(self.inbound.from.address.bare()),
            profile_name: self.inbound.from.profile_name.clone(),
            received_at: self.message.received_at,
            r#type: self.inbound.message_type.clone(),
            media: self.inbound.media.len(),
            known: worker.is_some(),
            customer_id: worker,
        })
    }
}

fn ending(address: &str) -> String {
    let start = address
        .char_indices()
        .rev()
        .nth(SHOWN_DIGITS - 1)
        .map_or(0, |(at, _)| at);
    format!("…{}", address.get(start..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_of_a_number_is_shown() {
        assert_eq!(ending("+61491570156"), "…156");
        assert_eq!(ending("AU.ab"), "….ab");
        assert_eq!(ending("ä"), "…ä");
    }

    #[test]
    fn a_message_is_named_by_what_says_that_it_is_there() {
        let id: MessageSid = "SM01".parse().unwrap();
        let key = keys::unknown_sender("2026-11-20T01:00:00Z".parse().unwrap(), &id);
        assert_eq!(message_of(&key), Some(id));
        assert_eq!(message_of("inbox/SM01/message.json"), None);
    }
}
