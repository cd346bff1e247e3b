//! The two algorithms and a key that knows which one it is for.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::Sha1;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use super::presented::PresentedSignature;
use crate::parameters::Parameters;

/// How a signature is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC-SHA1, with the account's auth token.
    HmacSha1,
    /// HMAC-SHA256, with a shared key.
    HmacSha256,
}

impl Algorithm {
    /// Reads the vendor's name of an algorithm, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [("HMAC_SHA1", Self::HmacSha1), ("HMAC_SHA256", Self::HmacSha256)]
            .into_iter()
            .find_map(|(known, algorithm)| name.eq_ignore_ascii_case(known).then_some(algorithm))
    }
}

/// A key and the algorithm it is configured for.
#[derive(Debug, Clone)]
pub struct SigningKey {
    algorithm: Algorithm,
    secret: SecretString,
}

impl SigningKey {
    /// A key for this algorithm; `None` for an empty secret, which everybody knows.
    #[must_use]
    pub fn new(algorithm: Algorithm, secret: SecretString) -> Option<Self> {
        let usable = !secret.expose_secret().is_empty();
        usable.then_some(Self { algorithm, secret })
    }

    /// Whether this key made the signature for one of the spellings of the address.
    pub(super) fn made(
        &self,
        presented: &PresentedSignature,
        spellings: &[String],
        parameters: &Parameters,
    ) -> Choice {
        let check = match self.algorithm {
            Algorithm::HmacSha1 => made_with::<Hmac<Sha1>>,
            Algorithm::HmacSha256 => made_with::<Hmac<Sha256>>,
        };
        check(
            self.secret.expose_secret().as_bytes(),
            presented,
            spellings,
            parameters,
        )
    }
}

fn made_with<M: Mac + KeyInit + Clone>(
    key: &[u8],
    presented: &PresentedSignature,
    spellings: &[String],
    parameters: &Parameters,
) -> Choice {
    // HMAC takes keys of every length; the error exists for other MACs.
    let Ok(keyed) = <M as KeyInit>::new_from_slice(key) else {
        return Choice::from(0);
    };
    let mut found = Choice::from(0);
    for spelling in spellings {
        let mut mac = keyed.clone();
        mac.update(spelling.as_bytes());
        for (name, value) in parameters.pairs() {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        found |= mac.finalize().into_bytes().as_slice().ct_eq(presented.as_bytes());
    }
    found
}
