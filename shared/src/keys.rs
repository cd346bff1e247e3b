//! Object keys: where everything in the voice data bucket is. No other module spells a key.
//!
//! A company's keys can only be made through [`CompanyKeys`], which is only made from a parsed [`CompanyId`]; so code
//! that holds one company's keys cannot name another's objects.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::address::SenderHash;
use crate::ids::{ClientId, CompanyId, CustomerId, MessageSid, NoteId};
use crate::records::note::{Intent, Tag};

/// The pipeline's state of a message.
#[must_use]
pub fn record(message: &MessageSid) -> String {
    format!("records/{message}.json")
}

/// Everything kept of a message while it is being worked on.
#[must_use]
pub fn inbox(message: &MessageSid) -> String {
    format!("inbox/{message}/")
}

/// A downloaded media item. `index` counts from 0, `extension` has no dot.
#[must_use]
pub fn inbox_media(message: &MessageSid, index: u32, extension: &str) -> String {
    format!("inbox/{message}/media-{index}.{extension}")
}

/// The transcript as the recogniser answered it.
#[must_use]
pub fn inbox_transcript(message: &MessageSid) -> String {
    format!("inbox/{message}/transcript.json")
}

/// The message of a sender who was not known, as it came through the queue: for filing it once they are. The bucket's
/// lifecycle removes it, as all of `inbox/`.
#[must_use]
pub fn unknown_message(message: &MessageSid) -> String {
    format!("{}message.json", inbox(message))
}

/// The prefix of what says which messages came from senders who were not known. No MessageSid has a hyphen, so this is no
/// message's folder.
pub const UNKNOWN_SENDERS: &str = "inbox/unknown-senders/";

/// Says that there is an [`unknown_message`]: a plain listing is newest first.
#[must_use]
pub fn unknown_sender(received_at: Timestamp, message: &MessageSid) -> String {
    format!("{UNKNOWN_SENDERS}{}_{message}.json", newest_first(received_at))
}

/// What is known of a sender between messages.
#[must_use]
pub fn sender(sender: &SenderHash) -> String {
    format!("senders/{}.json", sender.as_str())
}

/// What was sent to whom for which message: for status callbacks and quoted replies.
#[must_use]
pub fn outbox(outbound: &MessageSid) -> String {
    format!("outbox/{outbound}.json")
}

/// A company's settings.
#[must_use]
pub fn company(company: &CompanyId) -> String {
    format!("companies/{company}.json")
}

/// A company's client list.
#[must_use]
pub fn clients(company: &CompanyId) -> String {
    format!("clients/{company}.json")
}

/// Client names workers confirmed.
#[must_use]
pub fn learned_aliases(company: &CompanyId) -> String {
    format!("clients/{company}.learned.json")
}

/// A worker added by the office.
#[must_use]
pub fn worker(worker: &SenderHash) -> String {
    format!("workers/{}.json", worker.as_str())
}

/// An API key's record.
#[must_use]
pub fn api_key(key_id: &str) -> String {
    format!("keys/{key_id}.json")
}

/// Where a company's objects are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyKeys(CompanyId);

impl CompanyKeys {
    /// The keys of this company.
    #[must_use]
    pub fn of(company: &CompanyId) -> Self {
        Self(company.clone())
    }

    /// The company.
    #[must_use]
    pub fn company_id(&self) -> &CompanyId {
        &self.0
    }

    /// The prefix of everything the company owns.
    #[must_use]
    pub fn root(&self) -> String {
        format!("{}/", self.0)
    }

    /// The prefix of the artifacts filed under an intent.
    #[must_use]
    pub fn intent(&self, intent: Intent) -> String {
        format!("{}/{}/", self.0, intent.as_str())
    }

    /// A note's folder and file-name start.
    fn artifact(&self, intent: Intent, tag: &Tag, id: &str, rest: &str) -> String {
        format!("{}/{}/{}_{id}_{rest}", self.0, intent.as_str(), tag.as_str())
    }

    /// A recording, `number` from 1.
    #[must_use]
    pub fn audio(
        &self,
        intent: Intent,
        tag: &Tag,
        message: &MessageSid,
        number: usize,
        extension: &str,
    ) -> String {
        let name = if number <= 1 {
            format!("audio.{extension}")
        } else {
            format!("audio-{number}.{extension}")
        };
        self.artifact(intent, tag, message.as_str(), &name)
    }

    /// A picture or document, `number` from 1.
    #[must_use]
    pub fn attachment(
        &self,
        intent: Intent,
        tag: &Tag,
        message: &MessageSid,
        kind: &str,
        number: usize,
        extension: &str,
    ) -> String {
        self.artifact(
            intent,
            tag,
            message.as_str(),
            &format!("{kind}-{number}.{extension}"),
        )
    }

    /// The transcript or text.
    #[must_use]
    pub fn full_text(&self, intent: Intent, tag: &Tag, message: &MessageSid) -> String {
        self.artifact(intent, tag, message.as_str(), "full_text.txt")
    }

