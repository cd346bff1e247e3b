//! The running stack: its addresses, and clients for everything in it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::config::Credentials;
use local::http::Http;
use shared::config::Env;

use crate::object::Objects;
use crate::office::Office;
use crate::phone::Phone;
use crate::queue::Queue;
use crate::twilio::Twilio;

/// Everything a test uses.
#[derive(Debug)]
pub struct Stack {
    /// The file the addresses were read from.
    pub file: PathBuf,
    /// Plain requests.
    pub http: Http,
    /// The webhook as Twilio calls it.
    pub twilio: Twilio,
    /// The stand-ins' controls: messages in both directions.
    pub phone: Phone,
    /// The data API.
    pub office: Office,
    /// The voice data bucket.
    pub objects: Objects,
    /// The queue.
    pub queue: Queue,
    /// The dead-letter queue.
    pub dead_letters: Queue,
    /// The emulator of AWS.
    pub aws_endpoint: String,
    /// Where functions are invoked.
    pub lambda: aws_sdk_lambda::Client,
    /// Name of customer-lookup's function.
    pub customer_lookup: String,
}

impl Stack {
    /// The stack `STACK_ENV` names.
    ///
    /// # Errors
    /// When there is none: how to get one.
    pub async fn running() -> anyhow::Result<Self> {
        let file = Env::process().optional("STACK_ENV").context(
            "STACK_ENV is not set: run the end-to-end tests with `make test-e2e`, or point STACK_ENV at the stack.env of a \
             stack `make run` has started",
        )?;
        Self::at(PathBuf::from(file)).await
    }

    /// The stack whose addresses are in this file.
    ///
    /// # Errors
    /// When the file cannot be read or lacks something.
    pub async fn at(file: PathBuf) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let values = Values(text.lines().filter_map(|line| line.split_once('=')).collect());
        Self::from_values(file.clone(), &values).await
    }

    async fn from_values(file: PathBuf, values: &Values<'_>) -> anyhow::Result<Self> {
        let aws_endpoint = values.get("AWS_ENDPOINT_URL")?;
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(&aws_endpoint)
            .region(Region::new(values.get("AWS_REGION")?))
            .credentials_provider(Credentials::new(
                values.get("AWS_ACCESS_KEY_ID")?,
                values.get("AWS_SECRET_ACCESS_KEY")?,
                None,
                None,
                "stack.env",
            ))
            .load()
            .await;
        let http = Http::new()?;
        let sqs = aws_sdk_sqs::Client::new(&config);
        let company_number = format!("whatsapp:{}", values.get("TWILIO_WHATSAPP_NUMBER")?);
        Ok(Self {
            twilio: Twilio {
                http: http.clone(),
                webhook_url: values.get("WEBHOOK_URL")?,
                auth_token: values.get("TWILIO_AUTH_TOKEN")?,
                account_sid: values.get("TWILIO_ACCOUNT_SID")?,
                company_number,
            },
            phone: Phone {
                http: http.clone(),
                standin_url: values.get("STANDIN_URL")?,
            },
            office: Office {
                http: http.clone(),
                url: values.get("DATA_API_URL")?,
                key: values.get("DATA_API_KEY")?,
            },
            objects: Objects {
                client: aws_sdk_s3::Client::new(&config),
                bucket: values.get("S3_BUCKET")?,
            },
            queue: Queue {
                client: sqs.clone(),
                url: values.get("QUEUE_URL")?,
            },
            dead_letters: Queue {
                client: sqs,
                url: values.get("DLQ_URL")?,
            },
            lambda: aws_sdk_lambda::Client::new(&config),
            customer_lookup: values.get("CUSTOMER_LOOKUP_FUNCTION")?,
            aws_endpoint,
            http,
            file,
        })
    }
}

struct Values<'a>(BTreeMap<&'a str, &'a str>);

impl Values<'_> {
    fn get(&self, name: &str) -> anyhow::Result<String> {
        self.0
            .get(name)
            .map(|value| (*value).to_owned())
            .with_context(|| format!("the stack's file lacks {name}"))
    }
}
