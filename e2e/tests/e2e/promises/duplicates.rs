//! Duplicates are harmless: however often a message is delivered, there is one set of artifacts, one reply, one bill.

use std::time::Duration;

use anyhow::Context as _;
use e2e::people;
use e2e::wait;
use futures_util::future::try_join_all;
use serde_json::json;

use super::support::message::Message;
use super::support::own_stack::OwnStack;
use super::support::settled::{done, queue_is_empty, record};
use super::support::snapshot::{artifacts, difference};
use super::support::soaking;

const PATIENCE: Duration = Duration::from_secs(60);

const WORDS: &str = "Tomorrow I need to order a new mixer tap for Mrs Papadopoulos.";

#[tokio::test]
async fn one_two_ten_or_a_hundred_deliveries_in_turn_or_at_once_come_to_the_same() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let counts: &[usize] = if soaking() {
        &[1, 2, 10, 100, 1000]
    } else {
        &[1, 2, 10, 100]
    };
    for &deliveries in counts {
        for at_once in [false, true] {
            let case = format!("{deliveries} deliveries, at once: {at_once}");
            let worker = people::worker(stack, &["Mrs Helena Papadopoulos"]).await?;
            let recording = crate::recording()?;
            let url = controls.recording(&worker.company_id, &recording, WORDS).await?;
            let message = Message::voice_note(&worker.address, &stack.twilio.company_number, &url);
            let before = controls.requests().await?;

            let body = message.queued();
            stack.queue.send(&body).await?;
            if at_once {
                try_join_all((1..deliveries).map(|_| stack.queue.send(&body))).await?;
                done(stack, &message.sid, PATIENCE).await?;
            } else {
                done(stack, &message.sid, PATIENCE).await?;
            }
            queue_is_empty(stack, PATIENCE).await?;
            let first = artifacts(&stack.objects, &worker.company_id).await?;
            if !at_once {
                for _ in 1..deliveries {
                    stack.queue.send(&body).await?;
                }
                queue_is_empty(stack, PATIENCE).await?;
            }

            let after = controls.requests().await?;
            for paid in ["openai.transcription", "openai.chat", "twilio.send"] {
                assert_eq!(after[paid] - before[paid], 1, "{case}: {paid}");
            }
            assert_eq!(stack.phone.received(&worker.address).await?.len(), 1, "{case}");
            let last = artifacts(&stack.objects, &worker.company_id).await?;
            assert_eq!(difference(&first, &last), Vec::<String>::new(), "{case}");
            let notes = last.keys().filter(|key| key.ends_with("_note.json")).count();
            assert_eq!(notes, 1, "{case}: {:?}", last.keys());
        }
    }
    own.stop().await
}

#[tokio::test]
async fn work_that_takes_longer_than_a_lease_is_not_taken_over() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let worker = people::worker(stack, &[]).await?;
    let url = controls.recording("note", &crate::recording()?, WORDS).await?;
    let message = Message::voice_note(&worker.address, &stack.twilio.company_number, &url);
    // More than two leases, and copies arrive all the while.
    controls
        .settings(json!({ "latency": { "openai.transcription": 7000 } }))
        .await?;
    let body = message.queued();
    stack.queue.send(&body).await?;
    controls.called("openai.transcription", 1, PATIENCE).await?;
    let mut copies = 0;
    wait::until_within(PATIENCE, "the message is done", async || {
        stack.queue.send(&body).await?;
        copies += 1;
        let record = record(stack, &message.sid).await?;
        Ok(record.filter(|record| record["state"] == "done"))
    })
    .await?;
    queue_is_empty(stack, PATIENCE).await?;
    assert!(copies > 10, "{copies} copies");
    let requests = controls.requests().await?;
    for paid in ["openai.transcription", "openai.chat", "twilio.send"] {
        assert_eq!(requests[paid], 1, "{paid}");
    }
    let record = record(stack, &message.sid).await?.context("no record")?;
    assert_eq!(record["attempts"], 1);
    own.stop().await
}
