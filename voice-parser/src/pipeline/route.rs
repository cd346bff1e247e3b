//! What is it? An answer to an open question, a command, thanks, or something to understand and file.

use shared::ids::{MessageSid, NoteId};
use shared::keys;
use shared::message::InboundMessage;
use shared::records::outbox::OutboxEntry;

use super::{Work, sender};
use crate::decisions::{Command, PipelineRecord, Route, SenderDecision};
use crate::failure::StepFailure;

pub(super) async fn decide(work: Work<'_>, record: &PipelineRecord) -> Result<Route, StepFailure> {
    let answer = match &record.decisions.sender {
        Some(SenderDecision::Worker { answer, .. }) => answer.clone(),
        Some(SenderDecision::Stranger { .. }) | None => None,
    };
    let route = match answer.map(Route::Answer).or_else(|| read(work.inbound)) {
        Some(route) => route,
        None => Route::Note {
            about: quoted_note(work, record).await?,
        },
    };
    match route {
        Route::Command {
            command: Command::Stop,
        } => {
            sender::amend(work, |state| state.opted_out_at = Some(work.received_at)).await?;
        }
        Route::Command {
            command: Command::Start,
        } => {
            sender::amend(work, |state| state.opted_out_at = None).await?;
        }
        Route::Command {
            command: Command::Help,
        }
        | Route::Note { .. }
        | Route::Thanks
        | Route::Answer(_) => {}
    }
    Ok(route)
}

/// Whole messages that are commands. Only words nobody says alone on a building site: "end" and "cancel" are not here.
const COMMANDS: [(&str, Command); 8] = [
    ("stop", Command::Stop),
    ("stopall", Command::Stop),
    ("stopp", Command::Stop),
    ("unsubscribe", Command::Stop),
    ("start", Command::Start),
    ("unstop", Command::Start),
    ("help", Command::Help),
    ("hilfe", Command::Help),
];

/// What thanks are put together from, in the languages replies are written in; compared without punctuation and case.
const THANKS: [&str; 32] = [
    "thanks",
    "thank you",
    "thanks heaps",
    "thanks a lot",
    "many thanks",
    "thank you so much",
    "thank you very much",
    "thx",
    "ta",
    "cheers",
    "ok",
    "okay",
    "great",
    "perfect",
    "brilliant",
    "awesome",
    "got it",
    "cool",
    "nice",
    "all good",
    "no worries",
    "danke",
    "danke dir",
    "danke schön",
    "vielen dank",
    "alles klar",
    "super",
    "passt",
    "merci",
    "gracias",
    "grazie",
    "obrigado",
];

/// Whom thanks are said to.
const THANKED: [&str; 4] = ["mate", "guys", "everyone", "boss"];

/// What the words alone say; `None` for a note.
fn read(inbound: &InboundMessage) -> Option<Route> {
    let bare = inbound.media.is_empty() && inbound.location.is_none();
    if !bare || inbound.text.trim().is_empty() {
        return None;
    }
    let words = words(&inbound.text);
    if let Some((_, command)) = COMMANDS.iter().find(|(word, _)| *word == words) {
        return Some(Route::Command { command: *command });
    }
    // Without a letter or digit there is only emoji and punctuation.
    is_thanks(&words).then_some(Route::Thanks)
}

/// Whether there is nothing but thanks in these words: “ok cheers mate”.
fn is_thanks(words: &str) -> bool {
    let mut rest = words;
    while !rest.is_empty() {
        let thanked: &[&str] = if rest.len() < words.len() { &THANKED } else { &[] };
        let said = THANKS.iter().chain(thanked);
        let after = said
            .filter_map(|said| rest.strip_prefix(said))
            .filter(|after| after.is_empty() || after.starts_with(' '));
        // The longest first: “thanks a lot” before “thanks”.
        let Some(after) = after.min_by_key(|after| after.len()) else {
            return false;
        };
        rest = after.trim_start();
    }
    true
}

/// The words in lower case, separated by single spaces.
fn words(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The note a quoted message was about, when that is one of ours and of the same company.
async fn quoted_note(work: Work<'_>, record: &PipelineRecord) -> Result<Option<NoteId>, StepFailure> {
    let quoted = work.inbound.in_reply_to.as_ref();
    let Some(quoted) = quoted.and_then(|quoted| quoted.message_id.parse::<MessageSid>().ok()) else {
        return Ok(None);
    };
    let entry = work
        .services
        .bucket
        .read::<OutboxEntry>(&keys::outbox(&quoted))
        .await?;
    let ours = entry.filter(|entry| entry.value.company_id == record.decisions.company_id);
    Ok(ours.and_then(|entry| entry.value.note_ids.into_iter().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_and_punctuation(text: &str) -> Option<Route> {
        let message = serde_json::json!({
            "message_id": "SM01", "channel": "whatsapp", "provider": "twilio",
            "from": {"address": "whatsapp:+61491570156"}, "to": {"address": "whatsapp:+61491570110"}, "text": text,
        });
        read(&serde_json::from_value(message).unwrap())
    }

    #[test]
    fn a_command_is_the_whole_message() {
        let stop = Some(Route::Command {
            command: Command::Stop,
        });
        for text in ["STOP", " stop. ", "Stop!"] {
            assert_eq!(words_and_punctuation(text), stop, "{text}");
        }
        for text in [
            "stop the leak at number four",
            "help Bob with the boiler",
            "start at seven",
        ] {
            assert_eq!(words_and_punctuation(text), None, "{text}");
        }
    }

    #[test]
    fn thanks_and_emoji_are_not_notes() {
        for text in [
            "Thanks!",
            "👍",
            "OK, thanks",
            "…",
            "🙏🙏",
            "Danke schön",
            "ok cheers mate",
            "Perfect, thanks a lot mate!",
        ] {
            assert_eq!(words_and_punctuation(text), Some(Route::Thanks), "{text}");
        }
        for text in [
            "Thanks, and order the mixer",
            "2",
            "ok order it",
            "mate",
            "ok tap",
            "okonkwo",
        ] {
            assert_eq!(words_and_punctuation(text), None, "{text}");
        }
    }
}
