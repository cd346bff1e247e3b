//! Logs: one JSON object a line on stdout. What may be in them: identifiers, counts, durations with their unit in the
//! name, error chains. What may not: bodies, transcripts, names, phone numbers, tokens, object keys.
//!
//! Other people's crates may only warn: some of them log whole bodies at lower levels.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Crates whose events and spans are printed at the configured level.
const OWN_CRATES: [&str; 6] = [
    "shared",
    "webhook_handler",
    "voice_parser",
    "customer_lookup",
    "data_api",
    "local",
];

/// Crates that print what they were given: silent but for nothing.
const SILENCED: [&str; 2] = ["lambda_runtime", "aws_smithy_runtime::client::http::body"];

/// Starts logging to stdout at `level` (`error` … `trace`); an unknown level is `info`. A second call does nothing.
pub fn init(level: &str) {
    let level: LevelFilter = level.parse().unwrap_or(LevelFilter::INFO);
    let mut targets = Targets::new().with_default(LevelFilter::WARN);
    for own in OWN_CRATES {
        targets = targets.with_target(own, level);
    }
    for other in SILENCED {
        targets = targets.with_target(other, LevelFilter::OFF);
    }
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(true)
        .with_ansi(false);
    // Fails only when a subscriber is set already, which is what a second call means.
    tracing_subscriber::registry()
        .with(targets)
        .with(lines)
        .try_init()
        .ok();
}

/// An error and everything that caused it, in one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
