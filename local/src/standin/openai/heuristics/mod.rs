//! What passes for understanding here: word lists, applied the same way every time.
//!
//! Good enough to show what the product does with a note and to test everything around the model. It knows English, a
//! few dozen verbs and the calendar; it does not translate, and what it does not recognise it leaves out.

mod actions;
mod clients;
mod dates;
mod language;
mod prompt;
mod segments;
mod sentences;
mod tag;

use serde_json::{Value, json};

use self::actions::Action;
pub(super) use self::prompt::Prompt;
use self::segments::Segment;

/// Longest summary and longest title, characters.
const SUMMARY_CHARS: usize = 400;
const TITLE_CHARS: usize = 80;

/// Everything that can be said about the message, under the names a schema may ask for. `variation` makes this answer
/// differ from others to the same prompt.
pub(super) fn answer(prompt: &Prompt, variation: Option<u64>) -> Value {
    let segments = segments::split(&prompt.transcript, &prompt.candidates);
    let notes: Vec<Value> = segments
        .iter()
        .map(|segment| note(segment, prompt, variation))
        .collect();
    // A schema for a single note finds its fields at the top.
    let mut answer = notes.first().cloned().unwrap_or_default();
    answer["notes"] = notes.into();
    answer
}

fn note(segment: &Segment<'_>, prompt: &Prompt, variation: Option<u64>) -> Value {
    let text = segment.text();
    let requests = |sentence: &str| match sentences::is_knowledge(sentence) {
        true => Vec::new(),
        false => actions::find(sentence, prompt.today),
    };
    let actions: Vec<Action> = segment.sentences.iter().flat_map(|s| requests(s)).collect();
    let intent = intent(segment, &actions);
    let (subject, context) = match actions.first() {
        Some(action) => (action.text.clone(), segment.context(|s| !requests(s).is_empty())),
        None => {
            let subject = segment.subject();
            let heading = subject.map(sentences::heading).unwrap_or_default();
            (heading, segment.context(|s| Some(s) == subject))
        }
    };
    let (mut tag, mut summary) = (tag::make(&subject), shorten(&segment.said(), SUMMARY_CHARS));
    if let Some(number) = variation {
        tag = format!("{tag}-v{number}");
        summary = format!("{summary} (answer {number})");
    }
    let client = segment
        .client
        .map(|c| json!({ "client_id": c.client_id, "name": c.name, "heard": c.heard }));
    let title = match segment.client {
        Some(client) => shorten(&format!("{}: {subject}", client.name), TITLE_CHARS),
        None => shorten(&subject, TITLE_CHARS),
    };
    let language = language::guess(&prompt.transcript);
    let items: Vec<Value> = actions.iter().map(Action::to_json).collect();
    json!({
        "intent": intent,
        "tag": tag,
        "title": title,
        "summary": summary,
        "job": (intent == "job-to-be-done").then(|| shorten(&subject, TITLE_CHARS)),
        "context": context,
        "text": text,
        "excerpt": text,
        "client": client,
        "clients": client.iter().collect::<Vec<_>>(),
        "client_id": segment.client.map(|c| &c.client_id),
        "client_ids": segment.client.iter().map(|c| &c.client_id).collect::<Vec<_>>(),
        "client_name": segment.client.map(|c| &c.name),
        "client_heard": segment.client.map(|c| &c.heard),
        "heard": segment.client.map(|c| &c.heard),
        "action_items": items,
        "items": items,
        "tasks": items,
        "language": language,
        "languages": { "spoken": [language], "note": language },
        "spoken": [language],
        "spoken_language": language,
        "spoken_languages": [language],
        "note_language": language,
    })
}

