//! `X-Twilio-Signature` as Twilio computes it. This is the signing side only: the functions have their own verifier.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Signs a form request: HMAC-SHA1 with `token` over the URL and, sorted by name, each name followed by a value. A
/// repeated name appears once for each of its distinct values, sorted. The URL is signed as it is, so it must be without
/// a fragment.
#[must_use]
pub fn sign(token: &str, url: &str, params: &[(String, String)]) -> String {
    let mut by_name: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in params {
        by_name.entry(name).or_default().insert(value);
    }
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("a key of any length");
    mac.update(url.as_bytes());
    for (name, values) in by_name {
        for value in values {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
    }
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}
