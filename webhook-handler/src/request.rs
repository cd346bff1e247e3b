//! A request that is complete and within the limits, and not yet believed.
//!
//! This is all that is done with a request before its signature is checked: look at path and method, count bytes, undo
//! base64, and, because a form's decoded parameters are what is signed, decode the form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::limits::MAX_WEBHOOK_BODY_BYTES;

use crate::event::HttpApiEvent;
use crate::form;
use crate::signature::address::{Location, PublicUrl, WebhookAddress};
use crate::signature::{self, KeyClaim, PresentedSignature, SignedContent, SigningKey};

/// The last segment of the one path that is served; stages and mappings put one segment in front of it.
const WEBHOOK: &str = "webhook";

const FORM: &str = "application/x-www-form-urlencoded";

/// Why a request is not worth verifying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Another path.
    #[error("only /webhook is served")]
    UnknownPath,
    /// Another method.
    #[error("only POST is served")]
    MethodNotAllowed,
    /// More bytes than any message of Twilio has.
    #[error("the body is larger than {MAX_WEBHOOK_BODY_BYTES} bytes")]
    TooLarge,
    /// No `X-Twilio-Signature`.
    #[error("the request is not signed")]
    NotSigned,
    /// The gateway said base64 and it is not.
    #[error("the body is not base64")]
    NotBase64,
    /// A form that is not text.
    #[error("the form is not UTF-8")]
    NotUtf8,
}

/// An unverified request.
#[derive(Debug, Clone)]
pub struct WebhookRequest {
    location: Location,
    signature: PresentedSignature,
    claim: KeyClaim,
    content: SignedContent,
}

impl WebhookRequest {
    /// Takes a request out of the gateway's event.
    ///
    /// # Errors
    /// [`RequestError`], cheapest check first.
    pub fn from_event(event: HttpApiEvent, public: Option<&PublicUrl>) -> Result<Self, RequestError> {
        if !is_webhook(&event.raw_path, public) {
            return Err(RequestError::UnknownPath);
        }
        if event.request_context.http.method != "POST" {
            return Err(RequestError::MethodNotAllowed);
        }
        if size_of_body(&event) > MAX_WEBHOOK_BODY_BYTES {
            return Err(RequestError::TooLarge);
        }
        let signature = event
            .header(signature::SIGNATURE_HEADER)
            .filter(|header| !header.is_empty())
            .map(PresentedSignature::parse)
            .ok_or(RequestError::NotSigned)?;
        let claim = KeyClaim::parse(event.header(signature::SETTINGS_HEADER));
        let is_form = is_form(event.header("content-type"));
        let body = body_of(event.body, event.is_base64_encoded)?;
        let content = if is_form {
            SignedContent::Form(form::parse(&body).map_err(|form::NotUtf8| RequestError::NotUtf8)?)
        } else {
            SignedContent::Hashed(body)
        };
        let location = Location {
            domain_name: event.request_context.domain_name,
            stage: event.request_context.stage,
            raw_path: event.raw_path,
            raw_query: event.raw_query_string,
        };
        Ok(Self {
            location,
            signature,
            claim,
            content,
        })
    }

    /// Whether one of these keys signed the request as a request to this address, and its body with it.
    #[must_use]
    pub fn is_signed_by(&self, keys: &[SigningKey], address: &WebhookAddress) -> bool {
        let spellings = address.spellings(&self.location);
        signature::covers_body(&self.location.raw_query, &self.content)
            && signature::is_authentic(&self.signature, keys, &spellings, &self.content)
    }

    /// What the request claims to be signed with.
    #[must_use]
    pub fn claim(&self) -> &KeyClaim {
        &self.claim
    }

    /// What is signed besides the address, for [`crate::verified`] alone.
    pub(crate) fn into_signed(self) -> (SignedContent, String) {
        (self.content, self.location.raw_query)
    }
}

/// `/webhook`, `/{stage}/webhook`, or the configured address's path.
fn is_webhook(path: &str, public: Option<&PublicUrl>) -> bool {
    let mut segments = path.split('/');
    let (before, first, second, rest) = (segments.next(), segments.next(), segments.next(), segments.next());
    let served = match (before, first, second, rest) {
        (Some(""), Some(WEBHOOK), None, None) => true,
        (Some(""), Some(stage), Some(WEBHOOK), None) => !stage.is_empty(),
        _ => false,
    };
    served || public.is_some_and(|public| public.path() == path)
}

/// Bytes of the body, from its length alone: base64 has four characters for three bytes, less its padding.
fn size_of_body(event: &HttpApiEvent) -> usize {
    let text = event.body.as_deref().unwrap_or_default();
    if !event.is_base64_encoded {
        return text.len();
    }
    let padding = text
        .bytes()
        .rev()
        .take(2)
        .take_while(|&byte| byte == b'=')
        .count();
    (text.len() - padding) * 3 / 4
}

/// Twilio sends forms unless it says otherwise.
fn is_form(content_type: Option<&str>) -> bool {
    let essence = content_type.unwrap_or(FORM).split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(FORM)
}

fn body_of(body: Option<String>, is_base64: bool) -> Result<Vec<u8>, RequestError> {
    let body = body.unwrap_or_default();
    if is_base64 {
        STANDARD.decode(body).map_err(|_| RequestError::NotBase64)
    } else {
        Ok(body.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_path_is_served_behind_any_stage() {
        for path in ["/webhook", "/dev/webhook", "/$default/webhook"] {
            assert!(is_webhook(path, None), "{path}");
        }
        for path in [
            "",
            "/",
            "webhook",
            "//webhook",
            "/webhook/",
            "/a/b/webhook",
            "/webhooks",
            "/Webhook",
        ] {
            assert!(!is_webhook(path, None), "{path}");
        }
        let public = "https://example.com/a/b/webhook".parse().unwrap();
        assert!(is_webhook("/a/b/webhook", Some(&public)));
    }

    #[test]
    fn the_size_of_base64_is_known_without_decoding_it() {
        for length in 0..20 {
            let event = HttpApiEvent {
                raw_path: String::new(),
                raw_query_string: String::new(),
                headers: std::collections::HashMap::new(),
                request_context: crate::event::RequestContext::default(),
                body: Some(STANDARD.encode(vec![0; length])),
                is_base64_encoded: true,
            };
            assert_eq!(size_of_body(&event), length);
        }
    }

    #[test]
    fn a_form_is_known_by_its_media_type() {
        for form in [
            None,
            Some("application/x-www-form-urlencoded"),
            Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8"),
        ] {
            assert!(is_form(form), "{form:?}");
        }
        for other in [
            "application/json",
            "",
            "text/plain",
            "multipart/form-data; boundary=x",
        ] {
            assert!(!is_form(Some(other)), "{other}");
        }
    }
}
