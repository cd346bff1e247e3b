//! The function the others are compared with: Lambda's runtime and one call of AWS, and nothing of the product.

use aws_sdk_sqs::Client;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use shared::aws::CallBudget;

/// Answers every event after sending one message to a queue.
///
/// # Errors
/// The runtime's.
pub(crate) async fn run() -> anyhow::Result<()> {
    let sdk = shared::aws::config(CallBudget::INTERACTIVE).await;
    let queue = Client::new(&sdk);
    let handle = async |event: LambdaEvent<Value>| {
        if event.payload["send"] == true {
            let sent = queue
                .send_message()
                .queue_url("http://queue/bench")
                .message_body("x");
            sent.send().await.map_err(Error::from)?;
        }
        Ok::<_, Error>(json!({}))
    };
    lambda_runtime::run(service_fn(handle))
        .await
        .map_err(anyhow::Error::from_boxed)
}
