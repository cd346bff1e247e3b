//! What of the model's answer is accepted. The schema says what shape it has; this says what it may mean.

use jiff::civil::{Date, Time};
use jiff::{Span, ToSpan as _};
use shared::company::Language;
use shared::ids::ClientId;
use shared::limits::MAX_NOTES;
use shared::lookup::Candidate;
use shared::records::note::Intent;

use super::schema::{ModelAnswer, ModelIntent, ModelItem, ModelNote};
use super::tag::tag;
use super::{Draft, DraftItem};

/// Most action items kept of one note: more than anybody says in one breath, few enough for a page.
const MAX_ITEMS: usize = 50;
/// Longest text field, characters.
const MAX_FIELD_CHARS: usize = 4_000;

/// An answer nothing can be made of. Never carries any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    /// Not JSON of the schema's shape.
    #[error("the model's answer is not what the schema says (line {line}, column {column})")]
    Shape {
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
    },
    /// No note that says anything.
    #[error("the model's answer has no notes")]
    NoNotes,
    /// More than were asked for.
    #[error("the model's answer has {0} notes")]
    TooManyNotes(usize),
}

/// What was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// One to five.
    pub drafts: Vec<Draft>,
    /// Most spoken first.
    pub spoken: Vec<Language>,
}

/// Reads and checks an answer about a message of the day `today` with these candidates.
///
/// # Errors
/// [`Unacceptable`].
pub fn accept(content: &str, today: Date, candidates: &[Candidate]) -> Result<Accepted, Unacceptable> {
    let answer: ModelAnswer = serde_json::from_str(content).map_err(|e| Unacceptable::Shape {
        line: e.line(),
        column: e.column(),
    })?;
    let drafts: Vec<Draft> = answer
        .notes
        .into_iter()
        .filter_map(|note| draft(note, today, candidates))
        .collect();
    match drafts.len() {
        0 => Err(Unacceptable::NoNotes),
        1..=MAX_NOTES => {
            let spoken = answer
                .spoken_languages
                .iter()
                .filter_map(|tag| tag.parse().ok())
                .collect();
            Ok(Accepted { drafts, spoken })
        }
        more => Err(Unacceptable::TooManyNotes(more)),
    }
}

/// A note, unless it says nothing.
fn draft(note: ModelNote, today: Date, candidates: &[Candidate]) -> Option<Draft> {
    let intent = match note.intent {
        ModelIntent::JobToBeDone => Intent::JobToBeDone,
        ModelIntent::KnowledgeDocument => Intent::KnowledgeDocument,
        ModelIntent::Other => Intent::Other,
    };
    let [title, summary, job, context] = [note.title, note.summary, note.job, note.context].map(said);
    let action_items: Vec<DraftItem> = note
        .action_items
        .into_iter()
        .filter_map(|i| item(i, today))
        .take(MAX_ITEMS)
        .collect();
    let says_something = [&title, &summary, &job, &context]
        .iter()
        .any(|field| field.is_some());
    if !says_something && action_items.is_empty() {
        return None;
    }
    let first_item = action_items.first().map(|item| item.text.as_str());
    let fallbacks: Vec<&str> = [job.as_deref(), title.as_deref(), first_item, summary.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let tag = tag(&note.tag, &fallbacks, intent);
    // What a kind of note does not have, it does not keep: the page and the contract rely on it.
    let is = |wanted| intent == wanted;
    Some(Draft {
        intent,
        tag,
        title: title.filter(|_| !is(Intent::JobToBeDone)),
        summary,
        job: job.filter(|_| is(Intent::JobToBeDone)),
        context,
        client_ids: chosen(&note.client_ids, candidates),
        action_items,
    })
}

fn item(item: ModelItem, today: Date) -> Option<DraftItem> {
    let text = said(Some(item.text))?;
    let due_date = item
        .due_date
        .and_then(|date| date.trim().parse().ok())
        .filter(|date| plausible(*date, today));
    Some(DraftItem {
        text,
        due_date,
        due_time: item.due_time.and_then(|time| time.trim().parse::<Time>().ok()),
        due_text: said(item.due_text),
        assignee: said(item.assignee),
    })
}

/// A due date lies between the day of receipt and two years later; another one was not said but made up.
fn plausible(date: Date, today: Date) -> bool {
    let last: Span = 2.years();
    date >= today && today.checked_add(last).is_ok_and(|last| date <= last)
}

/// The text, if there is any.
fn said(text: Option<String>) -> Option<String> {
    let text = text?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(MAX_FIELD_CHARS).collect())
}

