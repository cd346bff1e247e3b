//! How a call to Twilio can fail, and what each failure means for a retry and for the reply.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use shared::retry::{Classified, Retry};
use shared::secrets::SecretError;

use crate::http::retry_after;

/// What a person has to mend is not repeated in place: the queue delivers it again later.
const NOT_IN_PLACE: Duration = Duration::from_secs(60);

/// Media are ready 1–3 s after the webhook at the latest.
const MEDIA_READY_AFTER: Duration = Duration::from_millis(750);

/// One of Twilio's error codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub u32);

impl ErrorCode {
    /// Too many requests at once: not processed, always safe to repeat.
    pub const TOO_MANY_REQUESTS: Self = Self(20_429);
    /// `To` is no valid number.
    pub const INVALID_TO: Self = Self(21_211);
    /// The recipient has opted out.
    pub const OPTED_OUT: Self = Self(21_610);
    /// The sender's queue is full.
    pub const QUEUE_FULL: Self = Self(21_611);
    /// The body is longer than 1,600 characters.
    pub const BODY_TOO_LONG: Self = Self(21_617);
    /// There is no such sender on the channel.
    pub const NO_SUCH_SENDER: Self = Self(63_007);
    /// The recipient has not joined the sandbox.
    pub const SANDBOX_NOT_JOINED: Self = Self(63_015);
    /// WhatsApp's 24 hours since the worker's last message are over.
    pub const OUTSIDE_WINDOW: Self = Self(63_016);
    /// The channel's rate limit.
    pub const CHANNEL_RATE_LIMIT: Self = Self(63_018);
    /// The recipient cannot be reached on the channel.
    pub const INVALID_RECIPIENT: Self = Self(63_024);
    /// The account's messages of the day are used up.
    pub const DAILY_CAP: Self = Self(63_038);

    /// True when no further try can deliver the reply: it ends, the note does not. The same codes come with status
    /// callbacks.
    #[must_use]
    pub fn ends_reply(self) -> bool {
        matches!(
            self,
            Self::INVALID_TO
                | Self::OPTED_OUT
                | Self::BODY_TOO_LONG
                | Self::NO_SUCH_SENDER
                | Self::SANDBOX_NOT_JOINED
                | Self::OUTSIDE_WINDOW
                | Self::INVALID_RECIPIENT
                | Self::DAILY_CAP
        )
    }

    /// True when Twilio did not take the message now and may later.
    fn is_rate_limit(self) -> bool {
        matches!(
            self,
            Self::TOO_MANY_REQUESTS | Self::QUEUE_FULL | Self::CHANNEL_RATE_LIMIT
        )
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a medium's address is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MediaRefusal {
    /// The announced address is none of the account API's.
    #[error("it is not below the account API's address")]
    NotTwilios,
    /// A redirect leads to a host that is none of Twilio's media hosts.
    #[error("a redirect leads elsewhere than to Twilio's media hosts")]
    ForeignHost,
    /// The host's name resolves to an address inside the network.
    #[error("a host has an address that is not public")]
    PrivateAddress,
    /// More redirects than Twilio makes.
    #[error("it is redirected too often")]
    TooManyRedirects,
    /// A redirect without a usable address.
    #[error("a redirect has no usable address")]
    NoLocation,
}

/// A call to Twilio failed. Carries statuses and Twilio's error codes, never a body, a number or an address.
#[derive(Debug, thiserror::Error)]
pub enum TwilioError {
    /// No connection, or no time left to begin: nothing was sent.
    #[error("Twilio could not be reached, nothing was sent")]
    Unreachable {
        /// What happened to the connection.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// Twilio says to come back later; it did not process the request.
    #[error("Twilio asks to wait (status {status}, code {code:?})")]
    Throttled {
        /// The HTTP status.
        status: u16,
        /// Twilio's error code.
        code: Option<ErrorCode>,
        /// How long it asked to wait.
        after: Option<Duration>,
    },
    /// No usable answer to a request that changes nothing.
    #[error("Twilio is not answering usefully (status {status:?}, code {code:?})")]
    Unavailable {
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// Twilio's error code.
        code: Option<ErrorCode>,
        /// How long it asked to wait.
        after: Option<Duration>,
        /// What happened to the connection.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The message may or may not have been sent. Not to be repeated without evidence.
    #[error("it is not known whether Twilio took the message (status {status:?})")]
    Uncertain {
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// What happened to the connection.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The account's credentials are refused: nothing works until somebody mends them.
    #[error("Twilio refuses the account's credentials (status {status}, code {code:?})")]
    Unauthorized {
        /// The HTTP status.
        status: u16,
        /// Twilio's error code.
        code: Option<ErrorCode>,
    },
    /// This request will not be accepted.
    #[error("Twilio refused the request (status {status}, code {code:?})")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// Twilio's error code.
        code: Option<ErrorCode>,
    },
    /// The medium is not there, after waiting for it in place. May still come, unless somebody deleted it.
    #[error("Twilio does not have the medium")]
    MediaMissing,
    /// The medium's address is not followed.
    #[error("the medium is not fetched: {0}")]
    MediaRefused(MediaRefusal),
    /// Larger than allowed.
    #[error("larger than the {limit} bytes allowed")]
    TooLarge {
        /// The limit, bytes.
        limit: u64,
    },
    /// The list is longer than is read; what is missing from it proves nothing.
    #[error("the list is longer than the {limit} entries read")]
    ListTooLong {
        /// The limit, entries.
        limit: usize,
    },
    /// A success whose body is not what it should be.
    #[error("Twilio's answer is not what its protocol says")]
    Undecodable,
    /// The downloader could not be set up (TLS).
    #[error("the media downloader could not be set up")]
    NoDownloader,
    /// A secret could not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl TwilioError {
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

    /// True when a message may have been sent although this error came back.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        matches!(self, Self::Uncertain { .. })
    }

    /// Twilio's error code, if it gave one.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Throttled { code, .. }
            | Self::Unavailable { code, .. }
            | Self::Unauthorized { code, .. }
            | Self::Rejected { code, .. } => *code,
            Self::Unreachable { .. }
            | Self::Uncertain { .. }
            | Self::MediaMissing
            | Self::MediaRefused(_)
            | Self::TooLarge { .. }
            | Self::ListTooLong { .. }
            | Self::Undecodable
            | Self::NoDownloader
            | Self::Secret(_) => None,
        }
    }

