//! Writes the reply about filed notes.

use jiff::civil::Date;
use shared::company::Language;
use shared::ids::MessageSid;
use shared::records::note::{ActionItem, ClientDecision, Intent, Note, ReviewReason};
use shared::records::sender::PendingQuestion;

use super::parts::{Blocks, Line, into_parts};
use super::phrases::{Phrases, fill};
use crate::decisions::{KeptMedia, MediaProblem, Unstructured};

/// Longest heading or summary shown, characters: the reply is read on a phone between two jobs.
const MAX_LINE_CHARS: usize = 300;

/// Longest privacy notice sent, characters: it must leave room for what the reply is about.
const MAX_NOTICE_CHARS: usize = 400;

/// What a reply about notes says.
#[derive(Debug, Clone, Copy)]
pub struct NoteReply<'a> {
    /// In order.
    pub notes: &'a [Note],
    /// What the message came with.
    pub media: &'a [KeptMedia],
    /// What it asks, at its end.
    pub question: Option<&'a PendingQuestion>,
    /// Why there is no structure.
    pub unstructured: Option<Unstructured>,
    /// The language it is in.
    pub language: &'a Language,
    /// The day of receipt where the worker is.
    pub today: Date,
    /// The message it answers.
    pub message: &'a MessageSid,
    /// Appended to the first reply a worker gets.
    pub privacy_notice: Option<&'a str>,
    /// Most messages it may take.
    pub max_parts: usize,
}

/// The messages, in order.
#[must_use]
pub fn note_reply(reply: NoteReply<'_>) -> Vec<String> {
    let phrases = Phrases::of(reply.language);
    let mut lines = Vec::new();
    for note in reply.notes {
        if !lines.is_empty() {
            lines.push(line(""));
        }
        lines.extend(note_lines(phrases, &reply, note));
    }
    lines.extend(problem_lines(phrases, &reply));
    let mut footer: Vec<String> = reply
        .privacy_notice
        .map(|notice| notice.chars().take(MAX_NOTICE_CHARS).collect())
        .into_iter()
        .collect();
    footer.extend(
        reply
            .question
            .into_iter()
            .flat_map(|question| question_lines(phrases, question)),
    );
    footer.push(fill(phrases.reference, "reference", &reference(reply.message)));
    footer.push(phrases.wrong.to_owned());
    let more = |n: usize| fill(phrases.more_in_office, "n", &n.to_string());
    into_parts(&Blocks { lines, footer }, reply.max_parts, more)
}

/// A short reference a worker can read out: the MessageSid's last six characters.
#[must_use]
pub fn reference(message: &MessageSid) -> String {
    let sid = message.as_str();
    sid[sid.len().saturating_sub(6)..].to_uppercase()
}

fn note_lines(phrases: &Phrases, reply: &NoteReply<'_>, note: &Note) -> Vec<Line> {
    match reply.unstructured {
        Some(Unstructured::NoWords) => {
            // Nothing of it could be had or kept: the lines about what came with it say so.
            if !reply.media.is_empty() && reply.media.iter().all(|item| item.key.is_none()) {
                return Vec::new();
            }
            let has_recording = note.needs_review.contains(&ReviewReason::NoWords)
                && reply
                    .media
                    .iter()
                    .any(|item| item.kind == shared::records::note::MediaKind::Audio);
            return vec![line(if has_recording {
                phrases.no_words
            } else {
                phrases.file_kept
            })];
        }
        Some(Unstructured::Refused | Unstructured::Unusable) => return vec![line(phrases.unstructured)],
        Some(Unstructured::Thanks) | None => {}
    }
    let mut lines = vec![line(&heading(phrases, note))];
    let is_asked = reply
        .question
        .is_some_and(|question| question.note_id == note.note_id);
    if note.client_decision == ClientDecision::Ambiguous && !is_asked {
        let names: Vec<&str> = note
            .client_candidates
            .iter()
            .map(|client| client.name.as_str())
            .collect();
        lines.push(line(&fill(phrases.client_unclear, "names", &names.join(" / "))));
    }
    if note.action_items.is_empty() {
        lines.extend(note.summary.as_deref().map(line));
    }
    lines.extend(
        note.action_items
            .iter()
            .map(|item| item_line(phrases, item, reply.today)),
    );
    lines
}

