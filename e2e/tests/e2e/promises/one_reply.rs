//! Exactly one reply: Twilio has no idempotency key, so evidence of sending is looked for before anything is sent again.

use std::time::Duration;

use anyhow::Context as _;
use e2e::people::{self, Worker};
use serde_json::{Value, json};

use super::support::message::Message;
use super::support::own_stack::OwnStack;
use super::support::settled::{done, outcome_of, queue_is_empty, record};

const PATIENCE: Duration = Duration::from_secs(60);

const WORDS: &str = "Tomorrow I need to order a new mixer tap for Mrs Papadopoulos.";

/// More items than fit into one message.
fn a_long_list() -> String {
    (1..=40)
        .map(|n| {
            format!("Tomorrow I need to order another {n} brass compression fittings for the bathroom. ")
        })
        .collect()
}

/// A worker, and a message of theirs that is through.
async fn sent(own: &OwnStack, words: &str) -> anyhow::Result<(Worker, Message)> {
    let stack = &own.stack;
    let worker = people::worker(stack, &["Mrs Helena Papadopoulos"]).await?;
    let message = Message::text(&worker.address, &stack.twilio.company_number, words);
    stack.queue.send(&message.queued()).await?;
    done(stack, &message.sid, PATIENCE).await?;
    queue_is_empty(stack, PATIENCE).await?;
    Ok((worker, message))
}

fn lost(on: &str, mut how: Value) -> Value {
    how["on"] = on.into();
    how
}

#[tokio::test]
async fn a_reply_whose_answer_was_lost_is_looked_for_and_not_sent_again() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    let no_callbacks = || json!({ "on": "twilio.callback", "times": 99, "reset": true });
    let long = a_long_list();
    let cases: [(&str, &str, &str, Vec<Value>, Value); 10] = [
        (
            "the connection breaks after the effect; a callback tells",
            "callback",
            WORDS,
            vec![lost("twilio.send", json!({ "times": 1, "after": true }))],
            json!({ "list_lag_ms": 60_000 }),
        ),
        (
            "a gateway fails after the effect; a callback tells",
            "callback",
            WORDS,
            vec![lost(
                "twilio.send",
                json!({ "times": 1, "after": true, "status": 502 }),
            )],
            json!({ "list_lag_ms": 60_000 }),
        ),
        (
            "no callback; the list tells",
            "list",
            WORDS,
            vec![
                lost("twilio.send", json!({ "times": 1, "after": true })),
                no_callbacks(),
            ],
            json!({}),
        ),
        (
            "no callback; the list tells, late",
            "list",
            WORDS,
            vec![
                lost("twilio.send", json!({ "times": 1, "after": true })),
                no_callbacks(),
            ],
            json!({ "list_lag_ms": 1500 }),
        ),
        (
            "no callback; the list hides the words",
            "list",
            WORDS,
            vec![
                lost("twilio.send", json!({ "times": 1, "after": true })),
                no_callbacks(),
            ],
            json!({ "redact": true, "list_lag_ms": 500 }),
        ),
        (
            "no callback; the list fails at first",
            "list",
            WORDS,
            vec![
                lost("twilio.send", json!({ "times": 1, "after": true })),
                lost("twilio.list", json!({ "times": 3, "status": 503 })),
                no_callbacks(),
            ],
            json!({}),
        ),
        (
            "killed after the effect; no callback; the list hides the words",
            "list",
            WORDS,
            vec![
                lost("twilio.send", json!({ "times": 1, "kill": "after" })),
                no_callbacks(),
            ],
            json!({ "redact": true, "list_lag_ms": 1500 }),
        ),
        (
            "killed before the effect: there is no evidence to find, and it is sent",
            "response",
            WORDS,
            vec![
                lost("twilio.send", json!({ "times": 1, "kill": "before" })),
                no_callbacks(),
            ],
            json!({ "redact": true }),
        ),
        (
            "killed before the second of several parts: the first one, whose words the list hides, is no evidence for it",
            "response",
            &long,
            vec![
                json!({ "on": "twilio.send", "times": 1, "delay_ms": 0 }),
                lost("twilio.send", json!({ "times": 1, "kill": "before" })),
                no_callbacks(),
            ],
            json!({ "redact": true }),
        ),
        (
            "of several parts the second one's answer is lost, and the list hides the words",
            "list",
            &long,
            vec![
                json!({ "on": "twilio.send", "times": 1, "delay_ms": 0 }),
                lost("twilio.send", json!({ "times": 1, "after": true })),
                no_callbacks(),
            ],
            json!({ "redact": true }),
        ),
    ];
    for (case, evidence, words, orders, settings) in cases {
        own.controls.forget().await?;
        own.controls.settings(settings).await?;
        for order in orders {
            own.controls.fault(order).await?;
        }
        let (worker, message) = sent(&own, words).await.context(case)?;
        let received = own.stack.phone.received(&worker.address).await?;
        let record = record(&own.stack, &message.sid).await?.context("no record")?;
        let replies = record["replies"].as_array().cloned().unwrap_or_default();
        let sids = |all: &[Value]| {
            all.iter()
                .map(|reply| reply["outbound_id"].clone())
                .collect::<Vec<_>>()
        };
        let arrived: Vec<Value> = received.iter().map(|one| one.sid.clone().into()).collect();
        assert_eq!(
            sids(&replies),
            arrived,
            "{case}: every part once, in order\n{received:#?}"
        );
        let found = replies.iter().any(|reply| reply["evidence"] == evidence);
        assert!(found, "{case}: {replies:#?}");
        assert_eq!(received.len() > 1, words == long, "{case}");
    }
    own.stop().await
}

