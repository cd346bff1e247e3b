//! Messages as the pipeline files them.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::bucket::Bucket;
use shared::ids::{CompanyId, MessageSid, NoteId};
use shared::keys::CompanyKeys;
use shared::records::index::{
    FileType, FilingState, IndexedFile, IndexedNote, MessageIndex, MessageIndexSchema, TimelineEntry,
};
use shared::records::note::{Intent, Note, Tag};

/// A message to file.
pub(crate) struct Seed {
    pub(crate) company: CompanyId,
    pub(crate) message: MessageSid,
    pub(crate) received_at: Timestamp,
    /// Intent, tag and client of each note.
    pub(crate) notes: Vec<(Intent, Tag, Option<&'static str>)>,
}

/// `SM` and 32 digits.
pub(crate) fn sid(number: usize) -> MessageSid {
    format!("SM{number:032}").parse().unwrap()
}

impl Seed {
    /// A message of one job note with a recording.
    pub(crate) fn job(company: &str, number: usize, tag: &str) -> Self {
        Self {
            company: company.parse().unwrap(),
            message: sid(number),
            received_at: "2026-11-20T01:02:03Z".parse().unwrap(),
            notes: vec![(Intent::JobToBeDone, tag.parse().unwrap(), None)],
        }
    }

    pub(crate) fn at(mut self, received_at: &str) -> Self {
        self.received_at = received_at.parse().unwrap();
        self
    }

    pub(crate) fn about(mut self, client: &'static str) -> Self {
        self.notes[0].2 = Some(client);
        self
    }

    pub(crate) fn and(mut self, intent: Intent, tag: &str) -> Self {
        self.notes.push((intent, tag.parse().unwrap(), None));
        self
    }

    pub(crate) fn keys(&self) -> CompanyKeys {
        CompanyKeys::of(&self.company)
    }

    /// A note of the message, from 1.
    pub(crate) fn note(&self, number: usize) -> Note {
        let (intent, tag, client) = &self.notes[number - 1];
        let note_id = NoteId::nth(&self.message, number);
        let clients: Vec<Value> = client
            .iter()
            .map(|id| json!({"client_id": id, "name": "Nguyen Family", "heard": "the Nguyens", "score": 0.93, "by": "lookup"}))
            .collect();
        let audio = self.audio_key();
        let attachments = if number == 1 {
            json!([{"media_id": "media-0", "kind": "audio", "key": audio, "content_type": "audio/ogg", "size": 9,
                "sha256": "00", "duration_s": 12.5, "from_message_id": self.message}])
        } else {
            json!([])
        };
        serde_json::from_value(json!({
            "schema": "note/1", "note_id": note_id, "message_id": self.message, "note_index": number,
            "notes_in_message": self.notes.len(), "thread_id": self.message, "company_id": self.company, "revision": 1,
            "created_at": self.received_at, "updated_at": self.received_at,
            "source": {"channel": "whatsapp", "provider": "twilio", "kind": "message", "type": "audio",
                "to": "whatsapp:+61491570110", "received_at": self.received_at, "forwarded": false,
                "frequently_forwarded": false},
            "worker": {"customer_id": "wk_1", "name": "Sam Canary", "phone_number": "+61491570156"},
            "intent": intent, "tag": tag, "languages": {"spoken": ["en"], "note": "en"},
            "summary": format!("Order a mixer for {}", self.company), "job": "Kitchen", "context": "Said on site.",
            "text": "Order the mixer for the Nguyens by Friday.",
            "client_decision": if clients.is_empty() { "none" } else { "linked" }, "clients": clients,
            "action_items": [{"item_id": "a1", "text": "Order the mixer", "due_date": "2026-11-27", "done": false,
                "origin": "said"}],
            "attachments": attachments, "needs_review": [], "history": [],
            "ai": {"transcription_model": "gpt-transcribe", "structuring_model": "gpt-6-luna", "prompt_version": "1"},
            "files": {}, "external_ids": {}, "later_version": {"kept": true}
        }))
        .unwrap()
    }

