//! Whole messages out of a listing.
//!
//! The files filed with one note are neighbours in key order, so a page of a listing holds whole notes but for its last
//! one, which is left for the next page. A message of several notes has files in several places; its index says where.
//! It is shown where its first note is (its first note of the intent that was asked for), with all its files counted.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use shared::ids::{MessageSid, NoteId};
use shared::records::index::MessageIndex;
use shared::records::note::{Intent, Tag};
use utoipa::ToSchema;

use super::artifact::ArtifactName;
use super::list::Artifacts;
use crate::access::CompanyScope;
use crate::app::App;
use crate::error::ApiError;

/// Most messages on a page: each costs one GET.
pub const MAX_MESSAGES: usize = 100;

/// GETs at a time.
const AT_ONCE: usize = 16;

/// A message and how many files it has.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MessageFiles {
    /// For `/files/by-message`.
    #[schema(value_type = String, example = "SM00000000000000000000000000000001")]
    pub message_id: MessageSid,
    /// Of its first note (of the intent that was asked for).
    #[schema(value_type = String, example = "order-mixer")]
    pub tag: Tag,
    /// All its files, wherever they are filed.
    pub file_count: usize,
}

/// The files filed with one note, as far as the page holds them.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    intent: Intent,
    tag: Tag,
    note: NoteId,
    count: usize,
    last_key: String,
}

/// The messages on a page, and where the next page starts.
pub(super) async fn messages(
    app: &App,
    scope: &CompanyScope,
    intent: Option<Intent>,
    page: Artifacts,
) -> Result<(Vec<MessageFiles>, Option<String>), ApiError> {
    let last_key = page.objects.last().map(|object| object.key.clone());
    let truncated = page.truncated;
    let (groups, position) = whole(groups(page), truncated, last_key);
    let read = stream::iter(groups).map(async |group| {
        let key = scope.keys().message_index(&group.note.message());
        let index = app.bucket.read::<MessageIndex>(&key).await?;
        Ok::<_, ApiError>(shown(group, index.map(|read| read.value), intent))
    });
    let shown: Vec<Option<MessageFiles>> = read.buffered(AT_ONCE).try_collect().await?;
    Ok((merged(shown.into_iter().flatten()), position))
}

fn groups(page: Artifacts) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for object in page.objects {
        let Some(name) = ArtifactName::parse(&object.key) else {
            continue;
        };
        match groups.last_mut() {
            Some(last) if (last.intent, &last.tag, &last.note) == (name.intent, &name.tag, &name.note) => {
                last.count += 1;
                last.last_key = object.key;
            }
            _ => groups.push(Group {
                intent: name.intent,
                tag: name.tag,
                note: name.note,
                count: 1,
                last_key: object.key,
            }),
        }
    }
    groups
}

/// The groups that are whole and fit, and the key after which the next page starts.
fn whole(mut groups: Vec<Group>, truncated: bool, last_key: Option<String>) -> (Vec<Group>, Option<String>) {
    let mut position = last_key.filter(|_| truncated);
    // The last group may go on after the page. One that fills a whole page is not the pipeline's; it must not stop the
    // list, so it stays.
    if truncated && groups.len() > 1 {
        groups.pop();
        position = groups.last().map(|group| group.last_key.clone());
    }
    if groups.len() > MAX_MESSAGES {
        groups.truncate(MAX_MESSAGES);
        position = groups.last().map(|group| group.last_key.clone());
    }
    (groups, position)
}

/// The message of a group, when this is the place to show it.
fn shown(group: Group, index: Option<MessageIndex>, intent: Option<Intent>) -> Option<MessageFiles> {
    let message_id = group.note.message();
    let counted = MessageFiles {
        message_id,
        tag: group.tag,
        file_count: group.count,
    };
    // Files without an index are a message that is being filed right now, or one whose index was lost: shown as found.
    let Some(index) = index.filter(|index| !index.notes.is_empty()) else {
        return Some(counted);
    };
    let first = index
        .notes
        .iter()
        .find(|note| intent.is_none_or(|wanted| note.intent == wanted));
    match first {
        Some(first) if first.note_id == group.note => Some(MessageFiles {
            file_count: index.files.len().max(group.count),
            ..counted
        }),
        Some(_) => None,
        None => Some(counted),
    }
}

/// One entry for each message.
fn merged(shown: impl Iterator<Item = MessageFiles>) -> Vec<MessageFiles> {
    let mut messages: Vec<MessageFiles> = Vec::new();
    for entry in shown {
        match messages
            .iter_mut()
            .find(|known| known.message_id == entry.message_id)
        {
            Some(known) => known.file_count = known.file_count.max(entry.file_count),
            None => messages.push(entry),
        }
    }
    messages
}
