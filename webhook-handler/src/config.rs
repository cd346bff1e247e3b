//! Configuration: the environment variables of this function, read once.

use jiff::SignedDuration;
use shared::config::{ConfigError, Env};

use crate::signature::address::PublicUrl;

/// How long the token before the current one is accepted, unless configured: a day is enough to promote a token at
/// Twilio after putting it into the secret, or the other way round.
const DEFAULT_PREVIOUS_TOKEN_HOURS: u32 = 24;

/// What the function was told.
#[derive(Debug)]
pub struct Config {
    /// `ENVIRONMENT_NAME`: a dimension of the metrics.
    pub environment: String,
    /// `LOG_LEVEL`: `info` unless set.
    pub log_level: String,
    /// `QUEUE_URL`: where messages go.
    pub queue_url: String,
    /// `TWILIO_AUTH_TOKEN_SECRET_ARN`: the secret whose text is the account's auth token.
    pub auth_token_secret: String,
    /// `TWILIO_SHARED_KEYS_SECRET_ARN`: the secret with the shared signing keys, where the account uses them.
    pub shared_keys_secret: Option<String>,
    /// `PUBLIC_WEBHOOK_URL`: the address Twilio calls, where it is not the gateway's own.
    pub public_url: Option<PublicUrl>,
    /// `PREVIOUS_TOKEN_HOURS`: how long after a rotation the previous token is accepted.
    pub previous_token_for: SignedDuration,
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// Every missing or unusable variable, by name.
    pub fn from_env(mut env: Env) -> Result<Self, ConfigError> {
        let public_url = env.optional("PUBLIC_WEBHOOK_URL").and_then(|text| {
            text.parse()
                .map_err(|why| env.problem(format!("PUBLIC_WEBHOOK_URL is not usable: {why}")))
                .ok()
        });
        let hours = env.parsed_or("PREVIOUS_TOKEN_HOURS", DEFAULT_PREVIOUS_TOKEN_HOURS);
        let config = Self {
            environment: env.required("ENVIRONMENT_NAME"),
            log_level: env.optional("LOG_LEVEL").unwrap_or_else(|| "info".to_owned()),
            queue_url: env.required("QUEUE_URL"),
            auth_token_secret: env.required("TWILIO_AUTH_TOKEN_SECRET_ARN"),
            shared_keys_secret: env.optional("TWILIO_SHARED_KEYS_SECRET_ARN"),
            public_url,
            previous_token_for: SignedDuration::from_hours(i64::from(hours)),
        };
        env.finish()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_variable_is_named() {
        let message = Config::from_env(Env::from([])).unwrap_err().to_string();
        for name in ["ENVIRONMENT_NAME", "QUEUE_URL", "TWILIO_AUTH_TOKEN_SECRET_ARN"] {
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn an_unusable_variable_is_named_with_the_reason() {
        for (name, value) in [
            ("PUBLIC_WEBHOOK_URL", "hooks.example.com/webhook"),
            ("PUBLIC_WEBHOOK_URL", "https://hooks.example.com/webhook?a=1"),
            ("PREVIOUS_TOKEN_HOURS", "-1"),
        ] {
            let env = Env::from([
                ("ENVIRONMENT_NAME", "dev"),
                ("QUEUE_URL", "q"),
                ("TWILIO_AUTH_TOKEN_SECRET_ARN", "s"),
                (name, value),
            ]);
            let message = Config::from_env(env).unwrap_err().to_string();
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn what_a_template_leaves_empty_is_absent() {
        let config = Config::from_env(Env::from([
            ("ENVIRONMENT_NAME", "dev"),
            ("QUEUE_URL", "q"),
            ("TWILIO_AUTH_TOKEN_SECRET_ARN", "s"),
            ("TWILIO_SHARED_KEYS_SECRET_ARN", ""),
            ("PUBLIC_WEBHOOK_URL", ""),
        ]))
        .unwrap();
        assert!(config.public_url.is_none() && config.shared_keys_secret.is_none());
        assert_eq!(config.previous_token_for, SignedDuration::from_hours(24));
        assert_eq!(config.log_level, "info");
    }
}
