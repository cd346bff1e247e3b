//! The user message, as the functions write it: a JSON object with the transcript and what is known about it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

/// What the heuristics work on.
#[derive(Debug)]
pub(in crate::standin::openai) struct Prompt {
    pub(super) transcript: String,
    /// The day of receipt where the worker is.
    pub(super) today: Date,
    /// The clients the words may mean.
    pub(super) candidates: Vec<Candidate>,
}

/// A client the words may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) client_id: String,
    pub(super) name: String,
    /// The words taken for the name; empty when not said.
    pub(super) heard: String,
}

impl Prompt {
    /// Reads a user message. One that is no JSON object is all transcript.
    pub(in crate::standin::openai) fn parse(message: &str, now: Timestamp) -> Self {
        let Some(object) = object_in(message) else {
            return Self {
                transcript: normal(message),
                today: now.to_zoned(TimeZone::UTC).date(),
                candidates: Vec::new(),
            };
        };
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let transcript = text("transcript").or_else(|| text("text")).unwrap_or_default();
        Self {
            transcript: normal(transcript),
            today: today(&object, now).date(),
            candidates: candidates(&object),
        }
    }
}

fn object_in(message: &str) -> Option<Value> {
    let whole = message.get(message.find('{')?..=message.rfind('}')?)?;
    serde_json::from_str(whole).ok().filter(Value::is_object)
}

/// The word lists are written with plain apostrophes.
fn normal(text: &str) -> String {
    text.replace(['’', '‘'], "'")
}

fn today(object: &Value, now: Timestamp) -> Zoned {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let zone = text("time_zone")
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC);
    if let Some(received) = text("received_at").and_then(|at| at.parse::<Timestamp>().ok()) {
        return received.to_zoned(zone);
    }
    let first_day = object.pointer("/calendar/0/date").and_then(Value::as_str);
    first_day
        .and_then(|day| day.parse::<Date>().ok())
        .and_then(|day| day.to_zoned(zone.clone()).ok())
        .unwrap_or_else(|| now.to_zoned(zone))
}

fn candidates(object: &Value) -> Vec<Candidate> {
    let list = object
        .get("candidates")
        .or_else(|| object.get("clients"))
        .and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|entry| {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).map(normal);
            Some(Candidate {
                client_id: text("client_id")?,
                name: text("name")?,
                heard: text("heard").unwrap_or_default(),
            })
        })
        .collect()
}
