//! Which message a request is about.
//!
//! Twilio signs names and values one after the other without separators, so whoever got hold of one signed request
//! could cut its text elsewhere and the signature would still fit. One cut would make many messages out of one: an
//! identifier that swallows the parameters after it. It is refused for its length. An identifier that ends early would
//! have to leave its last digits to the next parameter's name; a name like that comes before `MessageSid` or after `To`
//! in the order in which names are signed, so it swallows `To`, and without `To` there is no message. Every other cut
//! leaves the identifier as it was, and a message that is known already is harmless.

use shared::ids::MessageSid;

use super::UnusableRequest;
use crate::parameters::Parameters;

/// Longest identifier, bytes: `SM` or `MM` and 32 hexadecimal digits.
const MAX_SID_LENGTH: usize = 34;

/// The parameter that identifies a message. Its older names `SmsSid` and `SmsMessageSid` never come without it.
const NAME: &str = "MessageSid";

/// Takes the message's identifier.
pub(super) fn take(parameters: &mut Parameters) -> Result<MessageSid, UnusableRequest> {
    let text = parameters.take(NAME).ok_or(UnusableRequest::Missing(NAME))?;
    if text.len() > MAX_SID_LENGTH {
        return Err(UnusableRequest::Invalid(NAME));
    }
    MessageSid::try_from(text).map_err(|_| UnusableRequest::Invalid(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "SM0123456789abcdef0123456789abcdef";

    fn taken(pairs: &[(&str, &str)]) -> Result<String, UnusableRequest> {
        let mut parameters = Parameters::default();
        for (name, value) in pairs {
            parameters.add((*name).to_owned(), (*value).to_owned());
        }
        take(&mut parameters).map(String::from)
    }

    #[test]
    fn only_the_message_sid_identifies_a_message() {
        assert_eq!(
            taken(&[("MessageSid", SID), ("SmsSid", "SM2")]),
            Ok(SID.to_owned())
        );
        for without in [
            &[("SmsSid", SID), ("SmsMessageSid", SID)][..],
            &[("MessageSid", "")],
        ] {
            assert_eq!(taken(without), Err(UnusableRequest::Missing("MessageSid")));
        }
    }

    #[test]
    fn what_could_not_be_part_of_a_key_is_refused() {
        for bad in [
            "../x",
            "SM 1",
            "S",
            "SM\u{e9}",
            &format!("{SID}0"),
            &format!("{SID}NumMedia0"),
        ] {
            assert_eq!(
                taken(&[("MessageSid", bad)]),
                Err(UnusableRequest::Invalid("MessageSid")),
                "{bad}"
            );
        }
    }
}
