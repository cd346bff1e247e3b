//! How a call to OpenAI can fail, and what each failure means for a retry.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use shared::retry::{Classified, Retry};
use shared::secrets::SecretError;

use crate::http::{retry_after, should_retry};

/// What has to be mended by a person, or what the vendor says not to repeat at once, is not repeated in place: the
/// queue delivers it again later.
const NOT_IN_PLACE: Duration = Duration::from_secs(60);

/// Longest error code kept, characters.
const MAX_CODE_CHARS: usize = 64;

/// A call to OpenAI failed. Carries statuses and the vendor's error codes, never a body.
#[derive(Debug, thiserror::Error)]
pub enum OpenAiError {
    /// No usable answer now: 408, 409, 429, 5xx, a timeout, a broken connection.
    #[error("OpenAI is not answering usefully (status {status:?}, code {code:?})")]
    Unavailable {
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// The vendor's error code.
        code: Option<String>,
        /// How long it asked to wait.
        after: Option<Duration>,
        /// What happened to the connection.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The account cannot pay: retrying only hammers.
    #[error("OpenAI says the account's quota is used up (code {code:?})")]
    Billing {
        /// The vendor's error code.
        code: Option<String>,
    },
    /// Every call will fail so until somebody mends the deployment: the key, the model's name, a parameter it does not
    /// take, the address.
    #[error("OpenAI refuses calls as this deployment makes them (status {status}, code {code:?})")]
    Misconfigured {
        /// The HTTP status.
        status: u16,
        /// The vendor's error code.
        code: Option<String>,
    },
    /// The model would not work on it.
    #[error("the model refused")]
    ModelRefused,
    /// A content filter stopped the answer or the question.
    #[error("a content filter stopped the model")]
    ContentFilter,
    /// The answer ended at the output limit and is not whole.
    #[error("the model's answer was cut off at its output limit")]
    Truncated,
    /// The recording is longer or larger than the model takes: send it in pieces.
    #[error("the recording is longer or larger than the model takes")]
    AudioTooLong,
    /// The recording is too short to have a word in it (under 0.1 s).
    #[error("the recording is too short to be transcribed")]
    AudioTooShort,
    /// The recording is in no format the model reads, or corrupt.
    #[error("the recording is corrupt or in a format the model does not read")]
    UnsupportedAudio,
    /// This request will not be accepted, for another reason.
    #[error("OpenAI refused the request (status {status}, code {code:?})")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// The vendor's error code.
        code: Option<String>,
    },
    /// A success whose body is not what it should be.
    #[error("OpenAI's answer is not what its protocol says")]
    Undecodable,
    /// The key could not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl OpenAiError {
    pub(super) fn lost(error: reqwest::Error) -> Self {
        Self::Unavailable {
            status: None,
            code: None,
            after: None,
            source: Some(error.without_url()),
        }
    }

    pub(super) fn timed_out() -> Self {
        Self::Unavailable {
            status: None,
            code: None,
            after: None,
            source: None,
        }
    }
}

impl Classified for OpenAiError {
    fn retry(&self) -> Retry {
        match self {
            Self::Unavailable { after, .. } => Retry::Later { after: *after },
            // The answer was paid for, but not repeating would lose the note.
            Self::Undecodable => Retry::LATER,
            Self::Misconfigured { .. } => Retry::Later {
                after: Some(NOT_IN_PLACE),
            },
            Self::Billing { .. } => Retry::Billing,
            Self::Secret(error) => error.retry(),
            Self::ModelRefused
            | Self::ContentFilter
            | Self::Truncated
            | Self::AudioTooLong
            | Self::AudioTooShort
            | Self::UnsupportedAudio
            | Self::Rejected { .. } => Retry::Never,
        }
    }
}

/// `{"error": {…}}`. The message is looked at to tell recordings apart and then forgotten.
#[derive(Debug, Default)]
struct ErrorBody {
    message: String,
    kind: Option<String>,
    param: Option<String>,
    code: Option<String>,
}

