//! Sending: `POST Messages.json` and what Twilio reports about the message afterwards.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::API_VERSION;
use super::credentials::Authorized;
use super::error::TwilioError;
use super::message::{Direction, Message};
use super::webhook;
use crate::standin::faults::{Fault, Outcome};
use crate::standin::operation::Operation;
use crate::standin::world::World;

/// Longest body, in UTF-16 code units: Twilio's limit on every channel.
const MAX_BODY_UTF16: usize = 1600;

/// Longest callback address: Twilio's limit.
const MAX_CALLBACK_CHARS: usize = 4000;

/// What a delivery that fails without an ordered code fails with: the message could not be handed on.
const DEFAULT_DELIVERY_ERROR: u32 = 63016;

/// `POST Messages.json`
pub(super) async fn send(
    _: Authorized,
    State(world): State<Arc<World>>,
    body: Bytes,
) -> Result<Response, TwilioError> {
    let order = Order::parse(&world, &body)?;
    let now = world.clock.now();
    let message = Message {
        sid: format!("SM{}", shared::ids::random_hex32()),
        direction: Direction::Outbound,
        from: order.from,
        to: order.to,
        body: order.body,
        status: "queued",
        error_code: None,
        created_at: now,
        sent_at: None,
        updated_at: now,
        media: Vec::new(),
    };
    // The answer to a send shows the body even where the list hides it.
    let answer = message.to_json(&world, false);
    let sid = message.sid.clone();
    world.state().messages.push(message);
    tokio::spawn(report(world, sid, order.status_callback));
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

struct Order {
    to: String,
    from: String,
    body: String,
    status_callback: Option<String>,
}

impl Order {
    fn parse(world: &World, form: &[u8]) -> Result<Self, TwilioError> {
        let refuse = |code, message: &str| TwilioError::bad_request(code, message);
        let (mut to, mut from, mut body, mut status_callback) = (None, None, None, None);
        for (name, value) in form_urlencoded::parse(form).into_owned() {
            match name.as_str() {
                "To" => to = Some(value),
                "From" => from = Some(value),
                "Body" => body = Some(value),
                "StatusCallback" => status_callback = Some(value),
                _ => {}
            }
        }
        let given = |value: Option<String>| value.filter(|v| !v.is_empty());
        let to = given(to).ok_or_else(|| refuse(21604, "A 'To' phone number is required."))?;
        let from = given(from).ok_or_else(|| refuse(21603, "A 'From' phone number is required."))?;
        let body = given(body).ok_or_else(|| refuse(21602, "Message body is required."))?;
        if body.encode_utf16().count() > MAX_BODY_UTF16 {
            return Err(refuse(
                21617,
                "The concatenated message body exceeds the 1600 character limit",
            ));
        }
        if !is_address(&to) {
            return Err(refuse(21211, &format!("Invalid 'To' Phone Number: {to}")));
        }
        if !is_ours(world, &from) {
            return Err(refuse(
                63007,
                "Twilio could not find a Channel with the specified From address",
            ));
        }
        let status_callback = given(status_callback);
        if let Some(callback) = &status_callback
            && !is_callback(callback)
        {
            return Err(refuse(
                21609,
                &format!("The StatusCallback URL {callback} is not a valid URL."),
            ));
        }
        Ok(Self {
            to,
            from,
            body,
            status_callback,
        })
    }
}

/// A WhatsApp address: a number in E.164, or a business-scoped user id.
fn is_address(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("whatsapp:") else {
        return false;
    };
    match rest.strip_prefix('+') {
        Some(digits) => (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()),
        None => rest.split_once('.').is_some_and(|(country, id)| {
            country.len() == 2
                && country.bytes().all(|b| b.is_ascii_uppercase())
                && (1..=128).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric())
        }),
    }
}

/// The company's number, or another one that workers have written to.
fn is_ours(world: &World, from: &str) -> bool {
    from == world.whatsapp_number
        || world
            .state()
            .messages
            .iter()
            .any(|m| m.direction == Direction::Inbound && m.to == from)
}

fn is_callback(address: &str) -> bool {
    address.chars().count() <= MAX_CALLBACK_CHARS
        && url::Url::parse(address).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.contains('_'))
        })
}

/// Takes a message from queued to sent to delivered, and says so at its callback address.
async fn report(world: Arc<World>, sid: String, callback: Option<String>) {
    for status in ["sent", "delivered"] {
        let fault = match &callback {
            None => None,
            Some(_) => {
                world.interference.counters.count(Operation::TwilioCallback);
                world.interference.faults.next(Operation::TwilioCallback)
            }
        };
        if let Some(fault) = &fault {
            tokio::time::sleep(fault.delay).await;
        }
        let failed_with = fault.as_ref().and_then(delivery_error);
        let status = if failed_with.is_some() {
            "undelivered"
        } else {
            status
        };
        let Some(params) = advance(&world, &sid, status, failed_with) else {
            return;
        };
        let lost = failed_with.is_none() && fault.is_some_and(|f| f.outcome != Outcome::Slow);
        if let Some(url) = callback.as_deref().filter(|_| !lost)
            && let Err(error) = webhook::post_signed(&world, url, &params).await
        {
            tracing::warn!(message_sid = %sid, status, %error, "a status callback was not taken");
        }
        if failed_with.is_some() {
            return;
        }
    }
}

/// The code a delivery fails with, when an ordered fault says that it does.
fn delivery_error(fault: &Fault) -> Option<u32> {
    match &fault.outcome {
        Outcome::Answer(answer) => answer
            .code
            .as_ref()
            .map(|code| code.parse().unwrap_or(DEFAULT_DELIVERY_ERROR)),
        Outcome::Slow | Outcome::Reset | Outcome::Kill => None,
    }
}

/// Sets a message's status and makes the callback's parameters; none when the message was forgotten meanwhile.
fn advance(
    world: &World,
    sid: &str,
    status: &'static str,
    error_code: Option<u32>,
) -> Option<Vec<(String, String)>> {
    let now = world.clock.now();
    let mut state = world.state();
    let message = state.messages.iter_mut().find(|m| m.sid == sid)?;
    message.status = status;
    message.error_code = error_code;
    message.sent_at.get_or_insert(now);
    message.updated_at = now;
    let mut params: Vec<(String, String)> = [
        ("AccountSid", world.account_sid.as_str()),
        ("ApiVersion", API_VERSION),
        ("ChannelPrefix", "whatsapp"),
        ("From", message.from.as_str()),
        ("MessageSid", sid),
        ("MessageStatus", status),
        ("SmsSid", sid),
        ("SmsStatus", status),
        ("To", message.to.as_str()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    if let Some(code) = error_code {
        params.push(("ErrorCode".to_owned(), code.to_string()));
    }
    Some(params)
}
