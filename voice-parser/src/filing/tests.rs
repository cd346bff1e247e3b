//! How a message without usable words is filed, told in plain words, and read by a person.

use serde_json::{Value, json};
use shared::company::Language;
use shared::customer::Customer;
use shared::keys::CompanyKeys;
use shared::message::InboundMessage;
use shared::records::note::Note;

use super::notes::Material;
use super::summary::text_summary;
use crate::decisions::{Decisions, NoteDecision, Unstructured};
use crate::reply::compose::{NoteReply, note_reply};

/// Received in Melbourne at 20 past midnight.
const RECEIVED_AT: &str = "2026-11-19T13:20:16.512320641Z";

/// A message with these media of which nothing was heard, as it is filed.
fn notes(media: &[Value], too_long: bool, refused: &[u32]) -> (Vec<Note>, Decisions) {
    let inbound: InboundMessage = serde_json::from_value(json!({
        "message_id": "SM00000000000000000000000000abcdef", "channel": "whatsapp", "provider": "twilio",
        "from": {"address": "whatsapp:+61491570156"}, "to": {"address": "whatsapp:+61491570110"}, "text": "",
    }))
    .unwrap();
    let customer: Customer = serde_json::from_value(json!({
        "customer_id": "mick", "company_id": "acme", "company_name": "Acme", "time_zone": "Australia/Melbourne",
        "country": "AU", "note_language": "en", "reply_language": "en", "max_audio_minutes_per_day": 300,
    }))
    .unwrap();
    let decisions: Decisions = serde_json::from_value(json!({
        "media": media, "transcript": {"has_words": false, "too_long": too_long},
    }))
    .unwrap();
    let understood: NoteDecision = serde_json::from_value(json!({
        "drafts": [{"intent": "other", "tag": "a-recording"}], "spoken": [], "language": "en",
        "unstructured": "no_words", "decided_at": RECEIVED_AT,
    }))
    .unwrap();
    let material = Material {
        inbound: &inbound,
        received_at: RECEIVED_AT.parse().unwrap(),
        customer: &customer,
        decisions: &decisions,
        understood: &understood,
        text: "",
        untranscribed: refused,
    };
    let keys = CompanyKeys::of(&customer.company_id);
    (material.notes(&keys, &material.shared_files(&keys)), decisions)
}

/// Why a person has to look, and what the worker is told, of a message with these media and nothing heard.
fn filed(media: &[Value], too_long: bool, refused: &[u32], language: &str) -> (Vec<String>, String) {
    let (notes, decisions) = notes(media, too_long, refused);
    let language: Language = language.parse().unwrap();
    let reply = note_reply(NoteReply {
        notes: &notes,
        media: decisions.media.as_deref().unwrap_or_default(),
        question: None,
        unstructured: Some(Unstructured::NoWords),
        language: &language,
        today: "2026-11-20".parse().unwrap(),
        message: &notes[0].message_id,
        privacy_notice: None,
        max_parts: 3,
    });
    let reasons = serde_json::to_value(&notes[0].needs_review).unwrap();
    let [reply] = reply.try_into().unwrap();
    (serde_json::from_value(reasons).unwrap(), reply)
}

fn recording(index: u32, problem: Option<&str>) -> Value {
    json!({
        "index": index, "key": format!("inbox/a/media-{index}.ogg"), "kind": "audio", "content_type": "audio/ogg",
        "extension": "ogg", "size": 9, "sha256": "", "transcribable": problem.is_none(), "problem": problem,
    })
}

fn of_one(problem: Option<&str>) -> (Vec<String>, String) {
    filed(&[recording(0, problem)], false, &[], "en")
}

#[test]
fn silence_is_told_as_silence() {
    let (reasons, reply) = of_one(None);
    assert_eq!(reasons, ["no_words"]);
    assert!(reply.contains("could not hear any words"), "{reply}");
}

#[test]
fn the_used_up_minutes_are_told_by_one_message_and_filed_with_every_one() {
    let (reasons, reply) = of_one(Some("minutes_used_up"));
    assert_eq!(
        reasons,
        ["over_limit"],
        "nobody has listened, so nobody knows whether there are words"
    );
    assert!(
        reply.contains("used up for today") && !reply.contains("could not hear"),
        "{reply}"
    );
    let (reasons, reply) = of_one(Some("minutes_used_up_told_already"));
    assert_eq!(reasons, ["over_limit"]);
    assert_eq!(
        reply,
        "Got it. It is filed for the office.\nRef ABCDEF\nWrong? Reply to this message."
    );
    let (_, german) = filed(&[recording(0, Some("minutes_used_up"))], false, &[], "de");
    assert!(german.contains("für heute verbraucht"), "{german}");
}

#[test]
fn a_recording_that_is_too_long_is_told_as_such_whoever_found_out() {
    for (reasons, reply) in [
        of_one(Some("too_long")),
        filed(&[recording(0, None)], true, &[], "en"),
    ] {
        assert_eq!(reasons, ["over_limit"]);
        assert_eq!(reply.matches("too long for me").count(), 1, "{reply}");
    }
}

#[test]
fn what_the_model_cannot_read_is_told_as_such() {
    for (reasons, reply) in [
        of_one(Some("unsupported")),
        filed(&[recording(0, None)], false, &[0], "en"),
    ] {
        assert_eq!(reasons, ["unsupported_media"]);
        assert!(reply.contains("a format I cannot read"), "{reply}");
    }
    let one_of_two = [recording(0, None), recording(1, Some("unsupported"))];
    assert_eq!(
        filed(&one_of_two, false, &[], "en").0,
        ["no_words", "unsupported_media"]
    );
}

#[test]
fn what_could_not_be_had_is_not_said_to_be_kept() {
    for (problem, said) in [("unavailable", "could not get"), ("too_large", "too large")] {
        let mut lost = recording(0, Some(problem));
        lost["key"] = Value::Null;
        let (reasons, reply) = filed(&[lost.clone()], false, &[], "en");
        assert_eq!(reasons.len(), 1, "{reasons:?}");
        assert!(reply.contains(said) && reply.contains("not kept"), "{reply}");
        assert!(!reply.contains("filed") && !reply.contains("kept for"), "{reply}");

        // What came beside it is.
        let (_, reply) = filed(&[lost, recording(1, None)], false, &[], "en");
        assert!(
            reply.contains("could not hear any words") && reply.contains(said),
            "{reply}"
        );
    }
}

#[test]
fn a_person_reads_when_it_came_as_the_clock_on_the_wall_showed_it() {
    let (notes, _) = notes(&[recording(0, None)], false, &[]);
    let zone = "Australia/Melbourne".to_owned().try_into().unwrap();
    let summary = text_summary(&notes[0], &zone);
    assert!(
        summary.contains("\nReceived: 2026-11-20 00:20 Australia/Melbourne\n"),
        "{summary}"
    );
}
