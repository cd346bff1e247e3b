//! What the office may change of a note, and the note after it.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Deserializer};
use shared::client::ClientRecord;
use shared::ids::{ClientId, CustomerId};
use shared::records::note::{
    ActionItem, Actor, Assignee, ClientDecision, Intent, ItemOrigin, LinkedBy, LinkedClient, Note,
    ReviewReason,
};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::schema::IntentName;

/// Most action items of a note, and most changes of them at once.
pub const MAX_ITEMS: usize = 100;
/// Most clients of a note.
pub const MAX_CLIENTS: usize = 10;
/// Longest text the office writes, characters.
pub const MAX_TEXT_CHARS: usize = 2000;

/// A correction. What is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteChange {
    /// What it is for. The note stays where it was filed.
    #[schema(value_type = Option<IntentName>, inline)]
    intent: Option<String>,
    /// Whom it is about, instead of whom it was: ids from the client list, at most 10; an empty list for nobody.
    #[schema(max_items = 10, example = json!(["cl_1"]))]
    client_ids: Option<Vec<String>>,
    /// A new title; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 2000)]
    title: Option<Option<String>>,
    /// A new summary; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 2000)]
    summary: Option<Option<String>>,
    /// A new name of the job; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 2000)]
    job: Option<Option<String>>,
    /// New context; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 2000)]
    context: Option<Option<String>>,
    /// Changes of single action items: with an `item_id` of that one, without one a new one.
    #[schema(max_items = 100)]
    action_items: Option<Vec<ItemChange>>,
    /// True: a person has looked at it; nothing is left to review.
    reviewed: Option<bool>,
    /// Why, for the note's history.
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// A change of one action item. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemChange {
    /// Which; absent for a new one.
    item_id: Option<String>,
    /// What is to be done.
    #[schema(min_length = 1, max_length = 2000)]
    text: Option<String>,
    /// The day; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = Date)]
    due_date: Option<Option<String>>,
    /// The time of that day, `hh:mm`; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "14:30")]
    due_time: Option<Option<String>>,
    /// Who; null for nobody in particular.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AssigneeChange>)]
    assignee: Option<Option<AssigneeChange>>,
    /// Ticked or not.
    done: Option<bool>,
    /// True removes it.
    remove: Option<bool>,
}

/// Who is to do something.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssigneeChange {
    /// When it is a worker.
    customer_id: Option<String>,
    /// Their name.
    #[schema(min_length = 1, max_length = 2000)]
    name: String,
}

/// Tells null from absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A correction whose every part was read.
#[derive(Debug)]
pub struct Correction {
    intent: Option<Intent>,
    /// The clients asked for.
    pub clients: Option<Vec<ClientId>>,
    title: Option<Option<String>>,
    summary: Option<Option<String>>,
    job: Option<Option<String>>,
    context: Option<Option<String>>,
    items: Vec<ItemCorrection>,
    reviewed: bool,
    /// Why.
    pub reason: Option<String>,
}

#[derive(Debug)]
enum ItemCorrection {
    Remove(String),
    Edit(String, ItemFields),
    Add(String, ItemFields),
}

#[derive(Debug)]
struct ItemFields {
    text: Option<String>,
    due_date: Option<Option<Date>>,
    due_time: Option<Option<Time>>,
    assignee: Option<Option<Assignee>>,
    done: Option<bool>,
}

impl TryFrom<NoteChange> for Correction {
    type Error = ApiError;

    fn try_from(change: NoteChange) -> Result<Self, ApiError> {
        let intent = change.intent.as_deref().map(str::parse::<Intent>).transpose();
        let items = change.action_items.unwrap_or_default();
        if items.len() > MAX_ITEMS {
            return Err(ApiError::parameter(
                "action_items",
                "At most 100 action items at once.",
            ));
        }
        Ok(Self {
            intent: intent.map_err(|why| ApiError::parameter("intent", why))?,
            clients: change.client_ids.map(clients).transpose()?,
            title: text_or_null("title", change.title)?,
            summary: text_or_null("summary", change.summary)?,
            job: text_or_null("job", change.job)?,
            context: text_or_null("context", change.context)?,
            items: items.into_iter().map(item).collect::<Result<_, _>>()?,
            reviewed: change.reviewed.unwrap_or(false),
            reason: change.reason.map(|reason| text("reason", &reason)).transpose()?,
        })
    }
}

