//! Writes the artifacts, then the index. Every write is repeatable: a key and its bytes depend on the message alone. A note
//! that is there already is left as it is, because the office may have changed it by now.

use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use shared::address::hex;
use shared::bucket::{Bucket, BucketError};
use shared::company::ZoneName;
use shared::ids::NoteId;
use shared::keys::CompanyKeys;
use shared::records::UnknownFields;
use shared::records::index::{
    FileType, FilingState, IndexedFile, IndexedNote, MessageIndex, MessageIndexSchema, TimelineEntry,
};
use shared::records::note::Note;
use shared::records::pipeline::Step;

use super::{Work, transcript};
use crate::decisions::PipelineRecord;
use crate::failure::StepFailure;
use crate::filing::notes::{Material, SharedFiles};
use crate::filing::summary::text_summary;

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

/// The notes of a message, built from its record.
pub(super) async fn notes(
    work: Work<'_>,
    record: &PipelineRecord,
) -> Result<(Vec<Note>, SharedFiles, String), StepFailure> {
    let decisions = &record.decisions;
    let customer = decisions
        .customer()
        .ok_or(StepFailure::MissingDecision(Step::Sender))?;
    let understood = decisions
        .note
        .as_ref()
        .ok_or(StepFailure::MissingDecision(Step::Note))?;
    let heard = transcript::read(work).await?;
    let text = heard.text(work.inbound);
    let media = decisions.media.as_deref().unwrap_or_default();
    let untranscribed: Vec<u32> = media
        .iter()
        .map(|item| item.index)
        .filter(|index| heard.was_refused(*index))
        .collect();
    let material = Material {
        inbound: work.inbound,
        received_at: work.received_at,
        customer,
        decisions,
        understood,
        text: &text,
        untranscribed: &untranscribed,
    };
    let keys = CompanyKeys::of(&customer.company_id);
    let shared = material.shared_files(&keys);
    let notes = material.notes(&keys, &shared);
    Ok((notes, shared, text))
}

pub(super) async fn publish(work: Work<'_>, record: &PipelineRecord) -> Result<Vec<NoteId>, StepFailure> {
    let customer = record
        .decisions
        .customer()
        .ok_or(StepFailure::MissingDecision(Step::Sender))?;
    let understood = record
        .decisions
        .note
        .as_ref()
        .ok_or(StepFailure::MissingDecision(Step::Note))?;
    let decided_at = understood.decided_at;
    let (notes, shared, text) = notes(work, record).await?;
    let filing = Filing {
        bucket: &work.services.bucket,
        keys: CompanyKeys::of(&customer.company_id),
        zone: customer.zone(),
    };
    let mut files = filing.shared_files(&shared, &text).await?;
    for note in &notes {
        files.extend(filing.note(note).await?);
    }
    for note in &notes {
        filing.index_note(note, decided_at).await?;
    }
    filing.index_message(work, &notes, files).await?;
    Ok(notes.into_iter().map(|note| note.note_id).collect())
}

struct Filing<'a> {
    bucket: &'a Bucket,
    keys: CompanyKeys,
    zone: &'a ZoneName,
}

impl Filing<'_> {
    async fn shared_files(&self, shared: &SharedFiles, text: &str) -> Result<Vec<IndexedFile>, StepFailure> {
        let mut files = Vec::new();
        for media in &shared.media {
            if !self.bucket.copy(&media.from, &media.to).await? {
                return Err(StepFailure::MissingDecision(Step::Media));
            }
            files.push(IndexedFile {
                key: media.to.clone(),
                file_type: media.attachment.kind.into(),
                size: media.attachment.size,
                sha256: media.attachment.sha256.clone(),
            });
        }
        if let Some(key) = &shared.full_text {
            files.push(self.put_text(key, text, FileType::FullText).await?);
        }
        Ok(files)
    }

    async fn put_text(&self, key: &str, text: &str, file_type: FileType) -> Result<IndexedFile, StepFailure> {
        let body = Bytes::copy_from_slice(text.as_bytes());
        let file = indexed(key, &body, file_type);
        self.bucket.put(key, body, PLAIN_TEXT).await?;
        Ok(file)
    }

    async fn note(&self, note: &Note) -> Result<Vec<IndexedFile>, StepFailure> {
        let mut files = Vec::new();
        if let Some(key) = note.files.get("text_summary") {
            files.push(
                self.put_text(key, &text_summary(note, self.zone), FileType::TextSummary)
                    .await?,
            );
        }
        let key = note_key(note);
        let body = serde_json::to_vec_pretty(note).map_err(BucketError::Unwritable)?;
        match self.bucket.create(key, note).await {
            Ok(_) | Err(BucketError::PreconditionFailed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        files.push(indexed(key, &body, FileType::Note));
        Ok(files)
    }

    /// The change log is ordered by when a note was decided: a poller has to see one that was filed hours late.
    async fn index_note(&self, note: &Note, decided_at: Timestamp) -> Result<(), StepFailure> {
        let (keys, id, at) = (&self.keys, &note.note_id, note.created_at);
        let entry = TimelineEntry::of(note, note_key(note));
        let clients = note
            .clients
            .iter()
            .map(|client| keys.client(&client.client_id, at, id));
        let change = keys.change(decided_at, id, note.revision);
        for key in clients.chain([change, keys.timeline(at, id)]) {
            self.bucket.write(&key, &entry).await?;
        }
        Ok(())
    }

    async fn index_message(
        &self,
        work: Work<'_>,
        notes: &[Note],
        files: Vec<IndexedFile>,
    ) -> Result<(), StepFailure> {
        let message_id = work.inbound.message_id.clone();
        let key = self.keys.message_index(&message_id);
        let index = MessageIndex {
            schema: MessageIndexSchema::Current,
            thread_id: message_id.as_str().to_owned(),
            message_id,
            company_id: self.keys.company_id().clone(),
            received_at: work.received_at,
            state: FilingState::Filed,
            notes: notes
                .iter()
                .map(|note| IndexedNote {
                    note_id: note.note_id.clone(),
                    intent: note.intent,
                    tag: note.tag.clone(),
                    note_key: note_key(note).to_owned(),
                    timeline_key: self.keys.timeline(note.created_at, &note.note_id),
                })
                .collect(),
            files,
            unknown: UnknownFields::new(),
        };
        self.bucket.write(&key, &index).await?;
        Ok(())
    }
}

fn note_key(note: &Note) -> &str {
    note.files.get("note").map(String::as_str).unwrap_or_default()
}

fn indexed(key: &str, body: &[u8], file_type: FileType) -> IndexedFile {
    IndexedFile {
        key: key.to_owned(),
        file_type,
        size: body.len() as u64,
        sha256: hex(&Sha256::digest(body)),
    }
}
