//! The stored records as the OpenAPI description shows them. Nothing here runs: what is sent are the records of the
//! shared crate, and a test holds the two together. Further fields may be added to any of them.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// What a note is for.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum IntentName {
    /// Something has to be done.
    JobToBeDone,
    /// Something worth knowing later.
    KnowledgeDocument,
    /// Neither.
    Other,
}

/// How sure the client is.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ClientDecisionName {
    /// It is known who it is about.
    Linked,
    /// Several answer to what was said.
    Ambiguous,
    /// A name was said that is not in the list, or nobody was named.
    NotFound,
    /// There was nothing to look for.
    None,
}

/// A note: what was understood of a message.
#[derive(Debug, ToSchema)]
#[schema(as = Note)]
pub struct NoteDocument {
    /// `note/1`
    pub schema: String,
    /// The message's id for its first note, `{message_id}.2` and so on for others.
    pub note_id: String,
    /// Twilio's MessageSid.
    pub message_id: String,
    /// From 1.
    pub note_index: u32,
    /// How many notes the message became.
    pub notes_in_message: u32,
    /// The message's own id unless it joins another.
    pub thread_id: String,
    /// Whose it is.
    pub company_id: String,
    /// From 1; every change adds one.
    pub revision: u32,
    /// When the message was received, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was last changed, UTC.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Where it came from.
    pub source: NoteSourceDocument,
    /// Who said it.
    pub worker: WorkerOfNoteDocument,
    /// What it is for.
    pub intent: IntentName,
    /// What it is about, in a few words.
    pub tag: String,
    /// What was spoken, and what the note is written in.
    pub languages: LanguagesDocument,
    /// Knowledge notes.
    pub title: Option<String>,
    /// What was said, in brief.
    pub summary: Option<String>,
    /// Job notes: the job.
    pub job: Option<String>,
    /// What one has to know to understand it.
    pub context: Option<String>,
    /// The words it was made from, verbatim.
    pub text: String,
    /// How sure the client is.
    pub client_decision: ClientDecisionName,
    /// Whom it is about.
    pub clients: Vec<LinkedClientDocument>,
    /// Whom it might be about.
    pub client_candidates: Vec<ClientCandidateDocument>,
    /// The client's job, when known.
    pub job_ref: Option<JobRefDocument>,
    /// Where.
    pub site: Option<SiteOfNoteDocument>,
    /// What has to be done.
    pub action_items: Vec<ActionItemDocument>,
    /// Recordings, pictures, documents.
    pub attachments: Vec<AttachmentDocument>,
    /// Other notes it has to do with.
    pub related: Vec<RelatedDocument>,
    /// What a person has to look at.
    pub needs_review: Vec<String>,
    /// What was changed since.
    pub history: Vec<ChangeDocument>,
    /// What made it.
    pub ai: AiDocument,
    /// Its artifacts' keys, by kind.
    pub files: BTreeMap<String, String>,
    /// Ids in other systems.
    pub external_ids: BTreeMap<String, String>,
}

/// Where a note came from.
#[derive(Debug, ToSchema)]
#[schema(as = NoteSource)]
pub struct NoteSourceDocument {
    /// `whatsapp`
    pub channel: String,
    /// `twilio`
    pub provider: String,
    /// `message`
    pub kind: String,
    /// The message's type as it was sent.
    pub r#type: String,
    /// The address written to.
    pub to: String,
    /// UTC.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// Forwarded from another chat.
    pub forwarded: bool,
    /// Forwarded many times.
    pub frequently_forwarded: bool,
    /// What it quoted.
    pub in_reply_to: Option<NoteReplyDocument>,
}

/// A quoted message.
#[derive(Debug, ToSchema)]
#[schema(as = NoteReply)]
pub struct NoteReplyDocument {
    /// The quoted message.
    pub message_id: String,
    /// The note it was about, if that is known.
    pub note_id: Option<String>,
}

/// Who said it.
#[derive(Debug, ToSchema)]
#[schema(as = NoteWorker)]
pub struct WorkerOfNoteDocument {
    /// The worker.
    pub customer_id: String,
    /// As the office calls them.
    pub name: Option<String>,
    /// Their number, E.164.
    pub phone_number: Option<String>,
    /// Their WhatsApp user id.
    pub user_id: Option<String>,
    /// As they call themselves.
    pub profile_name: Option<String>,
}

/// Languages, BCP 47.
#[derive(Debug, ToSchema)]
#[schema(as = Languages)]
pub struct LanguagesDocument {
    /// Heard in the recordings or text.
    pub spoken: Vec<String>,
    /// The note's own.
    pub note: String,
}

/// A client the note is about.
#[derive(Debug, ToSchema)]
#[schema(as = LinkedClient)]
pub struct LinkedClientDocument {
    /// The client.
    pub client_id: String,
    /// As listed.
    pub name: String,
    /// The words taken for the name.
    pub heard: String,
    /// 0 to 1.
    pub score: Option<f64>,
    /// `lookup`, `model`, `worker` or `office`.
    pub by: String,
}

