//! A stack for one test, started by the same program as the shared one.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use aws_sdk_lambda::types::Environment;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use e2e::stack::Stack;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use super::controls::Controls;
use super::parser::VOICE_PARSER;

/// Says where the stack's addresses are, then waits until the test lets go of its standard input: a test that panics or is
/// killed does so too.
const HOLD: &str = r#"echo "$STACK_ENV"; exec cat"#;

/// A running stack that nobody else uses.
pub(crate) struct OwnStack {
    pub(crate) stack: Stack,
    pub(crate) controls: Controls,
    folder: PathBuf,
    holder: Child,
    stdin: ChildStdin,
}

impl OwnStack {
    /// Starts one; takes some seconds.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let mut holder = Command::new(binaries()?.join("local"))
            .args(["exec", "--", "sh", "-c", HOLD])
            .env("LOCAL_DIR", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the program `local` does not start")?;
        let stdin = holder.stdin.take().context("there is no way to end the stack")?;
        let stdout = holder.stdout.take().context("the stack says nothing")?;
        let mut said = BufReader::new(stdout).lines();
        let file = said
            .next_line()
            .await?
            .context("the stack did not come up; its reason is above")?;
        let file = PathBuf::from(file);
        let folder = file.parent().context("the stack's file has a folder")?.to_owned();
        let stack = Stack::at(file).await?;
        let controls = Controls::of(&stack);
        Ok(Self {
            stack,
            controls,
            folder,
            holder,
            stdin,
        })
    }

    /// Changes an attribute of the message queue.
    pub(crate) async fn set_queue(&self, attribute: &str, value: &str) -> anyhow::Result<()> {
        let queue = &self.stack.queue;
        let request = queue.client.set_queue_attributes().queue_url(&queue.url);
        request
            .attributes(attribute.into(), value)
            .send()
            .await
            .with_context(|| format!("{attribute} is not set"))?;
        Ok(())
    }

    /// From now on a message goes to the dead-letter queue after this many deliveries: both the queue and the function, which
    /// has to know which delivery is the last, are told.
    pub(crate) async fn set_deliveries(&self, count: u32) -> anyhow::Result<()> {
        let queue = &self.stack.dead_letters;
        let answer = queue
            .client
            .get_queue_attributes()
            .queue_url(&queue.url)
            .attribute_names(Attribute::QueueArn)
            .send()
            .await
            .context("the dead-letter queue does not answer")?;
        let arn = answer
            .attributes()
            .and_then(|attributes| attributes.get(&Attribute::QueueArn))
            .context("the dead-letter queue has no ARN")?;
        let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": count.to_string() });
        self.set_queue("RedrivePolicy", &policy.to_string()).await?;
        self.set_variable("MAX_RECEIVE_COUNT", &count.to_string()).await
    }

    /// From now on an invocation of the function ends after this long.
    pub(crate) async fn set_timeout(&self, seconds: i32) -> anyhow::Result<()> {
        let request = self.stack.lambda.update_function_configuration();
        request
            .function_name(VOICE_PARSER)
            .timeout(seconds)
            .send()
            .await
            .context("the function's timeout is not set")?;
        Ok(())
    }

    async fn set_variable(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let lambda = &self.stack.lambda;
        let known = lambda
            .get_function_configuration()
            .function_name(VOICE_PARSER)
            .send()
            .await
            .context("the function's settings are not known")?;
        let mut variables = known
            .environment()
            .and_then(|environment| environment.variables())
            .cloned()
            .unwrap_or_default();
        variables.insert(name.to_owned(), value.to_owned());
        let environment = Environment::builder().set_variables(Some(variables)).build();
        lambda
            .update_function_configuration()
            .function_name(VOICE_PARSER)
            .environment(environment)
            .send()
            .await
            .with_context(|| format!("{name} is not set"))?;
        Ok(())
    }

    /// What a function has logged so far.
    pub(crate) fn log_of(&self, function: &str) -> anyhow::Result<String> {
        let path = self.folder.join(format!("log/local-ai-voice-{function}.log"));
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    }

    /// Runs one of the operator's commands. Gives what it said.
    pub(crate) async fn operate(&self, command: &str) -> anyhow::Result<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the crate has a folder above it")?;
        let outcome = Command::new(root.join("infrastructure/deploy.sh"))
            .args(["local", command])
            .env("AWS_ENDPOINT_URL", &self.stack.aws_endpoint)
            .env("AWS_REGION", "us-east-1")
            .output()
            .await
            .with_context(|| format!("{command} does not start"))?;
        let complaints = String::from_utf8_lossy(&outcome.stderr);
        anyhow::ensure!(outcome.status.success(), "{command}: {complaints}");
        Ok(String::from_utf8_lossy(&outcome.stdout).into_owned())
    }

    /// Ends it and waits until it is gone.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let Self {
            mut holder, stdin, ..
        } = self;
        drop(stdin);
        let status = holder.wait().await.context("the stack's end is unknown")?;
        anyhow::ensure!(status.success(), "the stack ended with {status}");
        Ok(())
    }
}

/// Test binaries are in `deps` beside the others.
pub(crate) fn binaries() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own
        .ancestors()
        .nth(2)
        .context("the test binary has a folder above its own")?
        .to_owned())
}