impl ErrorBody {
    fn read(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Envelope {
            error: Wire,
        }
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default)]
            message: Value,
            #[serde(default, rename = "type")]
            kind: Value,
            #[serde(default)]
            param: Value,
            #[serde(default)]
            code: Value,
        }
        let Ok(Envelope { error }) = serde_json::from_slice(body) else {
            return Self::default();
        };
        Self {
            message: error.message.as_str().unwrap_or_default().to_ascii_lowercase(),
            kind: identifier(&error.kind),
            param: identifier(&error.param),
            code: identifier(&error.code),
        }
    }

    fn names(&self, identifiers: &[&str]) -> bool {
        let known =
            |given: &Option<String>| given.as_deref().is_some_and(|given| identifiers.contains(&given));
        known(&self.code) || known(&self.kind)
    }

    fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|words| self.message.contains(words))
    }
}

/// A code or name as the vendor's are: letters, digits and `_.-[]`. Anything else could be somebody's words.
fn identifier(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-[]".contains(&b);
    let usable = (1..=MAX_CODE_CHARS).contains(&text.len()) && text.bytes().all(plain);
    usable.then_some(text)
}

const UNPAID: [&str; 4] = [
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_balance",
];
const FILTERED: [&str; 3] = [
    "content_filter",
    "content_policy_violation",
    "responsible_ai_policy_violation",
];
const DEPLOYMENT: [&str; 6] = [
    "model_not_found",
    "invalid_api_key",
    "unknown_parameter",
    "unsupported_parameter",
    "unsupported_value",
    "unsupported_model",
];

