//! What an artifact's key says: `{company_id}/{intent}/{tag}_{id}_{rest}`, where `id` is a message's or a note's.

use shared::ids::{MessageSid, NoteId};
use shared::records::index::FileType;
use shared::records::note::{Intent, Tag};

/// An artifact's key, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactName {
    /// What it was filed under.
    pub intent: Intent,
    /// What it was filed as. A tag has no underscore, so it ends at the first one.
    pub tag: Tag,
    /// The note it was filed with; a message's first note has the message's own id.
    pub note: NoteId,
    /// What it is.
    pub file_type: FileType,
}

impl ArtifactName {
    /// Reads a key; `None` when it is not an artifact's.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let (_, rest) = key.split_once('/')?;
        let (intent, name) = rest.split_once('/')?;
        let mut parts = name.splitn(3, '_');
        let (tag, id, rest) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            intent: intent.parse().ok()?,
            tag: tag.parse().ok()?,
            note: id.parse().ok()?,
            file_type: file_type(rest),
        })
    }

    /// The message it came from.
    #[must_use]
    pub fn message(&self) -> MessageSid {
        self.note.message()
    }

    /// Whether it was filed with the message's first note.
    #[must_use]
    pub fn is_of_first_note(&self) -> bool {
        self.note == NoteId::from(self.message())
    }
}

fn file_type(rest: &str) -> FileType {
    let kind = rest.split(['-', '.']).next().unwrap_or_default();
    match kind {
        "audio" => FileType::Audio,
        "image" => FileType::Image,
        "full_text" => FileType::FullText,
        "text_summary" => FileType::TextSummary,
        "note" => FileType::Note,
        _ => FileType::Document,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_artifact_says_what_it_is() {
        for (name, id, file_type) in [
            ("order-mixer_SM01_audio.ogg", "SM01", FileType::Audio),
            ("order-mixer_SM01_audio-2.ogg", "SM01", FileType::Audio),
            ("order-mixer_SM01_image-1.jpg", "SM01", FileType::Image),
            ("order-mixer_SM01_document-1.pdf", "SM01", FileType::Document),
            ("order-mixer_SM01_full_text.txt", "SM01", FileType::FullText),
            (
                "order-mixer_SM01.2_text_summary.txt",
                "SM01.2",
                FileType::TextSummary,
            ),
            ("order-mixer_SM01.2_note.json", "SM01.2", FileType::Note),
        ] {
            let read = ArtifactName::parse(&format!("acme/job-to-be-done/{name}")).unwrap();
            assert_eq!((read.note.as_str(), read.file_type), (id, file_type), "{name}");
            assert_eq!(read.message().as_str(), "SM01");
            assert_eq!(read.is_of_first_note(), id == "SM01");
        }
    }

    #[test]
    fn other_keys_are_no_artifacts() {
        for key in [
            "acme/index/message/SM01.json",
            "acme/exports/a_b_c.csv",
            "acme/other/readme.txt",
            "acme/other/tag_not-an-id_x",
            "acme",
        ] {
            assert_eq!(ArtifactName::parse(key), None, "{key}");
        }
    }
}
