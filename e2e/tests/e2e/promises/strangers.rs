//! Nothing is spent on strangers beyond one answer, and nobody is answered who asked not to be.

use std::time::Duration;

use e2e::people;
use e2e::stack::Stack;
use futures_util::future::try_join_all;

use super::support::message::Message;
use super::support::settled::done;

const PATIENCE: Duration = Duration::from_secs(60);

const WORDS: &str = "Tomorrow I need to order a new mixer tap for the kitchen.";

async fn through(stack: &Stack, message: &Message) -> anyhow::Result<()> {
    stack.queue.send(&message.queued()).await?;
    done(stack, &message.sid, PATIENCE).await.map(drop)
}

#[tokio::test]
async fn twenty_messages_of_a_stranger_at_once_get_one_answer_and_so_does_one_after_thirty_days()
-> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let stranger = people::fresh_address();
    let to = &stack.twilio.company_number;
    let start = Message::text(&stranger, to, WORDS).received_at;
    let at_once: Vec<Message> = (0..20).map(|_| Message::text(&stranger, to, WORDS)).collect();
    try_join_all(at_once.iter().map(|message| through(&stack, message))).await?;
    assert_eq!(stack.phone.received(&stranger).await?.len(), 1);

    let days = |count: i64| jiff::SignedDuration::from_hours(24 * count);
    for (later, expected) in [(29, 1), (31, 2), (60, 2)] {
        let mut message = Message::text(&stranger, to, WORDS);
        message.received_at = start + days(later);
        through(&stack, &message).await?;
        let received = stack.phone.received(&stranger).await?;
        assert_eq!(received.len(), expected, "after {later} days: {received:?}");
    }
    Ok(())
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