#[tokio::test]
async fn the_window_that_is_left_is_a_list_that_lags_longer_than_a_lease_without_a_callback()
-> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    own.controls.settings(json!({ "list_lag_ms": 60_000 })).await?;
    own.controls
        .fault(json!({ "on": "twilio.callback", "times": 99, "reset": true }))
        .await?;
    own.controls
        .fault(json!({ "on": "twilio.send", "times": 1, "kill": "after" }))
        .await?;
    let (worker, _) = sent(&own, WORDS).await?;
    let received = own.stack.phone.received(&worker.address).await?;
    assert_eq!(received.len(), 2, "the documented window: {received:#?}");
    assert_eq!(received[0].body, received[1].body);
    own.stop().await
}

#[tokio::test]
async fn what_twilio_will_not_deliver_ends_the_reply_and_never_the_note() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    for code in [63_016, 63_015, 63_007, 21_610] {
        own.controls.forget().await?;
        own.controls
            .fault(json!({ "on": "twilio.send", "times": 99, "status": 400, "code": code }))
            .await?;
        let (worker, message) = sent(&own, WORDS)
            .await
            .with_context(|| format!("refused with {code}"))?;
        assert_eq!(own.controls.calls("twilio.send").await?, 1, "{code}");
        let outcome = outcome_of(&own.stack, &worker.company_id, &message.sid).await?;
        assert_eq!(outcome["suppressed_reason"], "undeliverable", "{outcome:#}");
        assert_eq!(outcome["replies"][0]["state"], "failed", "{outcome:#}");
        assert_eq!(outcome["replies"][0]["error_code"], code, "{outcome:#}");
        own.stack.office.filed(&worker, &message.sid).await?;

        // The same, found out later: a status callback says so.
        own.controls.forget().await?;
        own.controls
            .fault(json!({ "on": "twilio.callback", "times": 1, "code": code }))
            .await?;
        let (worker, message) = sent(&own, WORDS).await?;
        let outcome = e2e::wait::until("the outcome says what became of the reply", async || {
            let outcome = outcome_of(&own.stack, &worker.company_id, &message.sid).await?;
            Ok((outcome["replies"][0]["state"] == "undelivered").then_some(outcome))
        })
        .await?;
        assert_eq!(outcome["replies"][0]["error_code"], code, "{outcome:#}");
        own.stack.office.filed(&worker, &message.sid).await?;
        assert_eq!(own.controls.calls("twilio.send").await?, 1, "{code}");
    }
    own.stop().await
}
