//! What the functions log, copied from the emulator's CloudWatch Logs into one file per function.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::deployment::Outputs;
use crate::http::Http;

/// How often the emulator is asked for new lines.
const POLL: Duration = Duration::from_millis(500);

/// Streams asked for at once: CloudWatch's limit.
const PAGE: usize = 50;

/// Follows all functions' logs until it is stopped.
#[derive(Debug)]
pub struct FunctionLogs {
    stop: watch::Sender<bool>,
    follower: JoinHandle<()>,
}

impl FunctionLogs {
    /// Starts following.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn follow(endpoint: &str, outputs: &Outputs, folder: &Path) -> anyhow::Result<Self> {
        let mut logs = outputs
            .functions()
            .into_iter()
            .map(|function| FunctionLog::new(function, folder))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let source = Source {
            http: Http::new()?,
            endpoint: endpoint.to_owned(),
        };
        let (stop, mut stopped) = watch::channel(false);
        let follower = tokio::spawn(async move {
            let mut last = false;
            while !last {
                last = tokio::time::timeout(POLL, stopped.wait_for(|stop| *stop))
                    .await
                    .is_ok();
                for log in &mut logs {
                    if let Err(error) = log.copy_new(&source).await {
                        tracing::debug!(%error, "a function's log was not read");
                    }
                }
            }
        });
        Ok(Self { stop, follower })
    }

    /// Copies what is new and stops.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        drop(self.follower.await);
    }
}

/// The emulator's CloudWatch Logs.
struct Source {
    http: Http,
    endpoint: String,
}

impl Source {
    async fn ask(&self, operation: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self
            .http
            .client()
            .post(&self.endpoint)
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("X-Amz-Target", format!("Logs_20140328.{operation}"))
            .body(body.to_string());
        self.http.send(request).await?.successful()?.json()
    }
}

/// One function's log and its file.
struct FunctionLog {
    group: String,
    file: File,
    /// The emulator makes one stream per invocation, and writes it at once.
    seen: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Streams {
    log_streams: Vec<Stream>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stream {
    log_stream_name: String,
}

impl FunctionLog {
    fn new(function: &str, folder: &Path) -> anyhow::Result<Self> {
        let path: PathBuf = folder.join(format!("{function}.log"));
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self {
            group: format!("/aws/lambda/{function}"),
            file,
            seen: BTreeSet::new(),
        })
    }

    async fn copy_new(&mut self, source: &Source) -> anyhow::Result<()> {
        let mut new = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut ask = json!({
                "logGroupName": self.group, "orderBy": "LastEventTime", "descending": true, "limit": PAGE,
            });
            if let Some(token) = &token {
                ask["nextToken"] = token.as_str().into();
            }
            let page: Streams = serde_json::from_value(source.ask("DescribeLogStreams", &ask).await?)?;
            let before = new.len();
            new.extend(
                page.log_streams
                    .into_iter()
                    .map(|s| s.log_stream_name)
                    .filter(|s| !self.seen.contains(s)),
            );
            token = page.next_token;
            if token.is_none() || new.len() == before {
                break;
            }
        }
        for stream in new.into_iter().rev() {
            let ask = json!({ "logGroupName": self.group, "logStreamName": stream, "startFromHead": true });
            let answer = source.ask("GetLogEvents", &ask).await?;
            let messages: Vec<&str> = answer["events"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|event| event["message"].as_str())
                .collect();
            // The stream appears a moment before its lines.
            if messages.is_empty() {
                continue;
            }
            for message in messages {
                writeln!(self.file, "{}", message.trim_end())?;
            }
            self.seen.insert(stream);
        }
        Ok(())
    }
}
