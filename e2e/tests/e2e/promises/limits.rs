//! Limits: a company's minutes a day, and a company's share of the system.

use std::time::Duration;

use e2e::people::{self, Worker};
use e2e::phone::Received;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::support::message::Message;
use super::support::own_stack::OwnStack;
use super::support::settled::{done, queue_is_empty, record};
use super::support::soaking;

const PATIENCE: Duration = Duration::from_secs(90);

const WORDS: &str = "Tomorrow I need to order a new mixer tap for the kitchen.";

const NOTE: &[u8] = include_bytes!("../../../../samples/voice-note-1.ogg");

/// What the worker is told when the minutes are used up.
const USED_UP: &str = "minutes for writing down recordings are used up";

struct Company {
    own: OwnStack,
    worker: Worker,
}

impl Company {
    /// A company with so many minutes of recordings a day.
    async fn with_minutes(minutes: u32) -> anyhow::Result<Self> {
        let own = OwnStack::start().await?;
        let worker = people::worker(&own.stack, &[]).await?;
        let settings = json!({ "company_id": worker.company_id, "max_audio_minutes_per_day": minutes });
        let key = format!("companies/{}.json", worker.company_id);
        own.stack.objects.put_json(&key, &settings).await?;
        Ok(Self { own, worker })
    }

    /// Sends a recording of so many minutes (none: a short one). Gives the note, the kinds of its files, and the reply.
    async fn record(&self, minutes: Option<u64>) -> anyhow::Result<(Value, Vec<String>, Received)> {
        let (stack, worker) = (&self.own.stack, &self.worker);
        let recording = match minutes {
            Some(minutes) => e2e::recording::long(NOTE, minutes)?,
            None => crate::recording()?,
        };
        let before = stack.phone.received(&worker.address).await?.len();
        let id = shared::ids::random_hex32();
        let url = self.own.controls.recording(&id, &recording, WORDS).await?;
        let message = Message::voice_note(&worker.address, &stack.twilio.company_number, &url);
        stack.queue.send(&message.queued()).await?;
        done(stack, &message.sid, PATIENCE).await?;
        queue_is_empty(stack, PATIENCE).await?;
        // Delivered again, it comes to the same.
        stack.queue.send(&message.queued()).await?;
        queue_is_empty(stack, PATIENCE).await?;
        let filed = stack.office.filed(worker, &message.sid).await?;
        assert_eq!(stack.office.download(&filed, "audio").await?, recording);
        let mut received = stack.phone.received(&worker.address).await?;
        assert_eq!(received.len(), before + 1, "{received:#?}");
        let kinds = filed.kinds().into_iter().map(str::to_owned).collect();
        Ok((filed.notes[0].clone(), kinds, received.remove(before)))
    }
}

#[tokio::test]
async fn past_a_companys_minutes_of_the_day_recordings_are_filed_as_they_are_and_the_worker_is_told_once()
-> anyhow::Result<()> {
    let company = Company::with_minutes(1).await?;
    let heard = ["audio", "full_text", "note", "text_summary"];

    let (note, kinds, reply) = company.record(None).await?;
    assert_eq!(
        (kinds, &note["needs_review"]),
        (heard.map(str::to_owned).to_vec(), &json!([]))
    );
    assert!(!reply.body.contains(USED_UP), "{}", reply.body);

    for is_told in [true, false] {
        let (note, kinds, reply) = company.record(Some(1)).await?;
        assert_eq!(kinds, ["audio", "note"]);
        assert_eq!(note["needs_review"], json!(["over_limit"]), "{note:#}");
        assert_eq!(reply.body.contains(USED_UP), is_told, "{}", reply.body);
        assert!(!reply.body.contains("could not hear"), "{}", reply.body);
    }

    let (_, kinds, reply) = company.record(None).await?;
    assert_eq!(kinds, heard, "what still fits");
    assert!(!reply.body.contains(USED_UP), "{}", reply.body);
    assert_eq!(company.own.controls.calls("openai.transcription").await?, 2);
    company.own.stop().await
}

#[tokio::test]
async fn a_company_that_floods_the_queue_does_not_starve_another() -> anyhow::Result<()> {
    /// Messages that keep failing: between their deliveries they wait for one, two, four and eight leases.
    const FAILING: usize = 12;
    // Messages that are worked on as any other.
    let flooding = if soaking() { 100 } else { 40 };
    let own = OwnStack::start().await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let to = &stack.twilio.company_number;
    let (noisy, quiet) = (
        people::worker(stack, &[]).await?,
        people::worker(stack, &[]).await?,
    );
    controls
        .settings(json!({ "latency": { "openai.chat": 200 } }))
        .await?;
    controls
        .fault(json!({ "on": "twilio.media", "times": 9999, "status": 503 }))
        .await?;
    let url = controls.recording("note", &crate::recording()?, WORDS).await?;
    let failing: Vec<Message> = (0..FAILING)
        .map(|_| Message::voice_note(&noisy.address, to, &url))
        .collect();
    let flood: Vec<Message> = (0..flooding)
        .map(|_| Message::text(&noisy.address, to, WORDS))
        .collect();
    let bodies: Vec<String> = failing.iter().chain(&flood).map(Message::queued).collect();
    try_join_all(bodies.iter().map(|body| stack.queue.send(body))).await?;

    let message = Message::text(&quiet.address, to, WORDS);
    stack.queue.send(&message.queued()).await?;
    let sent = Instant::now();
    done(stack, &message.sid, PATIENCE).await?;
    let waited = sent.elapsed();
    println!("behind {flooding} messages and {FAILING} that keep failing: done after {waited:?}");
    stack.office.filed(&quiet, &message.sid).await?;
    for message in &failing {
        let record = record(stack, &message.sid).await?.unwrap_or_default();
        assert_eq!(
            record["state"], "working",
            "done before these are given up: {record:#}"
        );
    }
    try_join_all(flood.iter().map(|message| done(stack, &message.sid, PATIENCE))).await?;
    own.stop().await
}
