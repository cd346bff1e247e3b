//! A key a client names: parsed once, and always some company's.

use std::fmt;
use std::str::FromStr;

use shared::ids::CompanyId;

/// Longest key in S3, bytes of UTF-8 (Amazon S3 User Guide, "Naming objects").
pub const MAX_KEY_BYTES: usize = 1024;

/// The key of an object inside `{company_id}/`. Says nothing about whether the object exists or who may see it.
#[derive(Clone, PartialEq, Eq)]
pub struct ObjectKey {
    company: CompanyId,
    key: String,
}

/// Not the key of a company's object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "A key is {{company_id}}/…, at most 1,024 bytes, as the lists show it: without empty segments, . or .., backslashes \
     or control characters, and without a slash at either end."
)]
pub struct InvalidObjectKey;

impl FromStr for ObjectKey {
    type Err = InvalidObjectKey;
    fn from_str(text: &str) -> Result<Self, InvalidObjectKey> {
        Self::parse(text)
    }
}

impl ObjectKey {
    /// Reads a key as the lists show it.
    ///
    /// # Errors
    /// When it is longer than S3 allows, has segments that mean something to a file system or a URL, or its first segment
    /// is not a company (the system's own folders are not companies).
    pub fn parse(text: &str) -> Result<Self, InvalidObjectKey> {
        let (company, rest) = text.split_once('/').ok_or(InvalidObjectKey)?;
        let plain = text.len() <= MAX_KEY_BYTES
            && !text.contains('\\')
            && !text.chars().any(char::is_control)
            && rest.split('/').all(|segment| !matches!(segment, "" | "." | ".."));
        if !plain {
            return Err(InvalidObjectKey);
        }
        Ok(Self {
            company: company.parse().map_err(|_| InvalidObjectKey)?,
            key: text.to_owned(),
        })
    }

    /// Whose object it would be.
    #[must_use]
    pub fn company(&self) -> &CompanyId {
        &self.company
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.key
    }
}

/// Shows the company only: keys contain words from notes, and `Debug` ends up in logs.
impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.company)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_as_listed_is_one() {
        for good in [
            "acme/job-to-be-done/order-mixer_SM01_audio.ogg",
            "acme/index/message/SM01.json",
            "acme/exports/2026 notes.csv",
            "acme/a..b",
        ] {
            assert_eq!(ObjectKey::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn nothing_outside_a_company_is_a_key() {
        for bad in [
            "",
            "acme",
            "acme/",
            "/acme/x",
            "acme//x",
            "acme/../other/x",
            "acme/./x",
            "acme/x/",
            "acme/x\u{0}",
            "acme/x\n",
            "acme\\x",
            "acme/..\\x",
            "records/SM01.json",
            "keys/k1.json",
            "customers.json",
            "..",
            "../x",
            "inbox/SM01/media-0.ogg",
            "a b/x",
        ] {
            assert!(ObjectKey::parse(bad).is_err(), "{bad:?}");
        }
        assert!(ObjectKey::parse(&format!("acme/{}", "x".repeat(MAX_KEY_BYTES))).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_parsed_stays_inside_its_company(text in "(acme|records|\\PC{0,3})?[/.\\\\a-z%\\x00]{0,20}") {
            if let Ok(key) = ObjectKey::parse(&text) {
                let prefix = format!("{}/", key.company());
                prop_assert!(key.as_str().starts_with(&prefix));
                prop_assert!(!key.as_str().split('/').any(|s| s.is_empty() || s == ".."));
            }
        }
    }
}
