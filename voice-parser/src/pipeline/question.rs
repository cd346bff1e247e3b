//! Asking which client is meant: numbered choices in the reply, kept with the sender for a day.

use jiff::{SignedDuration, Timestamp};
use shared::lookup::{ClientAnswer, LinkDecision};
use shared::records::note::{ClientDecision, Note};
use shared::records::sender::{Choice, PendingQuestion, QUESTION_HOURS};

use super::{Work, sender};
use crate::failure::StepFailure;

/// Most choices a question has: what a worker reads at a glance.
const MAX_CHOICES: usize = 5;
/// Most questions kept open for a sender; the oldest is dropped first and stays a matter for the office.
const MAX_OPEN: usize = 5;
/// The only kind of question there is.
const CLIENT: &str = "client";

/// The one question a reply asks: about the first note whose client is ambiguous.
pub(super) fn about(
    notes: &[Note],
    answer: Option<&ClientAnswer>,
    now: Timestamp,
) -> Option<PendingQuestion> {
    let note = notes
        .iter()
        .find(|note| note.client_decision == ClientDecision::Ambiguous)?;
    let choices = choices(answer?);
    (choices.len() > 1).then(|| pending(note, choices, now))
}

/// The clients that answer to the words that were heard.
fn choices(answer: &ClientAnswer) -> Vec<Choice> {
    if answer.decision != LinkDecision::Ambiguous {
        return Vec::new();
    }
    let Some(first) = answer.candidates.first() else {
        return Vec::new();
    };
    let same_words = answer
        .candidates
        .iter()
        .filter(|c| (c.start, c.end) == (first.start, first.end));
    same_words
        .take(MAX_CHOICES)
        .map(|candidate| Choice {
            client_id: candidate.client_id.clone(),
            name: candidate.name.clone(),
            heard: candidate.heard.clone(),
        })
        .collect()
}

/// The question as it is kept with the sender.
fn pending(note: &Note, choices: Vec<Choice>, asked_at: Timestamp) -> PendingQuestion {
    PendingQuestion {
        question_id: format!("client-{}", note.note_id),
        kind: CLIENT.to_owned(),
        note_id: note.note_id.clone(),
        choices,
        outbound_id: None,
        asked_at,
        expires_at: asked_at + SignedDuration::from_hours(QUESTION_HOURS),
    }
}

/// Remembers the question. Done before it is asked, because the answer may be quicker than our next write; and again with
/// the message that asked it, so that the answer can quote it.
pub(super) async fn keep(work: Work<'_>, question: &PendingQuestion) -> Result<(), StepFailure> {
    sender::amend(work, |state| {
        let known = state
            .pending
            .iter()
            .any(|open| open.question_id == question.question_id);
        if question.outbound_id.is_some() && !known {
            // Answered already.
            return;
        }
        let is_other = |open: &PendingQuestion| open.question_id != question.question_id;
        state
            .pending
            .retain(|open| is_other(open) && open.expires_at > question.asked_at);
        state.pending.push(question.clone());
        let surplus = state.pending.len().saturating_sub(MAX_OPEN);
        state.pending.drain(..surplus);
    })
    .await
}

