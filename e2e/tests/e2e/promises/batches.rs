//! A poison message hurts only itself, in whatever company it comes.

use e2e::people;
use e2e::stack::Stack;

use super::support::message::Message;
use super::support::parser::{batch, failures, invoke};

/// Bodies that can never be worked on.
fn poison(place: usize) -> String {
    match place % 4 {
        0 => "not JSON".to_owned(),
        1 => r#"{"version": 999, "kind": "message"}"#.to_owned(),
        2 => r#"{"version": 1, "kind": "message", "message_id": "../records/x"}"#.to_owned(),
        _ => String::new(),
    }
}

#[tokio::test]
async fn of_every_mixture_of_good_and_bad_messages_the_bad_ones_are_reported() -> anyhow::Result<()> {
    const SIZE: usize = 4;
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &[]).await?;
    for mask in 0..(1_u32 << SIZE) {
        let is_bad = |place: usize| mask >> place & 1 == 1;
        let good: Vec<Message> = (0..SIZE)
            .map(|_| Message::text(&worker.address, &stack.twilio.company_number, "Thanks"))
            .collect();
        let bodies: Vec<String> = (0..SIZE)
            .map(|place| {
                if is_bad(place) {
                    poison(place)
                } else {
                    good[place].queued()
                }
            })
            .collect();
        let answer = invoke(&stack, &batch(&bodies)).await?;
        let bad: Vec<usize> = (0..SIZE).filter(|place| is_bad(*place)).collect();
        assert_eq!(failures(&answer), bad, "mask {mask:04b}: {answer}");
        for place in (0..SIZE).filter(|place| !is_bad(*place)) {
            stack.office.filed(&worker, &good[place].sid).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_kind_of_a_later_version_is_passed_over_and_never_dead_lettered() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let body =
        r#"{"version": 1, "kind": "call", "source": "webhook", "received_at": "2026-11-20T01:02:03Z"}"#;
    let answer = invoke(&stack, &batch(&[body.to_owned()])).await?;
    assert_eq!(failures(&answer), Vec::<usize>::new());
    Ok(())
}
