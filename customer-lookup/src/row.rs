//! One record of the customer file: what is needed of it to find it again, and the whole of it once it is found.
//!
//! Two readings, because the file may have a million records. Going through the file reads only what decides whether a
//! record is usable and whose it is ([`Row`], nothing copied). Only a record that was asked for is read in full
//! ([`full`]). A record is bad when it does not say who and for which company; a detail that cannot be used (a `locale` that
//! is no language) costs the detail and not the worker.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::{Map, Value};
use shared::address::{Address, UserId};
use shared::customer::CustomerRecord;
use shared::ids::{CompanyId, CustomerId, InvalidId};

use crate::number::{self, Number, Written};

/// A string that is borrowed from the file unless it has escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;
        impl<'de> Visitor<'de> for AnyText {
            type Value = Cow<'de, str>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(AnyText).map(Text)
    }
}

/// The fields of a record that decide whether it is usable and whose it is.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Row<'a> {
    #[serde(borrow)]
    pub(crate) customer_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) company_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) phone_number: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) user_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) to: Option<Text<'a>>,
    pub(crate) active: Option<bool>,
}

/// What makes a record unusable. Names fields, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// It is not an object with the fields of a worker, each of its type.
    #[error("{0}")]
    Shape(&'static str),
    /// A required field is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// An identifier is not one.
    #[error("{field} is {source}")]
    Identifier {
        /// Which.
        field: &'static str,
        /// The rule it breaks.
        source: InvalidId,
    },
    /// Nobody could send as this worker.
    #[error("it has neither phone_number nor user_id")]
    NoSender,
    /// The number is none.
    #[error("phone_number is not a phone number")]
    PhoneNumber,
    /// The number is not one in the company's country.
    #[error("phone_number is not unambiguous in the company's country: write it with + and the country code")]
    NotInCountry,
    /// The user id is none.
    #[error("user_id is not a business-scoped user id")]
    UserId,
    /// The address written to is none.
    #[error("to is not an international phone number")]
    To,
}

/// Whose a usable record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner<'a> {
    pub(crate) phone_number: Option<Written>,
    pub(crate) user_id: Option<Cow<'a, str>>,
    pub(crate) to: Option<Number>,
}

impl Row<'_> {
    /// Whose the record is. `known_company` is a `company_id` that was accepted before: neighbours in the file mostly share
    /// theirs.
    pub(crate) fn owner(&self, known_company: &mut String) -> Result<Owner<'_>, RowFault> {
        let customer_id = self
            .customer_id
            .as_ref()
            .ok_or(RowFault::Missing("customer_id"))?;
        CustomerId::try_from(customer_id.as_str().to_owned()).map_err(|source| RowFault::Identifier {
            field: "customer_id",
            source,
        })?;
        let company_id = self
            .company_id
            .as_ref()
            .ok_or(RowFault::Missing("company_id"))?
            .as_str();
        if company_id != known_company {
            CompanyId::try_from(company_id.to_owned()).map_err(|source| RowFault::Identifier {
                field: "company_id",
                source,
            })?;
            company_id.clone_into(known_company);
        }
        self.sender()
    }

    /// Whose the record is, when its identifiers are known to be good.
    pub(crate) fn sender(&self) -> Result<Owner<'_>, RowFault> {
        let phone_number = match given(self.phone_number.as_ref()) {
            Some(text) => Some(number::read(text).ok_or(RowFault::PhoneNumber)?),
            None => None,
        };
        let user_id = match given(self.user_id.as_ref()) {
            Some(text) => Some(user_id(text).ok_or(RowFault::UserId)?),
            None => None,
        };
        if phone_number.is_none() && user_id.is_none() {
            return Err(RowFault::NoSender);
        }
        let to = match given(self.to.as_ref()) {
            Some(text) => match number::read(text) {
                Some(Written::International(number)) => Some(number),
                Some(Written::Local(_)) | None => return Err(RowFault::To),
            },
            None => None,
        };
        Ok(Owner {
            phone_number,
            user_id,
            to,
        })
    }
}

/// The field's text; blank is absent, as exports of spreadsheets write it.
fn given<'t>(field: Option<&'t Text<'_>>) -> Option<&'t str> {
    field.map(Text::as_str).filter(|text| !text.trim().is_empty())
}

/// A user id, with or without a channel prefix.
fn user_id(text: &str) -> Option<Cow<'_, str>> {
    if text.parse::<UserId>().is_ok() {
        return Some(Cow::Borrowed(text));
    }
    let id = text.parse::<Address>().ok()?.user_id()?;
    Some(Cow::Owned(id.into()))
}