    pub(crate) fn audio_key(&self) -> String {
        let (intent, tag, _) = &self.notes[0];
        self.keys().audio(*intent, tag, &self.message, 1, "ogg")
    }

    pub(crate) fn note_key(&self, number: usize) -> String {
        let (intent, tag, _) = &self.notes[number - 1];
        self.keys()
            .note(*intent, tag, &NoteId::nth(&self.message, number))
    }

    /// The artifacts: key, type, content.
    pub(crate) fn artifacts(&self) -> Vec<(String, FileType, Bytes)> {
        let keys = self.keys();
        let (intent, tag, _) = &self.notes[0];
        let mut files = vec![
            (
                self.audio_key(),
                FileType::Audio,
                Bytes::from_static(b"OggS-fake"),
            ),
            (
                keys.full_text(*intent, tag, &self.message),
                FileType::FullText,
                Bytes::from_static(b"Order the mixer for the Nguyens by Friday."),
            ),
        ];
        for (at, (intent, tag, _)) in self.notes.iter().enumerate() {
            let id = NoteId::nth(&self.message, at + 1);
            if *intent != Intent::Other {
                let text = Bytes::from_static(b"Order the mixer.");
                files.push((keys.text_summary(*intent, tag, &id), FileType::TextSummary, text));
            }
            let note = serde_json::to_vec(&self.note(at + 1)).unwrap();
            files.push((self.note_key(at + 1), FileType::Note, note.into()));
        }
        files
    }

    /// Writes everything the pipeline writes.
    pub(crate) async fn file(&self, bucket: &Bucket) {
        let keys = self.keys();
        let artifacts = self.artifacts();
        for (key, _, body) in &artifacts {
            bucket
                .put(key, body.clone(), "application/octet-stream")
                .await
                .unwrap();
        }
        let mut indexed = Vec::new();
        for (at, (intent, tag, client)) in self.notes.iter().enumerate() {
            let note = self.note(at + 1);
            let note_key = self.note_key(at + 1);
            let timeline_key = keys.timeline(self.received_at, &note.note_id);
            let entry = TimelineEntry::of(&note, &note_key);
            bucket.write(&timeline_key, &entry).await.unwrap();
            if let Some(client) = client {
                let key = keys.client(&client.parse().unwrap(), self.received_at, &note.note_id);
                bucket.write(&key, &entry).await.unwrap();
            }
            let change = keys.change(self.received_at, &note.note_id, 1);
            bucket.write(&change, &entry).await.unwrap();
            indexed.push(IndexedNote {
                note_id: note.note_id,
                intent: *intent,
                tag: tag.clone(),
                note_key,
                timeline_key,
            });
        }
        let index = MessageIndex {
            schema: MessageIndexSchema::Current,
            message_id: self.message.clone(),
            company_id: self.company.clone(),
            thread_id: self.message.to_string(),
            received_at: self.received_at,
            state: FilingState::Filed,
            notes: indexed,
            files: artifacts
                .iter()
                .map(|(key, file_type, body)| IndexedFile {
                    key: key.clone(),
                    file_type: *file_type,
                    size: body.len() as u64,
                    sha256: "00".to_owned(),
                })
                .collect(),
            unknown: serde_json::Map::new(),
        };
        bucket
            .write(&keys.message_index(&self.message), &index)
            .await
            .unwrap();
    }
}

/// Everything of the system's own that no company's key may reach.
pub(crate) async fn system_objects(bucket: &Bucket) -> Vec<String> {
    let keys = [
        "customers.json".to_owned(),
        format!("records/{}.json", sid(1)),
        format!("inbox/{}/media-0.ogg", sid(1)),
        "senders/00.json".to_owned(),
        "clients/acme.json".to_owned(),
        "companies/acme.json".to_owned(),
        "workers/00.json".to_owned(),
        "keys/aaaa.json".to_owned(),
        format!("outbox/{}.json", sid(2)),
    ];
    for key in &keys {
        bucket
            .put(key, Bytes::from_static(b"{}"), "application/json")
            .await
            .unwrap();
    }
    keys.into()
}
