//! Long and awkward recordings, with a bucket and a model that answer as told.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::message::InboundMessage;
use tokio::time::Instant;

use super::*;
use crate::fakes::Fakes;
use crate::media::{MediaFormat, duration_seconds, long_recording};
use crate::services::Services;

const SID: &str = "SM00000000000000000000000000000001";
const NOTE: &[u8] = include_bytes!("../../../../samples/voice-note-1.ogg");

/// A message with one recording.
struct Bench {
    fakes: Fakes,
    services: Services,
    inbound: InboundMessage,
    record: PipelineRecord,
}

impl Bench {
    async fn with(model: &str, audio: Bytes, extension: &str) -> Self {
        let fakes = Fakes::start().await;
        let key = format!("inbox/{SID}/media-0.{extension}");
        let inbound = json!({
            "message_id": SID, "channel": "whatsapp", "provider": "twilio",
            "from": {"address": "whatsapp:+61491570156"}, "to": {"address": "whatsapp:+61491570110"}, "text": "",
            "media": [{"index": 0, "url": "https://api.twilio.com/media", "content_type": "audio/ogg"}],
        });
        let record = json!({
            "schema": "record/1", "message_id": SID, "state": "working", "step": "transcript", "attempts": 1,
            "created_at": "2026-11-20T01:00:00Z", "updated_at": "2026-11-20T01:00:00Z", "replies": [],
            "media": [{
                "index": 0, "key": key, "kind": "audio", "content_type": "audio/ogg", "extension": extension,
                "size": audio.len(), "sha256": "", "duration_s": duration_seconds(MediaFormat::OggOpus, &audio),
                "transcribable": true,
            }],
        });
        fakes.put(&key, audio);
        Self {
            services: fakes.services(model).await,
            inbound: serde_json::from_value(inbound).unwrap(),
            record: serde_json::from_value(record).unwrap(),
            fakes,
        }
    }

    fn work(&self) -> Work<'_> {
        Work {
            services: &self.services,
            inbound: &self.inbound,
            received_at: Timestamp::UNIX_EPOCH,
            deadline: Instant::now() + Duration::from_secs(40),
        }
    }

    async fn decide(&self) -> Result<(TranscriptDecision, Heard), StepFailure> {
        match decide(self.work(), &self.record).await? {
            Decided::Transcript(decision, heard) => Ok((decision, heard)),
            other => panic!("{other:?}"),
        }
    }

    async fn text(&self) -> String {
        read(self.work()).await.unwrap().text(&self.inbound)
    }

    fn stored(&self) -> Value {
        self.fakes.json(&format!("inbox/{SID}/transcript.json"))
    }
}

fn said(text: &str) -> (u16, Value) {
    (
        200,
        json!({ "text": text, "usage": {"type": "duration", "seconds": 500} }),
    )
}

/// An answer at the token cap of the gpt-4o family.
fn cut_off(text: &str) -> (u16, Value) {
    let usage = json!({"type": "tokens", "input_tokens": 9, "output_tokens": 2000, "total_tokens": 2009});
    (200, json!({ "text": text, "usage": usage }))
}

fn refused(status: u16, message: &str, code: &str) -> (u16, Value) {
    let error = json!({"message": message, "type": "invalid_request_error", "param": "file", "code": code});
    (status, json!({ "error": error }))
}

fn too_long() -> (u16, Value) {
    let message =
        "audio duration 1500.1 seconds is longer than 1400 seconds which is the maximum for this model";
    refused(400, message, "invalid_value")
}

fn corrupt() -> (u16, Value) {
    refused(
        400,
        "Audio file might be corrupted or unsupported",
        "invalid_value",
    )
}

fn shows(form: &[u8], words: &str) -> bool {
    form.windows(words.len()).any(|window| window == words.as_bytes())
}

const MODEL: &str = "gpt-transcribe";

#[tokio::test]
async fn a_recording_that_fits_is_asked_for_once_as_it_is() {
    let bench = Bench::with(MODEL, Bytes::from_static(NOTE), "ogg").await;
    bench.fakes.answer([said("Order a mixer.")]);
    let (decision, heard) = bench.decide().await.unwrap();
    assert!(decision.has_words && !decision.too_long);
    assert!((heard.audio_s - 500.0).abs() < 1e-9);
    let asked = bench.fakes.asked();
    assert!(asked.len() == 1 && asked[0].windows(NOTE.len()).any(|window| window == NOTE));
    let stored = json!({
        "schema": "transcript/1",
        "recordings": [{
            "index": 0, "text": "Order a mixer.", "languages": [], "audio_s": 500.0, "usd": 0.0375, "model": MODEL,
            "refused": false, "truncated": false,
        }],
    });
    assert_eq!(bench.stored(), stored, "as ever");
    bench.decide().await.unwrap();
    assert!(bench.fakes.asked().is_empty());
}

