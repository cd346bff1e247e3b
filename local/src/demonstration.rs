//! Plays a worker who sends the sample voice note, and shows what came out of it.

use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::http::Http;
use crate::samples::Sample;
use crate::stack_env::StackEnv;
use crate::terminal::Terminal;

/// How long the note may take. With a real model some ten seconds; the rest is for retries.
const DEADLINE: Duration = Duration::from_secs(90);

/// How often it is asked whether everything is there.
const POLL: Duration = Duration::from_millis(100);

/// After this, and again each time it has passed, a progress line says what is still missing.
const PATIENCE: Duration = Duration::from_secs(5);

/// The artifacts of a voice note.
const ARTIFACTS: [&str; 4] = ["audio", "full_text", "text_summary", "note"];

/// What came out of a message.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The message.
    pub message_sid: String,
    /// What was heard.
    pub transcript: String,
    /// The note as a person reads it.
    pub note: String,
    /// What the worker was told.
    pub reply: String,
    /// `GET /files/by-message`, as answered.
    pub filed: Value,
    /// What is not as it should be; empty when the note came out whole.
    pub missing: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Accepted {
    sid: String,
    status: Option<u16>,
}

#[derive(Debug, Clone, Deserialize)]
struct Filed {
    intent: String,
    tag: String,
    files: Vec<FiledFile>,
    notes: Vec<Value>,
}

#[derive(Debug, Clone, Deserialize)]
struct FiledFile {
    key: String,
    r#type: String,
    size: u64,
}

impl Filed {
    fn key(&self, kind: &str) -> Option<&str> {
        self.files
            .iter()
            .find(|file| file.r#type == kind)
            .map(|file| file.key.as_str())
    }
}

/// Plays the message through.
pub struct Demonstration<'a> {
    env: &'a StackEnv,
    terminal: &'a Terminal,
    http: Http,
    /// What the stand-in is to have heard; none when a real model listens.
    expected_words: Option<&'a str>,
}

