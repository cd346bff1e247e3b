//! Long and awkward recordings: cut, heard piece by piece and joined; and silence in which a model hears names.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use e2e::people::{self, Worker};
use serde_json::json;

use super::support::message::Message;
use super::support::own_stack::OwnStack;
use super::support::settled::{done, outcome_of, queue_is_empty};

const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than a model takes at once: three pieces.
const MINUTES: u64 = 25;
const PIECES: u64 = 3;

const NOTE: &[u8] = include_bytes!("../../../../samples/voice-note-1.ogg");

/// Enough words for every piece to have some.
fn words() -> String {
    let items: Vec<String> = (1..=30)
        .map(|n| format!("Tomorrow I need to order mixer tap number {n}."))
        .collect();
    items.join(" ")
}

struct Sent {
    worker: Worker,
    message: Message,
    recording: Bytes,
}

/// Puts a long recording into the queue.
async fn send_long(own: &OwnStack) -> anyhow::Result<Sent> {
    let stack = &own.stack;
    let worker = people::worker(stack, &[]).await?;
    let recording = e2e::recording::long(NOTE, MINUTES)?;
    let url = own
        .controls
        .recording(&worker.company_id, &recording, &words())
        .await?;
    let message = Message::voice_note(&worker.address, &stack.twilio.company_number, &url);
    stack.queue.send(&message.queued()).await?;
    Ok(Sent {
        worker,
        message,
        recording,
    })
}

/// All of it is filed, under one note, and answered once.
async fn is_filed_whole(own: &OwnStack, sent: &Sent) -> anyhow::Result<()> {
    let stack = &own.stack;
    done(stack, &sent.message.sid, PATIENCE).await?;
    queue_is_empty(stack, PATIENCE).await?;
    let filed = stack.office.filed(&sent.worker, &sent.message.sid).await?;
    assert_eq!(filed.kinds(), ["audio", "full_text", "note", "text_summary"]);
    assert_eq!(stack.office.download(&filed, "audio").await?, sent.recording);
    assert_eq!(stack.office.download(&filed, "full_text").await?, words());
    assert_eq!(filed.notes[0]["needs_review"], json!([]), "{:#}", filed.notes[0]);
    let received = stack.phone.received(&sent.worker.address).await?;
    assert_eq!(received.len(), 1, "{received:#?}");
    Ok(())
}

#[tokio::test]
async fn a_recording_too_long_for_one_invocation_is_heard_over_several_that_count_as_none_of_its_deliveries()
-> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    // Time for one piece; and whatever is given back as failed goes to the dead-letter queue.
    own.set_timeout(25).await?;
    own.set_deliveries(1).await?;
    let sent = send_long(&own).await?;
    is_filed_whole(&own, &sent).await?;
    assert_eq!(own.controls.calls("openai.transcription").await?, PIECES);
    let record = done(&own.stack, &sent.message.sid, PATIENCE).await?;
    assert_eq!(record["attempts"], PIECES, "one invocation for each piece");
    own.stop().await
}

#[tokio::test]
async fn killed_between_the_pieces_of_a_recording_those_that_are_kept_are_not_paid_for_again()
-> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    own.controls
        .fault_at("openai.transcription", 2, json!({ "kill": "before", "times": 1 }))
        .await?;
    let sent = send_long(&own).await?;
    is_filed_whole(&own, &sent).await?;
    // The second was asked for twice, because it was never heard.
    assert_eq!(own.controls.calls("openai.transcription").await?, PIECES + 1);
    let outcome = outcome_of(&own.stack, &sent.worker.company_id, &sent.message.sid).await?;
    let paid = outcome["cost"]["audio_s"].as_f64().context("no cost")? / 60.0;
    assert!((25.0..26.0).contains(&paid), "{paid} minutes");
    own.stop().await
}

#[tokio::test]
async fn names_that_a_model_hears_in_silence_are_no_words_and_no_clients() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let clients = ["Mrs Helena Papadopoulos", "Kowalczyk's Bakery", "Dr Ada Okonkwo"];
    controls.settings(json!({ "echo_keywords": true })).await?;
    for known in [1, 3] {
        let worker = people::worker(stack, &clients[..known]).await?;
        let url = controls
            .recording(&worker.company_id, &crate::recording()?, "not asked for")
            .await?;
        let message = Message::voice_note(&worker.address, &stack.twilio.company_number, &url);
        stack.queue.send(&message.queued()).await?;
        done(stack, &message.sid, PATIENCE).await?;
        let filed = stack.office.filed(&worker, &message.sid).await?;
        assert_eq!(filed.kinds(), ["audio", "note"], "{known} names");
        let note = &filed.notes[0];
        assert_eq!(note["needs_review"], json!(["no_words"]), "{note:#}");
        assert_eq!(
            (&note["clients"], &note["text"]),
            (&json!([]), &json!("")),
            "{note:#}"
        );
        let reply = stack.phone.first_received(&worker.address).await?;
        assert!(reply.body.contains("could not hear any words"), "{}", reply.body);
        for name in clients {
            assert!(!reply.body.contains(name), "{}", reply.body);
        }
    }
    assert_eq!(controls.calls("openai.transcription").await?, 2);
    assert_eq!(
        controls.calls("openai.chat").await?,
        0,
        "there is nothing to understand"
    );
    own.stop().await
}