/// Candidates only, each once, in the model's order.
fn chosen(ids: &[String], candidates: &[Candidate]) -> Vec<ClientId> {
    let mut chosen: Vec<ClientId> = Vec::new();
    for id in ids {
        let candidate = candidates
            .iter()
            .find(|candidate| candidate.client_id.as_str() == id);
        if let Some(candidate) = candidate.filter(|candidate| !chosen.contains(&candidate.client_id)) {
            chosen.push(candidate.client_id.clone());
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn today() -> Date {
        "2026-11-20".parse().unwrap()
    }

    fn note(change: impl FnOnce(&mut Value)) -> Value {
        let mut note = json!({"intent": "job-to-be-done", "tag": "order-mixer", "title": null, "summary": "Order it.",
            "job": "New mixer", "context": null, "client_ids": [], "action_items": [{"text": "Order the mixer",
            "due_date": "2026-11-21", "due_time": "09:30", "due_text": "tomorrow", "assignee": null}]});
        change(&mut note);
        note
    }

    fn answer(notes: &[Value]) -> String {
        json!({"spoken_languages": ["en-AU", "nonsense!"], "notes": notes}).to_string()
    }

    fn candidate(id: &str) -> Candidate {
        let (name, heard) = ("A Client".to_owned(), "a client".to_owned());
        Candidate {
            client_id: id.parse().unwrap(),
            name,
            heard,
            start: 0,
            end: 8,
            score: 0.9,
        }
    }

    #[test]
    fn a_good_answer_is_taken_as_it_is() {
        let accepted = accept(&answer(&[note(|_| {})]), today(), &[]).unwrap();
        assert_eq!(accepted.spoken, ["en-AU".parse().unwrap()]);
        let item = &accepted.drafts[0].action_items[0];
        assert_eq!(item.due_date, Some("2026-11-21".parse().unwrap()));
        assert_eq!(item.due_time, Some("09:30".parse().unwrap()));
    }

    #[test]
    fn only_candidates_can_be_chosen() {
        let bad = note(|note| note["client_ids"] = json!(["cl_1", "cl_9", "cl_1"]));
        let accepted = accept(&answer(&[bad]), today(), &[candidate("cl_1")]).unwrap();
        assert_eq!(accepted.drafts[0].client_ids, ["cl_1".parse().unwrap()]);
    }

    #[test]
    fn a_date_nobody_can_have_meant_is_dropped_and_the_item_kept() {
        for date in [
            "2026-11-19",
            "1999-01-01",
            "2031-01-01",
            "Friday",
            "2026-02-30",
            "",
        ] {
            let odd = note(|note| note["action_items"][0]["due_date"] = json!(date));
            let accepted = accept(&answer(&[odd]), today(), &[]).unwrap();
            assert_eq!(accepted.drafts[0].action_items[0].due_date, None, "{date}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_repeating_it() {
        let empty = note(|note| {
            note["summary"] = json!(" ");
            note["job"] = Value::Null;
            note["action_items"] = json!([]);
        });
        for (content, expected) in [
            (answer(&[]), Unacceptable::NoNotes),
            (answer(&[empty]), Unacceptable::NoNotes),
            (answer(&vec![note(|_| {}); 6]), Unacceptable::TooManyNotes(6)),
        ] {
            assert_eq!(accept(&content, today(), &[]).unwrap_err(), expected);
        }
        let whole = answer(&[note(|_| {})]);
        for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
            let error = accept(&whole[..cut], today(), &[]).unwrap_err();
            assert!(matches!(error, Unacceptable::Shape { .. }), "{error}");
            assert!(!error.to_string().contains("mixer"));
        }
    }

    #[test]
    fn a_job_note_has_no_title_and_a_knowledge_note_no_job() {
        let job = note(|note| note["title"] = json!("A title"));
        let knowledge = note(|note| {
            note["intent"] = json!("knowledge-document");
            note["title"] = json!("A title");
        });
        let accepted = accept(&answer(&[job, knowledge]), today(), &[]).unwrap();
        assert_eq!(accepted.drafts[0].title, None);
        assert_eq!(accepted.drafts[1].title.as_deref(), Some("A title"));
        assert_eq!(accepted.drafts[1].job, None);
    }
}