/// Whom a note might be about.
#[derive(Debug, ToSchema)]
#[schema(as = ClientCandidate)]
pub struct ClientCandidateDocument {
    /// The client.
    pub client_id: String,
    /// As listed.
    pub name: String,
    /// The words taken for the name.
    pub heard: String,
    /// 0 to 1.
    pub score: f64,
}

/// A job of the client.
#[derive(Debug, ToSchema)]
#[schema(as = JobRef)]
pub struct JobRefDocument {
    /// The job.
    pub job_id: String,
    /// The office's reference.
    pub reference: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// Where.
#[derive(Debug, ToSchema)]
#[schema(as = NoteSite)]
pub struct SiteOfNoteDocument {
    /// Street address.
    pub address: Option<String>,
    /// WGS 84 degrees.
    pub latitude: Option<f64>,
    /// WGS 84 degrees.
    pub longitude: Option<f64>,
}

/// Something to do.
#[derive(Debug, ToSchema)]
#[schema(as = ActionItem)]
pub struct ActionItemDocument {
    /// Unique within the note.
    pub item_id: String,
    /// What.
    pub text: String,
    /// The day, in the worker's time zone.
    #[schema(format = Date)]
    pub due_date: Option<String>,
    /// The time of that day, `hh:mm:ss`.
    pub due_time: Option<String>,
    /// When, as it was said.
    pub due_text: Option<String>,
    /// Who.
    pub assignee: Option<AssigneeDocument>,
    /// Ticked.
    pub done: bool,
    /// When it was ticked, UTC.
    #[schema(format = DateTime)]
    pub done_at: Option<String>,
    /// Who ticked it.
    pub done_by: Option<ActorDocument>,
    /// `said`, `worker` or `office`.
    pub origin: String,
}

/// Who is to do something.
#[derive(Debug, ToSchema)]
#[schema(as = Assignee)]
pub struct AssigneeDocument {
    /// When it is a known worker.
    pub customer_id: Option<String>,
    /// As it was said.
    pub name: String,
}

/// Who did something.
#[derive(Debug, ToSchema)]
#[schema(as = Actor)]
pub struct ActorDocument {
    /// `worker`, `key` or `system`.
    pub kind: String,
    /// Which one.
    pub id: String,
}

/// A kept file.
#[derive(Debug, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentDocument {
    /// Unique within the message.
    pub media_id: String,
    /// `audio`, `image` or `document`.
    pub kind: String,
    /// Where it is; for `/files/get-download-url`.
    pub key: String,
    /// What it was found to be.
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
    pub from_message_id: String,
}

/// Another note.
#[derive(Debug, ToSchema)]
#[schema(as = Related)]
pub struct RelatedDocument {
    /// The other note.
    pub note_id: String,
    /// `amends`, `amended_by` or `adds_to`.
    pub relation: String,
}

/// One revision.
#[derive(Debug, ToSchema)]
#[schema(as = Change)]
pub struct ChangeDocument {
    /// The revision it made.
    pub revision: u32,
    /// When, UTC.
    #[schema(format = DateTime)]
    pub at: String,
    /// By whom.
    pub by: ActorDocument,
    /// What.
    pub changes: Vec<FieldChangeDocument>,
    /// Why.
    pub reason: Option<String>,
}

/// One field's change.
#[derive(Debug, ToSchema)]
#[schema(as = FieldChange)]
pub struct FieldChangeDocument {
    /// JSON Pointer (RFC 6901).
    pub path: String,
    /// Before.
    #[schema(value_type = Value)]
    pub from: serde_json::Value,
    /// After.
    #[schema(value_type = Value)]
    pub to: serde_json::Value,
}

/// What made a note. A model that was not asked is absent.
#[derive(Debug, ToSchema)]
#[schema(as = Ai)]
pub struct AiDocument {
    /// Which model transcribed.
    pub transcription_model: Option<String>,
    /// Which model structured.
    pub structuring_model: Option<String>,
    /// Which prompt.
    pub prompt_version: Option<String>,
}

/// A note in a list: enough to show a line of it.
#[derive(Debug, ToSchema)]
#[schema(as = NoteRow)]
pub struct RowDocument {
    /// `timeline/1`
    pub schema: String,
    /// For `/notes/{note_id}`.
    pub note_id: String,
    /// For `/files/by-message`.
    pub message_id: String,
    /// The thread it is in.
    pub thread_id: String,
    /// Where the note is.
    pub note_key: String,
    /// The note's revision this row was made from.
    pub revision: u32,
    /// When the message was received, UTC.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// When the note was last changed, UTC.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// What it is for.
    pub intent: IntentName,
    /// What it is about, in a few words.
    pub tag: String,
    /// A line to show, at most 120 characters.
    pub title: String,
    /// Who said it.
    pub worker: RowWorkerDocument,
    /// Whom it is about.
    pub clients: Vec<RowClientDocument>,
    /// How sure that is.
    pub client_decision: ClientDecisionName,
    /// Action items not done.
    pub items_open: u32,
    /// Action items.
    pub items_total: u32,
    /// The earliest due date of an open item.
    #[schema(format = Date)]
    pub next_due: Option<String>,
    /// Attachments by kind.
    pub media: MediaCountsDocument,
    /// Seconds of recordings.
    pub duration_s: Option<f64>,
    /// The note's language, BCP 47.
    pub language: String,
    /// `whatsapp`
    pub channel: String,
    /// The message's type as it was sent.
    pub r#type: String,
    /// Forwarded from another chat.
    pub forwarded: bool,
    /// What a person has to look at.
    pub needs_review: Vec<String>,
}

