//! A message becomes a filed note and one reply.

use e2e::people;
use e2e::stack::Stack;
use serde_json::Value;

use crate::recording;

const WORDS: &str = "I have just finished at Mrs Papadopoulos's place. Tomorrow I need to order a new mixer tap for the kitchen.";

#[tokio::test]
async fn a_text_message_becomes_a_filed_note_and_one_reply() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &["Mrs Helena Papadopoulos", "Kowalczyk's Bakery"]).await?;
    let sid = stack.phone.send_text(&worker.address, WORDS).await?;

    let filed = stack.office.filed(&worker, &sid).await?;
    assert_eq!(
        (filed.intent.as_str(), filed.company_id.as_str()),
        ("job-to-be-done", worker.company_id.as_str())
    );
    assert_eq!(filed.kinds(), ["full_text", "note", "text_summary"]);
    assert_eq!(stack.office.download(&filed, "full_text").await?, WORDS);
    let [note] = filed.notes.as_slice() else {
        panic!("one note expected: {:?}", filed.notes)
    };
    assert_eq!(note["clients"][0]["name"], "Mrs Helena Papadopoulos");
    assert_eq!(note["action_items"].as_array().map(Vec::len), Some(1));

    let reply = stack.phone.first_received(&worker.address).await?;
    assert!(reply.body.contains("Papadopoulos"), "{}", reply.body);
    assert_eq!(reply.from, stack.twilio.company_number);
    Ok(())
}

#[tokio::test]
async fn a_voice_note_is_kept_transcribed_and_filed() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &["Mrs Helena Papadopoulos"]).await?;
    let recording = recording()?;
    let sid = stack
        .phone
        .send_voice_note(&worker.address, &recording, WORDS)
        .await?;

    let filed = stack.office.filed(&worker, &sid).await?;
    assert_eq!(filed.kinds(), ["audio", "full_text", "note", "text_summary"]);
    assert_eq!(stack.office.download(&filed, "audio").await?, recording);
    assert_eq!(stack.office.download(&filed, "full_text").await?, WORDS);
    let summary = String::from_utf8(stack.office.download(&filed, "text_summary").await?.into())?;
    assert!(summary.contains("mixer tap"), "{summary}");
    let note: Value = serde_json::from_slice(&stack.office.download(&filed, "note").await?)?;
    assert_eq!(note["attachments"][0]["size"], recording.len());
    stack.phone.first_received(&worker.address).await?;
    Ok(())
}

#[tokio::test]
async fn what_was_filed_is_found_in_the_bucket_and_over_the_api() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &["Kowalczyk's Bakery"]).await?;
    let sid = stack
        .phone
        .send_text(
            &worker.address,
            "At Kowalczyk's Bakery the isolation valve is behind the flour store.",
        )
        .await?;
    let filed = stack.office.filed(&worker, &sid).await?;

    let company = &worker.company_id;
    let listed: Value = stack
        .office
        .get(&format!(
            "/files/list?company_id={company}&message_intent={}&output_format=ids",
            filed.intent
        ))
        .await?
        .successful()?
        .json()?;
    assert_eq!(listed["message_ids"][0]["message_id"], sid.as_str(), "{listed}");
    let keys = stack.objects.keys(&format!("{company}/")).await?;
    for file in &filed.files {
        assert!(keys.contains(&file.key), "{} is not among {keys:?}", file.key);
    }
    assert!(
        keys.iter()
            .any(|key| key.starts_with(&format!("{company}/index/timeline/"))),
        "{keys:?}"
    );
    Ok(())
}
