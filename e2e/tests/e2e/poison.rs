//! What can never be read hurts only itself.

use e2e::people;
use e2e::stack::Stack;
use e2e::wait;

#[tokio::test]
async fn unreadable_bodies_reach_the_dead_letter_queue_while_good_messages_are_filed() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &[]).await?;
    let mark = shared::ids::random_hex32();
    let poison = [
        format!("not JSON {mark}"),
        format!("{{\"version\": 999, \"kind\": \"message\", \"mark\": \"{mark}\"}}"),
        format!("[\"{mark}\"]"),
    ];
    let mut good = Vec::new();
    for body in &poison {
        stack.queue.send(body).await?;
        good.push(
            stack
                .phone
                .send_text(&worker.address, "Order a tap tomorrow.")
                .await?,
        );
    }
    for sid in &good {
        stack.office.filed(&worker, sid).await?;
    }
    let mut dead = Vec::new();
    for _ in &poison {
        dead.push(wait::until("a dead letter", async || stack.dead_letters.take(&mark).await).await?);
    }
    dead.sort();
    let mut expected = poison.to_vec();
    expected.sort();
    assert_eq!(dead, expected);
    Ok(())
}
