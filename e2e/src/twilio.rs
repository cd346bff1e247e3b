//! The webhook as Twilio calls it: form-encoded and signed.
//!
//! The signature is computed here anew, from Twilio's description of it, and not by the code under test.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use local::http::{Answer, Http};
use sha1::Sha1;

/// Twilio's side of the webhook.
#[derive(Debug, Clone)]
pub struct Twilio {
    pub(crate) http: Http,
    /// The address to call and to sign.
    pub webhook_url: String,
    /// What requests are signed with.
    pub auth_token: String,
    /// `AC…`
    pub account_sid: String,
    /// The company's address, with `whatsapp:`.
    pub company_number: String,
}

/// Form parameters in the order they are sent.
pub type Parameters = Vec<(String, String)>;

impl Twilio {
    /// A text message as Twilio would post it.
    #[must_use]
    pub fn text_message(&self, sid: &str, from: &str, body: &str) -> Parameters {
        [
            ("MessageSid", sid),
            ("SmsMessageSid", sid),
            ("AccountSid", &self.account_sid),
            ("MessageType", "text"),
            ("From", from),
            ("To", &self.company_number),
            ("Body", body),
            ("NumMedia", "0"),
            ("NumSegments", "1"),
            ("SmsStatus", "received"),
            ("ApiVersion", "2010-04-01"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// The signature of these parameters: HMAC-SHA1 with the auth token over the address and the sorted parameters.
    ///
    /// # Errors
    /// Never with a key of any length; the algorithm's interface has one.
    pub fn sign(&self, parameters: &Parameters) -> anyhow::Result<String> {
        let mut sorted = parameters.clone();
        sorted.sort();
        let mut mac =
            Hmac::<Sha1>::new_from_slice(self.auth_token.as_bytes()).context("the token cannot sign")?;
        mac.update(self.webhook_url.as_bytes());
        for (name, value) in &sorted {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        Ok(STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// Posts parameters with a signature, or without one.
    ///
    /// # Errors
    /// When the webhook does not answer.
    pub async fn post(&self, parameters: &Parameters, signature: Option<&str>) -> anyhow::Result<Answer> {
        let mut request = self.http.client().post(&self.webhook_url).form(parameters);
        if let Some(signature) = signature {
            request = request.header("X-Twilio-Signature", signature);
        }
        self.http.send(request).await
    }

    /// Posts parameters, signed.
    ///
    /// # Errors
    /// When the webhook does not answer.
    pub async fn post_signed(&self, parameters: &Parameters) -> anyhow::Result<Answer> {
        self.post(parameters, Some(&self.sign(parameters)?)).await
    }
}

/// A MessageSid nobody has used.
#[must_use]
pub fn fresh_sid(prefix: &str) -> String {
    format!("{prefix}{}", shared::ids::random_hex32())
}
