//! Things to do, found by the verbs people use for them.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::dates::{self, Due};
use super::sentences;

/// Something that was said to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Action {
    pub(super) text: String,
    due: Due,
}

impl Action {
    /// Under the names a schema may ask for.
    pub(super) fn to_json(&self) -> Value {
        let time = self.due.time.map(|time| time.strftime("%H:%M").to_string());
        json!({
            "text": self.text,
            "description": self.text,
            "due_date": self.due.date.map(|date| date.to_string()),
            "due_time": time,
            "due_text": self.due.text,
            "assignee": null,
            "done": false,
        })
    }
}

/// Verbs that open a request.
const VERBS: [&str; 68] = [
    "add",
    "arrange",
    "ask",
    "bill",
    "book",
    "bring",
    "buy",
    "call",
    "cancel",
    "cap",
    "chase",
    "check",
    "clean",
    "collect",
    "confirm",
    "connect",
    "contact",
    "cut",
    "deliver",
    "disconnect",
    "drop",
    "email",
    "find",
    "finish",
    "fit",
    "fix",
    "flush",
    "follow",
    "get",
    "grab",
    "inspect",
    "install",
    "invoice",
    "measure",
    "message",
    "move",
    "order",
    "organise",
    "organize",
    "phone",
    "pick",
    "price",
    "put",
    "quote",
    "reminder",
    "remind",
    "remove",
    "repair",
    "replace",
    "reschedule",
    "return",
    "ring",
    "schedule",
    "seal",
    "send",
    "service",
    "set",
    "source",
    "swap",
    "take",
    "tell",
    "test",
    "text",
    "unblock",
    "update",
    "write",
    "fill",
    "lay",
];

/// Openings that look like requests and are none.
const NO_REQUESTS: [&str; 4] = ["take care", "call it a day", "get well", "fit as"];

/// What follows these is to be done, whatever the verb.
const OBLIGATIONS: [&str; 17] = [
    "need to ",
    "needs to ",
    "have to ",
    "has to ",
    "got to ",
    "gotta ",
    "must ",
    "remember to ",
    "don't forget to ",
    "remind me to ",
    "make sure to ",
    "make sure ",
    "we should ",
    "i should ",
    "can you ",
    "could you ",
    "please ",
];

/// What follows these is to be done when it opens with one of [`VERBS`].
const INTENTIONS: [&str; 5] = ["i'll ", "we'll ", "i will ", "we will ", "let's "];

/// A thing that needs something is to be seen to: the clause as it is.
const NEEDS: [&str; 9] = [
    "needs a ",
    "needs an ",
    "needs new ",
    "needs some ",
    "need a ",
    "need an ",
    "need new ",
    "need some ",
    "needs replacing",
];

/// What people say before they come to the point.
const FILLERS: [&str; 18] = [
    "okay", "ok", "so", "um", "uh", "er", "also", "and", "then", "right", "well", "first", "secondly",
    "second", "lastly", "yeah", "now", "oh",
];

const NEGATIONS: [&str; 6] = ["no", "not", "never", "don't", "doesn't", "didn't"];

/// What a sentence says is to be done.
pub(super) fn find(sentence: &str, today: Date) -> Vec<Action> {
    let clauses = sentences::clauses(sentence, |rest| request(rest, today).is_some());
    clauses
        .into_iter()
        .filter_map(|clause| {
            let (due, _) = dates::find(clause, today);
            request(clause, today).map(|text| Action { text, due })
        })
        .collect()
}

/// The clause as a request, without what leads up to it and without a date at its end.
fn request(clause: &str, today: Date) -> Option<String> {
    let clause = lead_in_removed(clause, today);
    let lower = clause.to_ascii_lowercase();
    let obligation = OBLIGATIONS
        .iter()
        .filter_map(|cue| after(&clause, &lower, cue))
        .min_by_key(|(at, _)| *at);
    let intention = INTENTIONS
        .iter()
        .filter_map(|cue| after(&clause, &lower, cue))
        .filter(|(_, rest)| opens_with_verb(rest))
        .min_by_key(|(at, _)| *at);
    let needs = NEEDS.iter().any(|cue| after(&clause, &lower, cue).is_some());
    let text = match (obligation.or(intention), needs || opens_with_verb(&clause)) {
        (Some((_, rest)), _) => lead_in_removed(rest, today),
        (None, true) => clause,
        (None, false) => return None,
    };
    let (_, text) = dates::find(&text, today);
    let text = text.trim().trim_end_matches(['.', ',', '!', ';', ':']).trim();
    let mut letters = text.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

/// What follows the cue, and where the cue stands, unless it is denied.
fn after<'t>(clause: &'t str, lower: &str, cue: &str) -> Option<(usize, &'t str)> {
    let (at, _) = lower
        .match_indices(cue)
        .find(|(at, _)| sentences::starts_word(lower, *at))?;
    let before = lower[..at].split_whitespace().next_back().unwrap_or_default();
    let rest = clause[at + cue.len()..].trim();
    (!NEGATIONS.contains(&before) && !rest.is_empty() || cue == "needs replacing").then_some((at, rest))
}

fn opens_with_verb(clause: &str) -> bool {
    let lower = clause.to_ascii_lowercase();
    let first = lower
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .next()
        .unwrap_or_default();
    VERBS.contains(&first) && !NO_REQUESTS.iter().any(|phrase| lower.starts_with(phrase))
}

/// The clause from where it comes to the point: no fillers, no date in front.
fn lead_in_removed(clause: &str, today: Date) -> String {
    let mut rest = clause.trim();
    loop {
        let word = rest
            .split(|c: char| c.is_whitespace() || c == ',')
            .next()
            .unwrap_or_default();
        if word.is_empty()
            || word.len() == rest.len()
            || !FILLERS.contains(&word.to_ascii_lowercase().as_str())
        {
            break;
        }
        rest = rest[word.len()..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    let (due, without) = dates::find(rest, today);
    // Only a date in front is in the way; one at the end is taken off when the clause is known to be a request.
    match due.text {
        Some(words) if rest.to_ascii_lowercase().starts_with(&words.to_ascii_lowercase()) => without,
        Some(_) if rest.starts_with("On ") || rest.starts_with("By ") => without,
        _ => rest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sentence: &str) -> Vec<String> {
        find(sentence, jiff::civil::date(2026, 11, 20))
            .into_iter()
            .map(|action| action.text)
            .collect()
    }

    #[test]
    fn requests_are_found_however_they_are_put() {
        for (sentence, found) in [
            ("Okay, so, tomorrow I need to order a tap.", vec!["Order a tap"]),
            (
                "Send her a quote by Wednesday and remind me to pick up the keys.",
                vec!["Send her a quote", "Pick up the keys"],
            ),
            (
                "On Monday, please call Ann, then book the crane",
                vec!["Call Ann", "Book the crane"],
            ),
            ("I'll ring the supplier next week", vec!["Ring the supplier"]),
            (
                "The cistern needs a new washer.",
                vec!["The cistern needs a new washer"],
            ),
            ("Fix the tap and the drain", vec!["Fix the tap and the drain"]),
            ("There's no need to order anything", vec![]),
            ("I don't have to go back", vec![]),
            ("I've replaced the valve", vec![]),
            ("I'll see you at the pub", vec![]),
            ("Take care mate", vec![]),
        ] {
            assert_eq!(texts(sentence), found, "{sentence}");
        }
    }
}
