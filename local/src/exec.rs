//! `local exec`: a stack of its own for one command.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::checkout::Checkout;
use crate::folder::Folder;
use crate::processes;
use crate::samples::Samples;
use crate::signals::{Signals, Told};
use crate::stack::{Intelligence, Plan, PortChoice, Stack};
use crate::terminal::{Terminal, complain};

/// What the folders of such stacks are called.
const FOLDER_PREFIX: &str = "exec-";

/// How long the command may take to end after it was told to.
const GRACE: Duration = Duration::from_secs(10);

/// Starts a stack on free ports in a folder below `base`, runs the command with `STACK_ENV` naming the stack's file, ends
/// the stack. Gives the command's exit code.
///
/// # Errors
/// What did not come up, or a command that cannot be started.
pub async fn run(base: &Path, verbose: bool, command: &[OsString]) -> anyhow::Result<u8> {
    let mut signals = Signals::listen()?;
    let terminal = Terminal::new(!verbose);
    let checkout = Checkout::find()?;
    let samples = Samples::read(&checkout.samples())?;
    let made_base = !base.exists();
    remove_earlier(base);
    let path = base.join(format!("{FOLDER_PREFIX}{}", std::process::id()));
    let folder = Folder::take(&path)?;
    let plan = Plan {
        checkout,
        samples,
        ports: PortChoice::Free,
        intelligence: Intelligence::StandIn,
        terminal,
    };
    let mut stack = Stack::new(folder);
    let code = under(&mut stack, &plan, &mut signals, command).await;
    if !matches!(code, Ok(0)) {
        stack.keep_logs();
        complain(format_args!(
            "logs of the stack: {}",
            stack.folder().logs().display()
        ));
    }
    stack.stop().await;
    if made_base {
        // Stays when there is anything in it.
        drop(std::fs::remove_dir(base));
    }
    code
}

/// Removes what earlier stacks have kept (logs) or left behind (they were killed). The folder of one that runs, or is about
/// to, is named after a process that is there.
fn remove_earlier(base: &Path) {
    for entry in std::fs::read_dir(base).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.strip_prefix(FOLDER_PREFIX).and_then(|pid| pid.parse().ok());
        if pid.is_some_and(|pid| !processes::exists(pid)) {
            drop(Folder::take(&entry.path()));
        }
    }
}

async fn under(
    stack: &mut Stack,
    plan: &Plan,
    signals: &mut Signals,
    command: &[OsString],
) -> anyhow::Result<u8> {
    let env = tokio::select! {
        env = stack.start(plan) => env.context("the local stack did not come up")?,
        told = signals.next() => return Ok(told.exit_code()),
    };
    stack.announce(&env)?;
    let mut child = start(command, stack.folder().stack_env())?;
    tokio::select! {
        status = child.wait() => Ok(exit_code(status.context("the command's end is unknown")?)),
        told = signals.next() => {
            end(&mut child, told).await;
            Ok(told.exit_code())
        }
    }
}

fn start(command: &[OsString], stack_env: PathBuf) -> anyhow::Result<Child> {
    let (program, arguments) = command.split_first().context("there is no command to run")?;
    Command::new(program)
        .args(arguments)
        .env("STACK_ENV", stack_env)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} cannot be started", program.to_string_lossy()))
}

/// Passes the signal on. Ctrl-C has reached the command already: it is in the same terminal.
async fn end(child: &mut Child, told: Told) {
    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    if let (Some(pid), Told::Terminate | Told::HangUp) = (pid, told) {
        // It may have ended by itself.
        kill_process(pid, Signal::TERM).ok();
    }
    if tokio::time::timeout(GRACE, child.wait()).await.is_err() {
        drop(child.kill().await);
    }
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_stacks_that_are_gone_are_removed_and_others_left_alone() {
        let base = tempfile::tempdir().unwrap();
        let own = format!("{FOLDER_PREFIX}{}", std::process::id());
        // No process has the largest id there can be.
        let gone = format!("{FOLDER_PREFIX}{}", i32::MAX);
        for name in [own.as_str(), &gone, "exec-mine"] {
            std::fs::create_dir_all(base.path().join(name).join("log")).unwrap();
        }
        remove_earlier(base.path());
        let mut left: Vec<_> = std::fs::read_dir(base.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut expected = vec![own, "exec-mine".to_owned()];
        expected.sort();
        assert_eq!(left, expected);
    }
}
