//! From a verified request to the typed message of the queue. Takes only [`VerifiedWebhook`]; parses once, so that
//! nobody after this has to.

mod inbound;
mod sid;
mod status;

use jiff::Timestamp;
use shared::message::{Content, QUEUE_MESSAGE_VERSION, QueueMessage, Source};

use crate::form;
use crate::json::{self, NotAnObject};
use crate::parameters::Parameters;
use crate::signature::SignedContent;
use crate::verified::VerifiedWebhook;

/// A request of Twilio's that no message can be made of. Names parameters, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableRequest {
    /// Neither a form nor a JSON object.
    #[error("the body is neither a form nor a JSON object")]
    Body(#[source] NotAnObject),
    /// A parameter without which a message means nothing.
    #[error("{0} is missing or empty")]
    Missing(&'static str),
    /// A parameter that is there and is not what it should be.
    #[error("{0} is not usable")]
    Invalid(&'static str),
}

impl UnusableRequest {
    /// The parameter that is to blame, when it is one.
    #[must_use]
    pub fn parameter(&self) -> Option<&'static str> {
        match self {
            Self::Body(_) => None,
            Self::Missing(name) | Self::Invalid(name) => Some(name),
        }
    }
}

/// Makes the queue message of a webhook received at this time.
///
/// # Errors
/// [`UnusableRequest`].
pub fn interpret(webhook: VerifiedWebhook, received_at: Timestamp) -> Result<QueueMessage, UnusableRequest> {
    let (content, raw_query) = webhook.into_parts();
    let parameters = match content {
        SignedContent::Form(parameters) => parameters,
        SignedContent::Hashed(body) => json::parse(&body).map_err(UnusableRequest::Body)?,
    };
    let content = if status::is_status(&parameters) {
        // A query that is not text has no part number either.
        let query = form::parse(raw_query.as_bytes()).unwrap_or_default();
        Content::Status(status::read(parameters, &query)?)
    } else {
        Content::Message(Box::new(inbound::read(parameters)?))
    };
    Ok(QueueMessage {
        version: QUEUE_MESSAGE_VERSION,
        source: Source::Webhook,
        received_at,
        content,
    })
}

/// Takes a parameter that has to be there and parses it.
fn required<T: TryFrom<String>>(
    parameters: &mut Parameters,
    name: &'static str,
) -> Result<T, UnusableRequest> {
    let text = parameters.take(name).ok_or(UnusableRequest::Missing(name))?;
    T::try_from(text).map_err(|_| UnusableRequest::Invalid(name))
}

/// Takes a parameter if it parses; one that does not stays with the others.
fn optional<T: std::str::FromStr>(parameters: &mut Parameters, name: &str) -> Option<T> {
    let value = parameters.get(name)?.parse().ok()?;
    parameters.take(name);
    Some(value)
}
