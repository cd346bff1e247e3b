//! Who is not known costs one answer, and nothing they said is lost.

use e2e::people;
use e2e::stack::Stack;
use e2e::wait;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

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

#[tokio::test]
async fn a_strangers_message_is_filed_once_when_two_people_of_the_office_file_it() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let office = people::worker(&stack, &[]).await?;
    let stranger = people::fresh_address();
    let sid = stack
        .phone
        .send_text(&stranger, "Order me a mixer tap tomorrow.")
        .await?;
    stack.phone.first_received(&stranger).await?;
    let number = stranger.trim_start_matches("whatsapp:");
    let added = json!({"name": "Newcomer", "phone_number": number});
    let company = &office.company_id;
    let put = stack
        .office
        .send(Method::PUT, &format!("/workers?company_id={company}"), &added)
        .await?;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());

    let replay = format!("/messages/{sid}/replay?company_id={company}");
    let nothing = json!({});
    let (one, other) = futures_util::join!(
        stack.office.send(Method::POST, &replay, &nothing),
        stack.office.send(Method::POST, &replay, &nothing),
    );
    let statuses = [one?.status, other?.status];
    // Who comes second may find that it is not there to be filed any more.
    assert!(statuses.contains(&StatusCode::ACCEPTED), "{statuses:?}");

    // It is held back until the newcomer is known everywhere: a minute.
    let filed = wait::until_within(wait::DEADLINE * 3, "it is filed", async || {
        let path = format!("/files/by-message?company_id={company}&message_id={sid}");
        let answer = stack.office.get(&path).await?;
        (answer.status == StatusCode::OK)
            .then(|| answer.json::<Value>())
            .transpose()
    })
    .await?;
    assert_eq!(filed["notes"].as_array().map(Vec::len), Some(1), "{filed}");
    wait::until("the newcomer is answered", async || {
        Ok((stack.phone.received(&stranger).await?.len() == 2).then_some(()))
    })
    .await?;
    Ok(())
}
