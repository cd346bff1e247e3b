//! Secrets, read at run time from Secrets Manager and refreshed, so that a rotation needs no deployment.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::retry::{Classified, Retry};

/// How long a fetched secret is used before it is fetched again. A rotation that is not noticed earlier by a refused
/// request takes effect within this time.
pub const REFRESH_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// A refused request makes a function fetch its secrets afresh, at most this often per process: a flood of forged
/// requests must not become a flood of calls to Secrets Manager.
pub const REFETCH_AT_MOST_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// A secret could not be read. Names the secret's variable, never its value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No usable answer from Secrets Manager.
    #[error("the secret {name} cannot be read now (code {code:?})")]
    Unavailable {
        /// Which secret, as the configuration calls it.
        name: &'static str,
        /// The service's error code.
        code: Option<String>,
    },
    /// It is not there, or the role may not read it.
    #[error("the secret {name} is missing or may not be read (code {code:?})")]
    Refused {
        /// Which secret, as the configuration calls it.
        name: &'static str,
        /// The service's error code.
        code: Option<String>,
    },
    /// It has no text.
    #[error("the secret {name} is empty")]
    Empty {
        /// Which secret, as the configuration calls it.
        name: &'static str,
    },
}

impl Classified for SecretError {
    fn retry(&self) -> Retry {
        // A missing secret is mended by the operator while the message waits in the queue: worth another delivery.
        Retry::LATER
    }
}

/// A secret's versions as of one fetch.
#[derive(Debug, Clone)]
pub struct SecretVersions {
    /// `AWSCURRENT`.
    pub current: SecretString,
    /// When the current version was put.
    pub current_since: Timestamp,
    /// `AWSPREVIOUS`, when it was asked for and exists.
    pub previous: Option<SecretString>,
}

/// Which versions of a secret its reader needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    /// Only `AWSCURRENT`: what is sent to a vendor.
    Current,
    /// `AWSPREVIOUS` too: what a vendor's requests are verified with, during a rotation.
    CurrentAndPrevious,
}

#[derive(Debug)]
struct Fetched {
    versions: Arc<SecretVersions>,
    at: Timestamp,
}

/// A secret that is fetched when first needed and again when it is [`REFRESH_AFTER`] old.
#[derive(Debug)]
pub struct CachedSecret {
    client: Client,
    clock: Arc<dyn Clock>,
    name: &'static str,
    id: String,
    versions: Versions,
    fetched: Mutex<Option<Fetched>>,
}

impl CachedSecret {
    /// The secret with this ARN or name. `name` is what errors call it.
    #[must_use]
    pub fn new(
        client: Client,
        clock: Arc<dyn Clock>,
        name: &'static str,
        id: impl Into<String>,
        versions: Versions,
    ) -> Self {
        Self {
            client,
            clock,
            name,
            id: id.into(),
            versions,
            fetched: Mutex::new(None),
        }
    }

    /// The secret's versions, at most [`REFRESH_AFTER`] old. When a refresh fails the last known ones are used on.
    ///
    /// # Errors
    /// [`SecretError`] when nothing was ever fetched and it cannot be fetched now.
    pub async fn get(&self) -> Result<Arc<SecretVersions>, SecretError> {
        self.at_most(REFRESH_AFTER).await
    }

    /// The versions fetched afresh, unless that was done within [`REFETCH_AT_MOST_EVERY`].
    ///
    /// # Errors
    /// [`SecretError`] when nothing was ever fetched and it cannot be fetched now.
    pub async fn refetch(&self) -> Result<Arc<SecretVersions>, SecretError> {
        self.at_most(REFETCH_AT_MOST_EVERY).await
    }

    async fn at_most(&self, age: SignedDuration) -> Result<Arc<SecretVersions>, SecretError> {
        // Held across the fetch on purpose: callers that need the same secret wait for one fetch.
        let mut fetched = self.fetched.lock().await;
        let now = self.clock.now();
        if let Some(known) = fetched
            .as_ref()
            .filter(|known| now.duration_since(known.at) < age)
        {
            return Ok(Arc::clone(&known.versions));
        }
        match self.fetch().await {
            Ok(versions) => {
                let versions = Arc::new(versions);
                *fetched = Some(Fetched {
                    versions: Arc::clone(&versions),
                    at: now,
                });
                Ok(versions)
            }
            Err(error) => match fetched.as_mut() {
                Some(known) => {
                    tracing::warn!(secret = self.name, error = %error, "keeping the last known secret");
                    // Counts as a fetch: a failing service is not asked more often than a working one.
                    known.at = known.at.max(now - (REFRESH_AFTER - REFETCH_AT_MOST_EVERY));
                    Ok(Arc::clone(&known.versions))
                }
                None => Err(error),
            },
        }
    }

    async fn fetch(&self) -> Result<SecretVersions, SecretError> {
        let (current, current_since) = self
            .fetch_stage("AWSCURRENT")
            .await?
            .ok_or(SecretError::Empty { name: self.name })?;
        let previous = match self.versions {
            Versions::Current => None,
            Versions::CurrentAndPrevious => self.fetch_stage("AWSPREVIOUS").await?.map(|(value, _)| value),
        };
        Ok(SecretVersions {
            current,
            current_since,
            previous,
        })
    }

    /// A version's text and when it was put; `None` when there is no version of that stage.
    async fn fetch_stage(&self, stage: &str) -> Result<Option<(SecretString, Timestamp)>, SecretError> {
        let sent = self
            .client
            .get_secret_value()
            .secret_id(&self.id)
            .version_stage(stage)
            .send()
            .await;
        let output = match sent {
            Ok(output) => output,
            Err(error) if stage == "AWSPREVIOUS" && is_not_found(&error) => return Ok(None),
            Err(error) => return Err(self.classify(&error)),
        };
        let text = output
            .secret_string()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let since = output.created_date().and_then(|at| at.to_millis().ok());
        let since = since
            .and_then(|at| Timestamp::from_millisecond(at).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(text.map(|text| (SecretString::from(text), since)))
    }

    fn classify<E: ProvideErrorMetadata>(&self, error: &SdkError<E>) -> SecretError {
        let code = error.code().map(str::to_owned);
        match error.raw_response().map(|response| response.status().as_u16()) {
            Some(400..=499) if !matches!(code.as_deref(), Some("ThrottlingException")) => {
                SecretError::Refused {
                    name: self.name,
                    code,
                }
            }
            _ => SecretError::Unavailable {
                name: self.name,
                code,
            },
        }
    }
}

fn is_not_found<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code() == Some("ResourceNotFoundException")
}
