//! Builds the notes of a message from what the steps decided.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shared::customer::Customer;
use shared::ids::{CompanyId, MessageSid, NoteId};
use shared::keys::CompanyKeys;
use shared::message::InboundMessage;
use shared::records::UnknownFields;
use shared::records::note::{
    ActionItem, Ai, Assignee, Attachment, ClientDecision, Intent, ItemOrigin, Languages, MediaKind, Note,
    NoteReply, NoteSchema, NoteSite, NoteSource, Related, Relation, ReviewReason, Tag, Worker,
};

use super::clients::file_under;
use crate::decisions::{Decisions, KeptMedia, MediaProblem, NoteDecision, Route, Unstructured};
use crate::structure::{Draft, DraftItem};

/// What the notes of a message are made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// As first received.
    pub inbound: &'a InboundMessage,
    /// UTC.
    pub received_at: Timestamp,
    /// Who said it.
    pub customer: &'a Customer,
    /// What the steps decided.
    pub decisions: &'a Decisions,
    /// What was understood.
    pub understood: &'a NoteDecision,
    /// Transcript, text and captions.
    pub text: &'a str,
    /// Items the model could not transcribe.
    pub untranscribed: &'a [u32],
}

/// A kept media item and where it is filed.
#[derive(Debug, Clone, PartialEq)]
pub struct FiledMedia {
    /// Where it is in `inbox/`.
    pub from: String,
    /// Where it is filed.
    pub to: String,
    /// As the note describes it.
    pub attachment: Attachment,
}

/// Where the files that all notes of a message share are: with the first note.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedFiles {
    /// Recordings, pictures, documents.
    pub media: Vec<FiledMedia>,
    /// Transcript or text; absent when there were no words.
    pub full_text: Option<String>,
}

