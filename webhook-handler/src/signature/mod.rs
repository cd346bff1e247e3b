//! Twilio's request signature: `base64(HMAC(key, url + Σ name + value))`, in the form of the vendor's own libraries.
//!
//! - The URL is the one Twilio called, with its query and without fragment. What the function sees of it depends on who
//!   stands in between, so there are several spellings ([`address`]); a request is authentic when one of them fits.
//! - A form's decoded parameters follow, names in byte order, a repeated name with its unique values in order. There
//!   are no separators.
//! - Any other body is covered by its SHA-256 in the query parameter `bodySHA256`, and no parameters follow.
//!
//! Nothing here decides which key may be used: that is [`crate::keyring`]'s.

pub mod address;
mod algorithm;
mod presented;
mod settings;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

pub use algorithm::{Algorithm, SigningKey};
pub use presented::PresentedSignature;
pub(crate) use presented::SIGNATURE_HEADER;
pub use settings::KeyClaim;
pub(crate) use settings::SETTINGS_HEADER;

use crate::form;
use crate::parameters::Parameters;

/// The query parameter with the lower-case hexadecimal SHA-256 of a body that is not a form.
const BODY_HASH: &str = "bodySHA256";

/// What of a request is signed besides its address.
#[derive(Debug, Clone)]
pub enum SignedContent {
    /// A form: its parameters. They have to be decoded before they can be verified; nothing else is done with them.
    Form(Parameters),
    /// Any other body, by its hash in the query.
    Hashed(Vec<u8>),
}

/// Whether one of the keys made this signature for one of the spellings of the address. Every key and spelling is
/// tried and compared in constant time, whether or not an earlier one fits.
#[must_use]
pub fn is_authentic(
    presented: &PresentedSignature,
    keys: &[SigningKey],
    spellings: &[String],
    content: &SignedContent,
) -> bool {
    let nothing = Parameters::default();
    let parameters = match content {
        SignedContent::Form(parameters) => parameters,
        SignedContent::Hashed(_) => &nothing,
    };
    let none = Choice::from(0);
    let fits = keys.iter().fold(none, |found, key| {
        found | key.made(presented, spellings, parameters)
    });
    fits.into()
}

/// Whether the query vouches for the body. A form needs no vouching: its parameters are signed themselves. The query
/// is signed with the address, so the answer means something once [`is_authentic`] holds.
#[must_use]
pub fn covers_body(raw_query: &str, content: &SignedContent) -> bool {
    let SignedContent::Hashed(body) = content else {
        return true;
    };
    let Ok(query) = form::parse(raw_query.as_bytes()) else {
        return false;
    };
    let hash = shared::address::hex(&Sha256::digest(body));
    query
        .get(BODY_HASH)
        .is_some_and(|announced| announced.as_bytes().ct_eq(hash.as_bytes()).into())
}