fn clients(ids: Vec<String>) -> Result<Vec<ClientId>, ApiError> {
    if ids.len() > MAX_CLIENTS {
        return Err(ApiError::parameter(
            "client_ids",
            "A note is about at most 10 clients.",
        ));
    }
    let mut clients: Vec<ClientId> = Vec::with_capacity(ids.len());
    for id in ids {
        let id = ClientId::try_from(id).map_err(|why| ApiError::parameter("client_ids", why))?;
        if !clients.contains(&id) {
            clients.push(id);
        }
    }
    Ok(clients)
}

fn text(name: &'static str, given: &str) -> Result<String, ApiError> {
    let text = given.trim();
    let plain = (1..=MAX_TEXT_CHARS).contains(&text.chars().count())
        && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    if plain {
        Ok(text.to_owned())
    } else {
        Err(ApiError::parameter(
            name,
            "Text is 1 to 2,000 characters without control characters.",
        ))
    }
}

fn text_or_null(
    name: &'static str,
    given: Option<Option<String>>,
) -> Result<Option<Option<String>>, ApiError> {
    given
        .map(|value| value.map(|value| text(name, &value)).transpose())
        .transpose()
}

/// What an error about any action item names.
const ITEMS: &str = "action_items";

fn item(change: ItemChange) -> Result<ItemCorrection, ApiError> {
    if change.remove == Some(true) {
        return change.item_id.map(ItemCorrection::Remove).ok_or_else(|| {
            ApiError::parameter(ITEMS, "Which item is to be removed is said by its item_id.")
        });
    }
    let fields = ItemFields {
        text: change.text.map(|given| text(ITEMS, &given)).transpose()?,
        due_date: parsed(
            change.due_date,
            "A due_date is a day such as 2026-11-27, or null.",
        )?,
        due_time: parsed(
            change.due_time,
            "A due_time is a time of day such as 14:30, or null.",
        )?,
        assignee: change
            .assignee
            .map(|who| who.map(assignee).transpose())
            .transpose()?,
        done: change.done,
    };
    match (change.item_id, &fields.text) {
        (Some(id), _) => Ok(ItemCorrection::Edit(id, fields)),
        (None, Some(text)) => Ok(ItemCorrection::Add(text.clone(), fields)),
        (None, None) => Err(ApiError::parameter(
            ITEMS,
            "A new item needs text; a change of one needs its item_id.",
        )),
    }
}

fn parsed<T: FromStr>(given: Option<Option<String>>, why: &str) -> Result<Option<Option<T>>, ApiError> {
    let parse = |text: String| text.parse::<T>().map_err(|_| ApiError::parameter(ITEMS, why));
    given.map(|value| value.map(parse).transpose()).transpose()
}

fn assignee(given: AssigneeChange) -> Result<Assignee, ApiError> {
    let customer_id = given.customer_id.map(CustomerId::try_from).transpose();
    Ok(Assignee {
        customer_id: customer_id.map_err(|why| ApiError::parameter(ITEMS, why))?,
        name: text(ITEMS, &given.name)?,
    })
}

