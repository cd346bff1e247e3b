//! What keeps failing goes to the dead-letter queue, the worker is told once, and a later delivery continues.

use std::time::Duration;

use anyhow::Context as _;
use e2e::people;
use e2e::stack::Stack;
use e2e::wait;
use serde_json::{Value, json};

use super::support::message::{Message, now};
use super::support::own_stack::OwnStack;
use super::support::parser::invoke;
use super::support::settled::{done, queue_is_empty, reaches, record};

const PATIENCE: Duration = Duration::from_secs(60);

const WORDS: &str = "Tomorrow I need to order a new mixer tap for Mrs Papadopoulos.";

/// Waits until the operator finds a message in the dead-letter queue, and has it given back. Gives what they were told.
async fn redrive(own: &OwnStack, sid: &str) -> anyhow::Result<String> {
    let what = format!("{sid} is in the dead-letter queue");
    let told = wait::until(&what, async || {
        let told = own.operate("dlq").await?;
        Ok(told.lines().find(|line| line.starts_with(sid)).map(str::to_owned))
    })
    .await?;
    own.operate("redrive").await?;
    Ok(told)
}

/// How the message went, as the data API tells it.
async fn outcome(stack: &Stack, company: &str, sid: &str) -> anyhow::Result<Value> {
    let path = format!("/messages/{sid}/outcome?company_id={company}");
    stack.office.get(&path).await?.successful()?.json()
}

#[tokio::test]
async fn the_worker_is_told_once_and_a_redrive_continues_where_it_stopped() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    own.set_deliveries(2).await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let worker = people::worker(stack, &["Mrs Helena Papadopoulos"]).await?;
    let url = controls.recording("note", &crate::recording()?, WORDS).await?;
    let message = Message::voice_note(&worker.address, &stack.twilio.company_number, &url);

    controls
        .fault(json!({ "on": "openai.chat", "times": 999, "status": 503 }))
        .await?;
    stack.queue.send(&message.queued()).await?;
    let failed = reaches(stack, &message.sid, "failed", PATIENCE).await?;
    assert_eq!(failed["failure"]["step"], "note", "{}", failed["failure"]);
    assert_eq!(failed["failure"]["code"], "openai");
    let told = stack.phone.received(&worker.address).await?;
    assert_eq!(told.len(), 1, "{told:#?}");
    // The office sees why, and that the worker was told.
    wait::until("the outcome says that the worker has been told", async || {
        let outcome = outcome(stack, &worker.company_id, &message.sid).await?;
        assert_eq!(outcome["failure"], failed["failure"], "{outcome:#}");
        assert_eq!(outcome["replies"][0]["body"], told[0].body);
        assert_eq!(outcome["note_ids"], json!([]));
        Ok((outcome["replies"][0]["state"] == "delivered").then_some(()))
    })
    .await?;

    // It fails again, to the end: nothing more is said.
    let why = redrive(&own, &message.sid).await?;
    assert!(
        why.contains("failed in step note after 2 attempts: openai"),
        "{why}"
    );
    wait::until("it has failed again", async || {
        let record = record(stack, &message.sid).await?.unwrap_or_default();
        Ok((record["state"] == "failed" && record["attempts"] == 4).then_some(()))
    })
    .await?;
    assert_eq!(stack.phone.received(&worker.address).await?.len(), 1);

    // Mended: what was paid for is not paid for again, and the worker gets the reply.
    let media = controls.calls("twilio.media").await?;
    let transcribed = controls.calls("openai.transcription").await?;
    assert_eq!((media, transcribed), (1, 1));
    own.controls.forget().await?;
    redrive(&own, &message.sid).await?;
    done(stack, &message.sid, PATIENCE).await?;
    queue_is_empty(stack, PATIENCE).await?;
    assert_eq!(controls.calls("openai.transcription").await?, 0);
    assert_eq!(controls.calls("openai.chat").await?, 1);
    let replies = stack.phone.received(&worker.address).await?;
    assert_eq!(replies.len(), 1, "{replies:#?}");
    assert!(replies[0].body.contains("mixer tap"), "{}", replies[0].body);
    stack.office.filed(&worker, &message.sid).await?;
    let outcome = outcome(stack, &worker.company_id, &message.sid).await?;
    assert_eq!(outcome["failure"], Value::Null, "it has been put right");
    assert_eq!(outcome["replies"][0]["body"], replies[0].body);
    own.stop().await
}