/// Who said it.
#[derive(Debug, ToSchema)]
#[schema(as = RowWorker)]
pub struct RowWorkerDocument {
    /// The worker.
    pub customer_id: String,
    /// As the office calls them.
    pub name: Option<String>,
}

/// Whom it is about.
#[derive(Debug, ToSchema)]
#[schema(as = RowClient)]
pub struct RowClientDocument {
    /// The client.
    pub client_id: String,
    /// As listed.
    pub name: String,
}

/// How many attachments of each kind.
#[derive(Debug, ToSchema)]
#[schema(as = MediaCounts)]
pub struct MediaCountsDocument {
    /// Recordings.
    pub audio: u32,
    /// Pictures.
    pub image: u32,
    /// Anything else.
    pub document: u32,
}

/// How filing a message went.
#[derive(Debug, ToSchema)]
#[schema(as = Outcome)]
pub struct OutcomeDocument {
    /// `outcome/1`
    pub schema: String,
    /// The message.
    pub message_id: String,
    /// Its notes.
    pub note_ids: Vec<String>,
    /// What was sent, part by part.
    pub replies: Vec<ReplyDocument>,
    /// Why nothing was sent, when that was on purpose.
    pub suppressed_reason: Option<String>,
    /// What it cost.
    pub cost: CostDocument,
    /// How long each step took.
    pub steps: Vec<StepDocument>,
    /// What went wrong; not there when the message has been filed after all.
    pub failure: Option<FailureDocument>,
}

/// One sent part of a reply.
#[derive(Debug, ToSchema)]
#[schema(as = Reply)]
pub struct ReplyDocument {
    /// From 1.
    pub part: u32,
    /// How many parts.
    pub of: u32,
    /// What it was for.
    pub purpose: String,
    /// BCP 47.
    pub language: String,
    /// What it says.
    pub body: String,
    /// Twilio's MessageSid of it.
    pub outbound_id: Option<String>,
    /// Our address.
    pub from: String,
    /// The worker's address.
    pub to: String,
    /// Twilio's message status, the furthest seen.
    pub state: String,
    /// Twilio's error code.
    pub error_code: Option<u32>,
    /// When it reached that state, UTC.
    #[schema(format = DateTime)]
    pub at: String,
}

/// What processing a message cost.
#[derive(Debug, ToSchema)]
#[schema(as = Cost)]
pub struct CostDocument {
    /// Seconds of speech transcribed.
    pub audio_s: f64,
    /// Tokens read by the structuring model.
    pub input_tokens: u64,
    /// Tokens written by the structuring model.
    pub output_tokens: u64,
    /// WhatsApp messages sent.
    pub messages_sent: u32,
    /// From the list prices known when this was built, US dollars.
    pub usd_estimate: f64,
}

/// How long a step took over all attempts.
#[derive(Debug, ToSchema)]
#[schema(as = StepTiming)]
pub struct StepDocument {
    /// The step.
    pub step: String,
    /// Milliseconds.
    pub ms: u64,
    /// How often it was begun.
    pub attempts: u32,
}

/// What went wrong; not there when the message has been filed after all.
#[derive(Debug, ToSchema)]
#[schema(as = Failure)]
pub struct FailureDocument {
    /// In which step.
    pub step: String,
    /// A short stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// A client. Fields not named here are kept as they are.
#[derive(Debug, ToSchema)]
#[schema(as = Client)]
pub struct ClientDocument {
    /// Unique within the company. Absent for a new one.
    pub client_id: Option<String>,
    /// As the office spells it.
    pub name: String,
    /// Other names they go by.
    pub aliases: Option<Vec<String>>,
    /// As the office wrote it.
    pub phone_number: Option<String>,
    /// As the office wrote it.
    pub address: Option<String>,
    /// Places where work is done.
    pub sites: Option<Vec<ClientSiteDocument>>,
    /// False: no longer linked to.
    pub active: Option<bool>,
    /// Known jobs.
    pub jobs: Option<Vec<ClientJobDocument>>,
    /// Ids in other systems.
    pub external_ids: Option<BTreeMap<String, String>>,
}

/// A place where a client's work is done.
#[derive(Debug, ToSchema)]
#[schema(as = ClientSite)]
pub struct ClientSiteDocument {
    /// Unique within the client.
    pub site_id: String,
    /// A short name.
    pub label: Option<String>,
    /// Where it is.
    pub address: String,
}

/// A job of a client.
#[derive(Debug, ToSchema)]
#[schema(as = ClientJob)]
pub struct ClientJobDocument {
    /// Unique within the client.
    pub job_id: String,
    /// The office's reference.
    pub reference: Option<String>,
    /// A short name.
    pub name: Option<String>,
    /// As the office says it.
    pub status: Option<String>,
}