    /// The note as a person reads it.
    #[must_use]
    pub fn text_summary(&self, intent: Intent, tag: &Tag, note: &NoteId) -> String {
        self.artifact(intent, tag, note.as_str(), "text_summary.txt")
    }

    /// The note.
    #[must_use]
    pub fn note(&self, intent: Intent, tag: &Tag, note: &NoteId) -> String {
        self.artifact(intent, tag, note.as_str(), "note.json")
    }

    /// Where everything of a message is.
    #[must_use]
    pub fn message_index(&self, message: &MessageSid) -> String {
        format!("{}/index/message/{message}.json", self.0)
    }

    /// What processing a message cost and how it went.
    #[must_use]
    pub fn outcome(&self, message: &MessageSid) -> String {
        format!("{}/index/outcome/{message}.json", self.0)
    }

    /// The prefix of the timeline.
    #[must_use]
    pub fn timeline_root(&self) -> String {
        format!("{}/index/timeline/", self.0)
    }

    /// A note's row in the timeline: a plain listing is newest first.
    #[must_use]
    pub fn timeline(&self, received_at: Timestamp, note: &NoteId) -> String {
        format!(
            "{}{}_{note}.json",
            self.timeline_root(),
            newest_first(received_at)
        )
    }

    /// The prefix of a client's notes.
    #[must_use]
    pub fn client_root(&self, client: &ClientId) -> String {
        format!("{}/index/client/{client}/", self.0)
    }

    /// A note's row under a client.
    #[must_use]
    pub fn client(&self, client: &ClientId, received_at: Timestamp, note: &NoteId) -> String {
        format!(
            "{}{}_{note}.json",
            self.client_root(client),
            newest_first(received_at)
        )
    }

    /// The prefix of the change log.
    #[must_use]
    pub fn changes_root(&self) -> String {
        format!("{}/index/changes/", self.0)
    }

    /// A change of a note, ascending by time: for the first revision when the note was decided, later when it was changed.
    #[must_use]
    pub fn change(&self, at: Timestamp, note: &NoteId, revision: u32) -> String {
        format!(
            "{}{:013}_{note}_{revision}.json",
            self.changes_root(),
            milliseconds(at)
        )
    }

    /// The prefix of the workers the office added.
    #[must_use]
    pub fn workers_root(&self) -> String {
        format!("{}/index/worker/", self.0)
    }

    /// A worker the office added, for listing them; who may send is said by [`worker`] alone.
    #[must_use]
    pub fn worker_entry(&self, worker: &CustomerId) -> String {
        format!("{}{worker}.json", self.workers_root())
    }

    /// How many minutes of recordings were transcribed on a day of the company's.
    #[must_use]
    pub fn audio_allowance(&self, day: Date) -> String {
        format!("{}/index/allowance/{day}.json", self.0)
    }

    /// The prefix of exports.
    #[must_use]
    pub fn exports_root(&self) -> String {
        format!("{}/exports/", self.0)
    }
}

/// The largest millisecond count of 13 digits (November 2286); what newest-first keys subtract from.
pub const LAST_MILLISECOND: i64 = 9_999_999_999_999;

/// 13 digits that sort later times first.
#[must_use]
pub fn newest_first(at: Timestamp) -> String {
    format!("{:013}", LAST_MILLISECOND - milliseconds(at))
}

fn milliseconds(at: Timestamp) -> i64 {
    at.as_millisecond().clamp(0, LAST_MILLISECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_listing_of_the_timeline_is_newest_first() {
        let keys = CompanyKeys::of(&"acme".parse().unwrap());
        let note = "SM01".parse().unwrap();
        let earlier = keys.timeline("2026-11-20T01:00:00Z".parse().unwrap(), &note);
        let later = keys.timeline("2026-11-20T01:00:00.001Z".parse().unwrap(), &note);
        assert!(later < earlier, "{later} {earlier}");
        assert_eq!(
            earlier
                .rsplit('/')
                .next()
                .unwrap()
                .split('_')
                .next()
                .unwrap()
                .len(),
            13
        );
    }

    #[test]
    fn the_bucket_reads_as_documented() {
        let keys = CompanyKeys::of(&"acme".parse().unwrap());
        let (sid, tag): (MessageSid, Tag) = ("SM01".parse().unwrap(), "order-mixer".parse().unwrap());
        let intent = Intent::JobToBeDone;
        assert_eq!(
            keys.audio(intent, &tag, &sid, 1, "ogg"),
            "acme/job-to-be-done/order-mixer_SM01_audio.ogg"
        );
        assert_eq!(
            keys.audio(intent, &tag, &sid, 2, "ogg"),
            "acme/job-to-be-done/order-mixer_SM01_audio-2.ogg"
        );
        assert_eq!(
            keys.note(intent, &tag, &NoteId::nth(&sid, 2)),
            "acme/job-to-be-done/order-mixer_SM01.2_note.json"
        );
        assert_eq!(keys.message_index(&sid), "acme/index/message/SM01.json");
    }
}
