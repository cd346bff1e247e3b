//! What the functions cost: time, processor time, memory and calls, of the release binaries, against the budgets.
//!
//! `make bench` runs it beside a local stack of release binaries. Every figure is the median of several processes or of many
//! calls, and the floor (a function that only does what every function has to) is measured in the same run: on a machine that
//! others use, the ratio says more than the time.

mod fixed_aws;
mod floor;
mod function;
mod lookup;
mod loopback;
mod report;
mod runtime_api;
mod samples;
mod setup;
mod voice;
mod webhook;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::report::Report;
use crate::setup::Setup;

/// Measures the functions. Needs a stack of release binaries: `make bench`.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to measure; everything unless named.
    #[arg(value_enum)]
    subjects: Vec<Subject>,
    /// Processes started for each figure of a start.
    #[arg(long, default_value_t = 11)]
    starts: usize,
    /// Calls for each figure of a warm function.
    #[arg(long, default_value_t = 2000)]
    calls: usize,
    /// Voice notes sent through the stack.
    #[arg(long, default_value_t = 60)]
    notes: usize,
    /// Workers in the customer file.
    #[arg(long, default_value_t = 1_000_000)]
    customers: usize,
    /// Clients of one company.
    #[arg(long, default_value_t = 10_000)]
    clients: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// webhook-handler.
    Webhook,
    /// customer-lookup.
    Lookup,
    /// voice-parser.
    Voice,
    /// Not measured by itself: the function the others are compared with.
    #[value(hide = true)]
    Floor,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if arguments.subjects == [Subject::Floor] {
        floor::run().await?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = |subject| arguments.subjects.is_empty() || arguments.subjects.contains(&subject);
    let setup = Setup::of_running_stack().await?;
    let mut report = Report::default();
    if wanted(Subject::Webhook) {
        webhook::measure(&setup, &arguments, &mut report).await?;
    }
    if wanted(Subject::Lookup) {
        lookup::measure(&setup, &arguments, &mut report).await?;
    }
    if wanted(Subject::Voice) {
        voice::measure(&setup, &arguments, &mut report).await?;
    }
    report.print()?;
    Ok(if report.is_within_budget() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
