//! The function's configuration, read once from the environment.

use http::HeaderValue;
use shared::config::{ConfigError, Env};

/// Everything the function is told by its environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// `ENVIRONMENT_NAME`
    pub environment: String,
    /// `LOG_LEVEL`
    pub log_level: String,
    /// `VOICE_DATA_BUCKET`
    pub bucket: String,
    /// `DATA_API_KEY_SECRET_ARN`: the admin key.
    pub admin_key_secret: String,
    /// `CUSTOMER_DATA_KEY`: the customer file, which the operator keeps.
    pub customer_data_key: String,
    /// `QUEUE_URL`: where a replayed message goes.
    pub queue_url: String,
    /// `CORS_ALLOWED_ORIGINS`: origins of other sites whose pages may call this API.
    pub cors_allowed_origins: Vec<HeaderValue>,
    /// `TWILIO_ACCOUNT_SID_SECRET_ARN`: for deleting media at Twilio.
    pub twilio_account_sid_secret: String,
    /// `TWILIO_AUTH_TOKEN_SECRET_ARN`: for deleting media at Twilio.
    pub twilio_auth_token_secret: String,
    /// `TWILIO_BASE_URL`
    pub twilio_base_url: String,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// With every missing or unusable variable.
    pub fn from_env(mut env: Env) -> Result<Self, ConfigError> {
        let origins = env.optional("CORS_ALLOWED_ORIGINS").unwrap_or_default();
        let (usable, refused): (Vec<_>, Vec<_>) = origins
            .split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty())
            .map(|origin| parse_origin(origin).ok_or(origin))
            .partition(Result::is_ok);
        for origin in refused.into_iter().filter_map(Result::err) {
            env.problem(format!(
                "CORS_ALLOWED_ORIGINS: {origin:?} is not an origin such as https://office.example.com"
            ));
        }
        let config = Self {
            environment: env.required("ENVIRONMENT_NAME"),
            log_level: env.parsed_or("LOG_LEVEL", "info".to_owned()),
            bucket: env.required("VOICE_DATA_BUCKET"),
            admin_key_secret: env.required("DATA_API_KEY_SECRET_ARN"),
            customer_data_key: env.required("CUSTOMER_DATA_KEY"),
            queue_url: env.required("QUEUE_URL"),
            cors_allowed_origins: usable.into_iter().filter_map(Result::ok).collect(),
            twilio_account_sid_secret: env.required("TWILIO_ACCOUNT_SID_SECRET_ARN"),
            twilio_auth_token_secret: env.required("TWILIO_AUTH_TOKEN_SECRET_ARN"),
            twilio_base_url: env.parsed_or("TWILIO_BASE_URL", "https://api.twilio.com".to_owned()),
        };
        env.finish()?;
        Ok(config)
    }
}

/// An origin as browsers send it (RFC 6454, 6.2): scheme, host, optional port, nothing after. `*` is refused: the API
/// is called with a key, and which pages may hold one is the operator's decision.
fn parse_origin(text: &str) -> Option<HeaderValue> {
    let (scheme, rest) = text.split_once("://")?;
    let plain =
        matches!(scheme, "http" | "https") && !rest.is_empty() && !rest.contains(['/', '?', '#', '*', ' ']);
    plain.then(|| HeaderValue::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(cors: &str) -> Env {
        Env::from([
            ("ENVIRONMENT_NAME", "test"),
            ("VOICE_DATA_BUCKET", "voice"),
            ("DATA_API_KEY_SECRET_ARN", "arn:key"),
            ("CUSTOMER_DATA_KEY", "customers.json"),
            ("QUEUE_URL", "https://queue"),
            ("TWILIO_ACCOUNT_SID_SECRET_ARN", "arn:sid"),
            ("TWILIO_AUTH_TOKEN_SECRET_ARN", "arn:token"),
            ("CORS_ALLOWED_ORIGINS", cors),
        ])
    }

    #[test]
    fn no_origin_is_allowed_unless_it_is_named() {
        assert!(Config::from_env(env("")).unwrap().cors_allowed_origins.is_empty());
        let two = Config::from_env(env("https://a.example, http://localhost:8080")).unwrap();
        assert_eq!(two.cors_allowed_origins.len(), 2);
    }

    #[test]
    fn a_wildcard_or_a_path_is_not_an_origin() {
        for bad in [
            "*",
            "https://*.example",
            "office.example",
            "https://a.example/page",
        ] {
            let error = Config::from_env(env(bad)).unwrap_err().to_string();
            assert!(error.contains("CORS_ALLOWED_ORIGINS"), "{bad}: {error}");
        }
    }

    #[test]
    fn everything_missing_is_named_at_once() {
        let error = Config::from_env(Env::from([])).unwrap_err().to_string();
        for name in [
            "VOICE_DATA_BUCKET",
            "DATA_API_KEY_SECRET_ARN",
            "CUSTOMER_DATA_KEY",
            "QUEUE_URL",
        ] {
            assert!(error.contains(name), "{error}");
        }
    }
}
