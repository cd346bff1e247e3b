//! What could not be transcribed: filed as such and told in plain words.

use serde_json::{Value, json};
use shared::company::Language;
use shared::customer::Customer;
use shared::keys::CompanyKeys;
use shared::message::InboundMessage;

use super::notes::Material;
use crate::decisions::{Decisions, NoteDecision};
use crate::reply::compose::{NoteReply, note_reply};

/// Why a person has to look, and what the worker is told, of a message with these media and nothing heard.
fn filed(media: &[Value], too_long: bool, refused: &[u32], language: &str) -> (Vec<String>, String) {
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
        "unstructured": "no_words", "decided_at": "2026-11-20T01:00:00Z",
    }))
    .unwrap();
    let material = Material {
        inbound: &inbound,
        received_at: "2026-11-20T01:00:00Z".parse().unwrap(),
        customer: &customer,
        decisions: &decisions,
        understood: &understood,
        text: "",
        untranscribed: refused,
    };
    let keys = CompanyKeys::of(&customer.company_id);
    let notes = material.notes(&keys, &material.shared_files(&keys));
    let language: Language = language.parse().unwrap();
    let reply = note_reply(NoteReply {
        notes: &notes,
        media: decisions.media.as_deref().unwrap_or_default(),
        question: None,
        unstructured: understood.unstructured,
        language: &language,
        today: "2026-11-20".parse().unwrap(),
        message: &inbound.message_id,
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