    /// True when no further try can deliver the reply: it ends, the note does not.
    #[must_use]
    pub fn ends_reply(&self) -> bool {
        self.code().is_some_and(ErrorCode::ends_reply)
    }
}

impl Classified for TwilioError {
    fn retry(&self) -> Retry {
        match self {
            Self::Unreachable { .. } | Self::Undecodable | Self::NoDownloader => Retry::LATER,
            Self::Throttled { after, .. } | Self::Unavailable { after, .. } => Retry::Later { after: *after },
            Self::MediaMissing => Retry::Later {
                after: Some(MEDIA_READY_AFTER),
            },
            Self::Unauthorized { .. } | Self::ListTooLong { .. } => Retry::Later {
                after: Some(NOT_IN_PLACE),
            },
            Self::Secret(error) => error.retry(),
            // Uncertain: repeating the request could send twice.
            Self::Uncertain { .. }
            | Self::Rejected { .. }
            | Self::MediaRefused(_)
            | Self::TooLarge { .. } => Retry::Never,
        }
    }
}

/// What an answer that is no success means, to a request that changes nothing.
pub(super) fn classify(status: StatusCode, headers: &HeaderMap, code: Option<ErrorCode>) -> TwilioError {
    let (number, after) = (status.as_u16(), retry_after(headers));
    match number {
        _ if number == 429 || code.is_some_and(ErrorCode::is_rate_limit) => TwilioError::Throttled {
            status: number,
            code,
            after,
        },
        408 | 409 | 425 | 500..=599 => TwilioError::Unavailable {
            status: Some(number),
            code,
            after,
            source: None,
        },
        401 | 403 if !code.is_some_and(ErrorCode::ends_reply) => {
            TwilioError::Unauthorized { status: number, code }
        }
        _ => TwilioError::Rejected { status: number, code },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: Option<u32>) -> TwilioError {
        let status = StatusCode::from_u16(status).unwrap();
        classify(status, &HeaderMap::new(), code.map(ErrorCode))
    }

    #[test]
    fn every_status_says_whether_a_retry_helps() {
        for passing in [401, 403, 408, 409, 425, 429, 500, 502, 503, 504] {
            assert!(answer(passing, None).retry().is_later(), "{passing}");
        }
        for hopeless in [301, 400, 404, 405, 410, 412, 413, 422] {
            assert_eq!(answer(hopeless, None).retry(), Retry::Never, "{hopeless}");
        }
        assert!(answer(400, Some(63_018)).retry().is_later());
    }

    #[test]
    fn a_reply_that_cannot_be_delivered_ends() {
        for code in [21_211, 21_610, 21_617, 63_007, 63_015, 63_016, 63_024, 63_038] {
            assert!(answer(400, Some(code)).ends_reply(), "{code}");
            assert_eq!(answer(403, Some(code)).retry(), Retry::Never, "{code}");
        }
        for code in [20_003, 20_429, 63_018, 30_008] {
            assert!(!answer(400, Some(code)).ends_reply(), "{code}");
        }
        assert!(!answer(500, None).ends_reply());
    }
}