#[tokio::test]
async fn reconciliation_tells_when_the_last_attempt_was_killed() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    own.set_deliveries(2).await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let worker = people::worker(stack, &[]).await?;
    controls
        .fault(json!({ "on": "openai.chat", "times": 2, "kill": "before" }))
        .await?;
    let sid = stack.phone.send_text(&worker.address, WORDS).await?;
    wait::until("it is in the dead-letter queue", async || {
        stack.dead_letters.take(&sid).await
    })
    .await?;
    let mut left = record(stack, &sid).await?.context("no record")?;
    assert_eq!(left["state"], "working");
    assert_eq!(stack.phone.received(&worker.address).await?.len(), 0);

    // Too soon: it could be waiting in the queue.
    let reconcile = json!({ "reconcile": {} });
    assert_eq!(invoke(stack, &reconcile).await?["told"], 0);
    // An hour later.
    let long_ago = now() - jiff::SignedDuration::from_mins(45);
    left["updated_at"] = json!(long_ago);
    left["lease"]["until"] = json!(long_ago);
    stack
        .objects
        .put_json(&format!("records/{sid}.json"), &left)
        .await?;
    assert_eq!(invoke(stack, &reconcile).await?["told"], 1);
    assert_eq!(invoke(stack, &reconcile).await?["told"], 0);
    let told = stack.phone.received(&worker.address).await?;
    assert_eq!(told.len(), 1, "{told:#?}");
    let record = record(stack, &sid).await?.context("no record")?;
    assert_eq!(
        (&record["state"], &record["failure"]["code"]),
        (&json!("failed"), &json!("cut_off"))
    );
    own.stop().await
}

#[tokio::test]
async fn a_worker_known_from_before_is_told_even_when_nobody_can_be_asked_who_they_are() -> anyhow::Result<()>
{
    let own = OwnStack::start().await?;
    own.set_deliveries(1).await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let worker = people::worker(stack, &[]).await?;
    let first = Message::text(&worker.address, &stack.twilio.company_number, WORDS);
    stack.queue.send(&first.queued()).await?;
    done(stack, &first.sid, PATIENCE).await?;

    let stranger = people::fresh_address();
    controls
        .fault(json!({ "on": "lambda.invoke", "times": 99, "status": 500 }))
        .await?;
    for (from, expected) in [(&worker.address, 2), (&stranger, 0)] {
        let message = Message::text(from, &stack.twilio.company_number, WORDS);
        stack.queue.send(&message.queued()).await?;
        reaches(stack, &message.sid, "failed", PATIENCE).await?;
        assert_eq!(stack.phone.received(from).await?.len(), expected);
    }
    own.stop().await
}

#[tokio::test]
async fn an_account_without_money_is_not_hammered_and_raises_the_alarm() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let worker = people::worker(stack, &[]).await?;
    let url = controls.recording("note", &crate::recording()?, WORDS).await?;
    let message = Message::voice_note(&worker.address, &stack.twilio.company_number, &url);
    for on in ["openai.transcription", "openai.chat"] {
        controls
            .fault(json!({ "on": on, "times": 999, "status": 429, "code": "insufficient_quota" }))
            .await?;
    }
    stack.queue.send(&message.queued()).await?;
    let gave_back = |record: &Value| record["attempts"] == 1 && record["lease"].is_null();
    wait::until("the attempt is over", async || {
        Ok(record(stack, &message.sid).await?.filter(gave_back))
    })
    .await?;

    // Another message is killed and recovers, which takes longer than any wait of the first one but the one for money.
    let marker = Message::text(&worker.address, &stack.twilio.company_number, "Thanks");
    controls
        .fault(json!({ "on": "s3.put", "times": 1, "kill": "after" }))
        .await?;
    stack.queue.send(&marker.queued()).await?;
    done(stack, &marker.sid, PATIENCE).await?;
    assert_eq!(controls.calls("openai.transcription").await?, 1);
    let record = record(stack, &message.sid).await?.context("no record")?;
    assert!(gave_back(&record), "{record:#}");
    let metric = wait::until("the alarm's metric is logged", async || {
        Ok(own
            .log_of("voice-parser")?
            .contains("BillingFailure")
            .then_some(()))
    });
    metric.await?;
    own.stop().await
}
