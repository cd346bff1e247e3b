//! This program's own calls to the emulator: the sample records, the generated key, whether the functions answer.

use std::time::Duration;

use anyhow::{Context, bail};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::ministack::{ACCESS_KEY, REGION};
use crate::samples::Samples;

/// How long a function may take to come up for the first time, on a loaded machine.
const FIRST_ANSWER: Duration = Duration::from_secs(30);

/// Clients of the emulator.
#[derive(Debug, Clone)]
pub struct Aws {
    s3: aws_sdk_s3::Client,
    secrets: aws_sdk_secretsmanager::Client,
    lambda: aws_sdk_lambda::Client,
}

impl Aws {
    /// Clients of the emulator at `endpoint`.
    pub async fn at(endpoint: &str) -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new(
                ACCESS_KEY,
                ACCESS_KEY,
                None,
                None,
                "local stack",
            ))
            .load()
            .await;
        Self {
            s3: aws_sdk_s3::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
        }
    }

    /// Puts the made-up company's records into the bucket.
    ///
    /// # Errors
    /// Names the record.
    pub async fn seed(&self, bucket: &str, samples: &Samples) -> anyhow::Result<usize> {
        let records = samples.records()?;
        let count = records.len();
        for (key, body) in records {
            self.s3
                .put_object()
                .bucket(bucket)
                .key(&key)
                .content_type("application/json")
                .body(ByteStream::from(body))
                .send()
                .await
                .with_context(|| format!("{key} cannot be put into the bucket {bucket}"))?;
        }
        Ok(count)
    }

    /// The data API's generated admin key.
    ///
    /// # Errors
    /// When the secret is not there or is none.
    pub async fn api_key(&self, secret_arn: &str) -> anyhow::Result<String> {
        let answer = self
            .secrets
            .get_secret_value()
            .secret_id(secret_arn)
            .send()
            .await
            .context("the data API's key cannot be read")?;
        let value: Value = serde_json::from_str(answer.secret_string().unwrap_or_default())
            .context("the data API's key is not JSON")?;
        let key = value
            .get("api_key")
            .and_then(Value::as_str)
            .context("the data API's key has no api_key")?;
        Ok(key.to_owned())
    }

    /// Waits until customer-lookup knows a worker.
    ///
    /// # Errors
    /// When it still does not at the end of the wait: what it answered last.
    pub async fn knows_sender(&self, function: &str, number: &str) -> anyhow::Result<()> {
        let question = json!({ "phone_number": number }).to_string();
        let deadline = Instant::now() + FIRST_ANSWER;
        loop {
            let answer = self
                .lambda
                .invoke()
                .function_name(function)
                .payload(Blob::new(question.as_bytes()))
                .send()
                .await
                .with_context(|| format!("{function} cannot be invoked"))?;
            let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
            let said: Value = serde_json::from_slice(payload).unwrap_or_default();
            if said.pointer("/customer/company_id").is_some() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                bail!(
                    "{function} does not know {number}: it answers {}",
                    String::from_utf8_lossy(payload)
                );
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
