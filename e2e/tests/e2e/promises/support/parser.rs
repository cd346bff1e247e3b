//! The voice-parser, invoked directly: as the schedule does, or with a batch of one's own.

use anyhow::Context as _;
use aws_sdk_lambda::primitives::Blob;
use e2e::stack::Stack;
use serde_json::{Value, json};

/// The function's name in every local stack.
pub(crate) const VOICE_PARSER: &str = "local-ai-voice-voice-parser";

/// Invokes it and gives its answer.
pub(crate) async fn invoke(stack: &Stack, event: &Value) -> anyhow::Result<Value> {
    let answer = stack
        .lambda
        .invoke()
        .function_name(VOICE_PARSER)
        .payload(Blob::new(event.to_string()))
        .send()
        .await
        .context("voice-parser is not invoked")?;
    let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
    let said = String::from_utf8_lossy(payload);
    anyhow::ensure!(answer.function_error().is_none(), "voice-parser failed: {said}");
    serde_json::from_str(&said).with_context(|| format!("voice-parser answered {said:?}"))
}

/// An event of the queue with these bodies. Each message's id is its place, from 0; none is in any queue.
pub(crate) fn batch(bodies: &[String]) -> Value {
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(place, body)| {
            json!({
                "messageId": place.to_string(),
                "receiptHandle": format!("handle-{place}"),
                "body": body,
                "attributes": { "ApproximateReceiveCount": "1" },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:local-ai-voice-messages",
                "awsRegion": "us-east-1",
            })
        })
        .collect();
    json!({ "Records": records })
}

/// The places of the messages it reports as failed, in order.
pub(crate) fn failures(answer: &Value) -> Vec<usize> {
    let mut places: Vec<usize> = answer["batchItemFailures"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|failure| failure["itemIdentifier"].as_str()?.parse().ok())
        .collect();
    places.sort_unstable();
    places
}
