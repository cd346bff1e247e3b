//! The note: what was understood of a message, filed for one client, job or intent.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::UnknownFields;
use crate::address::{Address, Channel, E164, UserId};
use crate::company::Language;
use crate::ids::{ClientId, CompanyId, CustomerId, MessageSid, NoteId};
use crate::lookup::{Candidate, LinkDecision};
use crate::message::{Location, Provider};

super::schema!(
    /// `note/1`
    NoteSchema = "note/1"
);

/// What a note is for; the folder it is filed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// Something has to be done.
    JobToBeDone,
    /// Something worth knowing later.
    KnowledgeDocument,
    /// Neither.
    Other,
}

impl Intent {
    /// Every intent.
    pub const ALL: [Self; 3] = [Self::JobToBeDone, Self::KnowledgeDocument, Self::Other];

    /// The name in keys and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JobToBeDone => "job-to-be-done",
            Self::KnowledgeDocument => "knowledge-document",
            Self::Other => "other",
        }
    }
}

/// Not the name of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an intent is one of job-to-be-done, knowledge-document, other")]
pub struct UnknownIntent;

impl FromStr for Intent {
    type Err = UnknownIntent;
    fn from_str(text: &str) -> Result<Self, UnknownIntent> {
        Self::ALL
            .into_iter()
            .find(|intent| intent.as_str() == text)
            .ok_or(UnknownIntent)
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// 2 to 5 words in kebab case that name what a note is about: part of its keys, so `[a-z0-9-]{1,64}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tag(String);

/// Longest tag, characters.
pub const MAX_TAG_CHARS: usize = 64;

impl Tag {
    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tag is 1 to 64 of a-z, 0-9 and inner hyphens")]
pub struct InvalidTag;

impl TryFrom<String> for Tag {
    type Error = InvalidTag;
    fn try_from(text: String) -> Result<Self, InvalidTag> {
        let valid = (1..=MAX_TAG_CHARS).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if valid { Ok(Self(text)) } else { Err(InvalidTag) }
    }
}

impl FromStr for Tag {
    type Err = InvalidTag;
    fn from_str(text: &str) -> Result<Self, InvalidTag> {
        Self::try_from(text.to_owned())
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.0
    }
}

/// What a person has to look at. Unknown reasons of later versions are kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// Several clients answer to what was said.
    ClientAmbiguous,
    /// There was nothing to understand.
    NoWords,
    /// The model would not work on it.
    Refused,
    /// A recording or file nobody here can read.
    UnsupportedMedia,
    /// Over a limit: filed, not transcribed.
    OverLimit,
    /// A reason this version does not know.
    #[serde(untagged)]
    Unknown(String),
}

/// A note. The record `…_note.json`; rewritten only with If-Match.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// `note/1`
    pub schema: NoteSchema,
    /// Identity.
    pub note_id: NoteId,
    /// The message it came from.
    pub message_id: MessageSid,
    /// From 1.
    pub note_index: usize,
    /// How many notes the message became.
    pub notes_in_message: usize,
    /// The message's own id unless it joins another.
    pub thread_id: String,
    /// Whose it is.
    pub company_id: CompanyId,
    /// From 1; every change adds one.
    pub revision: u32,
    /// When the message was received.
    pub created_at: Timestamp,
    /// When it was last changed; at first, when the message was received.
    pub updated_at: Timestamp,
    /// Where it came from.
    pub source: NoteSource,
    /// Who said it.
    pub worker: Worker,
    /// What it is for.
    pub intent: Intent,
    /// What it is about, in a few words.
    pub tag: Tag,
    /// What was spoken, and what the note is written in.
    pub languages: Languages,
    /// Knowledge notes.
    pub title: Option<String>,
    /// What was said, in brief.
    pub summary: Option<String>,
    /// Job notes: the job.
    pub job: Option<String>,
    /// What one has to know to understand it.
    pub context: Option<String>,
    /// The words this note is about: transcript, text and captions, verbatim.
    pub text: String,
    /// How sure the client is.
    pub client_decision: ClientDecision,
    /// The clients.
    #[serde(default)]
    pub clients: Vec<LinkedClient>,
    /// Who else it might have been.
    #[serde(default)]
    pub client_candidates: Vec<ClientCandidate>,
    /// The client's job, when known.
    pub job_ref: Option<JobRef>,
    /// Where.
    pub site: Option<NoteSite>,
    /// What has to be done.
    #[serde(default)]
    pub action_items: Vec<ActionItem>,
    /// Recordings, pictures, documents.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Other notes.
    #[serde(default)]
    pub related: Vec<Related>,
    /// What a person has to look at.
    #[serde(default)]
    pub needs_review: Vec<ReviewReason>,
    /// What was changed since.
    #[serde(default)]
    pub history: Vec<Change>,
    /// What made it.
    pub ai: Ai,
    /// Its artifacts, by kind.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Ids in other systems.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// What a later version added.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// Where a note came from.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteSource {
    /// `whatsapp`
    pub channel: Channel,
    /// `twilio`
    pub provider: Provider,
    /// `message`
    pub kind: String,
    /// `MessageType` as sent.
    #[serde(rename = "type")]
    pub message_type: String,
    /// The address written to.
    pub to: Address,
    /// UTC.
    pub received_at: Timestamp,
    /// Forwarded from another chat.
    pub forwarded: bool,
    /// Forwarded many times.
    pub frequently_forwarded: bool,
    /// What it quoted.
    pub in_reply_to: Option<NoteReply>,
}

/// A quoted message, and the note it was about if that is known.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteReply {
    /// The quoted message.
    pub message_id: String,
    /// The note.
    pub note_id: Option<NoteId>,
}

