//! Waiting for something to become true, with a deadline.

use std::time::Duration;

use tokio::time::Instant;

/// Longer than anything takes that ends well, on a machine that is busy with other tests.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// How often it is looked again.
const POLL: Duration = Duration::from_millis(100);

/// Asks until there is an answer.
///
/// # Errors
/// What was waited for, when [`DEADLINE`] has passed; or what the question failed with.
pub async fn until<T>(
    what: &str,
    question: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    until_within(DEADLINE, what, question).await
}

/// The same with another deadline.
///
/// # Errors
/// The same.
pub async fn until_within<T>(
    deadline: Duration,
    what: &str,
    mut question: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let end = Instant::now() + deadline;
    loop {
        if let Some(answer) = question().await? {
            return Ok(answer);
        }
        if Instant::now() >= end {
            anyhow::bail!("still waiting after {} s: {what}", deadline.as_secs());
        }
        tokio::time::sleep(POLL).await;
    }
}
