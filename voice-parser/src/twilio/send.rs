//! Sending: one attempt, and an error that says whether the message may be on its way.

use std::fmt;
use std::time::Duration;

use reqwest::{Response, StatusCode};
use shared::address::Address;
use shared::ids::MessageSid;
use tokio::time::{Instant, timeout_at};

use super::credentials::Credentials;
use super::error::TwilioError;
use super::wire::WireSent;
use super::{API_ATTEMPT, MAX_ANSWER_BYTES, Twilio, refused};
use crate::http::{never_sent, read_capped};

/// With less time than this left, sending is not begun: cut off in the middle, it would be uncertain.
const LEAST_TIME: Duration = Duration::from_secs(1);

/// A message to send.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundMessage {
    /// Our address: the one that was written to.
    pub from: Address,
    /// The worker's address, as received.
    pub to: Address,
    /// At most 1,600 UTF-16 code units.
    pub body: String,
    /// Where Twilio reports what becomes of it.
    pub status_callback: Option<String>,
}

/// A message that Twilio has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    /// Its identifier.
    pub sid: MessageSid,
    /// `queued`, `accepted`, …
    pub status: String,
}

/// Without addresses and words: `Debug` ends up in logs.
impl fmt::Debug for OutboundMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chars = self.body.chars().count();
        f.debug_struct("OutboundMessage")
            .field("chars", &chars)
            .finish_non_exhaustive()
    }
}

impl Twilio {
    /// Sends a message, once. Not repeated here whatever happens, but for credentials that were refused and are newer
    /// now: a refused request is not processed.
    ///
    /// # Errors
    /// [`TwilioError::Uncertain`] when the message may have been sent; after any other error it has not been.
    pub async fn send(
        &self,
        message: &OutboundMessage,
        deadline: Instant,
    ) -> Result<SentMessage, TwilioError> {
        let not_begun = TwilioError::Unreachable { source: None };
        let Ok(credentials) = timeout_at(deadline, self.credentials()).await else {
            return Err(not_begun);
        };
        let credentials = credentials?;
        let response = self.post(&credentials, message, deadline).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return sent(response, deadline).await;
        }
        let Ok(newer) = timeout_at(deadline, self.newer_credentials(&credentials)).await else {
            return Err(not_begun);
        };
        match newer? {
            Some(newer) => sent(self.post(&newer, message, deadline).await?, deadline).await,
            None => sent(response, deadline).await,
        }
    }

    async fn post(
        &self,
        credentials: &Credentials,
        message: &OutboundMessage,
        deadline: Instant,
    ) -> Result<Response, TwilioError> {
        let now = Instant::now();
        if now + LEAST_TIME > deadline {
            return Err(TwilioError::Unreachable { source: None });
        }
        let mut form = vec![
            ("From", message.from.as_str()),
            ("To", message.to.as_str()),
            ("Body", &message.body),
        ];
        form.extend(
            message
                .status_callback
                .as_deref()
                .map(|url| ("StatusCallback", url)),
        );
        let request = self
            .http
            .post(self.account_url(credentials, &["Messages.json"]))
            .form(&form);
        let answered = timeout_at(deadline.min(now + API_ATTEMPT), credentials.sign(request).send()).await;
        match answered {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) if never_sent(&error) => Err(TwilioError::Unreachable {
                source: Some(error.without_url()),
            }),
            Ok(Err(error)) => Err(TwilioError::Uncertain {
                status: None,
                source: Some(error.without_url()),
            }),
            Err(_) => Err(TwilioError::Uncertain {
                status: None,
                source: None,
            }),
        }
    }
}

/// What the answer says: sent, not sent, or neither.
async fn sent(response: Response, deadline: Instant) -> Result<SentMessage, TwilioError> {
    let status = response.status();
    let uncertain = TwilioError::Uncertain {
        status: Some(status.as_u16()),
        source: None,
    };
    // The message is sent or not by now; its body is worth a moment beyond the deadline.
    let end = deadline.max(Instant::now() + LEAST_TIME);
    match status.as_u16() {
        200..=299 => {
            let body = timeout_at(end, read_capped(response, MAX_ANSWER_BYTES)).await;
            let sent = body.ok().and_then(Result::ok).and_then(|body| read(&body));
            sent.ok_or(uncertain)
        }
        // A gateway's time-out, and anything that broke on the way, may have come after Twilio took the message.
        408 | 500..=599 => Err(uncertain),
        _ => match timeout_at(end, refused(response)).await {
            Ok(error) => Err(error),
            Err(_) => Err(super::error::classify(
                status,
                &reqwest::header::HeaderMap::new(),
                None,
            )),
        },
    }
}

fn read(body: &[u8]) -> Option<SentMessage> {
    let sent: WireSent = serde_json::from_slice(body).ok()?;
    Some(SentMessage {
        sid: sent.sid.parse().ok()?,
        status: sent.status,
    })
}
