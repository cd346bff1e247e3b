//! The function's settings, read once from the environment.

use shared::company::{CompanyDefaults, Country, LanguageChoice, ZoneName};
use shared::config::{ConfigError, Env};

/// What the deployment says.
#[derive(Debug, Clone)]
pub struct Config {
    /// `ENVIRONMENT_NAME`: a dimension of the metrics.
    pub environment: String,
    /// `LOG_LEVEL` (info).
    pub log_level: String,
    /// `VOICE_DATA_BUCKET`.
    pub bucket: String,
    /// `CUSTOMER_DATA_KEY` (customers.json).
    pub customer_data_key: String,
    /// `DEFAULT_TIME_ZONE`, `DEFAULT_COUNTRY`, `DEFAULT_NOTE_LANGUAGE`, `DEFAULT_REPLY_LANGUAGE`.
    pub defaults: CompanyDefaults,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// With every variable that is missing or unusable.
    pub fn from_env(mut env: Env) -> Result<Self, ConfigError> {
        let environment = env.required("ENVIRONMENT_NAME");
        let bucket = env.required("VOICE_DATA_BUCKET");
        let defaults = defaults(&mut env);
        let config = defaults.map(|defaults| Self {
            environment,
            log_level: env.optional("LOG_LEVEL").unwrap_or_else(|| "info".to_owned()),
            bucket,
            customer_data_key: env
                .optional("CUSTOMER_DATA_KEY")
                .unwrap_or_else(|| "customers.json".to_owned()),
            defaults,
        });
        env.finish()?;
        // `finish` fails when a variable was not usable, and then only `defaults` is absent.
        config.ok_or_else(|| ConfigError(vec!["the defaults for companies are not usable".to_owned()]))
    }
}

fn defaults(env: &mut Env) -> Option<CompanyDefaults> {
    let time_zone = parsed::<ZoneName>(env, "DEFAULT_TIME_ZONE");
    let country = parsed::<Country>(env, "DEFAULT_COUNTRY");
    let note_language = parsed::<LanguageChoice>(env, "DEFAULT_NOTE_LANGUAGE");
    let reply_language = parsed::<LanguageChoice>(env, "DEFAULT_REPLY_LANGUAGE");
    Some(CompanyDefaults {
        time_zone: time_zone?,
        country: country?,
        note_language: note_language?,
        reply_language: reply_language?,
    })
}

/// A required variable of a type that has no default of its own.
fn parsed<T: std::str::FromStr>(env: &mut Env, name: &str) -> Option<T>
where
    T::Err: std::fmt::Display,
{
    if env.optional(name).is_none() {
        // Records that it is missing.
        drop(env.required(name));
        return None;
    }
    match env.required(name).parse() {
        Ok(value) => Some(value),
        Err(why) => {
            env.problem(format!("{name} is not usable: {why}"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_missing_or_wrong_is_named() {
        let env = Env::from([("DEFAULT_COUNTRY", "Australia"), ("DEFAULT_NOTE_LANGUAGE", "en")]);
        let problems = Config::from_env(env).unwrap_err().to_string();
        for part in [
            "ENVIRONMENT_NAME is not set",
            "VOICE_DATA_BUCKET is not set",
            "DEFAULT_TIME_ZONE is not set",
            "DEFAULT_COUNTRY is not usable",
            "DEFAULT_REPLY_LANGUAGE is not set",
        ] {
            assert!(problems.contains(part), "{part} in {problems}");
        }
        assert!(!problems.contains("DEFAULT_NOTE_LANGUAGE"), "{problems}");
    }
}
