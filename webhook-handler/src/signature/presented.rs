//! The signature a request came with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The header's name, as the gateway writes it.
pub(crate) const SIGNATURE_HEADER: &str = "x-twilio-signature";

/// The bytes of a presented signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedSignature(Vec<u8>);

impl PresentedSignature {
    /// Decodes the header. What is not canonical base64 becomes a signature that nothing has made: it is as wrong as
    /// any other, and the caller learns nothing from the difference.
    #[must_use]
    pub fn parse(header: &str) -> Self {
        Self(STANDARD.decode(header).unwrap_or_default())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
