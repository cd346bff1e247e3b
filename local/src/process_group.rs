//! A child process with everything it starts, ended together.
//!
//! The group is its own, so that Ctrl-C in the terminal reaches this program alone, which then decides the order.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::processes;

/// How long the system may take to remove killed processes.
const REMOVAL: Duration = Duration::from_secs(2);

/// A running process group. Dropping it kills it.
#[derive(Debug)]
pub struct ProcessGroup {
    leader: Child,
    id: Pid,
    /// Its id may be somebody else's by now.
    gone: bool,
}

impl ProcessGroup {
    /// Starts `command` as the leader of a new group, without standard input.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(mut command: Command) -> anyhow::Result<Self> {
        let program = command.as_std().get_program().to_string_lossy().into_owned();
        let leader = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("{program} cannot be started"))?;
        let id = leader
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))
            .with_context(|| format!("{program} ended at once"))?;
        Ok(Self {
            leader,
            id,
            gone: false,
        })
    }

    /// The leader's process id.
    #[must_use]
    pub fn id(&self) -> i32 {
        self.id.as_raw_pid()
    }

    /// The leader, for its output.
    pub fn leader(&mut self) -> &mut Child {
        &mut self.leader
    }

    /// The leader's exit status, if it has ended.
    ///
    /// # Errors
    /// What the system said.
    pub fn ended(&mut self) -> std::io::Result<Option<ExitStatus>> {
        self.leader.try_wait()
    }

    /// Kills the group and waits until the system has removed it.
    pub async fn kill(mut self) {
        self.signal_kill();
        drop(self.leader.wait().await);
        // Members other than the leader are removed by whoever inherits them.
        let deadline = Instant::now() + REMOVAL;
        while processes::group_lives(self.id()) && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.gone = true;
    }

    fn signal_kill(&self) {
        // That nobody is left is what is wanted.
        kill_process_group(self.id, Signal::KILL).ok();
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if !self.gone {
            self.signal_kill();
        }
    }
}
