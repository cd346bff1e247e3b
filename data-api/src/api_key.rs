//! Keys bound to companies: `keys/{key_id}.json` holds the hash of a secret that is shown once, when it is made.
//!
//! A key is sent as `{key_id}.{secret}`. Verifying it costs one GET, remembered for [`REMEMBER`], which is also how long
//! a revoked key may live on in an instance of the function.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::address::hex;
use shared::bucket::Bucket;
use shared::clock::Clock;
use shared::ids::{CompanyId, random_hex32};
use shared::keys;
use shared::records::UnknownFields;
use subtle::ConstantTimeEq as _;

use crate::error::ApiError;

/// How long a key's record is used without reading it again. A revocation has to take effect within a minute.
pub const REMEMBER: SignedDuration = SignedDuration::from_secs(30);

/// Most records remembered: made-up key ids must not fill the memory.
const MAX_REMEMBERED: usize = 512;

/// Names a key. Not a secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

/// Not a key id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A key_id is 4 to 32 lower-case letters and digits.")]
pub struct InvalidKeyId;

impl KeyId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for KeyId {
    type Error = InvalidKeyId;
    fn try_from(text: String) -> Result<Self, InvalidKeyId> {
        let valid = (4..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            // What the log calls the admin key.
            && text != "admin";
        if valid { Ok(Self(text)) } else { Err(InvalidKeyId) }
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;
    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        Self::try_from(text.to_owned())
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// The version of the record written today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum KeySchema {
    /// `key/1`
    #[default]
    #[serde(rename = "key/1")]
    Current,
}

/// `keys/{key_id}.json`.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// `key/1`
    #[serde(default)]
    pub schema: KeySchema,
    /// Must be the id in the object's key.
    pub key_id: KeyId,
    /// What it is for, as the operator calls it.
    pub label: String,
    /// The companies it sees.
    pub companies: Vec<CompanyId>,
    /// Of the secret, lower-case hexadecimal.
    pub sha256: String,
    /// UTC.
    pub created_at: Timestamp,
    /// From then on it is refused.
    pub expires_at: Option<Timestamp>,
    /// Since then it is refused.
    pub revoked_at: Option<Timestamp>,
    /// What a later version added.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

impl KeyRecord {
    fn is_valid_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    fn is_secret(&self, secret: &str) -> bool {
        let given = hex(&Sha256::digest(secret.as_bytes()));
        bool::from(given.as_bytes().ct_eq(self.sha256.as_bytes()))
    }
}

/// A key made just now: the only time its secret is known here.
#[derive(Debug)]
pub struct NewKey {
    /// To be stored.
    pub record: KeyRecord,
    /// `{key_id}.{secret}`, to be shown once.
    pub api_key: String,
}

impl NewKey {
    /// A fresh key: 24 hexadecimal digits of secret would do, 32 come from one source of randomness, two make it 244 bits.
    #[must_use]
    pub fn generate(
        label: String,
        companies: Vec<CompanyId>,
        created_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Self {
        let key_id = KeyId(random_hex32().chars().take(12).collect());
        let secret = format!("{}{}", random_hex32(), random_hex32());
        let api_key = format!("{}.{secret}", key_id.as_str());
        let record = KeyRecord {
            schema: KeySchema::Current,
            key_id,
            label,
            companies,
            sha256: hex(&Sha256::digest(secret.as_bytes())),
            created_at,
            expires_at,
            revoked_at: None,
            unknown: UnknownFields::new(),
        };
        Self { record, api_key }
    }
}

/// A key as it was sent.
pub struct PresentedKey<'r> {
    id: KeyId,
    secret: &'r str,
}

impl<'r> PresentedKey<'r> {
    /// Reads `{key_id}.{secret}`. The admin key is generated without punctuation, so it is never one of these.
    #[must_use]
    pub fn parse(text: &'r str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        Some(Self {
            id: id.parse().ok()?,
            secret,
        })
    }
}

/// Verifies keys.
#[derive(Debug)]
pub struct KeyRing {
    bucket: Bucket,
    clock: Arc<dyn Clock>,
    remembered: Mutex<HashMap<KeyId, Remembered>>,
}

#[derive(Debug, Clone)]
struct Remembered {
    record: Option<Arc<KeyRecord>>,
    at: Timestamp,
}

impl KeyRing {
    /// The keys kept in this bucket.
    #[must_use]
    pub fn new(bucket: Bucket, clock: Arc<dyn Clock>) -> Self {
        Self {
            bucket,
            clock,
            remembered: Mutex::new(HashMap::new()),
        }
    }

    /// The record of a key that is known, unexpired, not revoked and sent with its secret.
    ///
    /// # Errors
    /// When the bucket cannot be read; a record that cannot be read is the operator's to mend.
    pub async fn verify(&self, presented: &PresentedKey<'_>) -> Result<Option<Arc<KeyRecord>>, ApiError> {
        let record = match self.remembered(&presented.id) {
            Some(record) => record,
            None => self.read(&presented.id).await?,
        };
        let now = self.clock.now();
        Ok(record.filter(|record| record.is_secret(presented.secret) && record.is_valid_at(now)))
    }

    /// Forgets a key, so that this instance at least refuses it at once.
    pub fn forget(&self, id: &KeyId) {
        self.lock().remove(id);
    }

    async fn read(&self, id: &KeyId) -> Result<Option<Arc<KeyRecord>>, ApiError> {
        let stored = self.bucket.read::<KeyRecord>(&keys::api_key(id.as_str())).await?;
        // A record copied to another name would make two keys of one secret.
        let record = stored
            .map(|stored| stored.value)
            .filter(|record| record.key_id == *id)
            .map(Arc::new);
        let at = self.clock.now();
        let mut remembered = self.lock();
        if remembered.len() >= MAX_REMEMBERED {
            remembered.retain(|_, known| is_fresh(known.at, at));
        }
        if remembered.len() >= MAX_REMEMBERED {
            remembered.clear();
        }
        let record_kept = record.clone();
        remembered.insert(
            id.clone(),
            Remembered {
                record: record_kept,
                at,
            },
        );
        Ok(record)
    }

    fn remembered(&self, id: &KeyId) -> Option<Option<Arc<KeyRecord>>> {
        let now = self.clock.now();
        let known = self.lock().get(id).cloned()?;
        is_fresh(known.at, now).then_some(known.record)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<KeyId, Remembered>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) < REMEMBER
}
