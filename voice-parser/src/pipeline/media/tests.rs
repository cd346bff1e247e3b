//! Which recordings are given to a model.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::message::{Content, QueueMessage};
use tokio::time::Instant;

use super::*;
use crate::fakes::Fakes;
use crate::ledger::Claim;
use crate::media::long_recording;

const NOTE: &[u8] = include_bytes!("../../../../samples/voice-note-1.ogg");
const ALLOWANCE: &str = "acme/index/allowance/2026-11-20.json";

/// What becomes of a message's recording in a company with so many minutes a day.
async fn kept(fakes: &Fakes, number: usize, minutes: u32, recording: &[u8]) -> KeptMedia {
    let sid = format!("SM{number:032}");
    let address = fakes.serve(Bytes::copy_from_slice(recording));
    let message = json!({
        "version": 1, "kind": "message", "source": "webhook", "received_at": "2026-11-20T01:00:00Z",
        "message_id": sid, "channel": "whatsapp", "provider": "twilio",
        "from": {"address": "whatsapp:+61491570156"}, "to": {"address": "whatsapp:+61491570110"}, "text": "",
        "media": [{"index": 0, "url": address, "content_type": "audio/ogg"}],
    });
    let record = json!({
        "schema": "record/1", "message_id": sid, "message": message, "state": "working", "step": "media",
        "attempts": 1, "created_at": "2026-11-20T01:00:00Z", "updated_at": "2026-11-20T01:00:00Z", "replies": [],
        "sender": {"kind": "worker", "customer": customer(minutes)},
    });
    fakes.put(&format!("records/{sid}.json"), record.to_string().into());
    let services = fakes.services("gpt-transcribe").await;
    let message: QueueMessage = serde_json::from_value(message).unwrap();
    let Content::Message(inbound) = &message.content else {
        panic!("a message")
    };
    let claim = services
        .ledger
        .claim(&inbound.message_id, &message, "delivery", Timestamp::UNIX_EPOCH);
    let Claim::Taken(held) = claim.await.unwrap() else {
        panic!("taken")
    };
    let work = Work {
        services: &services,
        inbound,
        received_at: message.received_at,
        deadline: Instant::now() + Duration::from_secs(20),
    };
    keep(work, &held).await.unwrap().remove(0)
}

fn customer(minutes: u32) -> Value {
    json!({
        "customer_id": "mick", "company_id": "acme", "company_name": "Acme", "time_zone": "Australia/Melbourne",
        "country": "AU", "note_language": "en", "reply_language": "en", "max_audio_minutes_per_day": minutes,
    })
}

/// An M4A of so many seconds, as far as its header goes.
fn m4a(seconds: u32) -> Vec<u8> {
    let container = |kind: &[u8; 4], content: &[u8]| {
        let length = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
        [&length[..], kind, content].concat()
    };
    let header = [&[0; 12][..], &1_u32.to_be_bytes(), &seconds.to_be_bytes()].concat();
    let movie = container(b"moov", &container(b"mvhd", &header));
    [container(b"ftyp", b"M4A \0\0\0\0"), movie].concat()
}

#[tokio::test]
async fn past_the_companys_minutes_recordings_are_kept_and_not_transcribed() {
    let fakes = Fakes::start().await;
    let first = kept(&fakes, 1, 1, NOTE).await;
    assert_eq!((first.problem, first.transcribable), (None, true));
    let minute = long_recording(1.0);
    for (number, problem) in [
        (2, MediaProblem::MinutesUsedUp),
        (3, MediaProblem::MinutesUsedUpToldAlready),
        (2, MediaProblem::MinutesUsedUp),
    ] {
        let item = kept(&fakes, number, 1, &minute).await;
        assert_eq!((item.problem, item.transcribable), (Some(problem), false));
        assert!(fakes.has(&item.key.unwrap()), "kept all the same");
    }
    assert_eq!(fakes.json(ALLOWANCE)["seconds"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn what_no_model_takes_and_nobody_can_cut_costs_no_minutes() {
    let fakes = Fakes::start().await;
    let long = kept(&fakes, 1, 300, &m4a(901)).await;
    assert_eq!(
        (long.problem, long.transcribable),
        (Some(MediaProblem::TooLong), false)
    );
    assert!(!fakes.has(ALLOWANCE));
    assert_eq!(kept(&fakes, 2, 300, &m4a(900)).await.problem, None);
    let cuttable = kept(&fakes, 3, 300, &long_recording(16.0)).await;
    assert_eq!((cuttable.problem, cuttable.transcribable), (None, true));
}
