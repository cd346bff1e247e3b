//! Deploys the real templates to the emulator, with the script that deploys them to AWS.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, bail};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

use crate::checkout::Checkout;
use crate::folder::Folder;
use crate::ministack::{ACCESS_KEY, REGION};
use crate::process_group::ProcessGroup;
use crate::terminal::Terminal;

/// What differs from `infrastructure/parameters/local.json`.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The emulator, without the proxy: a deployment is not a function's call.
    pub endpoint: String,
    /// Twilio's API.
    pub twilio_base_url: String,
    /// Twilio's media servers, host and port.
    pub twilio_media_hosts: String,
    /// The number workers write to, E.164.
    pub twilio_whatsapp_number: String,
    /// OpenAI's API.
    pub openai_base_url: String,
}

impl Wanted {
    /// The local environment's parameters with this stack's addresses, for this deployment and any later one.
    fn parameters(&self, usual: &Path) -> anyhow::Result<String> {
        let text = fs::read(usual).with_context(|| format!("{} cannot be read", usual.display()))?;
        let mut parameters: BTreeMap<String, String> = serde_json::from_slice(&text)
            .with_context(|| format!("{} is not a map of texts", usual.display()))?;
        for (name, value) in [
            ("TwilioBaseUrl", &self.twilio_base_url),
            ("TwilioMediaHosts", &self.twilio_media_hosts),
            ("TwilioWhatsappNumber", &self.twilio_whatsapp_number),
            ("OpenAiBaseUrl", &self.openai_base_url),
        ] {
            parameters.insert(name.to_owned(), value.clone());
        }
        serde_json::to_string_pretty(&parameters).context("the parameters cannot be written")
    }
}

/// What is there afterwards, as the script reports it.
#[derive(Debug, Clone, Deserialize)]
pub struct Outputs {
    /// Where Twilio sends messages, and what it signs.
    pub webhook_url: String,
    /// The bucket.
    pub voice_data_bucket: String,
    /// The queue.
    pub queue_url: String,
    /// The dead-letter queue.
    pub dlq_url: String,
    /// The HTTP API for office and integrators.
    pub data_api_url: String,
    /// Its generated admin key.
    pub data_api_key_secret_arn: String,
    /// Name of customer-lookup's function.
    pub customer_lookup_function: String,
    /// Name of webhook-handler's function.
    pub webhook_handler_function: String,
    /// Name of voice-parser's function.
    pub voice_parser_function: String,
    /// Name of data-api's function.
    pub data_api_function: String,
}

impl Outputs {
    /// The names of all functions.
    #[must_use]
    pub fn functions(&self) -> [&str; 4] {
        [
            &self.webhook_handler_function,
            &self.voice_parser_function,
            &self.customer_lookup_function,
            &self.data_api_function,
        ]
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} lacks something", path.display()))
    }
}

/// Creates the secrets from the folder's file and deploys every stack.
///
/// # Errors
/// What the script wrote to standard error.
pub async fn deploy(
    checkout: &Checkout,
    folder: &Folder,
    wanted: &Wanted,
    terminal: &Terminal,
) -> anyhow::Result<Outputs> {
    let parameters = wanted.parameters(&checkout.parameters())?;
    folder.write_private(&folder.parameters(), &parameters)?;
    let mut command = Command::new(checkout.deploy_script());
    command.args(["local", "secrets-create", "all"]);
    command
        .current_dir(checkout.root())
        .env("AWS_ENDPOINT_URL", &wanted.endpoint)
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", ACCESS_KEY)
        .env("PARAMETERS_FILE", folder.parameters())
        .env("ENV_FILES", folder.secrets())
        .env("OUTPUTS_FILE", folder.outputs())
        .env("BINARIES_DIR", checkout.binaries())
        .env("CARGO_TARGET_DIR", checkout.target())
        // Whether a stand-in offers a model says nothing.
        .env("SKIP_MODEL_CHECK", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // The developer's settings for another environment must not change this one.
    for name in [
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "NO_EXECUTE",
        "PACKAGE",
        "FORCE",
        "WRITE",
    ] {
        command.env_remove(name);
    }
    let mut group = ProcessGroup::spawn(command)?;
    let log = folder.logs().join("deploy.log");
    let (said, complaints) = tokio::join!(
        lines(group.leader().stdout.take(), |line| {
            if let Some(step) = step(line) {
                terminal.progress(step);
            }
        }),
        lines(group.leader().stderr.take(), |_| {}),
    );
    let status = group
        .leader()
        .wait()
        .await
        .context("the deployment's end is unknown")?;
    drop(fs::write(
        &log,
        format!("{}\n{}\n", said.join("\n"), complaints.join("\n")),
    ));
    if !status.success() {
        let mut shown = complaints;
        if shown.is_empty() {
            shown = said;
        }
        bail!("the deployment failed ({status}):\n    {}", shown.join("\n    "));
    }
    Outputs::read(&folder.outputs())
}

/// Reads to the end, handing each line over as it comes.
async fn lines(stream: Option<impl AsyncRead + Unpin>, mut each: impl FnMut(&str)) -> Vec<String> {
    let mut seen = Vec::new();
    let Some(stream) = stream else { return seen };
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        each(&line);
        seen.push(line);
    }
    seen
}

/// A line worth showing: one about a stack that came out, such as `voice-parser: created in 0.4 s`.
fn step(line: &str) -> Option<&str> {
    let (subject, rest) = line.split_once(": ")?;
    // A secret's name has slashes.
    let about_a_stack = !subject.contains(|c: char| c.is_whitespace() || c == '/');
    let done = ["created", "updated", "nothing changed"]
        .iter()
        .any(|word| rest.starts_with(word));
    (about_a_stack && done).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn only_the_stacks_are_shown() {
        assert!(step("voice-parser: created in 0.4 s").is_some());
        assert!(step("ecr: nothing changed").is_some());
        for noise in [
            "environment local: account 000000000000, region us-east-1",
            "note: models not checked: SKIP_MODEL_CHECK=1",
            "preflight: no problems",
            "local/openai/api-key: created",
            "data-api: package uploaded, 3.1 MB",
            "    s3://local-ai-voice-data/",
        ] {
            assert!(step(noise).is_none(), "{noise}");
        }
    }
}
