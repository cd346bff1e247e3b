//! Twilio may deliver a message more than once.

use e2e::people;
use e2e::stack::Stack;
use e2e::twilio::fresh_sid;
use e2e::wait;
use futures_util::future::try_join_all;
use serde_json::json;

#[tokio::test]
async fn a_message_delivered_many_times_at_once_is_filed_and_answered_once() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &["Mrs Helena Papadopoulos"]).await?;
    let sid = fresh_sid("SM");
    let message = json!({
        "MessageSid": sid, "From": worker.address, "Body": "Tomorrow I need to order a tap for Mrs Papadopoulos.",
    });
    for sent in try_join_all((0..10).map(|_| stack.phone.send(&message))).await? {
        assert_eq!(sent.status, Some(200));
    }
    let filed = stack.office.filed(&worker, &sid).await?;
    stack.phone.first_received(&worker.address).await?;

    // A message sent afterwards has been through the queue: so have the copies before it, or they have a live twin.
    let later = stack
        .phone
        .send_text(&worker.address, "Order a cistern on Friday too.")
        .await?;
    stack.office.filed(&worker, &later).await?;
    wait::until("an answer to the later message", async || {
        let received = stack.phone.received(&worker.address).await?;
        Ok((received.len() >= 2).then_some(()))
    })
    .await?;
    let received = stack.phone.received(&worker.address).await?;
    assert_eq!(received.len(), 2, "one reply to each message: {received:?}");
    let again = stack.office.filed(&worker, &sid).await?;
    assert_eq!(again.files.len(), filed.files.len());
    let notes = stack
        .objects
        .keys(&format!("{}/index/timeline/", worker.company_id))
        .await?;
    assert_eq!(notes.len(), 2, "{notes:?}");
    Ok(())
}