#[tokio::test]
async fn pieces_are_paid_for_once_and_a_retry_goes_on_after_the_last_one_stored() {
    let bench = Bench::with(MODEL, long_recording(31.0).into(), "ogg").await;
    let busy = || (503, json!({}));
    bench
        .fakes
        .answer([said("One,"), said("two,"), busy(), busy(), busy()]);
    assert!(bench.decide().await.is_err());
    assert_eq!(bench.fakes.asked().len(), 5);
    assert_eq!(bench.stored()["pieces"].as_array().map(Vec::len), Some(2));
    assert_eq!(bench.text().await, "", "nothing is said before all is heard");

    bench.fakes.answer([said("three,"), said("four.")]);
    let (decision, heard) = bench.decide().await.unwrap();
    assert_eq!(bench.fakes.asked().len(), 2);
    assert_eq!(bench.text().await, "One, two, three, four.");
    assert!((heard.audio_s - 2000.0).abs() < 1e-9);
    assert!(!decision.too_long);
    assert!(bench.stored().get("pieces").is_none());
}

#[tokio::test]
async fn an_answer_at_the_token_cap_is_asked_for_again_in_smaller_pieces() {
    let bench = Bench::with("gpt-4o-transcribe", Bytes::from_static(NOTE), "ogg").await;
    bench.fakes.answer([
        cut_off("One and t"),
        said("One and two,"),
        cut_off("th"),
        said("three,"),
        said("four."),
    ]);
    let (decision, heard) = bench.decide().await.unwrap();
    assert_eq!(bench.text().await, "One and two, three, four.");
    assert!(!decision.too_long);
    let paid = 3.0 * 500.0 + 12.9 + 6.5;
    assert!((heard.audio_s - paid).abs() < 2.0, "{}", heard.audio_s);
    let asked = bench.fakes.asked();
    assert_eq!(asked.len(), 5);
    assert!(
        shows(&asked[2], "One and two,"),
        "what was said before helps this model"
    );
}

#[tokio::test]
async fn what_was_said_before_is_not_sent_to_a_model_that_does_not_take_it() {
    let bench = Bench::with(MODEL, long_recording(11.0).into(), "ogg").await;
    bench
        .fakes
        .answer([said("Mrs Papadopoulos"), said("wants a mixer.")]);
    bench.decide().await.unwrap();
    let asked = bench.fakes.asked();
    assert!(asked.len() == 2 && !shows(&asked[1], "Papadopoulos") && !shows(&asked[1], "name=\"prompt\""));
}

#[tokio::test]
async fn cutting_comes_to_an_end() {
    let bench = Bench::with("gpt-4o-transcribe", Bytes::from_static(NOTE), "ogg").await;
    bench.fakes.answer((0..15).map(|_| cut_off("and")));
    let (decision, _) = bench.decide().await.unwrap();
    assert_eq!(bench.fakes.asked().len(), 15, "1 + 2 + 4 + 8");
    assert!(decision.too_long && decision.has_words);
    assert!(bench.text().await.starts_with("and […] and […]"));
}

#[tokio::test]
async fn a_recording_the_model_finds_too_long_is_cut_if_it_can_be() {
    let bench = Bench::with(MODEL, Bytes::from_static(NOTE), "ogg").await;
    bench.fakes.answer([too_long(), said("One,"), said("two.")]);
    let (decision, _) = bench.decide().await.unwrap();
    assert!(!decision.too_long);
    assert_eq!(bench.text().await, "One, two.");

    let bench = Bench::with(MODEL, Bytes::from_static(b"ID3 and so on"), "mp3").await;
    bench.fakes.answer([too_long()]);
    let (decision, _) = bench.decide().await.unwrap();
    assert!(decision.too_long && !decision.has_words);
    bench.decide().await.unwrap();
    assert_eq!(bench.fakes.asked().len(), 1);
}

