//! The queue: where an acknowledged message is safe.

use std::borrow::Cow;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use shared::message::QueueMessage;

use crate::trace::TraceHeader;

/// A message that is not known to be in the queue. Names codes, never the message.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// SQS refused it or could not be reached.
    #[error("SendMessage failed (status {status:?}, code {code:?})")]
    Failed {
        /// HTTP status, if there was an answer.
        status: Option<u16>,
        /// The service's error code, or how the call failed when there was none.
        code: Option<String>,
    },
    /// SQS answered without saying that it has the message.
    #[error("SendMessage was answered without a MessageId")]
    NotConfirmed,
    /// The message cannot be written as JSON.
    #[error("the message cannot be written as JSON")]
    Unwritable(#[source] serde_json::Error),
}

/// The queue of messages.
#[derive(Debug, Clone)]
pub struct MessageQueue {
    client: Client,
    url: String,
}

impl MessageQueue {
    /// The queue with this URL.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, url: impl Into<String>) -> Self {
        Self {
            client: Client::new(config),
            url: url.into(),
        }
    }

    /// Puts a message into the queue and returns SQS's id of it once SQS has it.
    ///
    /// # Errors
    /// [`QueueError`]; the message may be in the queue all the same, and a second copy is harmless.
    pub async fn send(
        &self,
        message: &QueueMessage,
        trace: Option<&TraceHeader>,
    ) -> Result<String, QueueError> {
        let request = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body_of(message)?)
            .message_group_id(message.group().as_str());
        let request = match trace.and_then(trace_attribute) {
            Some(value) => {
                request.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value)
            }
            None => request,
        };
        let output = request.send().await.map_err(|error| QueueError::Failed {
            status: error.raw_response().map(|response| response.status().as_u16()),
            code: error
                .code()
                .map_or_else(|| failure_kind(&error), |code| Some(code.to_owned())),
        })?;
        output
            .message_id
            .filter(|id| !id.is_empty())
            .ok_or(QueueError::NotConfirmed)
    }
}

/// The message as JSON that SQS takes. SQS takes the characters of XML 1.0, which has neither U+FFFE nor U+FFFF; control
/// characters are escaped in JSON anyway. In JSON these two can only stand in a string, so an escape means the same.
fn body_of(message: &QueueMessage) -> Result<String, QueueError> {
    let json = serde_json::to_string(message).map_err(QueueError::Unwritable)?;
    Ok(match escaped(&json) {
        Cow::Borrowed(_) => json,
        Cow::Owned(escaped) => escaped,
    })
}

fn escaped(json: &str) -> Cow<'_, str> {
    if !json.contains(['\u{fffe}', '\u{ffff}']) {
        return Cow::Borrowed(json);
    }
    Cow::Owned(json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff"))
}

fn trace_attribute(trace: &TraceHeader) -> Option<MessageSystemAttributeValue> {
    MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value(trace.as_str())
        .build()
        .ok()
}

/// How a call failed that brought no error code back.
fn failure_kind<E>(error: &SdkError<E>) -> Option<String> {
    let kind = match error {
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "connection",
        SdkError::ResponseError(_) => "response",
        SdkError::ConstructionFailure(_) => "request",
        SdkError::ServiceError(_) => return None,
        _ => "other",
    };
    Some(kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_sqs_refuses_are_escaped_and_mean_the_same() {
        for (text, expected) in [
            ("a\u{fffe}b", "\"a\\ufffeb\""),
            ("a\u{ffff}b", "\"a\\uffffb\""),
            ("a\u{1}b\u{1f6b0}", "\"a\\u0001b\u{1f6b0}\""),
        ] {
            let json = serde_json::to_string(text).unwrap();
            let sent = escaped(&json);
            assert_eq!(sent, expected);
            assert_eq!(serde_json::from_str::<String>(&sent).unwrap(), text);
        }
    }
}
