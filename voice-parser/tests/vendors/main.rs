//! The adapters to OpenAI and Twilio over real HTTP, against servers on loopback that record what they are asked and
//! answer as told, however badly.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on stops here"
)]

mod listing;
mod media;
mod openai;
mod secrets;
mod sending;
mod server;
mod wire;

use std::time::Duration;

use tokio::time::Instant;

/// A deadline that nothing here should reach.
fn soon() -> Instant {
    within(Duration::from_secs(20))
}

fn within(budget: Duration) -> Instant {
    Instant::now() + budget
}

/// Something that must never be in an error or a log line.
const CANARY: &str = "Okonkwo 0491570156";

/// What an error shows, in every way that it can be shown.
fn shown(error: &(dyn std::error::Error + 'static)) -> String {
    format!("{error} {error:?} {}", shared::telemetry::chain(error))
}
