//! A client that cannot be told apart is asked about, and the answer files the note.

use anyhow::Context as _;
use e2e::people::{self, Worker};
use e2e::phone::Received;
use e2e::stack::Stack;
use e2e::wait;
use serde_json::{Value, json};

const ALIKE: [&str; 2] = ["Stephen Clarke", "Steven Clark"];
const WORDS: &str = "I was at Steven Clark's place. I need to order a new cistern for him on Monday.";

/// A worker who was asked, the note, and the message that asked.
async fn asked(stack: &Stack) -> anyhow::Result<(Worker, String, Received)> {
    let worker = people::worker(stack, &ALIKE).await?;
    let sid = stack.phone.send_text(&worker.address, WORDS).await?;
    let note = note(stack, &worker, &sid).await?;
    assert_eq!(note["client_decision"], "ambiguous");
    assert_eq!(note["clients"], json!([]));
    assert_eq!(note["needs_review"], json!(["client_ambiguous"]));
    let question = stack.phone.first_received(&worker.address).await?;
    Ok((worker, sid, question))
}

async fn note(stack: &Stack, worker: &Worker, sid: &str) -> anyhow::Result<Value> {
    let filed = stack.office.filed(worker, sid).await?;
    let note = stack.office.download(&filed, "note").await?;
    Ok(serde_json::from_slice(&note)?)
}

/// The line of the question that has this name, as its number.
fn number_of(question: &Received, name: &str) -> anyhow::Result<String> {
    let line = question.body.lines().find(|line| line.ends_with(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .map(str::to_owned)
        .with_context(|| format!("{name} is not offered in {:?}", question.body))
}

async fn linked(stack: &Stack, worker: &Worker, sid: &str) -> anyhow::Result<Value> {
    wait::until("the answered note is linked", async || {
        let note = note(stack, worker, sid).await?;
        Ok((note["client_decision"] == "linked").then_some(note))
    })
    .await
}

#[tokio::test]
async fn a_number_answers_the_question_and_is_no_note_of_its_own() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let (worker, sid, question) = asked(&stack).await?;
    let number = number_of(&question, "Stephen Clarke")?;
    stack.phone.send_text(&worker.address, &number).await?;

    let note = linked(&stack, &worker, &sid).await?;
    assert_eq!(note["clients"][0]["client_id"], "cl_1");
    assert_eq!(note["clients"][0]["by"], "worker");
    assert_eq!(
        (&note["revision"], &note["needs_review"]),
        (&json!(2), &json!([]))
    );
    assert_eq!(note["history"][0]["by"], json!({"kind": "worker", "id": "cu_1"}));

    let confirmed = wait::until("the answer is confirmed", async || {
        Ok(stack.phone.received(&worker.address).await?.into_iter().nth(1))
    })
    .await?;
    assert!(confirmed.body.contains("Stephen Clarke"), "{}", confirmed.body);
    let company = &worker.company_id;
    let timeline = stack.objects.keys(&format!("{company}/index/timeline/")).await?;
    assert_eq!(timeline.len(), 1, "the answer is not filed: {timeline:?}");
    assert_eq!(
        stack
            .objects
            .keys(&format!("{company}/index/client/cl_1/"))
            .await?
            .len(),
        1
    );

    let learned: Value = stack
        .objects
        .get_json(&format!("clients/{company}.learned.json"))
        .await?
        .unwrap_or_default();
    assert_eq!(learned["aliases"][0]["client_id"], "cl_1");
    assert_eq!(learned["aliases"][0]["note_id"], sid);
    Ok(())
}

#[tokio::test]
async fn a_quoted_name_answers_the_question_it_quotes() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let (worker, sid, question) = asked(&stack).await?;
    let answer = json!({
        "From": worker.address, "Body": "Steven Clark",
        "OriginalRepliedMessageSid": question.sid, "OriginalRepliedMessageSender": question.from,
    });
    stack.phone.send(&answer).await?;
    assert_eq!(
        linked(&stack, &worker, &sid).await?["clients"][0]["client_id"],
        "cl_2"
    );
    Ok(())
}

#[tokio::test]
async fn a_bare_number_without_a_question_is_a_note() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &ALIKE).await?;
    let sid = stack.phone.send_text(&worker.address, "2").await?;
    assert_eq!(note(&stack, &worker, &sid).await?["text"], "2");
    Ok(())
}
