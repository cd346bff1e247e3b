//! One process of a function, as Lambda runs it, and what it uses.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use tokio::process::{Child, Command};

use crate::runtime_api::RuntimeApi;

/// Environment variables.
pub(crate) type Variables = Vec<(String, String)>;

/// A running function. Dropping it kills it.
pub(crate) struct Function {
    api: RuntimeApi,
    child: Child,
}

/// What a process took until its first answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// From its creation to the answer.
    pub(crate) elapsed: Duration,
    /// On a processor.
    pub(crate) cpu: Duration,
}

impl Function {
    /// Starts a process and has it answer `event`. The answer is given to `check`.
    ///
    /// # Errors
    /// When it does not start, or not answer so.
    pub(crate) async fn start(
        program: &Path,
        arguments: &[&str],
        variables: &Variables,
        event: Bytes,
        check: impl Fn(&Bytes) -> anyhow::Result<()>,
    ) -> anyhow::Result<(Self, Start)> {
        let api = RuntimeApi::start().await?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let began = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let function = Self { api, child };
        let answer = function.api.invoke(event).await?;
        let elapsed = began.elapsed();
        let cpu = function.usage()?.cpu;
        check(&answer)?;
        Ok((function, Start { elapsed, cpu }))
    }

    /// Has it answer another event; gives the answer and how long it took.
    pub(crate) async fn invoke(&self, event: Bytes) -> anyhow::Result<(Bytes, Duration)> {
        let began = Instant::now();
        let answer = self.api.invoke(event).await?;
        Ok((answer, began.elapsed()))
    }

    /// What it has used so far.
    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        let pid = self.child.id().context("the function has ended")?;
        Usage::of(i32::try_from(pid).context("a process id is small")?)
    }
}

/// What a process has used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Time on a processor, of all its threads that are left.
    pub(crate) cpu: Duration,
    /// The most memory it ever had, bytes.
    pub(crate) peak_rss: u64,
}

impl Usage {
    /// Reads Linux's `/proc` (`proc_pid_status(5)`; the first field of `schedstat` is the time on a processor in
    /// nanoseconds, `Documentation/scheduler/sched-stats.rst`).
    pub(crate) fn of(pid: i32) -> anyhow::Result<Self> {
        let mut cpu = Duration::ZERO;
        let tasks =
            fs::read_dir(format!("/proc/{pid}/task")).context("the process is gone, or there is no /proc")?;
        for task in tasks {
            // A thread may end meanwhile.
            let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else {
                continue;
            };
            let nanoseconds = text.split(' ').next().unwrap_or_default();
            cpu += Duration::from_nanos(nanoseconds.parse().context("schedstat holds no number")?);
        }
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = peak
            .and_then(|text| text.trim().strip_suffix(" kB"))
            .context("no VmHWM")?;
        let peak_rss = kibibytes.trim().parse::<u64>().context("VmHWM is no number")? * 1024;
        Ok(Self { cpu, peak_rss })
    }

    /// The most memory, MiB.
    #[expect(clippy::cast_precision_loss, reason = "memory is far below 2^53 bytes")]
    pub(crate) fn peak_mib(&self) -> f64 {
        self.peak_rss as f64 / 1024.0 / 1024.0
    }
}