impl Material<'_> {
    fn company(&self) -> &CompanyId {
        &self.customer.company_id
    }

    fn message(&self) -> &MessageSid {
        &self.inbound.message_id
    }

    /// Where the message's own files are filed.
    #[must_use]
    pub fn shared_files(&self, keys: &CompanyKeys) -> SharedFiles {
        let (intent, tag) = self
            .understood
            .drafts
            .first()
            .map_or((Intent::Other, fallback_tag()), |d| (d.intent, d.tag.clone()));
        let mut numbers: BTreeMap<MediaKind, usize> = BTreeMap::new();
        let kept = self.decisions.media.as_deref().unwrap_or_default();
        let media = kept
            .iter()
            .filter_map(|item| {
                let number = numbers.entry(item.kind).and_modify(|n| *n += 1).or_insert(1);
                let (message, extension) = (self.message(), item.extension.as_str());
                let to = match item.kind {
                    MediaKind::Audio => keys.audio(intent, &tag, message, *number, extension),
                    kind => keys.attachment(intent, &tag, message, kind.as_str(), *number, extension),
                };
                let attachment = self.attachment(item, &to);
                Some(FiledMedia {
                    from: item.key.clone()?,
                    to,
                    attachment,
                })
            })
            .collect();
        let has_text = !self.text.trim().is_empty();
        let full_text = has_text.then(|| keys.full_text(intent, &tag, self.message()));
        SharedFiles { media, full_text }
    }

    fn attachment(&self, item: &KeptMedia, key: &str) -> Attachment {
        let caption = self.inbound.text.trim();
        Attachment {
            media_id: format!("media-{}", item.index),
            kind: item.kind,
            key: key.to_owned(),
            content_type: item.content_type.clone(),
            size: item.size,
            sha256: item.sha256.clone(),
            duration_s: item.duration_s,
            caption: (!caption.is_empty()).then(|| caption.to_owned()),
            from_message_id: self.message().clone(),
        }
    }

    /// The notes, each complete with the keys of its files.
    #[must_use]
    pub fn notes(&self, keys: &CompanyKeys, shared: &SharedFiles) -> Vec<Note> {
        let drafts = &self.understood.drafts;
        drafts
            .iter()
            .enumerate()
            .map(|(at, draft)| self.note(keys, shared, draft, at + 1))
            .collect()
    }

    fn note(&self, keys: &CompanyKeys, shared: &SharedFiles, draft: &Draft, number: usize) -> Note {
        let note_id = NoteId::nth(self.message(), number);
        let total = self.understood.drafts.len();
        let filed = file_under(self.decisions.clients.as_ref(), &draft.client_ids, total == 1);
        let about = match &self.decisions.route {
            Some(Route::Note { about }) => about.clone(),
            Some(Route::Thanks | Route::Answer(_) | Route::Command { .. }) | None => None,
        };
        Note {
            schema: NoteSchema::Current,
            message_id: self.message().clone(),
            note_index: number,
            notes_in_message: total,
            thread_id: self.message().as_str().to_owned(),
            company_id: self.company().clone(),
            revision: 1,
            created_at: self.received_at,
            updated_at: self.received_at,
            source: self.source(about.clone()),
            worker: self.worker(),
            intent: draft.intent,
            tag: draft.tag.clone(),
            languages: Languages {
                spoken: self.understood.spoken.clone(),
                note: self.understood.language.clone(),
            },
            title: draft.title.clone(),
            summary: draft.summary.clone(),
            job: draft.job.clone(),
            context: draft.context.clone(),
            text: self.text.to_owned(),
            needs_review: self.needs_review(filed.decision),
            client_decision: filed.decision,
            clients: filed.clients,
            client_candidates: filed.candidates,
            job_ref: None,
            site: self.inbound.location.as_ref().map(NoteSite::from),
            action_items: draft
                .action_items
                .iter()
                .enumerate()
                .map(|(at, item)| self.action_item(item, at + 1))
                .collect(),
            attachments: shared
                .media
                .iter()
                .map(|media| media.attachment.clone())
                .collect(),
            related: about
                .map(|note_id| Related {
                    note_id,
                    relation: Relation::AddsTo,
                })
                .into_iter()
                .collect(),
            history: Vec::new(),
            ai: Ai {
                transcription_model: self
                    .decisions
                    .transcript
                    .as_ref()
                    .and_then(|heard| heard.model.clone()),
                structuring_model: self.understood.model.clone(),
                prompt_version: self.understood.prompt_version.clone(),
            },
            files: files(keys, shared, draft, &note_id),
            external_ids: BTreeMap::new(),
            unknown: UnknownFields::new(),
            note_id,
        }
    }

    fn source(&self, about: Option<NoteId>) -> NoteSource {
        let inbound = self.inbound;
        NoteSource {
            channel: inbound.channel,
            provider: inbound.provider,
            kind: "message".to_owned(),
            message_type: inbound.message_type.clone(),
            to: inbound.to.address.clone(),
            received_at: self.received_at,
            forwarded: inbound.forwarded,
            frequently_forwarded: inbound.frequently_forwarded,
            in_reply_to: inbound.in_reply_to.as_ref().map(|quoted| NoteReply {
                message_id: quoted.message_id.clone(),
                note_id: about,
            }),
        }
    }

    fn worker(&self) -> Worker {
        let from = &self.inbound.from;
        Worker {
            customer_id: self.customer.customer_id.clone(),
            name: self.customer.name.clone(),
            phone_number: from.phone_number.clone(),
            user_id: from.user_id.clone(),
            profile_name: from.profile_name.clone(),
        }
    }

    fn action_item(&self, item: &DraftItem, number: usize) -> ActionItem {
        ActionItem {
            item_id: format!("item-{number}"),
            text: item.text.clone(),
            due_date: item.due_date,
            due_time: item.due_time,
            due_text: item.due_text.clone(),
            assignee: item.assignee.as_ref().map(|name| Assignee {
                customer_id: self.is_worker(name).then(|| self.customer.customer_id.clone()),
                name: name.clone(),
            }),
            done: false,
            done_at: None,
            done_by: None,
            origin: ItemOrigin::Said,
        }
    }

    fn is_worker(&self, name: &str) -> bool {
        self.customer
            .name
            .as_deref()
            .is_some_and(|own| own.eq_ignore_ascii_case(name.trim()))
    }

    /// A recording was not transcribed to its end.
    fn too_long(&self) -> bool {
        self.decisions
            .transcript
            .as_ref()
            .is_some_and(|heard| heard.too_long)
    }

    /// There are recordings, and nobody has heard any of them: it is not known whether there are words.
    fn is_unheard(&self) -> bool {
        let media = self.decisions.media.as_deref().unwrap_or_default();
        let mut recordings = media
            .iter()
            .filter(|item| item.kind == MediaKind::Audio)
            .peekable();
        recordings.peek().is_some()
            && recordings.all(|item| {
                item.problem.is_some() || self.untranscribed.contains(&item.index) || self.too_long()
            })
    }

    fn needs_review(&self, decision: ClientDecision) -> Vec<ReviewReason> {
        let media = self.decisions.media.as_deref().unwrap_or_default();
        let unreadable = media
            .iter()
            .any(|item| item.problem.is_some_and(is_unreadable) || self.untranscribed.contains(&item.index));
        let over_limit = self.too_long() || media.iter().any(|item| item.problem.is_some_and(is_over_limit));
        let unstructured = self.understood.unstructured;
        let reasons = [
            (
                decision == ClientDecision::Ambiguous,
                ReviewReason::ClientAmbiguous,
            ),
            (
                unstructured == Some(Unstructured::NoWords) && !self.is_unheard(),
                ReviewReason::NoWords,
            ),
            (
                matches!(unstructured, Some(Unstructured::Refused | Unstructured::Unusable)),
                ReviewReason::Refused,
            ),
            (unreadable, ReviewReason::UnsupportedMedia),
            (over_limit, ReviewReason::OverLimit),
        ];
        reasons
            .into_iter()
            .filter_map(|(applies, reason)| applies.then_some(reason))
            .collect()
    }
}

