//! The emulator of AWS: a process of its own that runs the functions as its children.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::Command;
use tokio::time::Instant;

use crate::checkout::Checkout;
use crate::folder::Folder;
use crate::process_group::ProcessGroup;
use crate::settings::loopback;

/// The one region there is.
pub const REGION: &str = "us-east-1";

/// Any credentials are accepted; other access keys lead to other accounts.
pub const ACCESS_KEY: &str = "test";

/// It starts in half a second; a loaded machine is slower.
const START: Duration = Duration::from_secs(60);

/// How often it is asked whether it answers.
const POLL: Duration = Duration::from_millis(25);

/// How much of its log an error shows, lines.
const SHOWN_LINES: usize = 12;

/// A running emulator. Dropping it kills it with all functions.
#[derive(Debug)]
pub struct Ministack {
    group: ProcessGroup,
    port: u16,
}

impl Ministack {
    /// Starts it on a port and waits until it answers. The functions call AWS at `functions_endpoint`.
    ///
    /// # Errors
    /// When it ends or stays silent; the end of its log is in the error.
    pub async fn start(
        checkout: &Checkout,
        folder: &Folder,
        port: u16,
        functions_endpoint: &str,
    ) -> anyhow::Result<Self> {
        let log_path = folder.logs().join("ministack.log");
        let log =
            File::create(&log_path).with_context(|| format!("{} cannot be written", log_path.display()))?;
        let home = folder.emulator();
        let mut command = Command::new(checkout.ministack());
        command
            .current_dir(&home)
            // The functions inherit all of its environment: nothing of the developer's may be in it.
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", &home)
            .env("TMPDIR", &home)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("EDGE_PORT", port.to_string())
            .env("MINISTACK_HOST", "localhost")
            .env("MINISTACK_REGION", REGION)
            .env("STATE_DIR", home.join("state"))
            .env("S3_DATA_DIR", home.join("s3"))
            .env("AWS_ENDPOINT_URL", functions_endpoint)
            .stdout(log.try_clone().context("the emulator's log cannot be shared")?)
            .stderr(log);
        let mut started = Self {
            group: ProcessGroup::spawn(command)?,
            port,
        };
        started.answering(&log_path).await?;
        Ok(started)
    }

    /// `http://host:port`
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", loopback(self.port))
    }

    /// The process all functions descend from.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.group.id()
    }

    /// Ends it and all functions at once; nothing of it is meant to be kept.
    pub async fn stop(self) {
        self.group.kill().await;
    }

    async fn answering(&mut self, log: &Path) -> anyhow::Result<()> {
        let health = format!("{}/_ministack/health", self.endpoint());
        let http = crate::http::Http::new()?;
        let deadline = Instant::now() + START;
        loop {
            if let Some(status) = self.group.ended().context("the emulator's state is unknown")? {
                bail!("the AWS emulator ended at once ({status}):\n{}", end_of(log));
            }
            if http.get(&health).await.is_ok_and(|answer| answer.is_success()) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                bail!(
                    "the AWS emulator does not answer after {} s:\n{}",
                    START.as_secs(),
                    end_of(log)
                );
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

/// The last lines of a log, indented.
pub(crate) fn end_of(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.len().saturating_sub(SHOWN_LINES);
    let mut shown: Vec<String> = lines[first..].iter().map(|line| format!("    {line}")).collect();
    shown.push(format!("    ({})", PathBuf::from(log).display()));
    shown.join("\n")
}