fn intent(segment: &Segment<'_>, actions: &[Action]) -> &'static str {
    if !actions.is_empty() {
        "job-to-be-done"
    } else if segment.sentences.iter().any(|s| sentences::is_knowledge(s)) {
        "knowledge-document"
    } else {
        "other"
    }
}

/// The first `most` characters, ending between two words.
fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most - 1).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(transcript: &str) -> Vec<Value> {
        let message = json!({
            "received_at": "2026-11-20T01:30:00Z",
            "time_zone": "Australia/Melbourne",
            "candidates": [
                { "client_id": "cl_1", "name": "Mrs Helena Papadopoulos", "heard": "Mrs Papadopoulos" },
                { "client_id": "cl_2", "name": "Kowalczyk's Bakery", "heard": "Kowalczyk's Bakery" },
                { "client_id": "cl_3", "name": "Stephen Clarke", "heard": "Steven Clark" },
                { "client_id": "cl_4", "name": "Steven Clark", "heard": "Steven Clark" },
            ],
            "transcript": transcript,
        });
        let prompt = Prompt::parse(&message.to_string(), "2026-01-01T00:00:00Z".parse().unwrap());
        answer(&prompt, None)["notes"].as_array().unwrap().clone()
    }

    fn items(note: &Value) -> Vec<(&str, Option<&str>)> {
        let items = note["action_items"].as_array().unwrap();
        items
            .iter()
            .map(|i| (i["text"].as_str().unwrap(), i["due_date"].as_str()))
            .collect()
    }

    #[test]
    fn a_job_with_two_things_to_do() {
        let notes = notes(
            "Hi, it's Mick. I've just finished at Mrs Papadopoulos's place in Brunswick. Tomorrow I need to order a \
             new mixer tap for the kitchen. Call her on Friday to book the hot water service.",
        );
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0]["intent"], "job-to-be-done");
        assert_eq!(notes[0]["client_id"], "cl_1");
        assert_eq!(notes[0]["tag"], "order-new-mixer-tap");
        assert_eq!(
            notes[0]["context"],
            "I've just finished at Mrs Papadopoulos's place in Brunswick."
        );
        assert_eq!(
            items(&notes[0]),
            [
                ("Order a new mixer tap for the kitchen", Some("2026-11-21")),
                (
                    "Call her on Friday to book the hot water service",
                    Some("2026-11-27")
                ),
            ]
        );
    }

    #[test]
    fn something_worth_knowing() {
        let notes = notes(
            "Josie here, at Kowalczyk's Bakery. Note that the isolation valve is behind the flour store, and you need \
             a long ladder to reach it. Always let the ovens cool before you drain the line.",
        );
        assert_eq!(notes.len(), 1);
        assert_eq!(
            (&notes[0]["intent"], &notes[0]["client_id"]),
            (&json!("knowledge-document"), &json!("cl_2"))
        );
        assert!(items(&notes[0]).is_empty() && notes[0]["job"].is_null());
        assert_eq!(notes[0]["tag"], "isolation-valve-behind-flour");
        let title = notes[0]["title"].as_str().unwrap();
        assert!(
            title.starts_with("Kowalczyk's Bakery: The isolation valve is behind"),
            "{title}"
        );
    }

    #[test]
    fn what_is_typed_after_a_colon_is_understood() {
        let job = notes("At Kowalczyk's Bakery: replace the hose on Friday.");
        assert_eq!(items(&job[0]), [("Replace the hose", Some("2026-11-27"))]);
        assert_eq!(job[0]["client_id"], "cl_2");
        let fact = notes("For the record: the stop valve is behind the boiler.");
        assert_eq!(
            (&fact[0]["intent"], &fact[0]["title"]),
            (
                &json!("knowledge-document"),
                &json!("The stop valve is behind the boiler")
            )
        );
    }

    #[test]
    fn chit_chat_is_neither() {
        let notes = notes("Morning all. Lovely weather for it, isn't it.");
        assert_eq!((notes.len(), &notes[0]["intent"]), (1, &json!("other")));
        assert!(notes[0]["client_id"].is_null());
    }

    #[test]
    fn two_jobs_become_two_notes() {
        for separator in ["Next job. At", "Then at"] {
            let notes = notes(&format!(
                "At Mrs Papadopoulos, replace the washer. {separator} Kowalczyk's Bakery, quote a grease trap by \
                 Wednesday."
            ));
            assert_eq!(notes.len(), 2, "{separator}: {notes:#?}");
            assert_eq!(notes[0]["client_id"], "cl_1");
            assert_eq!(notes[1]["client_id"], "cl_2");
            assert_eq!(items(&notes[1]), [("Quote a grease trap", Some("2026-11-25"))]);
        }
    }

    #[test]
    fn a_name_two_clients_answer_to_is_given_to_the_one_spelled_so() {
        assert_eq!(notes("Ring Steven Clark.")[0]["client_id"], "cl_4");
    }

    #[test]
    fn no_words_make_one_note_that_says_nothing() {
        let notes = notes("");
        assert_eq!(
            (notes.len(), &notes[0]["intent"], &notes[0]["tag"]),
            (1, &json!("other"), &json!("voice-note"))
        );
    }

    #[test]
    fn a_varied_answer_differs_from_the_others() {
        let prompt = Prompt::parse("Order a tap.", "2026-11-20T00:00:00Z".parse().unwrap());
        assert_ne!(answer(&prompt, Some(1)), answer(&prompt, Some(2)));
        assert_eq!(answer(&prompt, None), answer(&prompt, None));
    }
}
