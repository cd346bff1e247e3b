//! Deleted means deleted, and done means done: what comes again later brings nothing back and repeats nothing.

use std::time::Duration;

use anyhow::Context as _;
use e2e::people;
use e2e::twilio::fresh_sid;
use reqwest::Method;
use serde_json::Value;

use super::support::message::Message;
use super::support::own_stack::OwnStack;
use super::support::settled::{done, queue_is_empty, record};
use super::support::snapshot::{artifacts, difference};

const PATIENCE: Duration = Duration::from_secs(60);

const WORDS: &str = "Tomorrow I need to order a new mixer tap for Mrs Papadopoulos.";

/// What costs money or is seen by the worker.
const EFFECTS: [&str; 4] = [
    "twilio.media",
    "openai.transcription",
    "openai.chat",
    "twilio.send",
];

/// Every object that a message left behind or that names it.
async fn traces(own: &OwnStack, company: &str, sid: &str) -> anyhow::Result<Vec<String>> {
    let objects = &own.stack.objects;
    let mut traces = objects.keys(&format!("inbox/{sid}/")).await?;
    let named = objects.keys(&format!("{company}/")).await?;
    traces.extend(named.into_iter().filter(|key| key.contains(sid)));
    Ok(traces)
}

#[tokio::test]
async fn a_deleted_message_that_is_delivered_again_does_not_come_back() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let worker = people::worker(stack, &["Mrs Helena Papadopoulos"]).await?;
    let url = controls.recording("note", &crate::recording()?, WORDS).await?;
    let message = Message::voice_note(&worker.address, &stack.twilio.company_number, &url);
    stack.queue.send(&message.queued()).await?;
    done(stack, &message.sid, PATIENCE).await?;
    queue_is_empty(stack, PATIENCE).await?;
    assert!(traces(&own, &worker.company_id, &message.sid).await?.len() >= 8);

    let note = format!("/notes/{}?company_id={}", message.sid, worker.company_id);
    let deleted = stack.office.send(Method::DELETE, &note, &Value::Null).await?;
    assert_eq!(deleted.status, 204);
    let nothing = Vec::<String>::new();
    assert_eq!(traces(&own, &worker.company_id, &message.sid).await?, nothing);

    let before = controls.requests().await?;
    for _ in 0..3 {
        stack.queue.send(&message.queued()).await?;
    }
    queue_is_empty(stack, PATIENCE).await?;
    let after = controls.requests().await?;
    for effect in EFFECTS {
        assert_eq!(after.get(effect), before.get(effect), "{effect}");
    }
    assert_eq!(traces(&own, &worker.company_id, &message.sid).await?, nothing);
    let tombstone = record(stack, &message.sid).await?.context("no tombstone")?;
    assert_eq!(tombstone["state"], "deleted", "{tombstone:#}");
    assert_eq!(tombstone["message"], Value::Null);
    assert_eq!(stack.office.get(&note).await?.status, 404);
    own.stop().await
}

#[tokio::test]
async fn a_captured_request_that_is_sent_again_later_is_harmless() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let worker = people::worker(stack, &["Mrs Helena Papadopoulos"]).await?;
    let sid = fresh_sid("SM");
    let captured = stack.twilio.text_message(&sid, &worker.address, WORDS);
    assert_eq!(stack.twilio.post_signed(&captured).await?.status, 200);
    done(stack, &sid, PATIENCE).await?;
    queue_is_empty(stack, PATIENCE).await?;
    let filed = artifacts(&stack.objects, &worker.company_id).await?;
    let before = controls.requests().await?;

    // At once, and when what the bucket keeps for some days only is gone.
    for is_late in [false, true] {
        if is_late {
            for key in stack.objects.keys(&format!("inbox/{sid}/")).await? {
                let request = stack.objects.client.delete_object();
                request.bucket(&stack.objects.bucket).key(&key).send().await?;
            }
        }
        assert_eq!(stack.twilio.post_signed(&captured).await?.status, 200);
        queue_is_empty(stack, PATIENCE).await?;
        let after = controls.requests().await?;
        for effect in EFFECTS {
            assert_eq!(after.get(effect), before.get(effect), "{effect}, late: {is_late}");
        }
        let again = artifacts(&stack.objects, &worker.company_id).await?;
        assert_eq!(
            difference(&filed, &again),
            Vec::<String>::new(),
            "late: {is_late}"
        );
        assert_eq!(stack.phone.received(&worker.address).await?.len(), 1);
    }
    own.stop().await
}
