//! The local stack's command line.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use local::settings::Settings;
use local::terminal::complain;
use local::{exec, up};

/// The AI Voice Tool on one machine: the real functions and templates, with an AWS emulator and stand-ins for the vendors.
#[derive(Parser)]
#[command(version, disable_version_flag = true)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Start it, show what becomes of a voice note, serve until Ctrl-C
    Up {
        /// Stop after the voice note: exit status 0 if it came out whole
        #[arg(long)]
        once: bool,
    },
    /// Run a command with a stack of its own, on free ports; its addresses are in the file STACK_ENV
    Exec {
        /// Show the start's progress
        #[arg(long)]
        verbose: bool,
        /// The command
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .without_time()
        .init();
    let done = match &arguments.action {
        Action::Up { once } => up::run(&arguments.settings, *once).await,
        Action::Exec { verbose, command } => exec::run(&arguments.settings.folder, *verbose, command).await,
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
