//! A lost webhook is not a lost note.

use std::time::Duration;

use e2e::people;
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::support::own_stack::OwnStack;
use super::support::parser::invoke;
use super::support::settled::{done, queue_is_empty};
use super::support::soaking;

const PATIENCE: Duration = Duration::from_secs(90);

const WORDS: &str = "Tomorrow I need to order a new mixer tap for the kitchen.";

#[tokio::test]
async fn after_the_webhook_was_down_every_message_is_filed_once() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let count = if soaking() { 60 } else { 6 };
    let mut messages = Vec::new();
    for number in 0..count {
        let worker = people::worker(stack, &[]).await?;
        let deliver = number % 3 == 0;
        let mut parameters = json!({ "From": worker.address, "deliver": deliver });
        if number % 2 == 0 {
            parameters["Body"] = WORDS.into();
        } else {
            let url = controls
                .recording(&worker.company_id, &crate::recording()?, WORDS)
                .await?;
            parameters["MediaUrl0"] = url.into();
            parameters["MediaContentType0"] = "audio/ogg".into();
        }
        let sent = stack.phone.send(&parameters).await?;
        assert_eq!(sent.status, deliver.then_some(200));
        messages.push((worker, sent.sid, deliver));
    }
    let delivered = messages.iter().filter(|(_, _, deliver)| *deliver);
    try_join_all(delivered.map(|(_, sid, _)| done(stack, sid, PATIENCE))).await?;

    // Twice at once, as when the operator runs it beside the schedule; and again when all is done.
    let reconcile = json!({ "reconcile": {} });
    let reports = try_join_all([invoke(stack, &reconcile), invoke(stack, &reconcile)]).await?;
    assert!(
        reports.iter().all(|report| report["listed"] == count),
        "{reports:?}"
    );
    try_join_all(messages.iter().map(|(_, sid, _)| done(stack, sid, PATIENCE))).await?;
    queue_is_empty(stack, PATIENCE).await?;
    let since = json!({ "reconcile": { "since": "2026-01-01T00:00:00Z" } });
    assert_eq!(invoke(stack, &since).await?["enqueued"], 0);

    for (worker, sid, _) in &messages {
        let filed = stack.office.filed(worker, sid).await?;
        assert_eq!(filed.notes.len(), 1, "{sid}");
        let timeline = stack
            .objects
            .keys(&format!("{}/index/timeline/", worker.company_id))
            .await?;
        assert_eq!(timeline.len(), 1, "{timeline:?}");
        let received = stack.phone.received(&worker.address).await?;
        assert_eq!(received.len(), 1, "{received:?}");
        let note: Value = serde_json::from_slice(&stack.office.download(&filed, "note").await?)?;
        let text = note["text"].as_str().unwrap_or_default();
        assert!(text.contains("mixer tap"), "{note:#}");
    }
    assert_eq!(
        controls.calls("openai.transcription").await?,
        u64::try_from(count / 2)?
    );
    own.stop().await
}
