//! Nothing is spent on strangers beyond one answer, and nobody is answered who asked not to be.

use std::time::Duration;

use e2e::people;
use e2e::stack::Stack;
use futures_util::future::try_join_all;
use serde_json::json;

use super::support::message::Message;
use super::support::own_stack::OwnStack;
use super::support::settled::done;

const PATIENCE: Duration = Duration::from_secs(60);

const WORDS: &str = "Tomorrow I need to order a new mixer tap for the kitchen.";

async fn through(stack: &Stack, message: &Message) -> anyhow::Result<()> {
    stack.queue.send(&message.queued()).await?;
    done(stack, &message.sid, PATIENCE).await.map(drop)
}

#[tokio::test]
async fn a_stranger_gets_one_answer_in_thirty_days_however_many_messages_come_at_once() -> anyhow::Result<()>
{
    let own = OwnStack::start().await?;
    let stack = &own.stack;
    let stranger = people::fresh_address();
    let sent = |later: i64| {
        let mut message = Message::text(&stranger, &stack.twilio.company_number, WORDS);
        message.received_at += jiff::SignedDuration::from_hours(24 * later);
        message
    };
    // Between reading what is known of the sender and writing it, there is time for all the others to read it too.
    own.controls
        .settings(json!({ "latency": { "s3.get": 300 } }))
        .await?;
    for (later, count, expected) in [(0, 8, 1), (29, 1, 1), (31, 8, 2), (60, 8, 2)] {
        let messages: Vec<Message> = (0..count).map(|_| sent(later)).collect();
        try_join_all(messages.iter().map(|message| through(stack, message))).await?;
        let received = stack.phone.received(&stranger).await?;
        assert_eq!(received.len(), expected, "after {later} days: {received:?}");
    }
    own.stop().await
}

#[tokio::test]
async fn after_stop_notes_are_filed_in_silence_until_start() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &[]).await?;
    let to = &stack.twilio.company_number;
    for (words, expected) in [(WORDS, 1), ("Stop", 2), (WORDS, 2), ("START", 3), (WORDS, 4)] {
        let message = Message::text(&worker.address, to, words);
        through(&stack, &message).await?;
        let received = stack.phone.received(&worker.address).await?;
        assert_eq!(received.len(), expected, "after {words:?}: {received:?}");
        if words == WORDS {
            stack.office.filed(&worker, &message.sid).await?;
        }
    }
    Ok(())
}
