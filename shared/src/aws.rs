//! How this product talks to AWS: region and credentials from the environment, bounded in time, few retries.
//!
//! The SDK has no operation timeout of its own; a call without one would hold a message until the function is killed.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

/// How long calls may take.
#[derive(Debug, Clone, Copy)]
pub struct CallBudget {
    /// One attempt.
    pub attempt: Duration,
    /// All attempts together.
    pub operation: Duration,
    /// Attempts.
    pub attempts: u32,
}

impl CallBudget {
    /// For a caller that waits for an answer: Twilio gives a webhook 15 s in all, an office page 30 s.
    pub const INTERACTIVE: Self = Self {
        attempt: Duration::from_secs(3),
        operation: Duration::from_secs(8),
        attempts: 3,
    };

    /// For work from a queue: large objects, and nobody waits.
    pub const BACKGROUND: Self = Self {
        attempt: Duration::from_secs(12),
        operation: Duration::from_secs(30),
        attempts: 3,
    };
}

/// Reads region, credentials and endpoint from the environment.
pub async fn config(budget: CallBudget) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(2))
                .operation_attempt_timeout(budget.attempt)
                .operation_timeout(budget.operation)
                .build(),
        )
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(budget.attempts)
                .with_initial_backoff(Duration::from_millis(100)),
        )
        .load()
        .await
}