#[tokio::test]
async fn a_piece_the_model_cannot_read_leaves_a_gap() {
    let bench = Bench::with(MODEL, long_recording(21.0).into(), "ogg").await;
    bench.fakes.answer([said("One,"), corrupt(), said("three.")]);
    let (decision, _) = bench.decide().await.unwrap();
    assert!(decision.has_words && !decision.too_long);
    assert_eq!(bench.text().await, "One, […] three.");
    assert!(read(bench.work()).await.unwrap().was_refused(0));
}

#[tokio::test]
async fn silence_has_no_words() {
    let bench = Bench::with(MODEL, long_recording(11.0).into(), "ogg").await;
    bench.fakes.answer([said(""), said(" ")]);
    let (decision, _) = bench.decide().await.unwrap();
    assert!(!decision.has_words && !decision.too_long);
    assert_eq!(bench.text().await, "");
}

#[tokio::test]
async fn names_that_a_model_hears_in_a_silent_piece_are_left_out() {
    let mut bench = Bench::with("gpt-4o-transcribe", long_recording(21.0).into(), "ogg").await;
    bench.record.decisions.sender = Some(listening_for(&["Mrs Helena Papadopoulos", "Kowalczyk's Bakery"]));
    bench.fakes.answer([
        said("Order a mixer for Mrs Papadopoulos,"),
        said("Names: Kowalczyk's Bakery, Mrs Helena Papadopoulos. Order a mixer for Mrs Papadopoulos,"),
        said("and a hose."),
    ]);
    let (decision, heard) = bench.decide().await.unwrap();
    assert!(decision.has_words && !decision.too_long);
    assert_eq!(
        bench.text().await,
        "Order a mixer for Mrs Papadopoulos, and a hose."
    );
    assert!((heard.audio_s - 1500.0).abs() < 1e-9, "paid for all the same");
    assert_eq!(bench.stored()["recordings"][0]["echoed"], true);

    // Nothing else at all.
    let mut bench = Bench::with(MODEL, Bytes::from_static(NOTE), "ogg").await;
    bench.record.decisions.sender = Some(listening_for(&["Mrs Helena Papadopoulos"]));
    let (status, mut answer) = said("Papadopoulos");
    answer["usage"]["seconds"] = json!(13);
    bench.fakes.answer([(status, answer)]);
    let (decision, _) = bench.decide().await.unwrap();
    assert!(!decision.has_words && decision.languages.is_empty());
}

fn listening_for(names: &[&str]) -> SenderDecision {
    let customer = json!({
        "customer_id": "mick", "company_id": "acme", "company_name": "Acme", "time_zone": "Australia/Melbourne",
        "country": "AU", "note_language": "en", "reply_language": "en", "max_audio_minutes_per_day": 300,
    });
    let worker = json!({ "kind": "worker", "customer": customer, "names": names });
    serde_json::from_value(worker).unwrap()
}

#[tokio::test]
async fn a_piece_for_which_there_is_no_time_is_left_to_another_invocation() {
    let bench = Bench::with(MODEL, long_recording(31.0).into(), "ogg").await;
    let short = || Work {
        deadline: Instant::now() + Duration::from_secs(10),
        ..bench.work()
    };
    for text in ["One,", "two,", "three,"] {
        bench.fakes.answer([said(text)]);
        let failure = decide(short(), &bench.record).await.unwrap_err();
        assert!(matches!(failure, StepFailure::Unfinished), "{failure:?}");
        assert_eq!(
            bench.fakes.asked().len(),
            1,
            "an invocation gets on by one at least"
        );
    }
    bench.fakes.answer([said("four.")]);
    decide(short(), &bench.record).await.unwrap();
    assert_eq!(bench.text().await, "One, two, three, four.");
}

#[test]
fn a_transcript_of_an_earlier_version_is_read() {
    let stored = json!({
        "schema": "transcript/1",
        "recordings": [{
            "index": 0, "text": "Order a mixer.", "languages": ["en"], "audio_s": 13.0, "usd": 0.000_975,
            "model": "gpt-transcribe", "refused": false, "truncated": false,
        }],
    });
    let transcript: Transcript = serde_json::from_value(stored.clone()).unwrap();
    assert!(transcript.is_finished(0) && !transcript.is_finished(1));
    assert_eq!(serde_json::to_value(transcript).unwrap(), stored);
}