/// Reads an answer out of a text, if it is one: a number, a name, or part of a name that only one choice has.
pub(super) fn read_answer<'a>(
    text: &str,
    quoted: Option<&str>,
    open: &'a [PendingQuestion],
    now: Timestamp,
) -> Option<(&'a PendingQuestion, &'a Choice)> {
    let open: Vec<&PendingQuestion> = open
        .iter()
        .filter(|question| question.kind == CLIENT && question.expires_at > now)
        .collect();
    let question = match quoted {
        // A quoted message that is no question of ours is being answered, not the question.
        Some(quoted) => *open
            .iter()
            .find(|q| q.outbound_id.as_ref().is_some_and(|sid| sid.as_str() == quoted))?,
        None => *open.last()?,
    };
    let words = words(text);
    let choice = match number(&words) {
        Some(number) => question.choices.get(number.checked_sub(1)?)?,
        None => named(&words, &question.choices)?,
    };
    Some((question, choice))
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// A bare number: `2`, `2.`, `no 2`, `number two`.
fn number(words: &[String]) -> Option<usize> {
    let [.., last] = words else { return None };
    let leading_is_filler = words[..words.len() - 1]
        .iter()
        .all(|word| ["no", "nr", "number", "option", "nummer", "the"].contains(&word.as_str()));
    if !leading_is_filler {
        return None;
    }
    let spelled = ["one", "two", "three", "four", "five"]
        .iter()
        .position(|word| word == last);
    spelled.map(|at| at + 1).or_else(|| last.parse().ok())
}

/// The choice whose name is said; or has every word that is said, and no other choice does.
fn named<'a>(said: &[String], choices: &'a [Choice]) -> Option<&'a Choice> {
    if said.is_empty() {
        return None;
    }
    let whole: Vec<&Choice> = choices
        .iter()
        .filter(|choice| words(&choice.name) == *said)
        .collect();
    if let [only] = whole.as_slice() {
        return Some(only);
    }
    let has_all = |choice: &&Choice| {
        let name = words(&choice.name);
        said.iter().all(|word| name.contains(word))
    };
    let mut partly = choices.iter().filter(has_all);
    match (partly.next(), partly.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(id: &str, outbound: &str, names: &[&str]) -> PendingQuestion {
        let choice = |(at, name): (usize, &&str)| Choice {
            client_id: format!("cl_{}", at + 1).parse().unwrap(),
            name: (*name).to_owned(),
            heard: "hart".into(),
        };
        PendingQuestion {
            question_id: id.into(),
            kind: CLIENT.into(),
            note_id: "SM01".parse().unwrap(),
            choices: names.iter().enumerate().map(choice).collect(),
            outbound_id: Some(outbound.parse().unwrap()),
            asked_at: "2026-11-20T00:00:00Z".parse().unwrap(),
            expires_at: "2026-11-21T00:00:00Z".parse().unwrap(),
        }
    }

    fn answer(text: &str, quoted: Option<&str>, at: &str) -> Option<String> {
        let open = [
            question("q1", "SM90", &["Old One", "Old Two"]),
            question("q2", "SM91", &["Hart, Ann", "Bob Hart"]),
        ];
        let read = read_answer(text, quoted, &open, at.parse().unwrap());
        read.map(|(question, choice)| format!("{} {}", question.question_id, choice.client_id))
    }

    const NOW: &str = "2026-11-20T01:00:00Z";

    #[test]
    fn a_number_or_a_name_answers_the_latest_question() {
        for text in ["2", "2.", "No 2", "two", "Bob Hart", "bob"] {
            assert_eq!(answer(text, None, NOW).as_deref(), Some("q2 cl_2"), "{text}");
        }
        assert_eq!(answer("hart ann", None, NOW).as_deref(), Some("q2 cl_1"));
    }

    #[test]
    fn a_quoted_question_is_the_one_that_is_answered() {
        assert_eq!(answer("1", Some("SM90"), NOW).as_deref(), Some("q1 cl_1"));
        assert_eq!(answer("1", Some("SM77"), NOW), None);
    }

    #[test]
    fn what_is_no_answer_is_a_note() {
        for text in [
            "3",
            "0",
            "hart",
            "2 taps for bob",
            "order two",
            "",
            "99999999999999999999999",
        ] {
            assert_eq!(answer(text, None, NOW), None, "{text}");
        }
        assert_eq!(
            answer("2", None, "2026-11-21T00:00:00Z"),
            None,
            "the question has expired"
        );
        assert!(
            read_answer("2", None, &[], NOW.parse().unwrap()).is_none(),
            "nobody asked"
        );
    }
}
