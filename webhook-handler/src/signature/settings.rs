//! `X-Twilio-Webhooks-Signature-Settings: key=webhooks_sharedkey_…,algorithm=HMAC_SHA256`: which key the caller claims
//! to have signed with. Only a claim: [`crate::keyring`] decides which key that is and what it is used with.

use super::Algorithm;

/// The header's name, as the gateway writes it.
pub(crate) const SETTINGS_HEADER: &str = "x-twilio-webhooks-signature-settings";

/// What a request says it was signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyClaim {
    /// The account's auth token, with HMAC-SHA1: no header, or one that names no algorithm.
    AuthToken,
    /// A shared key.
    SharedKey {
        /// The key's id.
        id: String,
        /// The algorithm it is said to be for.
        algorithm: Algorithm,
    },
    /// An algorithm that is not known, or one that needs a key and names none. Nothing can be signed so.
    Unknown,
}

impl KeyClaim {
    /// Reads the header; fields are separated by commas, of a repeated one the first that says something counts.
    #[must_use]
    pub fn parse(header: Option<&str>) -> Self {
        let header = header.unwrap_or_default();
        let Some(name) = field(header, "algorithm") else {
            return Self::AuthToken;
        };
        match (Algorithm::parse(name), field(header, "key")) {
            (Some(algorithm), Some(id)) => Self::SharedKey {
                id: id.to_owned(),
                algorithm,
            },
            (Some(Algorithm::HmacSha1), None) => Self::AuthToken,
            (Some(Algorithm::HmacSha256) | None, _) => Self::Unknown,
        }
    }
}

fn field<'a>(header: &'a str, wanted: &str) -> Option<&'a str> {
    header
        .split(',')
        .filter_map(|field| field.split_once('='))
        .find_map(|(name, value)| (name.trim() == wanted && !value.trim().is_empty()).then(|| value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_read_as_the_vendor_reads_it() {
        let shared_key = |id: &str, algorithm| KeyClaim::SharedKey {
            id: id.to_owned(),
            algorithm,
        };
        let cases = [
            (None, KeyClaim::AuthToken),
            (Some(""), KeyClaim::AuthToken),
            (Some("key=webhooks_sharedkey_1"), KeyClaim::AuthToken),
            (Some("key=k,algorithm="), KeyClaim::AuthToken),
            (Some("algorithm=HMAC_SHA1"), KeyClaim::AuthToken),
            (Some("algorithm=HMAC_SHA256"), KeyClaim::Unknown),
            (Some("key=k,algorithm=HMAC_SHA512"), KeyClaim::Unknown),
            (Some("key=k,algorithm=none"), KeyClaim::Unknown),
            (
                Some("key=k,algorithm=HMAC_SHA256"),
                shared_key("k", Algorithm::HmacSha256),
            ),
            (
                Some(" algorithm = hmac_sha256 , key = k "),
                shared_key("k", Algorithm::HmacSha256),
            ),
            (
                Some("algorithm=HMAC_SHA256,algorithm=HMAC_SHA1,key=k"),
                shared_key("k", Algorithm::HmacSha256),
            ),
            (
                Some("key=k,algorithm=HMAC_SHA1"),
                shared_key("k", Algorithm::HmacSha1),
            ),
        ];
        for (header, claim) in cases {
            assert_eq!(KeyClaim::parse(header), claim, "{header:?}");
        }
    }
}
