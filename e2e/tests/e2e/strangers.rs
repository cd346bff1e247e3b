//! Who is not known costs one answer.

use e2e::people;
use e2e::stack::Stack;
use e2e::wait;
use serde_json::Value;

use crate::recording;

#[tokio::test]
async fn a_stranger_gets_one_answer_and_nothing_of_theirs_is_downloaded() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let stranger = people::fresh_address();
    let first = stack
        .phone
        .send_voice_note(&stranger, &recording()?, "Order me a tap tomorrow.")
        .await?;
    stack.phone.first_received(&stranger).await?;
    let second = stack
        .phone
        .send_text(&stranger, "Did you hear me? Order a tap tomorrow.")
        .await?;

    for sid in [&first, &second] {
        wait::until(&format!("{sid} is dealt with"), async || {
            let record: Option<Value> = stack.objects.get_json(&format!("records/{sid}.json")).await?;
            Ok(record.filter(|record| record["state"] == "done"))
        })
        .await?;
        // What they sent, as it came, so that the office can file it once it knows them; no media and no transcript.
        assert_eq!(
            stack.objects.keys(&format!("inbox/{sid}/")).await?,
            [format!("inbox/{sid}/message.json")]
        );
    }
    let received = stack.phone.received(&stranger).await?;
    assert_eq!(received.len(), 1, "{received:?}");
    Ok(())
}
