//! A queue, as somebody who looks into it sees it.

use anyhow::Context;

/// The queue or its dead-letter queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Not through the proxy.
    pub client: aws_sdk_sqs::Client,
    /// Its address.
    pub url: String,
}

impl Queue {
    /// Puts a body into it.
    ///
    /// # Errors
    /// When it is not accepted.
    pub async fn send(&self, body: &str) -> anyhow::Result<()> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .send()
            .await
            .context("the queue does not take the body")?;
        Ok(())
    }

    /// Takes out the next body that contains `mark`; others come back by themselves.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub async fn take(&self, mark: &str) -> anyhow::Result<Option<String>> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10)
            .visibility_timeout(1)
            .send()
            .await
            .context("the queue does not answer")?;
        for message in answer.messages() {
            let body = message.body().unwrap_or_default();
            if body.contains(mark) {
                self.client
                    .delete_message()
                    .queue_url(&self.url)
                    .receipt_handle(message.receipt_handle().unwrap_or_default())
                    .send()
                    .await
                    .context("a message is not deleted")?;
                return Ok(Some(body.to_owned()));
            }
        }
        Ok(None)
    }
}