/// What an answer that is no success means.
pub(super) fn classify(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> OpenAiError {
    let error = ErrorBody::read(body);
    let (number, code) = (status.as_u16(), error.code.clone().or_else(|| error.kind.clone()));
    let unavailable = |after| OpenAiError::Unavailable {
        status: Some(number),
        code: code.clone(),
        after,
        source: None,
    };
    if number == 402 || error.names(&UNPAID) {
        return OpenAiError::Billing { code };
    }
    match (number, should_retry(headers)) {
        (408 | 409 | 425 | 429 | 500..=599, Some(false)) => {
            return unavailable(Some(retry_after(headers).unwrap_or_default().max(NOT_IN_PLACE)));
        }
        (408 | 409 | 425 | 429 | 500..=599, _) | (_, Some(true)) => return unavailable(retry_after(headers)),
        (_, Some(false) | None) => {}
    }
    if error.names(&FILTERED) {
        return OpenAiError::ContentFilter;
    }
    if number == 413 || is_too_long(&error) {
        return OpenAiError::AudioTooLong;
    }
    if error.names(&["audio_too_short"]) || error.says(&["audio file is too short"]) {
        return OpenAiError::AudioTooShort;
    }
    if is_unsupported(number, &error) {
        return OpenAiError::UnsupportedAudio;
    }
    let deployment = matches!(number, 300..=399 | 401 | 403 | 404 | 405) || error.names(&DEPLOYMENT);
    if deployment {
        OpenAiError::Misconfigured { status: number, code }
    } else {
        OpenAiError::Rejected { status: number, code }
    }
}

/// Seen: "audio duration 1830.5 seconds is longer than 1400 seconds which is the maximum for this model" (400,
/// `invalid_value`, no `param`) and "Maximum content size limit (26214400) exceeded" (413).
fn is_too_long(error: &ErrorBody) -> bool {
    error.names(&["audio_too_long", "input_too_large"])
        || (error.says(&["audio duration"]) && error.says(&["longer than"]))
        || error.says(&["maximum content size limit"])
}

/// Seen: "Invalid file format. Supported formats: …", "Audio file might be corrupted or unsupported", "The audio file
/// could not be decoded or its format is not supported." (400, mostly with `param` `file`).
fn is_unsupported(status: u16, error: &ErrorBody) -> bool {
    let about_the_file = error.param.as_deref() == Some("file");
    let said = error.says(&[
        "invalid file format",
        "corrupted or unsupported",
        "could not be decoded",
    ]);
    status == 415 || (matches!(status, 400 | 422) && (about_the_file || said))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> OpenAiError {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        classify(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes())
    }

    fn body(message: &str, param: Option<&str>, code: Option<&str>) -> String {
        serde_json::json!({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}})
            .to_string()
    }

    #[test]
    fn every_status_says_whether_a_retry_helps() {
        for passing in [408, 409, 425, 429, 500, 502, 503, 504, 529] {
            assert_eq!(answer(passing, &[], "").retry(), Retry::LATER, "{passing}");
        }
        for hopeless in [400, 406, 410, 412, 413, 415, 422] {
            assert_eq!(answer(hopeless, &[], "").retry(), Retry::Never, "{hopeless}");
        }
        for the_operators in [302, 401, 403, 404, 405] {
            let error = answer(the_operators, &[], "");
            assert!(
                matches!(error, OpenAiError::Misconfigured { .. }),
                "{the_operators} {error:?}"
            );
            assert!(error.retry().is_later(), "{the_operators}");
        }
    }

    #[test]
    fn an_empty_account_is_not_a_full_queue() {
        for code in UNPAID {
            assert_eq!(
                answer(429, &[], &body("", None, Some(code))).retry(),
                Retry::Billing,
                "{code}"
            );
        }
        let by_type = r#"{"error":{"message":"","type":"insufficient_quota","param":null,"code":null}}"#;
        assert_eq!(answer(429, &[], by_type).retry(), Retry::Billing);
        assert_eq!(
            answer(429, &[], &body("", None, Some("rate_limit_exceeded"))).retry(),
            Retry::LATER
        );
        assert_eq!(answer(402, &[], "").retry(), Retry::Billing);
    }

    #[test]
    fn the_vendors_own_word_overrides_the_status() {
        assert!(answer(400, &[("x-should-retry", "true")], "").retry().is_later());
        let not_now = answer(500, &[("x-should-retry", "false")], "").retry();
        assert_eq!(
            not_now,
            Retry::Later {
                after: Some(NOT_IN_PLACE)
            }
        );
    }

    #[test]
    fn what_is_wrong_with_a_recording_is_told_apart() {
        let too_long = "audio duration 1830.530612 seconds is longer than 1400 seconds which is the maximum for this model";
        let cases = [
            (400, body(too_long, None, Some("invalid_value")), "longer"),
            (
                413,
                body("Maximum content size limit (26214400) exceeded", None, None),
                "longer",
            ),
            (
                400,
                body(
                    "Audio file is too short. Minimum audio length is 0.1 seconds.",
                    Some("file"),
                    Some("audio_too_short"),
                ),
                "short",
            ),
            (
                400,
                body(
                    "Audio file might be corrupted or unsupported",
                    Some("file"),
                    Some("invalid_value"),
                ),
                "corrupt",
            ),
            (
                400,
                body("Invalid file format. Supported formats: ['flac']", None, None),
                "corrupt",
            ),
            (
                400,
                body("Bad", Some("file"), Some("unsupported_value")),
                "corrupt",
            ),
        ];
        for (status, body, word) in cases {
            let error = answer(status, &[], &body);
            assert!(error.to_string().contains(word), "{body} {error:?}");
            assert_eq!(error.retry(), Retry::Never, "{body}");
        }
    }

    #[test]
    fn a_parameter_the_model_does_not_take_is_the_deployments_fault_not_the_notes() {
        for code in DEPLOYMENT {
            let error = answer(400, &[], &body("", Some("reasoning_effort"), Some(code)));
            assert!(
                matches!(error, OpenAiError::Misconfigured { .. }),
                "{code} {error:?}"
            );
        }
    }

    #[test]
    fn nothing_anybody_said_is_kept() {
        let words = "call Mrs Okonkwo about the boiler";
        for body in [
            body(words, Some(words), Some(words)),
            format!("<html>{words}</html>"),
            format!(r#"{{"error":"{words}"}}"#),
        ] {
            let error = answer(400, &[], &body);
            assert!(!format!("{error:?} {error}").contains("Okonkwo"), "{error:?}");
        }
    }
}
