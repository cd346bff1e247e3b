//! Which message a request is about.
//!
//! Twilio signs names and values one after the other without separators, so whoever got hold of one signed request
//! could cut its text elsewhere: let the identifier swallow the parameter after it, or end early and start a parameter
//! with its last digits. The signature would still fit, and one message would become many. Both cuts are recognised
//! here and refused; every other cut leaves the identifier as it was, and a message that is known already is harmless.

use shared::ids::MessageSid;

use super::UnusableRequest;
use crate::parameters::Parameters;

/// `SM` or `MM` and 32 hexadecimal digits.
const SID_LENGTH: usize = 34;

/// Takes the message's identifier: `MessageSid`, or `SmsSid` where a callback has only that.
pub(super) fn take(parameters: &mut Parameters) -> Result<MessageSid, UnusableRequest> {
    let (name, text) = ["MessageSid", "SmsSid"]
        .into_iter()
        .find_map(|name| Some((name, parameters.take(name)?)))
        .ok_or(UnusableRequest::Missing("MessageSid"))?;
    if text.len() > SID_LENGTH || parameters.names().any(|other| continues(&text, other)) {
        return Err(UnusableRequest::Invalid(name));
    }
    MessageSid::try_from(text).map_err(|_| UnusableRequest::Invalid(name))
}

/// Whether a parameter's name starts with the digits a short identifier lacks.
fn continues(sid: &str, name: &str) -> bool {
    let lacking = SID_LENGTH.saturating_sub(sid.len());
    let is_sid_start = sid.get(2..).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    lacking > 0
        && is_sid_start
        && name.len() >= lacking
        && name.bytes().take(lacking).all(|b| b.is_ascii_hexdigit())
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
    fn the_message_sid_comes_first_and_the_older_name_serves() {
        assert_eq!(taken(&[("MessageSid", SID), ("SmsSid", "SM2")]), Ok(SID.to_owned()));
        assert_eq!(taken(&[("SmsSid", SID)]), Ok(SID.to_owned()));
        assert_eq!(taken(&[("MessageSid", ""), ("SmsSid", SID)]), Ok(SID.to_owned()));
        assert_eq!(taken(&[("Body", "x")]), Err(UnusableRequest::Missing("MessageSid")));
    }

    #[test]
    fn an_identifier_that_swallowed_the_next_parameter_is_refused() {
        let swallowed = format!("{SID}NumMedia0");
        assert_eq!(taken(&[("MessageSid", &swallowed)]), Err(UnusableRequest::Invalid("MessageSid")));
    }

    #[test]
    fn an_identifier_that_ends_in_the_next_parameters_name_is_refused() {
        let (short, rest) = SID.split_at(30);
        let name = format!("{rest}NumMedia");
        assert_eq!(taken(&[("MessageSid", short), (&name, "0")]), Err(UnusableRequest::Invalid("MessageSid")));
        assert_eq!(taken(&[("MessageSid", short), (rest, "NumMedia0")]), Err(UnusableRequest::Invalid("MessageSid")));
    }

    #[test]
    fn a_short_identifier_among_ordinary_names_is_taken() {
        assert!(taken(&[("MessageSid", "SM01"), ("Body", "x"), ("ApiVersion", "1"), ("added", "y")]).is_ok());
    }
}
