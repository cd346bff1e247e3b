//! Identifiers, each parsed once where it enters; and the one source of fresh ones.
//!
//! Every identifier that becomes part of an object key is restricted to characters that mean nothing in a key, a URL or
//! a file system, so no code after the parse has to escape or check it again.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a string is not an identifier of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: {rule}")]
pub struct InvalidId {
    /// The kind that was asked for, in the field's terms.
    pub kind: &'static str,
    /// What a valid one looks like.
    pub rule: &'static str,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err(InvalidId { kind: $kind, rule: $rule }) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// A message's identifier at Twilio: `SM` or `MM` and 32 hexadecimal digits. Other lengths are let through, because
    /// Twilio documents the length as an example and not as a promise; other characters are not.
    MessageSid,
    "MessageSid",
    "2 to 64 letters and digits",
    |s| (2..=64).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric())
);

identifier!(
    /// A note: the [`MessageSid`] it came from for the first note of a message, `{message_sid}.2` and so on for others.
    NoteId,
    "note_id",
    "a MessageSid, optionally followed by .2 to .99",
    |s| {
        let (sid, index) = s.split_once('.').unwrap_or((s, "2"));
        MessageSid::from_str(sid).is_ok()
            && !index.starts_with('0')
            && (1..=2).contains(&index.len())
            && index.bytes().all(|b| b.is_ascii_digit())
            && index != "1"
    }
);

/// First path segments of the bucket that are not companies.
pub const RESERVED_COMPANY_IDS: [&str; 11] = [
    "inbox",
    "records",
    "senders",
    "outbox",
    "clients",
    "companies",
    "workers",
    "customers",
    "keys",
    "index",
    "exports",
];

identifier!(
    /// A company: the first segment of every key it owns.
    CompanyId,
    "company_id",
    "1 to 64 letters, digits, - or _, starting with a letter or digit, and not a reserved word",
    |s| {
        (1..=64).contains(&s.len())
            && s.as_bytes()[0].is_ascii_alphanumeric()
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
            && !RESERVED_COMPANY_IDS.contains(&s)
    }
);

identifier!(
    /// A worker of a company, as the company numbers its people.
    CustomerId,
    "customer_id",
    "1 to 128 letters, digits, dots, - or _, starting with a letter or digit",
    is_key_segment
);

identifier!(
    /// A client of a company. Unique within the company only.
    ClientId,
    "client_id",
    "1 to 128 letters, digits, dots, - or _, starting with a letter or digit",
    is_key_segment
);

fn is_key_segment(s: &str) -> bool {
    (1..=128).contains(&s.len())
        && s.as_bytes()[0].is_ascii_alphanumeric()
        && s.bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

impl NoteId {
    /// The id of the `number`th note of a message, counted from 1.
    #[must_use]
    pub fn nth(message: &MessageSid, number: usize) -> Self {
        if number <= 1 {
            Self(message.0.clone())
        } else {
            Self(format!("{message}.{number}"))
        }
    }

    /// The message the note came from.
    #[must_use]
    pub fn message(&self) -> MessageSid {
        MessageSid(self.0.split('.').next().unwrap_or_default().to_owned())
    }
}

impl From<MessageSid> for NoteId {
    fn from(message: MessageSid) -> Self {
        Self(message.0)
    }
}

/// 32 random hexadecimal digits (128 bits less the version bits of a UUID v4, RFC 9562).
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one source of random identifiers"
)]
pub fn random_hex32() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_id_is_never_a_folder_of_the_system() {
        for reserved in RESERVED_COMPANY_IDS {
            assert!(CompanyId::from_str(reserved).is_err(), "{reserved}");
        }
        assert!(CompanyId::from_str("index2").is_ok());
    }

    #[test]
    fn nothing_that_means_something_in_a_key_is_an_identifier() {
        for bad in ["", "a/b", "..", ".a", "a b", "a\u{0}", "ä", "-a", "%2e"] {
            assert!(CompanyId::from_str(bad).is_err(), "company {bad:?}");
            assert!(ClientId::from_str(bad).is_err(), "client {bad:?}");
            assert!(MessageSid::from_str(bad).is_err(), "message {bad:?}");
            assert!(NoteId::from_str(bad).is_err(), "note {bad:?}");
        }
    }

    #[test]
    fn a_note_id_leads_back_to_its_message() {
        let sid: MessageSid = "SM0123456789abcdef0123456789abcdef".parse().unwrap();
        assert_eq!(NoteId::nth(&sid, 1).as_str(), sid.as_str());
        assert_eq!(NoteId::nth(&sid, 3).as_str(), format!("{sid}.3"));
        assert_eq!(NoteId::nth(&sid, 3).message(), sid);
        for good in ["SM12", "SM12.2", "SM12.10"] {
            assert!(NoteId::from_str(good).is_ok(), "{good}");
        }
        for bad in ["SM12.1", "SM12.02", "SM12.", "SM12.100", "SM12.2.3", "SM12.a"] {
            assert!(NoteId::from_str(bad).is_err(), "{bad}");
        }
    }
}