fn is_unreadable(problem: MediaProblem) -> bool {
    match problem {
        MediaProblem::Unavailable | MediaProblem::Unsupported | MediaProblem::NotTranscribed => true,
        MediaProblem::TooLarge
        | MediaProblem::TooLong
        | MediaProblem::MinutesUsedUp
        | MediaProblem::MinutesUsedUpToldAlready => false,
    }
}

fn is_over_limit(problem: MediaProblem) -> bool {
    match problem {
        MediaProblem::TooLarge
        | MediaProblem::TooLong
        | MediaProblem::MinutesUsedUp
        | MediaProblem::MinutesUsedUpToldAlready => true,
        MediaProblem::Unavailable | MediaProblem::Unsupported | MediaProblem::NotTranscribed => false,
    }
}

/// A note's files by kind: its own, and with the first note the message's.
fn files(keys: &CompanyKeys, shared: &SharedFiles, draft: &Draft, note: &NoteId) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    files.insert("note".to_owned(), keys.note(draft.intent, &draft.tag, note));
    if draft.intent != Intent::Other {
        files.insert(
            "text_summary".to_owned(),
            keys.text_summary(draft.intent, &draft.tag, note),
        );
    }
    if let Some(full_text) = &shared.full_text {
        files.insert("full_text".to_owned(), full_text.clone());
    }
    for media in &shared.media {
        let kind = media.attachment.kind.as_str();
        let same = files.keys().filter(|name| name.starts_with(kind)).count();
        let name = if same == 0 {
            kind.to_owned()
        } else {
            format!("{kind}-{}", same + 1)
        };
        files.insert(name, media.to.clone());
    }
    files
}

#[expect(clippy::expect_used, reason = "a literal that is a tag")]
fn fallback_tag() -> Tag {
    "message".parse().expect("a literal tag")
}