fn question_lines(phrases: &Phrases, question: &PendingQuestion) -> Vec<String> {
    let heard = question
        .choices
        .first()
        .map(|choice| choice.heard.as_str())
        .unwrap_or_default();
    let asked = fill(phrases.which_client, "heard", heard);
    let choices = question.choices.iter().zip(1..);
    let numbered = choices.map(|(choice, number)| line(&format!("{number}  {}", choice.name)).text);
    std::iter::once(line(&asked).text).chain(numbered).collect()
}

/// Client and subject in one line.
fn heading(phrases: &Phrases, note: &Note) -> String {
    let names: Vec<&str> = note.clients.iter().map(|client| client.name.as_str()).collect();
    let subject = match note.intent {
        Intent::JobToBeDone => note.job.as_deref().or(note.summary.as_deref()),
        Intent::KnowledgeDocument => note.title.as_deref().or(Some(phrases.noted)),
        Intent::Other => Some(phrases.filed),
    };
    let client = match (names.is_empty(), note.intent) {
        (false, _) => Some(names.join(" + ")),
        (true, Intent::JobToBeDone) if note.client_decision != ClientDecision::Ambiguous => {
            Some(phrases.no_client.to_owned())
        }
        (true, _) => None,
    };
    [client.as_deref(), subject]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" – ")
}

fn item_line(phrases: &Phrases, item: &ActionItem, today: Date) -> Line {
    let mut text = format!("• {}", item.text);
    if let Some(date) = item.due_date {
        text.push_str(" – ");
        text.push_str(&phrases.date(date, today));
        if let Some(time) = item.due_time {
            text.push_str(&time.strftime(", %H:%M").to_string());
        }
    } else if let Some(when) = &item.due_text {
        text.push_str(" – ");
        text.push_str(when);
    }
    if let Some(assignee) = &item.assignee {
        text.push_str(&format!(" ({})", assignee.name));
    }
    Line {
        is_item: true,
        ..line(&text)
    }
}

fn problem_lines(phrases: &Phrases, reply: &NoteReply<'_>) -> Vec<Line> {
    let has = |wanted: &[MediaProblem]| {
        reply
            .media
            .iter()
            .any(|item| item.problem.is_some_and(|problem| wanted.contains(&problem)))
    };
    // A recording the model refused is known from the review reason alone, which one that could not be had gives too.
    let unavailable = has(&[MediaProblem::Unavailable]);
    let unreadable = has(&[MediaProblem::Unsupported, MediaProblem::NotTranscribed])
        || !unavailable
            && reply
                .notes
                .iter()
                .any(|note| note.needs_review.contains(&ReviewReason::UnsupportedMedia));
    let over_limit = [
        MediaProblem::TooLarge,
        MediaProblem::MinutesUsedUp,
        MediaProblem::MinutesUsedUpToldAlready,
    ];
    // Which the model said of it, or ended its answer too early.
    let turned_out_too_long = !has(&over_limit)
        && reply
            .notes
            .iter()
            .any(|note| note.needs_review.contains(&ReviewReason::OverLimit));
    let lines = [
        unreadable.then_some(phrases.unsupported),
        unavailable.then_some(phrases.unavailable),
        has(&[MediaProblem::TooLarge]).then_some(phrases.too_large),
        (has(&[MediaProblem::TooLong]) || turned_out_too_long).then_some(phrases.too_long),
        has(&[MediaProblem::MinutesUsedUp]).then_some(phrases.minutes_used_up),
    ];
    lines.into_iter().flatten().map(line).collect()
}

fn line(text: &str) -> Line {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short = match text.char_indices().nth(MAX_LINE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    Line {
        text: short,
        is_item: false,
    }
}
