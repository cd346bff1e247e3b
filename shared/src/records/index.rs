//! Index entries: hints that make one listing or one GET enough. What is true is in the note.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::UnknownFields;
use super::note::{ClientDecision, Intent, MediaKind, Note, ReviewReason, Tag};
use crate::address::Channel;
use crate::company::Language;
use crate::ids::{ClientId, CompanyId, CustomerId, MessageSid, NoteId};

super::schema!(
    /// `timeline/1`
    TimelineSchema = "timeline/1"
);
super::schema!(
    /// `message/1`
    MessageIndexSchema = "message/1"
);

/// Longest title in an index entry, characters.
pub const MAX_TITLE_CHARS: usize = 120;

/// A row of the timeline or of a client's notes: enough to show it without reading the note.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// `timeline/1`
    pub schema: TimelineSchema,
    /// The note.
    pub note_id: NoteId,
    /// The message it came from.
    pub message_id: MessageSid,
    /// The thread it is in.
    pub thread_id: String,
    /// Where the note is.
    pub note_key: String,
    /// The note's revision this row was made from.
    pub revision: u32,
    /// When the message was received.
    pub received_at: Timestamp,
    /// When the note was last changed.
    pub updated_at: Timestamp,
    /// What it is for.
    pub intent: Intent,
    /// What it is about.
    pub tag: Tag,
    /// A line to show, at most [`MAX_TITLE_CHARS`].
    pub title: String,
    /// Who said it.
    pub worker: TimelineWorker,
    /// Whom it is about.
    pub clients: Vec<TimelineClient>,
    /// How sure that is.
    pub client_decision: ClientDecision,
    /// Action items not done.
    pub items_open: usize,
    /// Action items.
    pub items_total: usize,
    /// The earliest due date of an open item.
    pub next_due: Option<Date>,
    /// Attachments by kind.
    pub media: MediaCounts,
    /// Seconds of recordings.
    pub duration_s: Option<f64>,
    /// The note's language.
    pub language: Language,
    /// The channel.
    pub channel: Channel,
    /// `MessageType` as sent.
    #[serde(rename = "type")]
    pub message_type: String,
    /// Forwarded from another chat.
    pub forwarded: bool,
    /// What a person has to look at.
    pub needs_review: Vec<ReviewReason>,
    /// What a later version added.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// Who said it.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineWorker {
    /// The worker.
    pub customer_id: CustomerId,
    /// As the office calls them.
    pub name: Option<String>,
}

/// Whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineClient {
    /// The client.
    pub client_id: ClientId,
    /// As listed.
    pub name: String,
}

/// How many attachments of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaCounts {
    /// Recordings.
    pub audio: usize,
    /// Pictures.
    pub image: usize,
    /// Anything else.
    pub document: usize,
}

/// The field that marks a row in doubt.
const IN_DOUBT: &str = "in_doubt";

impl TimelineEntry {
    /// The row, marked as one that may not say what its note says: a change of the note is under way or was cut off.
    #[must_use]
    pub fn in_doubt(mut self) -> Self {
        self.unknown
            .insert(IN_DOUBT.to_owned(), serde_json::Value::Bool(true));
        self
    }

    /// Whether the row has to be checked against its note.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.unknown.contains_key(IN_DOUBT)
    }

    /// The row of a note kept at `note_key`.
    #[must_use]
    pub fn of(note: &Note, note_key: &str) -> Self {
        let open = note.action_items.iter().filter(|item| !item.done);
        let count = |kind| note.attachments.iter().filter(|a| a.kind == kind).count();
        let seconds: Vec<f64> = note.attachments.iter().filter_map(|a| a.duration_s).collect();
        Self {
            schema: TimelineSchema::Current,
            note_id: note.note_id.clone(),
            message_id: note.message_id.clone(),
            thread_id: note.thread_id.clone(),
            note_key: note_key.to_owned(),
            revision: note.revision,
            received_at: note.created_at,
            updated_at: note.updated_at,
            intent: note.intent,
            tag: note.tag.clone(),
            title: title(note),
            worker: TimelineWorker {
                customer_id: note.worker.customer_id.clone(),
                name: note.worker.name.clone(),
            },
            clients: note
                .clients
                .iter()
                .map(|c| TimelineClient {
                    client_id: c.client_id.clone(),
                    name: c.name.clone(),
                })
                .collect(),
            client_decision: note.client_decision,
            items_open: open.clone().count(),
            items_total: note.action_items.len(),
            next_due: open.filter_map(|item| item.due_date).min(),
            media: MediaCounts {
                audio: count(MediaKind::Audio),
                image: count(MediaKind::Image),
                document: count(MediaKind::Document),
            },
            duration_s: (!seconds.is_empty()).then(|| seconds.iter().sum()),
            language: note.languages.note.clone(),
            channel: note.source.channel,
            message_type: note.source.message_type.clone(),
            forwarded: note.source.forwarded,
            needs_review: note.needs_review.clone(),
            unknown: UnknownFields::new(),
        }
    }
}

/// The most telling line a note has.
fn title(note: &Note) -> String {
    let lines = [
        note.title.as_deref(),
        note.job.as_deref(),
        note.summary.as_deref(),
        Some(note.text.as_str()),
    ];
    let line = lines
        .into_iter()
        .flatten()
        .map(str::trim)
        .find(|line| !line.is_empty());
    let line = line
        .unwrap_or(note.tag.as_str())
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if line.chars().count() <= MAX_TITLE_CHARS {
        return line;
    }
    let mut short: String = line.chars().take(MAX_TITLE_CHARS - 1).collect();
    short.push('…');
    short
}

/// `{company_id}/index/message/{message_id}.json`: where everything of a message is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageIndex {
    /// `message/1`
    pub schema: MessageIndexSchema,
    /// The message.
    pub message_id: MessageSid,
    /// Whose it is.
    pub company_id: CompanyId,
    /// The thread it is in.
    pub thread_id: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Filed or deleted.
    pub state: FilingState,
    /// Its notes in order.
    pub notes: Vec<IndexedNote>,
    /// Its files.
    pub files: Vec<IndexedFile>,
    /// What a later version added.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// Whether a message's artifacts are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilingState {
    /// They are.
    Filed,
    /// They were removed.
    Deleted,
}

/// A note of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedNote {
    /// The note.
    pub note_id: NoteId,
    /// What it was filed under.
    pub intent: Intent,
    /// What it was filed as.
    pub tag: Tag,
    /// Where it is.
    pub note_key: String,
    /// Its row in the timeline.
    pub timeline_key: String,
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedFile {
    /// Where it is.
    pub key: String,
    /// What it is.
    #[serde(rename = "type")]
    pub file_type: FileType,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// What a file of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileType {
    /// A recording.
    Audio,
    /// A picture.
    Image,
    /// Any other attachment.
    Document,
    /// The transcript or text.
    FullText,
    /// A note as a person reads it.
    TextSummary,
    /// A note.
    Note,
}

impl From<MediaKind> for FileType {
    fn from(kind: MediaKind) -> Self {
        match kind {
            MediaKind::Audio => Self::Audio,
            MediaKind::Image => Self::Image,
            MediaKind::Document => Self::Document,
        }
    }
}
