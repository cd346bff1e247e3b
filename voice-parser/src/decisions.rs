//! What each step decided: the pipeline's own part of a message's record. Everything a later step or a later attempt
//! needs is here or in `inbox/`; so a retry continues where the last attempt stopped, and pays nothing twice.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::bucket::ETag;
use shared::company::Language;
use shared::customer::Customer;
use shared::ids::{CompanyId, NoteId};
use shared::lookup::ClientAnswer;
use shared::records::UnknownFields;
use shared::records::note::MediaKind;
use shared::records::outcome::{Cost, Failure, StepTiming};
use shared::records::pipeline::Record;
use shared::records::sender::{Choice, PendingQuestion};

use crate::structure::Draft;

/// A message's record as the pipeline sees it.
pub type PipelineRecord = Record<Decisions>;

/// A record and the entity tag it was read or written with.
pub type VersionedRecord = (PipelineRecord, ETag);

/// What each step decided. A field is absent until its step is done.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Decisions {
    /// Whose message it is; kept when the rest is scrubbed.
    pub company_id: Option<CompanyId>,
    /// The notes made of it; kept when the rest is scrubbed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub note_ids: Vec<NoteId>,
    /// Who is it?
    pub sender: Option<SenderDecision>,
    /// What is it?
    pub route: Option<Route>,
    /// What was downloaded.
    pub media: Option<Vec<KeptMedia>>,
    /// What was heard. The words are in `inbox/`.
    pub transcript: Option<TranscriptDecision>,
    /// Which clients?
    pub clients: Option<ClientAnswer>,
    /// What was understood.
    pub note: Option<NoteDecision>,
    /// What the worker is told.
    pub reply: Option<ReplyPlan>,
    /// What went wrong for good.
    pub failure: Option<Failure>,
    /// What it cost so far.
    #[serde(default)]
    pub cost: Cost,
    /// How long it took so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepTiming>,
    /// What a later version added.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// Who is it?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SenderDecision {
    /// A worker.
    Worker {
        /// Who, with their company's settings.
        customer: Box<Customer>,
        /// Names the transcription listens for.
        #[serde(default)]
        names: Vec<String>,
        /// They said STOP before.
        #[serde(default)]
        opted_out: bool,
        /// They have not seen the privacy notice.
        #[serde(default)]
        greet: bool,
        /// A further picture of an album.
        #[serde(default)]
        album: bool,
        /// The open question this message answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Box<Answer>>,
    },
    /// Nobody we know.
    Stranger {
        /// False when they were told within the last thirty days.
        tell: bool,
    },
}

/// What is it?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Route {
    /// Something to understand and file.
    Note {
        /// The note it quotes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<NoteId>,
    },
    /// Thanks or a lone emoji: filed without a model, not answered.
    Thanks,
    /// An answer to a question: changes a note and is none.
    Answer(Box<Answer>),
    /// A command, whatever the company.
    Command {
        /// Which.
        command: Command,
    },
}

/// An answer to a question about a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which question.
    pub question_id: String,
    /// The note it is about.
    pub note_id: NoteId,
    /// What was chosen.
    pub choice: Choice,
}

/// What a worker can tell the system itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// No more replies.
    Stop,
    /// Replies again.
    Start,
    /// What is this?
    Help,
}

/// A media item of the message.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptMedia {
    /// Position in the message, from 0.
    pub index: u32,
    /// Where it is kept, unless it could not be had.
    pub key: Option<String>,
    /// What it is, as sniffed.
    pub kind: MediaKind,
    /// As sniffed.
    pub content_type: String,
    /// Without a dot.
    pub extension: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// Seconds, when that can be read from the file.
    pub duration_s: Option<f64>,
    /// Whether a model can transcribe it.
    pub transcribable: bool,
    /// Why it could not be had or cannot be used.
    pub problem: Option<MediaProblem>,
}

