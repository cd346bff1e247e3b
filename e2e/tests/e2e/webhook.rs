//! Nobody but Twilio gets a message in.

use e2e::people;
use e2e::stack::Stack;
use e2e::twilio::fresh_sid;
use serde_json::Value;

#[tokio::test]
async fn a_request_signed_as_twilio_does_is_accepted_and_filed() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &[]).await?;
    let sid = fresh_sid("SM");
    let parameters = stack.twilio.text_message(
        &sid,
        &worker.address,
        "Tomorrow I need to order two + three more valves & a tap.",
    );
    let answer = stack.twilio.post_signed(&parameters).await?;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("<Response"), "{}", answer.text());
    assert_eq!(answer.headers["content-type"], "text/xml");
    stack.office.filed(&worker, &sid).await?;
    Ok(())
}

#[tokio::test]
async fn an_unsigned_request_is_refused() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let parameters = stack
        .twilio
        .text_message(&fresh_sid("SM"), &people::fresh_address(), "Hello");
    let answer = stack.twilio.post(&parameters, None).await?;
    assert_eq!(answer.status, 401);
    assert_problem(&answer)
}

#[tokio::test]
async fn a_request_changed_after_it_was_signed_is_refused() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let mut parameters =
        stack
            .twilio
            .text_message(&fresh_sid("SM"), &people::fresh_address(), "Order one tap.");
    let signature = stack.twilio.sign(&parameters)?;
    for (name, value) in &mut parameters {
        if name == "Body" {
            *value = "Order two tap.".to_owned();
        }
    }
    let answer = stack.twilio.post(&parameters, Some(&signature)).await?;
    assert_eq!(answer.status, 403);
    assert_problem(&answer)
}

fn assert_problem(answer: &local::http::Answer) -> anyhow::Result<()> {
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let problem: Value = answer.json()?;
    assert_eq!(problem["status"], answer.status.as_u16());
    Ok(())
}