/// What is wrong with a record that is JSON but no [`Row`], and its `customer_id` if it has a usable one.
pub(crate) fn diagnose(record: &str) -> (Option<CustomerId>, RowFault) {
    let Ok(Value::Object(fields)) = serde_json::from_str(record) else {
        return (
            None,
            RowFault::Shape("it is not a JSON object, or it has a field twice"),
        );
    };
    let customer_id = fields
        .get("customer_id")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok());
    let fault = [
        ("customer_id", "customer_id is not a string"),
        ("company_id", "company_id is not a string"),
        ("phone_number", "phone_number is not a string"),
        ("user_id", "user_id is not a string"),
        ("to", "to is not a string"),
    ]
    .into_iter()
    .find(|(name, _)| {
        fields
            .get(*name)
            .is_some_and(|value| !value.is_string() && !value.is_null())
    })
    .map(|(_, fault)| fault)
    .or_else(|| {
        let active = fields.get("active");
        active
            .is_some_and(|value| !value.is_boolean() && !value.is_null())
            .then_some("active is neither true nor false")
    });
    (
        customer_id,
        RowFault::Shape(fault.unwrap_or("it has a field twice")),
    )
}

/// Fields that may be left out of a record without changing who it is about.
const DETAILS: [&str; 6] = [
    "company_name",
    "name",
    "role",
    "locale",
    "time_zone",
    "external_ids",
];

/// A whole record, and the names of the details in it that could not be used. `None` when it is not a usable record.
pub(crate) fn full(record: &[u8]) -> Option<(CustomerRecord, Vec<&'static str>)> {
    let mut values = serde_json::Deserializer::from_slice(record).into_iter::<CustomerRecord>();
    if let Some(Ok(whole)) = values.next() {
        return Some((whole, Vec::new()));
    }
    let mut values = serde_json::Deserializer::from_slice(record).into_iter::<Map<String, Value>>();
    let mut fields = values.next()?.ok()?;
    // Null is absent, and an absent field has its default.
    fields.retain(|_, value| !value.is_null());
    if let Ok(whole) = serde_json::from_value(Value::Object(fields.clone())) {
        return Some((whole, Vec::new()));
    }
    let details: Vec<_> = DETAILS
        .iter()
        .filter_map(|name| fields.remove(*name).map(|value| (*name, value)))
        .collect();
    let mut unusable = Vec::new();
    for (name, value) in details {
        let mut with = fields.clone();
        with.insert(name.to_owned(), value.clone());
        if serde_json::from_value::<CustomerRecord>(Value::Object(with)).is_ok() {
            fields.insert(name.to_owned(), value);
        } else {
            unusable.push(name);
        }
    }
    let whole = serde_json::from_value(Value::Object(fields)).ok()?;
    Some((whole, unusable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fault(record: &Value) -> String {
        let text = record.to_string();
        match serde_json::from_str::<Row<'_>>(&text) {
            Ok(row) => row.owner(&mut String::new()).unwrap_err().to_string(),
            Err(_) => diagnose(&text).1.to_string(),
        }
    }

    #[test]
    fn a_bad_record_says_what_is_wrong_and_repeats_nothing() {
        let good = json!({"customer_id": "cu_1", "company_id": "acme", "phone_number": "+61491570156"});
        for (field, value, part) in [
            ("customer_id", json!(null), "customer_id is missing"),
            ("customer_id", json!(7), "customer_id is not a string"),
            (
                "customer_id",
                json!("a/b"),
                "customer_id is not a valid customer_id",
            ),
            (
                "company_id",
                json!("records"),
                "company_id is not a valid company_id",
            ),
            (
                "company_id",
                json!("../acme"),
                "company_id is not a valid company_id",
            ),
            (
                "phone_number",
                json!("ring me"),
                "phone_number is not a phone number",
            ),
            (
                "phone_number",
                json!(61_491_570_156_u64),
                "phone_number is not a string",
            ),
            ("phone_number", json!(null), "neither phone_number nor user_id"),
            ("user_id", json!("Mick"), "user_id is not a business-scoped"),
            ("to", json!("0491 570 110"), "to is not an international"),
            ("active", json!("yes"), "active is neither"),
        ] {
            let mut record = good.clone();
            record[field] = value;
            let said = fault(&record);
            assert!(said.contains(part), "{part} in {said}");
            assert!(
                !said.contains("570") && !said.contains("Mick") && !said.contains("ring me"),
                "{said}"
            );
        }
        assert!(fault(&json!([])).contains("not a JSON object"));
    }

    #[test]
    fn a_user_id_may_have_a_channel_prefix() {
        let text =
            json!({"customer_id": "cu_1", "company_id": "acme", "user_id": "whatsapp:US.134"}).to_string();
        let row: Row<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!(row.sender().unwrap().user_id.as_deref(), Some("US.134"));
    }

    #[test]
    fn a_detail_that_cannot_be_used_does_not_cost_the_worker() {
        let record = json!({
            "customer_id": "cu_1", "company_id": "acme", "phone_number": "+61491570156",
            "name": "Mick", "locale": "Strine!", "time_zone": "Australia/Melborne", "role": null, "active": null,
        });
        let (whole, unusable) = full(record.to_string().as_bytes()).unwrap();
        assert_eq!(unusable, ["locale", "time_zone"]);
        assert_eq!(
            (whole.name.as_deref(), whole.locale, whole.active),
            (Some("Mick"), None, true)
        );
    }

    #[test]
    fn what_follows_a_record_in_the_file_is_not_looked_at() {
        let text = br#"{"customer_id":"cu_1","company_id":"acme","phone_number":"+61491570156"},{"#;
        assert_eq!(full(text).unwrap().0.customer_id.as_str(), "cu_1");
    }
}