/// Why a media item could not be had or cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaProblem {
    /// Twilio does not have it, or it is not where Twilio's media are.
    Unavailable,
    /// Over the size limit.
    TooLarge,
    /// Nothing here can read it.
    Unsupported,
    /// The model could not.
    NotTranscribed,
    /// Longer than a model takes, and not of a format that can be cut.
    TooLong,
    /// The company's minutes of the day are used up, and the worker is told.
    MinutesUsedUp,
    /// The company's minutes of the day are used up, and the worker was told before on that day.
    MinutesUsedUpToldAlready,
}

/// What was heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranscriptDecision {
    /// Whether there is a word in the text, the captions or the recordings.
    pub has_words: bool,
    /// Which languages.
    #[serde(default)]
    pub languages: Vec<Language>,
    /// The model that transcribed, if one was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// A recording was too long to be transcribed, or to be transcribed to its end.
    #[serde(default, skip_serializing_if = "is_false")]
    pub too_long: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// What was understood.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteDecision {
    /// One to five notes.
    pub drafts: Vec<Draft>,
    /// Heard in the words.
    pub spoken: Vec<Language>,
    /// The language the notes are written in.
    pub language: Language,
    /// The model that structured, if one was asked.
    pub model: Option<String>,
    /// The prompt it was asked with.
    pub prompt_version: Option<String>,
    /// Why there is no structure.
    pub unstructured: Option<Unstructured>,
    /// When that was, UTC: what the change log is ordered by. Decided once, so that filing twice comes to the same.
    pub decided_at: Timestamp,
}

/// Why a note has no structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unstructured {
    /// There were no words.
    NoWords,
    /// Nothing to structure: thanks.
    Thanks,
    /// The model would not.
    Refused,
    /// The model's answers could not be used.
    Unusable,
}

/// What the worker is told.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplyPlan {
    /// What it is about.
    pub purpose: ReplyPurpose,
    /// The language it is in.
    pub language: Language,
    /// The messages, in order; none when suppressed.
    pub parts: Vec<String>,
    /// What it asks.
    pub question: Option<PendingQuestion>,
    /// Why nothing is sent.
    pub suppressed: Option<Suppressed>,
    /// When it was made, UTC.
    pub planned_at: Timestamp,
}

/// What a reply is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyPurpose {
    /// What was filed.
    Note,
    /// You are not known here.
    UnknownSender,
    /// A command was carried out.
    Command,
    /// An answer was taken.
    Answer,
    /// It could not be processed, and is not lost.
    Failure,
}

impl ReplyPurpose {
    /// The name in records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::UnknownSender => "unknown_sender",
            Self::Command => "command",
            Self::Answer => "answer",
            Self::Failure => "failure",
        }
    }
}

/// Why nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suppressed {
    /// They said STOP.
    OptedOut,
    /// The company wants none.
    Disabled,
    /// Thanks need no answer.
    Thanks,
    /// One answer for an album.
    Album,
    /// A stranger was told already.
    ToldAlready,
    /// WhatsApp's 24 hours are nearly over.
    TooLate,
    /// Twilio says it cannot be delivered.
    Undeliverable,
}

impl Suppressed {
    /// The name in records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OptedOut => "opted_out",
            Self::Disabled => "disabled",
            Self::Thanks => "thanks",
            Self::Album => "album",
            Self::ToldAlready => "told_already",
            Self::TooLate => "too_late",
            Self::Undeliverable => "undeliverable",
        }
    }
}

impl Decisions {
    /// The worker, once known.
    #[must_use]
    pub fn customer(&self) -> Option<&Customer> {
        match &self.sender {
            Some(SenderDecision::Worker { customer, .. }) => Some(customer),
            Some(SenderDecision::Stranger { .. }) | None => None,
        }
    }

    /// Forgets everything but ids: what remains in the record of a finished message.
    pub fn scrub(&mut self) {
        *self = Self {
            company_id: self.company_id.take(),
            note_ids: std::mem::take(&mut self.note_ids),
            ..Self::default()
        };
    }
}
