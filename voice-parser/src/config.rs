//! What the voice-parser is told by its environment.

use std::time::Duration;

use shared::config::{ConfigError, Env};
use url::Url;

use crate::openai::models::{StructuringModel, TranscriptionModel};

/// Settings, read once at start-up.
#[derive(Debug, Clone)]
pub struct Config {
    /// `ENVIRONMENT_NAME`
    pub environment: String,
    /// `LOG_LEVEL`
    pub log_level: String,
    /// `VOICE_DATA_BUCKET`
    pub bucket: String,
    /// `QUEUE_URL`
    pub queue_url: String,
    /// `CUSTOMER_LOOKUP_FUNCTION`
    pub customer_lookup: String,
    /// Where the three secrets are.
    pub secrets: SecretIds,
    /// `TWILIO_WHATSAPP_NUMBER`
    pub whatsapp_number: String,
    /// `STATUS_CALLBACK_URL`
    pub status_callback: Option<Url>,
    /// `TWILIO_BASE_URL`
    pub twilio_base_url: Url,
    /// `TWILIO_MEDIA_HOSTS`
    pub extra_media_hosts: Vec<String>,
    /// `OPENAI_BASE_URL`
    pub openai_base_url: Url,
    /// `TRANSCRIPTION_MODEL`
    pub transcription_model: TranscriptionModel,
    /// `STRUCTURING_MODEL`, `STRUCTURING_REASONING_EFFORT`
    pub structuring_model: StructuringModel,
    /// Timing.
    pub limits: DeliveryLimits,
}

/// ARNs or names in Secrets Manager.
#[derive(Debug, Clone)]
pub struct SecretIds {
    /// `TWILIO_ACCOUNT_SID_SECRET_ARN`
    pub account_sid: String,
    /// `TWILIO_AUTH_TOKEN_SECRET_ARN`
    pub auth_token: String,
    /// `OPENAI_API_KEY_SECRET_ARN`
    pub openai_api_key: String,
}

/// How long one delivery may take and how often it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryLimits {
    /// `LEASE_SECONDS`: how long a message stays invisible and leased without a sign of life.
    pub lease: Duration,
    /// `MAX_RECEIVE_COUNT` of the redrive policy: the delivery of that number is the last.
    pub max_receive_count: u32,
    /// `FUNCTION_TIMEOUT_SECONDS`
    pub function_timeout: Duration,
}

/// AWS: the visibility timeout should be at least six times the function timeout.
const VISIBILITY_PER_TIMEOUT: u64 = 6;

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// Names every variable that is missing or unusable, and settings that contradict each other.
    pub fn from_env(mut env: Env) -> Result<Self, ConfigError> {
        let lease = env.parsed_or("LEASE_SECONDS", 60_u64);
        let timeout = env.parsed_or("FUNCTION_TIMEOUT_SECONDS", 50_u64);
        let visibility = env.parsed_or("QUEUE_VISIBILITY_SECONDS", 300_u64);
        if lease < 3 {
            env.problem("LEASE_SECONDS must be at least 3: a third of it is the heartbeat");
        }
        if visibility < timeout * VISIBILITY_PER_TIMEOUT {
            env.problem(
                "QUEUE_VISIBILITY_SECONDS must be at least six times FUNCTION_TIMEOUT_SECONDS, \
                 or a message is delivered again while it is worked on",
            );
        }
        if lease > visibility {
            env.problem("LEASE_SECONDS must not exceed QUEUE_VISIBILITY_SECONDS, which is its backstop");
        }
        let reasoning_effort = env
            .optional("STRUCTURING_REASONING_EFFORT")
            .unwrap_or_else(|| "low".into());
        let config = Self {
            environment: env.required("ENVIRONMENT_NAME"),
            log_level: env.optional("LOG_LEVEL").unwrap_or_else(|| "info".into()),
            bucket: env.required("VOICE_DATA_BUCKET"),
            queue_url: env.required("QUEUE_URL"),
            customer_lookup: env.required("CUSTOMER_LOOKUP_FUNCTION"),
            secrets: SecretIds {
                account_sid: env.required("TWILIO_ACCOUNT_SID_SECRET_ARN"),
                auth_token: env.required("TWILIO_AUTH_TOKEN_SECRET_ARN"),
                openai_api_key: env.required("OPENAI_API_KEY_SECRET_ARN"),
            },
            whatsapp_number: env.required("TWILIO_WHATSAPP_NUMBER"),
            status_callback: optional_url(&mut env, "STATUS_CALLBACK_URL"),
            twilio_base_url: url_or(&mut env, "TWILIO_BASE_URL", "https://api.twilio.com"),
            extra_media_hosts: env
                .optional("TWILIO_MEDIA_HOSTS")
                .map(|hosts| hosts.split(',').map(|host| host.trim().to_owned()).collect())
                .unwrap_or_default(),
            openai_base_url: url_or(&mut env, "OPENAI_BASE_URL", "https://api.openai.com/v1"),
            transcription_model: TranscriptionModel::named(
                &env.optional("TRANSCRIPTION_MODEL")
                    .unwrap_or_else(|| "gpt-transcribe".into()),
            ),
            structuring_model: StructuringModel::named(
                &env.optional("STRUCTURING_MODEL")
                    .unwrap_or_else(|| "gpt-6-luna".into()),
                &reasoning_effort,
            ),
            limits: DeliveryLimits {
                lease: Duration::from_secs(lease),
                max_receive_count: env.parsed_or("MAX_RECEIVE_COUNT", 5),
                function_timeout: Duration::from_secs(timeout),
            },
        };
        if let Some(problem) = config.structuring_model.problem() {
            env.problem(problem);
        }
        env.finish()?;
        Ok(config)
    }
}

fn optional_url(env: &mut Env, name: &str) -> Option<Url> {
    let text = env.optional(name)?;
    match text.parse() {
        Ok(url) => Some(url),
        Err(why) => {
            env.problem(format!("{name} is not a URL: {why}"));
            None
        }
    }
}

#[expect(clippy::expect_used, reason = "the defaults are literals that parse")]
fn url_or(env: &mut Env, name: &str, default: &str) -> Url {
    optional_url(env, name).unwrap_or_else(|| default.parse().expect("a literal URL"))
}
