//! Secrets, read at run time from Secrets Manager and refreshed, so that a rotation needs no deployment.

use std::pin::Pin;
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
#[derive(Debug, Clone, thiserror::Error)]
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

/// What is known of a secret.
#[derive(Debug, Default)]
struct Known {
    versions: Option<Arc<SecretVersions>>,
    fetched_at: Option<Timestamp>,
    /// The latest failure, while nothing was fetched since.
    failed: Option<(Timestamp, SecretError)>,
}

impl Known {
    /// The versions, if they were fetched less than `age` ago.
    fn younger_than(&self, age: SignedDuration, now: Timestamp) -> Option<Arc<SecretVersions>> {
        let fetched_at = self.fetched_at?;
        self.versions
            .clone()
            .filter(|_| now.duration_since(fetched_at) < age)
    }

    /// The latest failure, if it is so young that asking again would be hammering.
    fn just_failed(&self, now: Timestamp) -> Option<SecretError> {
        let (at, error) = self.failed.as_ref()?;
        (now.duration_since(*at) < REFETCH_AT_MOST_EVERY).then(|| error.clone())
    }
}

/// A secret that is fetched when first needed and again when it is [`REFRESH_AFTER`] old.
#[derive(Debug)]
pub struct CachedSecret {
    client: Client,
    clock: Arc<dyn Clock>,
    name: &'static str,
    id: String,
    versions: Versions,
    known: Mutex<Known>,
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
            known: Mutex::default(),
        }
    }

    /// The secret's versions, at most [`REFRESH_AFTER`] old. When a refresh fails the last known ones are used on.
    ///
    /// # Errors
    /// [`SecretError`] when nothing was ever fetched and it cannot be fetched now.
    pub async fn get(&self) -> Result<Arc<SecretVersions>, SecretError> {
        // Held across the fetch on purpose: callers that need the same secret wait for one fetch.
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some(versions) = known.younger_than(REFRESH_AFTER, now) {
            return Ok(versions);
        }
        let last_known = known.versions.clone();
        if let (Some(last_known), Some(_)) = (&last_known, known.just_failed(now)) {
            return Ok(Arc::clone(last_known));
        }
        match (self.fetch_into(&mut known, now).await, last_known) {
            (Ok(versions), _) => Ok(versions),
            (Err(error), Some(last_known)) => {
                tracing::warn!(secret = self.name, error = %error, "keeping the last known secret");
                Ok(last_known)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// The versions fetched afresh, unless that was done or failed within [`REFETCH_AT_MOST_EVERY`].
    ///
    /// # Errors
    /// [`SecretError`] when it cannot be fetched now: whether the known versions are still the right ones is then not known.
    pub async fn refetch(&self) -> Result<Arc<SecretVersions>, SecretError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some(versions) = known.younger_than(REFETCH_AT_MOST_EVERY, now) {
            return Ok(versions);
        }
        match known.just_failed(now) {
            Some(error) => Err(error),
            None => self.fetch_into(&mut known, now).await,
        }
    }

    async fn fetch_into(
        &self,
        known: &mut Known,
        now: Timestamp,
    ) -> Result<Arc<SecretVersions>, SecretError> {
        match self.fetch().await {
            Ok(versions) => {
                let versions = Arc::new(versions);
                *known = Known {
                    versions: Some(Arc::clone(&versions)),
                    fetched_at: Some(now),
                    failed: None,
                };
                Ok(versions)
            }
            Err(error) => {
                known.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    /// Boxed: the SDK's futures are nested so deeply that callers' layouts would pass the compiler's limit.
    fn fetch(&self) -> Pin<Box<dyn Future<Output = Result<SecretVersions, SecretError>> + Send + '_>> {
        Box::pin(async move {
            let previous = async {
                match self.versions {
                    Versions::Current => Ok(None),
                    Versions::CurrentAndPrevious => self.fetch_stage("AWSPREVIOUS").await,
                }
            };
            let (current, previous) = tokio::join!(self.fetch_stage("AWSCURRENT"), previous);
            let (current, current_since) = current?.ok_or(SecretError::Empty { name: self.name })?;
            Ok(SecretVersions {
                current,
                current_since,
                previous: previous?.map(|(value, _)| value),
            })
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
