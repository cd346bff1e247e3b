//! The one place that turns outcomes into HTTP: Twilio gets a status and a safe sentence, the log gets the reason. No
//! answer depends on who the sender is.

use std::collections::BTreeMap;

use shared::problem::{self, Problem};
use shared::telemetry;

use crate::content::UnusableRequest;
use crate::event::HttpApiResponse;
use crate::queue::QueueError;
use crate::request::RequestError;
use crate::verified::VerificationError;

/// TwiML that says nothing to the sender. Anything but XML would count as an error at Twilio (12300).
const EMPTY_TWIML: &str = "<Response/>";

/// Why a request is not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Not worth verifying.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Not known to be Twilio's.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// Twilio's, and no message.
    #[error(transparent)]
    Unusable(#[from] UnusableRequest),
    /// Not known to be in the queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Secrets Manager and SQS took too long together.
    #[error("no answer from AWS in time")]
    TooSlow,
}

/// What a refusal is to the one who called.
struct Shown {
    status: u16,
    /// For the log: a word to count by.
    reason: &'static str,
    detail: &'static str,
}

impl Refusal {
    /// A word to count by; says nothing about the request's values.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.shown().reason
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.shown().status
    }

    /// The error and its causes, for the log. None of them repeats what was sent.
    #[must_use]
    pub fn chain(&self) -> String {
        telemetry::chain(self)
    }

    fn shown(&self) -> Shown {
        let (status, reason, detail) = match self {
            Self::Request(RequestError::UnknownPath) => {
                (404, "unknown_path", "There is nothing here but /webhook.")
            }
            Self::Request(RequestError::MethodNotAllowed) => {
                (405, "method_not_allowed", "Send a POST request.")
            }
            Self::Request(RequestError::TooLarge) => (
                413,
                "too_large",
                "The body is larger than any message of Twilio's.",
            ),
            Self::Request(RequestError::NotSigned) => {
                (401, "not_signed", "The request has no X-Twilio-Signature.")
            }
            Self::Request(RequestError::NotBase64) => (400, "not_base64", "The body is not base64."),
            Self::Request(RequestError::NotUtf8) => (400, "not_utf8", "The form is not UTF-8."),
            Self::Verification(VerificationError::WrongSignature) => (
                403,
                "wrong_signature",
                "X-Twilio-Signature does not fit this address, body and key.",
            ),
            Self::Verification(VerificationError::Keys(_)) => (
                503,
                "keys_unavailable",
                "The signature cannot be checked now. Try again.",
            ),
            Self::Unusable(UnusableRequest::Body(_)) => (
                400,
                "body_unusable",
                "The body is neither a form nor a JSON object.",
            ),
            Self::Unusable(UnusableRequest::Missing(_)) => {
                (400, "parameter_missing", "A parameter is missing or empty.")
            }
            Self::Unusable(UnusableRequest::Invalid(_)) => {
                (400, "parameter_invalid", "A parameter is not usable.")
            }
            Self::Queue(_) => (
                503,
                "queue_unavailable",
                "The message could not be kept. Try again.",
            ),
            Self::TooSlow => (
                503,
                "too_slow",
                "The message could not be kept in time. Try again.",
            ),
        };
        Shown {
            status,
            reason,
            detail,
        }
    }

    /// The answer, as a problem document.
    #[must_use]
    pub fn response(&self, request_id: &str) -> HttpApiResponse {
        let shown = self.shown();
        let mut problem = Problem::new(shown.status, shown.detail).with_request_id(request_id);
        if let Self::Unusable(unusable) = self
            && let Some(name) = unusable.parameter()
        {
            problem = problem.about(name);
        }
        let further = match shown.status {
            405 => Some(("allow", "POST")),
            // Seconds. Twilio follows its own retry settings; other callers may look.
            503 => Some(("retry-after", "1")),
            _ => None,
        };
        let headers = [("content-type", problem::CONTENT_TYPE)]
            .into_iter()
            .chain(further);
        response(shown.status, headers.collect(), problem.to_json())
    }
}

/// The acknowledgement: the message is in the queue.
#[must_use]
pub fn accepted() -> HttpApiResponse {
    response(
        200,
        BTreeMap::from([("content-type", "text/xml")]),
        EMPTY_TWIML.to_owned(),
    )
}

fn response(
    status_code: u16,
    headers: BTreeMap<&'static str, &'static str>,
    body: String,
) -> HttpApiResponse {
    HttpApiResponse {
        status_code,
        headers,
        body,
        is_base64_encoded: false,
    }
}
