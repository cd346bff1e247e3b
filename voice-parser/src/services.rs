//! What the pipeline works with, made once per process.

use std::sync::Arc;

use aws_config::SdkConfig;
use shared::bucket::Bucket;
use shared::clock::{Clock, SystemClock};
use shared::metrics::Metrics;
use shared::secrets::{CachedSecret, Versions};

use crate::config::Config;
use crate::directory::Directory;
use crate::ledger::Ledger;
use crate::openai::OpenAi;
use crate::queue::Queue;
use crate::twilio::Twilio;

/// Everything a step needs beside the message.
#[derive(Debug)]
pub struct Services {
    /// Settings.
    pub config: Config,
    /// The one clock.
    pub clock: Arc<dyn Clock>,
    /// Objects.
    pub bucket: Bucket,
    /// Records and leases.
    pub ledger: Ledger,
    /// The queue.
    pub queue: Queue,
    /// customer-lookup.
    pub directory: Directory,
    /// Models.
    pub openai: OpenAi,
    /// Media and replies.
    pub twilio: Twilio,
    /// Counters.
    pub metrics: Metrics,
}

impl Services {
    /// Makes the clients; connects to nothing.
    ///
    /// # Errors
    /// When the TLS backend cannot be set up.
    pub fn new(config: Config, aws: &SdkConfig) -> Result<Self, reqwest::Error> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let secrets = aws_sdk_secretsmanager::Client::new(aws);
        let secret = |name, id: &str| {
            let (client, clock) = (secrets.clone(), Arc::clone(&clock));
            Arc::new(CachedSecret::new(client, clock, name, id, Versions::Current))
        };
        let http = crate::http::client()?;
        let bucket = Bucket::new(aws, &config.bucket);
        Ok(Self {
            ledger: Ledger::new(bucket.clone(), Arc::clone(&clock), config.limits.lease),
            bucket,
            queue: Queue::new(aws, &config.queue_url),
            directory: Directory::new(aws, &config.customer_lookup),
            openai: OpenAi::new(
                http.clone(),
                config.openai_base_url.clone(),
                secret("OPENAI_API_KEY", &config.secrets.openai_api_key),
            ),
            twilio: Twilio::new(
                http,
                config.twilio_base_url.clone(),
                config.extra_media_hosts.clone(),
                secret("TWILIO_ACCOUNT_SID", &config.secrets.account_sid),
                secret("TWILIO_AUTH_TOKEN", &config.secrets.auth_token),
            ),
            metrics: Metrics::new(&config.environment, "voice-parser", Arc::clone(&clock)),
            clock,
            config,
        })
    }
}
