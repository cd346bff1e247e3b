//! The admin key: generated with the stack, kept in Secrets Manager as `{"api_key": "…"}`, rotated without a gap.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use shared::clock::Clock;
use shared::secrets::{CachedSecret, SecretVersions};
use subtle::ConstantTimeEq as _;

use crate::error::ApiError;
use crate::seal::Seals;

/// How long the key before the current one is still accepted after a rotation, hours: time to change it wherever it is
/// used. After that a retired key is dead.
pub const PREVIOUS_KEY_HOURS: i64 = 24;

/// The admin key in its versions.
#[derive(Debug)]
pub struct AdminKey {
    secret: CachedSecret,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct Document {
    api_key: String,
}

/// The secret is not `{"api_key": "…"}`.
#[derive(Debug, thiserror::Error)]
#[error("the admin key's secret is not a JSON object with api_key")]
struct NotADocument;

impl AdminKey {
    /// The admin key kept in this secret.
    #[must_use]
    pub fn new(secret: CachedSecret, clock: Arc<dyn Clock>) -> Self {
        Self { secret, clock }
    }

    /// Whether `candidate` is the admin key. When it is not the known one the secret is fetched afresh, at most every ten
    /// seconds, so that a new key works at once.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub async fn is(&self, candidate: &str) -> Result<bool, ApiError> {
        if self.matches(&*self.secret.get().await?, candidate)? {
            return Ok(true);
        }
        self.matches(&*self.secret.refetch().await?, candidate)
    }

    /// What continuation tokens are sealed with: derived from the admin key, so every instance of the function has it and
    /// a rotation retires old tokens together with the old key.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub async fn seals(&self) -> Result<Seals, ApiError> {
        self.seals_of(&*self.secret.get().await?)
    }

    /// The same, fetched afresh: another instance may have seen a rotation earlier.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub async fn fresh_seals(&self) -> Result<Seals, ApiError> {
        self.seals_of(&*self.secret.refetch().await?)
    }

    fn seals_of(&self, versions: &SecretVersions) -> Result<Seals, ApiError> {
        let keys = self.accepted(versions)?;
        Ok(Seals::derived_from(keys.iter().map(ExposeSecret::expose_secret)))
    }

    fn matches(&self, versions: &SecretVersions, candidate: &str) -> Result<bool, ApiError> {
        // Digests have one length whatever the keys', so the comparison tells nothing about it.
        let candidate = Sha256::digest(candidate.as_bytes());
        let accepted = self.accepted(versions)?;
        let matches = accepted.iter().fold(subtle::Choice::from(0), |found, key| {
            found | Sha256::digest(key.expose_secret().as_bytes()).ct_eq(&candidate)
        });
        Ok(matches.into())
    }

    /// The keys accepted now, the current one first.
    fn accepted(&self, versions: &SecretVersions) -> Result<Vec<SecretString>, ApiError> {
        let mut keys = vec![read(&versions.current)?];
        if accepts_previous(versions.current_since, self.clock.now())
            && let Some(previous) = versions.previous.as_ref().and_then(|text| read(text).ok())
        {
            keys.push(previous);
        }
        Ok(keys)
    }
}

fn accepts_previous(current_since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(current_since) < SignedDuration::from_hours(PREVIOUS_KEY_HOURS)
}

fn read(text: &SecretString) -> Result<SecretString, ApiError> {
    serde_json::from_str::<Document>(text.expose_secret())
        .ok()
        .map(|document| SecretString::from(document.api_key))
        .filter(|key| !key.expose_secret().is_empty())
        // The parser's message could repeat the secret.
        .ok_or_else(|| ApiError::internal("the admin key", NotADocument))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retired_key_dies_after_a_day() {
        let rotated: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        assert!(accepts_previous(
            rotated,
            rotated + SignedDuration::from_hours(23)
        ));
        assert!(!accepts_previous(
            rotated,
            rotated + SignedDuration::from_hours(24)
        ));
    }

    #[test]
    fn an_empty_or_misshapen_secret_lets_nobody_in() {
        for text in ["", "plain", "{}", r#"{"api_key":""}"#, r#"{"api_key":7}"#] {
            assert!(read(&SecretString::from(text)).is_err(), "{text}");
        }
    }
}
