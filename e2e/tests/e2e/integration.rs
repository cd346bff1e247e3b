//! The program in the data API's guide does what the guide says.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context;
use e2e::people;
use e2e::stack::Stack;
use e2e::wait;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::recording;

const GUIDE: &str = include_str!("../../../data-api/README.md");

/// The program, as an integrator copies it.
fn program() -> anyhow::Result<&'static str> {
    let (_, rest) = GUIDE
        .split_once("```python\n")
        .context("the guide has a program")?;
    let (program, _) = rest.split_once("```").context("which ends")?;
    Ok(program)
}

/// The names in a folder, without what is half written.
fn names(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    names.retain(|name| !name.ends_with(".part"));
    Ok(names)
}

#[tokio::test]
async fn the_guides_program_keeps_a_folder_like_the_companys_notes_through_a_kill_and_a_deletion()
-> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let worker = people::worker(&stack, &[]).await?;
    let company = &worker.company_id;
    let request = json!({"label": "integration", "companies": [company]});
    let key = stack.office.send(Method::POST, "/keys", &request).await?;
    let key: Value = key.json()?;
    let key = key["api_key"].as_str().context("a key")?;

    let home = tempfile::tempdir()?;
    let folder = home.path().join("notes");
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/python");
    let command = || -> anyhow::Result<Command> {
        let mut command = Command::new(&python);
        command
            .args(["-c", program()?])
            .arg(&folder)
            .env("DATA_API_URL", &stack.office.url)
            .env("DATA_API_KEY", key)
            .env("COMPANY_ID", company)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Ok(command)
    };
    let run = async || {
        let ended = command()?.output().await?;
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        anyhow::ensure!(ended.status.success(), "{said}");
        names(&folder)
    };

    let spoken = stack
        .phone
        .send_voice_note(&worker.address, &recording()?, "Order a tap for the Smith job.")
        .await?;
    let typed = stack
        .phone
        .send_text(&worker.address, "Ring the council about the drain.")
        .await?;
    let filed = stack.office.filed(&worker, &spoken).await?;
    stack.office.filed(&worker, &typed).await?;

    // Stopped when the first file is there.
    let mut first = command()?.spawn()?;
    wait::until("the program has begun", async || {
        Ok(names(&folder).is_ok_and(|names| !names.is_empty()).then_some(()))
    })
    .await?;
    first.kill().await?;

    let kept = run().await?;
    let recording = filed.files.iter().find(|file| file.r#type == "audio");
    let recording = recording.context("the recording is filed")?;
    let name = recording.key.rsplit('/').next().unwrap_or_default().to_owned();
    let everything = BTreeSet::from([
        format!("{spoken}.json"),
        format!("{typed}.json"),
        name.clone(),
        "state.txt".to_owned(),
    ]);
    assert_eq!(kept, everything);
    let downloaded = std::fs::read(folder.join(&name))?;
    assert_eq!(downloaded, stack.office.download(&filed, "audio").await?);
    assert_eq!(run().await?, everything);

    let path = format!("/notes/{spoken}?company_id={company}");
    let gone = stack.office.send(Method::DELETE, &path, &json!({})).await?;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text());
    let left = BTreeSet::from([format!("{typed}.json"), "state.txt".to_owned()]);
    assert_eq!(run().await?, left);
    Ok(())
}
