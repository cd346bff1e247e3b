//! Continuation tokens and cursors: a position in a listing, authenticated together with what it is a position in.
//!
//! A token carries where to go on (which its holder has just been shown) and an HMAC over that and its binding: the
//! route, the company and every filter. So a token cannot be altered, nor used on another route, for another company or
//! with other filters. S3's own tokens are never handed out or passed through.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::error::ApiError;

/// Bytes of the MAC kept: half of HMAC-SHA-256 (RFC 2104, 5, allows truncation to no less than half).
const MAC_BYTES: usize = 16;

/// Longest token read, characters: a key of 1,024 bytes and a MAC in base64.
pub const MAX_TOKEN_CHARS: usize = 1400;

/// What a token is a position in. Two listings with any difference have different bindings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding(Vec<u8>);

impl Binding {
    /// A position in what `route` answers.
    #[must_use]
    pub fn to(route: &'static str) -> Self {
        Self(Vec::new()).and(Some(route))
    }

    /// … for this value of the next parameter; an absent one differs from an empty one.
    #[must_use]
    pub fn and(mut self, value: Option<&str>) -> Self {
        match value {
            Some(value) => {
                // The length in front keeps ("ab", "c") and ("a", "bc") apart.
                self.0
                    .extend(u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes());
                self.0.extend(value.as_bytes());
            }
            None => self.0.extend(u64::MAX.to_be_bytes()),
        }
        self
    }
}

/// The keys tokens are sealed with: the first makes them, any opens them.
#[derive(Clone)]
pub struct Seals(Vec<[u8; 32]>);

impl std::fmt::Debug for Seals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seals({})", self.0.len())
    }
}

impl Seals {
    /// One key for each secret, the current secret first.
    #[must_use]
    pub fn derived_from<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Self {
        let derive = |secret: &str| mac(secret.as_bytes(), &[b"data-api continuation token 1"]);
        Self(secrets.into_iter().map(derive).collect())
    }

    /// A token for going on after `position`.
    #[must_use]
    pub fn seal(&self, binding: &Binding, position: &str) -> String {
        let key = self.0.first().copied().unwrap_or_default();
        let mut token = mac(&key, &[&binding.0, position.as_bytes()])[..MAC_BYTES].to_vec();
        token.extend(position.as_bytes());
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The position in a token, when the token was made here for this binding.
    #[must_use]
    pub fn open(&self, binding: &Binding, token: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (given, position) = bytes.split_at_checked(MAC_BYTES)?;
        let authentic = self.0.iter().any(|key| {
            let mut expected = keyed(key);
            expected.update(&binding.0);
            expected.update(position);
            expected.verify_truncated_left(given).is_ok()
        });
        authentic
            .then(|| String::from_utf8(position.to_vec()).ok())
            .flatten()
    }
}

/// The error of a token that does not open.
#[must_use]
pub fn refused(parameter: &'static str) -> ApiError {
    ApiError::parameter(
        parameter,
        "This is not a token from the previous page of the same list with the same parameters. Start again without it.",
    )
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length; the fallback is never reached.
    Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()))
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(company: &str, intent: Option<&str>) -> Binding {
        Binding::to("list").and(Some(company)).and(intent)
    }

    #[test]
    fn a_token_opens_where_it_was_made_and_nowhere_else() {
        let seals = Seals::derived_from(["current"]);
        let token = seals.seal(&list("acme", None), "acme/other/x");
        assert_eq!(
            seals.open(&list("acme", None), &token).as_deref(),
            Some("acme/other/x")
        );
        for other in [
            list("acme", Some("other")),
            list("acme", Some("")),
            list("rival", None),
            Binding::to("notes"),
        ] {
            assert_eq!(seals.open(&other, &token), None);
        }
        assert_eq!(
            Seals::derived_from(["another"]).open(&list("acme", None), &token),
            None
        );
    }

    #[test]
    fn a_token_survives_a_rotation_of_the_admin_key() {
        let before = Seals::derived_from(["old"]);
        let after = Seals::derived_from(["new", "old"]);
        let binding = list("acme", None);
        assert!(after.open(&binding, &before.seal(&binding, "p")).is_some());
        assert!(before.open(&binding, &after.seal(&binding, "p")).is_none());
    }

    #[test]
    fn parts_of_a_binding_do_not_run_together() {
        let two = |a, b| Binding::to("r").and(Some(a)).and(Some(b));
        assert_ne!(two("ab", "c"), two("a", "bc"));
    }

    proptest! {
        #[test]
        fn no_altered_token_opens(position in "\\PC{0,40}", at in 0usize..200, bit in 0u8..8) {
            let seals = Seals::derived_from(["current"]);
            let binding = list("acme", None);
            let mut bytes = URL_SAFE_NO_PAD.decode(seals.seal(&binding, &position)).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(seals.open(&binding, &URL_SAFE_NO_PAD.encode(bytes)), None);
        }

        #[test]
        fn garbage_does_not_open(token in "\\PC{0,100}") {
            prop_assert_eq!(Seals::derived_from(["current"]).open(&list("acme", None), &token), None);
        }
    }
}
