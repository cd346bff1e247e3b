//! Where a message comes from and goes to: a channel address, and what can be read out of it.
//!
//! A WhatsApp address is a phone number for most people and a business-scoped user id (BSUID, e.g.
//! `US.13491208655302741918`) for people who chose a username. Nothing here requires a number. The address is kept
//! exactly as received, because it is what the reply has to be sent to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The only channel there is today. Part of stored records so that another one needs no migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// WhatsApp through Twilio.
    Whatsapp,
}

impl Channel {
    /// The channel's name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whatsapp => "whatsapp",
        }
    }
}

/// Why a string is not an address, number or user id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {0}")]
pub struct InvalidAddress(&'static str);

/// Longest address kept, in bytes: a BSUID has at most 131 characters, a channel prefix some ten.
pub const MAX_ADDRESS_BYTES: usize = 256;

/// A channel address exactly as it was received, for example `whatsapp:+61491570156`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

impl Address {
    /// The address as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address without its channel prefix (`whatsapp:`), trimmed.
    #[must_use]
    pub fn bare(&self) -> &str {
        strip_channel(&self.0)
    }

    /// The phone number, when the address is one.
    #[must_use]
    pub fn phone_number(&self) -> Option<E164> {
        E164::from_loose(&self.0).ok()
    }

    /// The business-scoped user id, when the address is one.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.bare().parse().ok()
    }
}

fn strip_channel(text: &str) -> &str {
    let text = text.trim();
    match text.split_at_checked("whatsapp:".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("whatsapp:") => rest.trim(),
        _ => text,
    }
}

impl TryFrom<String> for Address {
    type Error = InvalidAddress;
    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        let usable = !strip_channel(&text).is_empty()
            && text.len() <= MAX_ADDRESS_BYTES
            && !text.chars().any(char::is_control);
        if usable {
            Ok(Self(text))
        } else {
            Err(InvalidAddress("a channel address"))
        }
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Self::try_from(text.to_owned())
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

/// A phone number in the international form of ITU-T E.164: `+`, a country code, at most 15 digits in all.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(String);

impl E164 {
    /// Reads a number that is international already, however it is spaced and with or without a channel prefix:
    /// `whatsapp:+61 400 000 001`, `+61 (0)`-free, `0061…` not accepted.
    ///
    /// # Errors
    /// When there is no leading `+`, or the digits are not 7 to 15 and starting with 1–9.
    pub fn from_loose(text: &str) -> Result<Self, InvalidAddress> {
        let bare = strip_channel(text);
        let Some(rest) = bare.strip_prefix('+') else {
            return Err(InvalidAddress("an international phone number"));
        };
        let mut digits = String::with_capacity(16);
        digits.push('+');
        for c in rest.chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/' => {}
                _ => return Err(InvalidAddress("an international phone number")),
            }
        }
        Self::try_from(digits)
    }

    /// The number with its `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for E164 {
    type Error = InvalidAddress;
    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        let valid = text.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len())
                && digits.bytes().all(|b| b.is_ascii_digit())
                && !digits.starts_with('0')
        });
        if valid {
            Ok(Self(text))
        } else {
            Err(InvalidAddress("an E.164 phone number"))
        }
    }
}

impl FromStr for E164 {
    type Err = InvalidAddress;
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Self::try_from(text.to_owned())
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.0
    }
}

/// Shows the last two digits only: a number is personal data and `Debug` ends up in logs.
impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+…{}", &self.0[self.0.len() - 2..])
    }
}

/// A WhatsApp business-scoped user id: two capital letters, a period, 1 to 128 letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

impl UserId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UserId {
    type Error = InvalidAddress;
    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        let valid = text.split_once('.').is_some_and(|(country, id)| {
            country.len() == 2
                && country.bytes().all(|b| b.is_ascii_uppercase())
                && (1..=128).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        if valid {
            Ok(Self(text))
        } else {
            Err(InvalidAddress("a business-scoped user id"))
        }
    }
}

impl FromStr for UserId {
    type Err = InvalidAddress;
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Self::try_from(text.to_owned())
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        id.0
    }
}

/// What a sender's state is kept under: the same for every spelling of one number, different per own number written to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SenderHash(String);

impl SenderHash {
    /// 32 hexadecimal digits of SHA-256 over channel, sender and the address written to.
    #[must_use]
    pub fn of(channel: Channel, sender: &Address, to: &Address) -> Self {
        Self(digest(&[channel.as_str(), &canonical(sender), &canonical(to)]))
    }

    /// The same for a worker record, which may be valid for whichever address was written to (`to` absent).
    #[must_use]
    pub fn of_worker(channel: Channel, sender: &Address, to: Option<&Address>) -> Self {
        Self(digest(&[
            channel.as_str(),
            &canonical(sender),
            &to.map(canonical).unwrap_or_default(),
        ]))
    }

    /// The hash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn canonical(address: &Address) -> String {
    address
        .phone_number()
        .map_or_else(|| address.bare().to_owned(), |number| number.as_str().to_owned())
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize()[..16])
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            write!(text, "{byte:02x}").ok();
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn one_number_however_it_is_written() {
        for spelling in [
            "whatsapp:+61491570156",
            "+61 491 570 156",
            "WhatsApp:+61-491-570-156",
            " +61(491)570156 ",
        ] {
            assert_eq!(
                E164::from_loose(spelling).unwrap().as_str(),
                "+61491570156",
                "{spelling}"
            );
        }
    }

    #[test]
    fn what_is_not_international_is_not_guessed() {
        for bad in [
            "0491570156",
            "61491570156",
            "+0491570156",
            "+123",
            "+1234567890123456",
            "+61 abc",
            "",
            "whatsapp:",
        ] {
            assert!(E164::from_loose(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_sender_may_have_no_number() {
        let sender = address("whatsapp:US.13491208655302741918");
        assert_eq!(sender.phone_number(), None);
        assert_eq!(sender.user_id().unwrap().as_str(), "US.13491208655302741918");
        assert_eq!(sender.as_str(), "whatsapp:US.13491208655302741918");
    }

    #[test]
    fn a_senders_state_does_not_depend_on_spelling_but_on_whom_they_wrote_to() {
        let to = address("whatsapp:+61491570110");
        let one = SenderHash::of(Channel::Whatsapp, &address("whatsapp:+61491570156"), &to);
        assert_eq!(
            one,
            SenderHash::of(Channel::Whatsapp, &address("+61 491 570 156"), &to)
        );
        assert_ne!(
            one,
            SenderHash::of(Channel::Whatsapp, &address("+61491570157"), &to)
        );
        assert_ne!(
            one,
            SenderHash::of(
                Channel::Whatsapp,
                &address("+61491570156"),
                &address("+61491570111")
            )
        );
    }

    #[test]
    fn a_number_is_not_readable_in_debug_output() {
        let shown = format!("{:?}", E164::from_loose("+61491570156").unwrap());
        assert!(!shown.contains("4915701"), "{shown}");
    }
}
