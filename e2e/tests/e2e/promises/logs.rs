//! No personal data and no secret is in the logs.
//!
//! Words nobody else uses are sent along every path, good and bad. They are looked for first where they belong, in the bucket
//! and in the reply, and then in everything the functions logged.

use std::time::Duration;

use anyhow::Context as _;
use e2e::people;
use e2e::wait;
use serde_json::json;

use super::support::message::Message;
use super::support::own_stack::OwnStack;
use super::support::settled::{done, reaches, record};

const PATIENCE: Duration = Duration::from_secs(60);

const FUNCTIONS: [&str; 4] = ["webhook-handler", "voice-parser", "customer-lookup", "data-api"];

#[tokio::test]
async fn what_was_said_is_in_the_bucket_and_the_reply_and_in_no_log() -> anyhow::Result<()> {
    let own = OwnStack::start().await?;
    let (stack, controls) = (&own.stack, &own.controls);
    let worker = people::worker(stack, &["Mrs Quillfeather"]).await?;
    let number = worker.address.replace("whatsapp:+", "");
    let to = &stack.twilio.company_number;

    // Through the webhook, with every kind of word a message can carry.
    let url = controls
        .recording(
            "canary",
            &crate::recording()?,
            "Tomorrow order a zanzicanary tap for Mrs Quillfeather.",
        )
        .await?;
    let sent = stack
        .phone
        .send(&json!({
            "From": worker.address, "ProfileName": "Profilecanary", "MediaUrl0": url, "MediaContentType0": "audio/ogg",
            "Body": "Captioncanary: order the grout tomorrow.", "Unheardof": "parametercanary",
        }))
        .await?;
    assert_eq!(sent.status, Some(200));
    done(stack, &sent.sid, PATIENCE).await?;

    // Answers of the models that cannot be used, and failures at every vendor with words in their bodies.
    for (on, fault) in [
        (
            "openai.chat",
            json!({ "times": 2, "body": "undecodablecanary {" }),
        ),
        (
            "openai.chat",
            json!({ "times": 2, "body": { "choices": [{ "index": 0, "finish_reason": "stop", "message":
            { "role": "assistant", "content": "{\"notes\": \"contentcanary\"}" } }], "usage": { "prompt_tokens": 1, "completion_tokens": 1 } } }),
        ),
        (
            "openai.chat",
            json!({ "times": 1, "status": 500, "body": { "error": { "message": "errorcanary" } } }),
        ),
        (
            "twilio.send",
            json!({ "times": 1, "status": 429, "body": { "code": 20429, "message": "twiliocanary" } }),
        ),
        ("s3.put", json!({ "times": 1, "status": 500, "body": "s3canary" })),
        (
            "lambda.invoke",
            json!({ "times": 1, "status": 500, "body": "invokecanary" }),
        ),
        ("twilio.send", json!({ "times": 9, "status": 400, "code": 21610 })),
    ] {
        let mut order = fault;
        order["on"] = on.into();
        controls.fault(order.clone()).await?;
        let message = Message::text(
            &worker.address,
            to,
            "Tomorrow order the zanzicanary valve for Mrs Quillfeather.",
        );
        stack.queue.send(&message.queued()).await?;
        done(stack, &message.sid, PATIENCE)
            .await
            .with_context(|| order.to_string())?;
    }
    // What can never be read, who is not known, and what fails for good.
    stack.queue.send("poisoncanary {").await?;
    stack
        .queue
        .send(r#"{"version": 1, "kind": "kindcanary"}"#)
        .await?;
    let stranger = people::fresh_address();
    let unknown = Message::text(&stranger, to, "strangercanary");
    stack.queue.send(&unknown.queued()).await?;
    done(stack, &unknown.sid, PATIENCE).await?;
    own.set_deliveries(1).await?;
    controls
        .fault(json!({ "on": "openai.chat", "times": 9, "status": 400, "body": { "error": { "message": "refusedcanary", "code": "insufficient_quota" } } }))
        .await?;
    let failing = Message::text(&worker.address, to, "Tomorrow order the zanzicanary pump.");
    stack.queue.send(&failing.queued()).await?;
    wait::until("it is over", async || {
        let record = record(stack, &failing.sid).await?.unwrap_or_default();
        Ok((record["state"] == "failed" || record["state"] == "done").then_some(()))
    })
    .await?;
    stack.dead_letters.take("nothing").await?;
    let office = stack
        .office
        .get("/notes?company_id=companycanary&cursor=cursorcanary")
        .await?;
    assert!(!office.is_success(), "{}", office.text());

    // Where they belong, they are.
    let filed = stack.office.filed(&worker, &sent.sid).await?;
    let text = String::from_utf8(stack.office.download(&filed, "full_text").await?.into())?;
    assert!(
        text.contains("zanzicanary") && text.contains("Captioncanary"),
        "{text}"
    );
    let note = String::from_utf8(stack.office.download(&filed, "note").await?.into())?;
    for word in ["Profilecanary", "Quillfeather", number.as_str()] {
        assert!(note.contains(word), "{word} is not in {note}");
    }
    let replies = stack.phone.received(&worker.address).await?;
    assert!(
        replies.iter().any(|reply| reply.body.contains("zanzicanary")),
        "{replies:#?}"
    );

    // In the logs they are not. The marks at the end are there: the logs have been read to it.
    let marker = Message::text(&worker.address, to, "Thanks");
    stack.queue.send(&marker.queued()).await?;
    reaches(stack, &marker.sid, "done", PATIENCE).await?;
    wait::until("the log of the last message", async || {
        Ok(own.log_of("voice-parser")?.contains(&marker.sid).then_some(()))
    })
    .await?;
    let secrets = [
        stack.twilio.auth_token.as_str(),
        stack.office.key.as_str(),
        "sk-local-",
    ];
    let stranger = stranger.replace("whatsapp:+", "");
    for function in FUNCTIONS {
        let log = own.log_of(function)?;
        let lower = log.to_lowercase();
        for word in [
            "canary",
            "quillfeather",
            "robin tester",
            number.as_str(),
            stranger.as_str(),
        ]
        .into_iter()
        .chain(secrets)
        {
            let line = lower.lines().find(|line| line.contains(&word.to_lowercase()));
            assert!(
                line.is_none(),
                "{function} logs {word}: {}",
                line.unwrap_or_default()
            );
        }
    }
    assert!(
        own.log_of("voice-parser")?.contains("cannot be read"),
        "the poison was logged"
    );
    own.stop().await
}
