//! The keys a request may have been signed with: the account's auth token in its versions, and shared keys by id.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::clock::Clock;
use shared::secrets::{CachedSecret, SecretError, SecretVersions, Versions};

use crate::config::Config;
use crate::signature::{Algorithm, KeyClaim, SigningKey};

/// Whether known secrets will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// They will.
    Known,
    /// They did not fit the request: fetch them afresh, within [`shared::secrets::REFETCH_AT_MOST_EVERY`].
    Refetched,
}

/// No key can be had. Not the caller's fault.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// A secret cannot be read.
    #[error("signatures cannot be checked")]
    Secret(#[source] SecretError),
    /// The secret of shared keys is not the object it should be. Says where, never what.
    #[error(
        "TWILIO_SHARED_KEYS_SECRET_ARN: the secret is not {{\"key id\": {{\"algorithm\", \"secret\"}}}} (line {line}, column {column})"
    )]
    SharedKeys {
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
    },
}

/// The secrets, cached.
#[derive(Debug)]
pub struct Keyring {
    auth_token: CachedSecret,
    shared_keys: Option<CachedSecret>,
    previous_token_for: SignedDuration,
    clock: Arc<dyn Clock>,
}

impl Keyring {
    /// The keyring of a configuration. Fetches nothing yet.
    #[must_use]
    pub fn new(client: &Client, config: &Config, clock: Arc<dyn Clock>) -> Self {
        let secret = |name, id: &str, versions| {
            CachedSecret::new(client.clone(), Arc::clone(&clock), name, id, versions)
        };
        Self {
            auth_token: secret(
                "TWILIO_AUTH_TOKEN_SECRET_ARN",
                &config.auth_token_secret,
                Versions::CurrentAndPrevious,
            ),
            shared_keys: config
                .shared_keys_secret
                .as_deref()
                .map(|id| secret("TWILIO_SHARED_KEYS_SECRET_ARN", id, Versions::Current)),
            previous_token_for: config.previous_token_for,
            clock,
        }
    }

    /// Fetches everything that a request may need, at once.
    ///
    /// # Errors
    /// The first secret that cannot be had.
    pub async fn prefetch(&self) -> Result<(), SecretError> {
        let shared_keys = async {
            match &self.shared_keys {
                Some(secret) => secret.get().await.map(|_| ()),
                None => Ok(()),
            }
        };
        let (auth_token, shared_keys) = tokio::join!(self.auth_token.get(), shared_keys);
        auth_token?;
        shared_keys
    }

    /// The keys that fit a claim; none when nothing can.
    ///
    /// # Errors
    /// [`KeyringError`] when a secret is needed and cannot be had.
    pub async fn keys_for(
        &self,
        claim: &KeyClaim,
        freshness: Freshness,
    ) -> Result<Vec<SigningKey>, KeyringError> {
        match (claim, &self.shared_keys) {
            (KeyClaim::AuthToken, _) => {
                let versions = read(&self.auth_token, freshness).await?;
                Ok(self.auth_tokens(&versions))
            }
            (KeyClaim::SharedKey { id, algorithm }, Some(secret)) => {
                let versions = read(secret, freshness).await?;
                let key = shared_key(versions.current.expose_secret(), id, *algorithm)?;
                Ok(key.into_iter().collect())
            }
            (KeyClaim::SharedKey { .. }, None) | (KeyClaim::Unknown, _) => Ok(Vec::new()),
        }
    }

    /// The current token, and the one before it while the rotation is young.
    fn auth_tokens(&self, versions: &SecretVersions) -> Vec<SigningKey> {
        let since_rotation = self.clock.now().duration_since(versions.current_since);
        let previous = versions
            .previous
            .as_ref()
            .filter(|_| since_rotation < self.previous_token_for);
        [Some(&versions.current), previous]
            .into_iter()
            .flatten()
            .filter_map(|token| SigningKey::new(Algorithm::HmacSha1, token.clone()))
            .collect()
    }
}

async fn read(secret: &CachedSecret, freshness: Freshness) -> Result<Arc<SecretVersions>, KeyringError> {
    let versions = match freshness {
        Freshness::Known => secret.get().await,
        Freshness::Refetched => secret.refetch().await,
    };
    versions.map_err(KeyringError::Secret)
}

#[derive(Deserialize)]
struct SharedKey {
    algorithm: String,
    secret: SecretString,
}

/// The key of this id, if it is configured for the algorithm that is claimed.
fn shared_key(secret: &str, id: &str, claimed: Algorithm) -> Result<Option<SigningKey>, KeyringError> {
    let mut keys: BTreeMap<String, SharedKey> =
        serde_json::from_str(secret).map_err(|error| KeyringError::SharedKeys {
            line: error.line(),
            column: error.column(),
        })?;
    let key = keys.remove(id);
    Ok(key
        .filter(|key| Algorithm::parse(&key.algorithm) == Some(claimed))
        .and_then(|key| SigningKey::new(claimed, key.secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = r#"{"k1":{"algorithm":"HMAC_SHA256","secret":"s1"},"k2":{"algorithm":"HMAC_SHA1","secret":"s2"},
        "odd":{"algorithm":"HMAC_SHA512","secret":"s3"},"empty":{"algorithm":"HMAC_SHA256","secret":""}}"#;

    #[test]
    fn a_key_is_only_used_with_the_algorithm_it_is_configured_for() {
        let usable = |id, claimed| shared_key(KEYS, id, claimed).unwrap().is_some();
        assert!(usable("k1", Algorithm::HmacSha256));
        assert!(!usable("k1", Algorithm::HmacSha1));
        assert!(usable("k2", Algorithm::HmacSha1));
        assert!(!usable("k2", Algorithm::HmacSha256));
    }

    #[test]
    fn an_unknown_key_an_unknown_algorithm_and_an_empty_secret_are_no_keys() {
        for id in ["k3", "odd", "empty", ""] {
            assert!(
                shared_key(KEYS, id, Algorithm::HmacSha256).unwrap().is_none(),
                "{id}"
            );
        }
    }

    #[test]
    fn a_broken_secret_is_an_error_that_does_not_repeat_it() {
        for broken in ["", "hush", r#"["hush"]"#, r#"{"k":{"secret":"hush"}}"#] {
            let error = shared_key(broken, "k", Algorithm::HmacSha256)
                .unwrap_err()
                .to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
