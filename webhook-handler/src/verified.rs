//! The line between what anybody sent and what Twilio sent: [`Verifier`] is the only maker of [`VerifiedWebhook`], and
//! everything that interprets a request takes only that.

use crate::keyring::{Freshness, Keyring, KeyringError};
use crate::request::WebhookRequest;
use crate::signature::SignedContent;
use crate::signature::address::{PublicUrl, WebhookAddress};

/// Why a request is not taken for Twilio's.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// It is not signed with a key of this deployment.
    #[error("the signature does not fit the request")]
    WrongSignature,
    /// It cannot be told.
    #[error("the request cannot be verified now")]
    Keys(#[source] KeyringError),
}

/// A request that Twilio signed.
#[derive(Debug)]
pub struct VerifiedWebhook {
    content: SignedContent,
    raw_query: String,
}

impl VerifiedWebhook {
    /// What was signed: the body and the query.
    #[must_use]
    pub fn into_parts(self) -> (SignedContent, String) {
        (self.content, self.raw_query)
    }
}

/// Checks signatures.
#[derive(Debug)]
pub struct Verifier {
    address: WebhookAddress,
    keyring: Keyring,
}

impl Verifier {
    /// A verifier of requests to the configured address, or else to the gateway's own.
    #[must_use]
    pub fn new(public: Option<PublicUrl>, keyring: Keyring) -> Self {
        let address = public.map_or(WebhookAddress::Gateway, WebhookAddress::Public);
        Self { address, keyring }
    }

    /// The configured address.
    #[must_use]
    pub fn public_url(&self) -> Option<&PublicUrl> {
        match &self.address {
            WebhookAddress::Public(url) => Some(url),
            WebhookAddress::Gateway => None,
        }
    }

    /// The keys, for fetching them early.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Believes a request or does not. When the known keys do not fit, they are fetched afresh once: a token that was
    /// rotated a moment ago is no reason to refuse a message.
    ///
    /// # Errors
    /// [`VerificationError`].
    pub async fn verify(&self, request: WebhookRequest) -> Result<VerifiedWebhook, VerificationError> {
        for freshness in [Freshness::Known, Freshness::Refetched] {
            let keys = self.keyring.keys_for(request.claim(), freshness).await;
            let keys = keys.map_err(VerificationError::Keys)?;
            if request.is_signed_by(&keys, &self.address) {
                let (content, raw_query) = request.into_signed();
                return Ok(VerifiedWebhook { content, raw_query });
            }
        }
        Err(VerificationError::WrongSignature)
    }
}
