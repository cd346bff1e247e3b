//! Waiting until a message is through and the queue is empty.

use std::time::Duration;

use anyhow::Context as _;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use e2e::queue::Queue;
use e2e::stack::Stack;
use e2e::wait;
use serde_json::Value;

/// A message's record.
pub(crate) async fn record(stack: &Stack, sid: &str) -> anyhow::Result<Option<Value>> {
    stack.objects.get_json(&format!("records/{sid}.json")).await
}

/// What a company's message has cost, how its reply went, and what failed.
pub(crate) async fn outcome_of(stack: &Stack, company: &str, sid: &str) -> anyhow::Result<Value> {
    let key = format!("{company}/index/outcome/{sid}.json");
    stack
        .objects
        .get_json(&key)
        .await?
        .with_context(|| format!("there is no {key}"))
}

/// Waits until a message's record is in this state.
pub(crate) async fn reaches(
    stack: &Stack,
    sid: &str,
    state: &str,
    within: Duration,
) -> anyhow::Result<Value> {
    let what = format!("{sid} is {state}");
    let waited = wait::until_within(within, &what, async || {
        let record = record(stack, sid).await?;
        Ok(record.filter(|record| record["state"] == state))
    });
    match waited.await {
        Ok(record) => Ok(record),
        Err(error) => {
            let record = record(stack, sid).await?.unwrap_or_default();
            Err(error.context(format!(
                "state {}, step {}, attempts {}, replies {}",
                record["state"], record["step"], record["attempts"], record["replies"]
            )))
        }
    }
}

/// Waits until a message is done.
pub(crate) async fn done(stack: &Stack, sid: &str, within: Duration) -> anyhow::Result<Value> {
    reaches(stack, sid, "done", within).await
}

/// Messages in a queue, waiting and in work.
pub(crate) async fn depth(queue: &Queue) -> anyhow::Result<u64> {
    let wanted = [
        Attribute::ApproximateNumberOfMessages,
        Attribute::ApproximateNumberOfMessagesNotVisible,
    ];
    let answer = queue
        .client
        .get_queue_attributes()
        .queue_url(&queue.url)
        .set_attribute_names(Some(wanted.to_vec()))
        .send()
        .await
        .context("the queue does not say its depth")?;
    let attributes = answer.attributes().context("the queue says nothing")?;
    wanted
        .iter()
        .map(|name| Ok(attributes.get(name).context("no depth")?.parse::<u64>()?))
        .sum()
}

/// Waits until the queue is empty: every copy and every status callback has been through.
pub(crate) async fn queue_is_empty(stack: &Stack, within: Duration) -> anyhow::Result<()> {
    wait::until_within(within, "the queue is empty", async || {
        Ok((depth(&stack.queue).await? == 0).then_some(()))
    })
    .await
}