/// Who said it.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worker {
    /// The worker.
    pub customer_id: CustomerId,
    /// As the office calls them.
    pub name: Option<String>,
    /// Their number.
    pub phone_number: Option<E164>,
    /// Their user id.
    pub user_id: Option<UserId>,
    /// As they call themselves.
    pub profile_name: Option<String>,
}

/// What was spoken, and what the note is written in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Languages {
    /// Heard in the recordings or text.
    pub spoken: Vec<Language>,
    /// The note's own.
    pub note: Language,
}

/// How sure the client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientDecision {
    /// It is known who it is about.
    Linked,
    /// Several answer to what was said.
    Ambiguous,
    /// A name was said that is not in the list, or nobody was named.
    NotFound,
    /// There was nothing to look for.
    None,
}

impl From<LinkDecision> for ClientDecision {
    fn from(decision: LinkDecision) -> Self {
        match decision {
            LinkDecision::Linked => Self::Linked,
            LinkDecision::Ambiguous => Self::Ambiguous,
            LinkDecision::NotFound => Self::NotFound,
        }
    }
}

/// A client the note is about.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkedClient {
    /// The client.
    pub client_id: ClientId,
    /// As listed.
    pub name: String,
    /// The words taken for the name.
    pub heard: String,
    /// 0 to 1.
    pub score: Option<f64>,
    /// Who decided.
    pub by: LinkedBy,
}

/// Who decided which client a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkedBy {
    /// The name index.
    Lookup,
    /// The structuring model, among the candidates.
    Model,
    /// The worker, asked.
    Worker,
    /// The office.
    Office,
}

/// Who it might have been.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientCandidate {
    /// The client.
    pub client_id: ClientId,
    /// As listed.
    pub name: String,
    /// The words taken for the name.
    pub heard: String,
    /// 0 to 1.
    pub score: f64,
}

impl From<&Candidate> for ClientCandidate {
    fn from(candidate: &Candidate) -> Self {
        Self {
            client_id: candidate.client_id.clone(),
            name: candidate.name.clone(),
            heard: candidate.heard.clone(),
            score: candidate.score,
        }
    }
}

/// A job of the client.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRef {
    /// The job.
    pub job_id: String,
    /// The office's reference.
    pub reference: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// Where.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteSite {
    /// Street address.
    pub address: Option<String>,
    /// WGS 84 degrees.
    pub latitude: Option<f64>,
    /// WGS 84 degrees.
    pub longitude: Option<f64>,
}

impl From<&Location> for NoteSite {
    fn from(location: &Location) -> Self {
        Self {
            address: location.address.clone().or_else(|| location.label.clone()),
            latitude: Some(location.latitude),
            longitude: Some(location.longitude),
        }
    }
}

/// Something to do.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionItem {
    /// Unique within the note.
    pub item_id: String,
    /// What.
    pub text: String,
    /// The day, in the worker's time zone.
    pub due_date: Option<Date>,
    /// The time of that day.
    pub due_time: Option<Time>,
    /// When, as it was said.
    pub due_text: Option<String>,
    /// Who.
    pub assignee: Option<Assignee>,
    /// Ticked.
    pub done: bool,
    /// When it was ticked.
    pub done_at: Option<Timestamp>,
    /// Who ticked it.
    pub done_by: Option<Actor>,
    /// Where it came from.
    pub origin: ItemOrigin,
}

/// Who is to do something.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignee {
    /// When it is a known worker.
    pub customer_id: Option<CustomerId>,
    /// As it was said.
    pub name: String,
}

/// Where an action item came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemOrigin {
    /// It was said.
    Said,
    /// The worker corrected it.
    Worker,
    /// The office added it.
    Office,
}

/// A kept file.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// Unique within the message: `media-0`.
    pub media_id: String,
    /// What it is.
    pub kind: MediaKind,
    /// Where it is.
    pub key: String,
    /// As sniffed.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// Seconds, for recordings.
    pub duration_s: Option<f64>,
    /// The text it came with.
    pub caption: Option<String>,
    /// The message it came with.
    pub from_message_id: MessageSid,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A recording.
    Audio,
    /// A picture.
    Image,
    /// Anything else.
    Document,
}

impl MediaKind {
    /// The name in keys and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Image => "image",
            Self::Document => "document",
        }
    }
}

/// Another note this one has to do with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// The other note.
    pub note_id: NoteId,
    /// How.
    pub relation: Relation,
}

/// How two notes have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// This one changes the other.
    Amends,
    /// The other changes this one.
    AmendedBy,
    /// This one adds to the other.
    AddsTo,
}

/// One revision.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The revision it made.
    pub revision: u32,
    /// When, UTC.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// What.
    pub changes: Vec<FieldChange>,
    /// Why.
    pub reason: Option<String>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// `worker`, `key`, `system`.
    pub kind: String,
    /// Which one.
    pub id: String,
}

/// One field's change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// JSON Pointer (RFC 6901).
    pub path: String,
    /// Before.
    pub from: serde_json::Value,
    /// After.
    pub to: serde_json::Value,
}

/// What made a note. A model that was not asked is empty.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ai {
    /// Which model transcribed.
    pub transcription_model: Option<String>,
    /// Which model structured.
    pub structuring_model: Option<String>,
    /// Which prompt.
    pub prompt_version: Option<String>,
}