impl<'a> Demonstration<'a> {
    /// Prepares one. `expected_words` are compared with the transcript.
    ///
    /// # Errors
    /// When there can be no HTTP client.
    pub fn new(
        env: &'a StackEnv,
        terminal: &'a Terminal,
        expected_words: Option<&'a str>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            env,
            terminal,
            http: Http::new()?,
            expected_words,
        })
    }

    /// Sends the message and waits for what comes out.
    ///
    /// # Errors
    /// When it could not even be sent. What did not come out in time is in [`Outcome::missing`].
    pub async fn play(&self, sample: &Sample) -> anyhow::Result<Outcome> {
        let (recording, content_type) = sample
            .recording
            .as_ref()
            .with_context(|| format!("{} has no recording", sample.name))?;
        let sid = self.send(sample, recording, content_type).await?;
        self.terminal
            .progress("the webhook has accepted it; now it is in the queue");

        let deadline = Instant::now() + DEADLINE;
        let mut told = Instant::now();
        loop {
            let outcome = self.look(&sid, sample, recording).await?;
            if outcome.missing.is_empty() || Instant::now() >= deadline {
                return Ok(outcome);
            }
            if told.elapsed() >= PATIENCE {
                told = Instant::now();
                self.terminal
                    .progress(format_args!("waiting: {}", outcome.missing.join("; ")));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn send(&self, sample: &Sample, recording: &Bytes, content_type: &str) -> anyhow::Result<String> {
        let standin = &self.env.standin_url;
        let media: Value = self
            .http
            .put(
                &format!("{standin}/_control/media/{}", sample.name),
                content_type,
                recording.clone(),
            )
            .await?
            .successful()
            .context("the stand-in did not take the recording")?
            .json()?;
        let message = json!({
            "From": sample.from,
            "ProfileName": sample.profile_name,
            "MediaUrl0": media["url"],
            "MediaContentType0": content_type,
        });
        let accepted: Accepted = self
            .http
            .post_json(&format!("{standin}/_control/inbound"), &message)
            .await?
            .successful()
            .context("the stand-in did not take the message")?
            .json()?;
        match accepted.status {
            Some(200) => Ok(accepted.sid),
            Some(status) => bail!("the webhook refused the sample message with status {status}"),
            None => bail!("the webhook did not answer"),
        }
    }

    /// What is there at this moment.
    async fn look(&self, sid: &str, sample: &Sample, recording: &Bytes) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome {
            message_sid: sid.to_owned(),
            transcript: String::new(),
            note: String::new(),
            reply: self.reply(&sample.from).await?,
            filed: Value::Null,
            missing: Vec::new(),
        };
        if outcome.reply.is_empty() {
            outcome.missing.push("a reply to the worker".to_owned());
        }
        let by_message = self
            .api(&format!(
                "/files/by-message?company_id={}&message_id={sid}",
                self.env.company_id
            ))
            .await?;
        if !by_message.is_success() {
            outcome
                .missing
                .push(format!("the filed note (the API answers {})", by_message.status));
            return Ok(outcome);
        }
        outcome.filed = by_message.json()?;
        let filed: Filed = by_message.json()?;
        for kind in ARTIFACTS {
            if filed.key(kind).is_none() {
                outcome.missing.push(format!("the artifact {kind}"));
            }
        }
        if !outcome.missing.is_empty() {
            return Ok(outcome);
        }
        outcome.transcript = String::from_utf8_lossy(&self.download(&filed, "full_text").await?)
            .trim()
            .to_owned();
        outcome.note = String::from_utf8_lossy(&self.download(&filed, "text_summary").await?)
            .trim()
            .to_owned();
        if self.download(&filed, "audio").await? != *recording {
            outcome.missing.push("the recording as it was sent".to_owned());
        }
        if self
            .expected_words
            .is_some_and(|words| words != outcome.transcript)
        {
            outcome.missing.push("the transcript as it was spoken".to_owned());
        }
        for (what, text) in [("transcript", &outcome.transcript), ("note", &outcome.note)] {
            if text.is_empty() {
                outcome.missing.push(format!("any words in the {what}"));
            }
        }
        Ok(outcome)
    }

    /// The newest message to the worker.
    async fn reply(&self, to: &str) -> anyhow::Result<String> {
        let mut url = url::Url::parse(&format!("{}/_control/messages", self.env.standin_url))?;
        url.query_pairs_mut().append_pair("to", to);
        let messages: Vec<Value> = self.http.get(url.as_str()).await?.successful()?.json()?;
        let newest = messages.last().and_then(|message| message["body"].as_str());
        Ok(newest.unwrap_or_default().to_owned())
    }

    async fn download(&self, filed: &Filed, kind: &str) -> anyhow::Result<Bytes> {
        let key = filed.key(kind).with_context(|| format!("there is no {kind}"))?;
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("key", key)
            .finish();
        let signed: Value = self
            .api(&format!("/files/get-download-url?{query}"))
            .await?
            .successful()?
            .json()?;
        let url = signed["url"].as_str().context("the API answered no url")?;
        Ok(self
            .http
            .get(url)
            .await?
            .successful()
            .with_context(|| format!("the {kind} cannot be downloaded"))?
            .body)
    }

    async fn api(&self, path: &str) -> anyhow::Result<crate::http::Answer> {
        let url = format!("{}{path}", self.env.data_api_url);
        self.http
            .send(
                self.http
                    .client()
                    .get(&url)
                    .header("x-api-key", &self.env.data_api_key),
            )
            .await
            .with_context(|| format!("GET {url}"))
    }
}

/// Shows what came out.
pub fn show(outcome: &Outcome, terminal: &Terminal) {
    for (title, text) in [
        ("Transcript", &outcome.transcript),
        ("Note", &outcome.note),
        ("Reply to the worker", &outcome.reply),
    ] {
        if !text.is_empty() {
            terminal.heading(title);
            terminal.block(text);
        }
    }
    if let Ok(filed) = serde_json::from_value::<Filed>(outcome.filed.clone()) {
        terminal.heading(format_args!(
            "GET /files/by-message?…&message_id={}",
            outcome.message_sid
        ));
        terminal.block(&format!(
            "intent {}, tag {}, notes {}",
            filed.intent,
            filed.tag,
            filed.notes.len()
        ));
        for file in &filed.files {
            terminal.block(&format!(
                "{:<13}{:>7} bytes  {}",
                file.r#type, file.size, file.key
            ));
        }
    }
}
