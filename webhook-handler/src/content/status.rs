//! What became of a message we sent: Twilio's status callback to `/webhook?m={message_sid}&p={part}`.

use shared::message::StatusCallback;

use super::{UnusableRequest, optional, required, sid};
use crate::parameters::Parameters;

/// The status of a message that comes in, while everything else is about one that went out.
const INBOUND_STATUSES: [&str; 2] = ["received", "receiving"];

/// Newer name first.
const STATUS_NAMES: [&str; 2] = ["MessageStatus", "SmsStatus"];

/// Whether this is about a message we sent. The status decides and not the query: a callback that was configured
/// elsewhere, without `m` and `p`, must not be taken for a worker's message.
pub(super) fn is_status(parameters: &Parameters) -> bool {
    let status = STATUS_NAMES.into_iter().find_map(|name| parameters.get(name));
    status.is_some_and(|status| {
        !INBOUND_STATUSES
            .iter()
            .any(|inbound| status.eq_ignore_ascii_case(inbound))
    })
}

/// Reads a status callback; `query` is the one of its address.
pub(super) fn read(
    mut parameters: Parameters,
    query: &Parameters,
) -> Result<StatusCallback, UnusableRequest> {
    let given = &mut parameters;
    Ok(StatusCallback {
        outbound_id: sid::take(given)?,
        message_id: query.get("m").and_then(|sid| sid.parse().ok()),
        part: query
            .get("p")
            .and_then(|part| part.parse().ok())
            .filter(|&part| part > 0),
        status: STATUS_NAMES
            .into_iter()
            .find_map(|name| given.take(name))
            .ok_or(UnusableRequest::Missing("MessageStatus"))?,
        error_code: optional(given, "ErrorCode"),
        from: required(given, "From")?,
        to: required(given, "To")?,
        other: parameters.into_other(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form;

    const CALLBACK: &str = "MessageSid=SM0123456789abcdef0123456789abcdef&MessageStatus=undelivered&SmsStatus=undelivered\
        &ErrorCode=63016&ErrorMessage=window&From=whatsapp%3A%2B61491570110&To=whatsapp%3A%2B61491570156";

    fn parse(text: &str) -> Parameters {
        form::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_status_tells_a_callback_from_a_message() {
        for callback in [
            "MessageStatus=sent",
            "SmsStatus=delivered",
            "MessageStatus=failed&SmsStatus=received",
        ] {
            assert!(is_status(&parse(callback)), "{callback}");
        }
        for message in [
            "",
            "SmsStatus=received",
            "SmsStatus=",
            "MessageStatus=receiving&SmsStatus=received",
        ] {
            assert!(!is_status(&parse(message)), "{message}");
        }
    }

    #[test]
    fn the_address_names_the_message_and_the_part() {
        let callback = read(parse(CALLBACK), &parse("m=SM01&p=2")).unwrap();
        assert_eq!(callback.message_id.unwrap().as_str(), "SM01");
        assert_eq!((callback.part, callback.error_code), (Some(2), Some(63016)));
        assert_eq!(callback.status, "undelivered");
        assert_eq!(callback.other["ErrorMessage"], ["window"]);
    }

    #[test]
    fn a_callback_without_or_with_odd_names_is_one_all_the_same() {
        for query in ["", "m=../x&p=0", "m=&p=x", "p=-1"] {
            let callback = read(parse(CALLBACK), &parse(query)).unwrap();
            assert_eq!((callback.message_id, callback.part), (None, None), "{query}");
        }
    }
}