impl Correction {
    /// The note after the correction. `listed` is the company's client list, needed when clients were given.
    ///
    /// # Errors
    /// When it names a client or an item that is not there, or too many items.
    pub fn applied(
        &self,
        note: &Note,
        listed: &[ClientRecord],
        by: &Actor,
        at: Timestamp,
    ) -> Result<Note, ApiError> {
        let mut after = note.clone();
        if let Some(intent) = self.intent {
            after.intent = intent;
        }
        for (field, value) in [
            (&mut after.title, &self.title),
            (&mut after.summary, &self.summary),
            (&mut after.job, &self.job),
            (&mut after.context, &self.context),
        ] {
            if let Some(value) = value {
                field.clone_from(value);
            }
        }
        if let Some(clients) = &self.clients {
            link(&mut after, clients, listed)?;
        }
        for (number, item) in self.items.iter().enumerate() {
            item.apply(&mut after, number, by, at)?;
        }
        if after.action_items.len() > MAX_ITEMS {
            return Err(ApiError::parameter(ITEMS, "A note has at most 100 action items."));
        }
        if self.reviewed {
            after.needs_review.clear();
        }
        Ok(after)
    }
}

fn link(note: &mut Note, clients: &[ClientId], listed: &[ClientRecord]) -> Result<(), ApiError> {
    let linked = clients.iter().map(|id| {
        if let Some(known) = note.clients.iter().find(|linked| linked.client_id == *id) {
            return Ok(known.clone());
        }
        let record = listed.iter().find(|record| record.client_id == *id);
        let record = record
            .ok_or_else(|| ApiError::parameter("client_ids", "There is no such client in the list."))?;
        let candidate = note
            .client_candidates
            .iter()
            .find(|candidate| candidate.client_id == *id);
        Ok(LinkedClient {
            client_id: id.clone(),
            name: record.name.clone(),
            heard: candidate
                .map(|candidate| candidate.heard.clone())
                .unwrap_or_default(),
            score: None,
            by: LinkedBy::Office,
        })
    });
    note.clients = linked.collect::<Result<_, ApiError>>()?;
    note.client_decision = if note.clients.is_empty() {
        ClientDecision::None
    } else {
        ClientDecision::Linked
    };
    // Whoever it is now, it is not open any more.
    note.needs_review
        .retain(|reason| *reason != ReviewReason::ClientAmbiguous);
    Ok(())
}

impl ItemCorrection {
    fn apply(&self, note: &mut Note, number: usize, by: &Actor, at: Timestamp) -> Result<(), ApiError> {
        let unknown = || ApiError::parameter(ITEMS, "The note has no item of this item_id.");
        let items = &mut note.action_items;
        match self {
            Self::Remove(id) => {
                let at = items
                    .iter()
                    .position(|item| item.item_id == *id)
                    .ok_or_else(unknown)?;
                items.remove(at);
            }
            Self::Edit(id, fields) => {
                let item = items
                    .iter_mut()
                    .find(|item| item.item_id == *id)
                    .ok_or_else(unknown)?;
                fields.write(item, by, at);
            }
            Self::Add(text, fields) => {
                let mut item = ActionItem {
                    // The revision this makes, so that an id is never used twice in a note's life.
                    item_id: format!("office-{}-{number}", note.revision + 1),
                    text: text.clone(),
                    due_date: None,
                    due_time: None,
                    due_text: None,
                    assignee: None,
                    done: false,
                    done_at: None,
                    done_by: None,
                    origin: ItemOrigin::Office,
                };
                fields.write(&mut item, by, at);
                items.push(item);
            }
        }
        Ok(())
    }
}

impl ItemFields {
    fn write(&self, item: &mut ActionItem, by: &Actor, at: Timestamp) {
        if let Some(text) = &self.text {
            item.text.clone_from(text);
        }
        if let Some(day) = self.due_date {
            item.due_date = day;
            // What was said is not what is meant any more.
            item.due_text = None;
        }
        if let Some(time) = self.due_time {
            item.due_time = time;
        }
        if let Some(assignee) = &self.assignee {
            item.assignee.clone_from(assignee);
        }
        match self.done {
            Some(true) if !item.done => {
                item.done = true;
                item.done_at = Some(at);
                item.done_by = Some(by.clone());
            }
            Some(false) if item.done => {
                item.done = false;
                item.done_at = None;
                item.done_by = None;
            }
            Some(_) | None => {}
        }
    }
}
