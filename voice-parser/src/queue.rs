//! SQS: the visibility of what was received, and what reconciliation enqueues.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use shared::message::QueueMessage;
use shared::retry::{Classified, Retry};

/// Longest visibility timeout SQS takes (12 hours).
const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 60 * 60);

/// A request to SQS failed.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed (status {status:?}, code {code:?})")]
pub struct QueueError {
    operation: &'static str,
    status: Option<u16>,
    code: Option<String>,
}

impl QueueError {
    fn of<E: ProvideErrorMetadata>(operation: &'static str, error: &SdkError<E>) -> Self {
        Self {
            operation,
            status: error.raw_response().map(|response| response.status().as_u16()),
            code: error.code().map(str::to_owned),
        }
    }
}

impl Classified for QueueError {
    fn retry(&self) -> Retry {
        match self.status {
            Some(400..=499) if self.status != Some(429) => Retry::Never,
            _ => Retry::LATER,
        }
    }
}

/// The queue messages come from.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at this URL.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, url: impl Into<String>) -> Self {
        Self {
            client: Client::new(config),
            url: url.into(),
        }
    }

    /// Makes a received message invisible for `timeout` from now (rounded up to a second), or visible at once for zero.
    ///
    /// # Errors
    /// [`QueueError`], also when the receipt handle is no longer valid.
    pub async fn set_visibility(&self, receipt_handle: &str, timeout: Duration) -> Result<(), QueueError> {
        let seconds = timeout.min(MAX_VISIBILITY).as_millis().div_ceil(1000);
        let request = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle);
        let sent = request
            .visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX))
            .send()
            .await;
        sent.map(|_| ())
            .map_err(|error| QueueError::of("ChangeMessageVisibility", &error))
    }

    /// Enqueues a message.
    ///
    /// # Errors
    /// [`QueueError`]; an answer without a MessageId counts as one, because nothing was promised then.
    pub async fn send(&self, message: &QueueMessage) -> Result<(), QueueError> {
        const OPERATION: &str = "SendMessage";
        let no_answer = || QueueError {
            operation: OPERATION,
            status: None,
            code: None,
        };
        let body = serde_json::to_string(message).map_err(|_| no_answer())?;
        let sent = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .message_group_id(message.group().as_str())
            .send()
            .await;
        let output = sent.map_err(|error| QueueError::of(OPERATION, &error))?;
        output.message_id().map(|_| ()).ok_or_else(no_answer)
    }
}
