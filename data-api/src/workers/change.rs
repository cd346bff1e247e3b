//! A worker as the office writes one, and what is stored of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::address::{Address, Channel, E164, SenderHash, UserId};
use shared::customer::CustomerRecord;
use shared::ids::{CompanyId, CustomerId, random_hex32};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::text;

/// Longest name and role, characters.
pub const MAX_NAME_CHARS: usize = 100;

/// Who keeps a worker's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeptBy {
    /// The office: added or changed here.
    Office,
    /// The operator, in the customer file. A change makes it the office's.
    File,
}

/// A worker: who may send to the company's number.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Worker {
    /// Names the worker.
    #[schema(value_type = String, example = "wk_1")]
    pub customer_id: CustomerId,
    /// Their name.
    pub name: Option<String>,
    /// Their number: E.164 when the office wrote it, in the customer file as it stands there.
    #[schema(example = "+61491570156")]
    pub phone_number: Option<String>,
    /// Their WhatsApp business-scoped user id.
    pub user_id: Option<String>,
    /// False: what they send is answered as a stranger's.
    pub active: bool,
    /// What they do.
    pub role: Option<String>,
    /// The language they read, BCP 47.
    pub locale: Option<String>,
    /// Where they are, when not where the company is; IANA.
    pub time_zone: Option<String>,
    /// Only for messages to this number of the company's.
    pub to: Option<String>,
    /// Ids in other systems.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub external_ids: BTreeMap<String, String>,
    /// Who keeps the record.
    pub kept_by: KeptBy,
}

impl Worker {
    pub(super) fn of(record: CustomerRecord, kept_by: KeptBy) -> Self {
        Self {
            customer_id: record.customer_id,
            name: record.name,
            phone_number: record.phone_number,
            user_id: record.user_id,
            active: record.active,
            role: record.role,
            locale: record.locale.map(String::from),
            time_zone: record.time_zone.map(String::from),
            to: record.to,
            external_ids: record.external_ids,
            kept_by,
        }
    }
}

/// A worker to add or to change. It replaces what is known of the worker, so that what was read can be changed and sent
/// back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerChange {
    /// Which worker; absent: the one with this number or user id, else a new one.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    customer_id: Option<String>,
    /// Their name.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Their number with `+` and the country code. One of this and `user_id` is needed.
    #[schema(example = "+61 491 570 156")]
    phone_number: Option<String>,
    /// Their WhatsApp business-scoped user id.
    #[schema(example = "AU.13491208655302741918")]
    user_id: Option<String>,
    /// False: let them go. True when absent.
    active: Option<bool>,
    /// What they do.
    #[schema(max_length = 100)]
    role: Option<String>,
    /// The language they read, BCP 47.
    #[schema(example = "en-AU")]
    locale: Option<String>,
    /// Where they are, when not where the company is; IANA.
    #[schema(example = "Australia/Melbourne")]
    time_zone: Option<String>,
    /// Only for messages to this number, with `+` and the country code: for somebody who works for two companies.
    to: Option<String>,
    /// Ids in other systems.
    #[serde(default)]
    #[schema(schema_with = text::external_ids_schema)]
    external_ids: BTreeMap<String, String>,
    /// As it was read; whatever it says, the record is the office's from now on.
    #[expect(dead_code, reason = "taken so that what was read can be sent back")]
    kept_by: Option<KeptBy>,
}

/// A worker whose every field was read.
#[derive(Debug, Clone)]
pub(super) struct NewWorker {
    pub(super) customer_id: Option<CustomerId>,
    pub(super) phone_number: Option<E164>,
    pub(super) user_id: Option<UserId>,
    pub(super) to: Option<E164>,
    /// The rest; its ids and numbers are filled in by [`NewWorker::record`].
    details: Details,
}

#[derive(Debug, Clone)]
struct Details {
    name: Option<String>,
    active: bool,
    role: Option<String>,
    locale: Option<shared::company::Language>,
    time_zone: Option<shared::company::ZoneName>,
    external_ids: BTreeMap<String, String>,
}

/// What a number has to look like.
pub(super) const NUMBER: &str = "A number has a + and the country code, such as +61 491 570 156.";

impl TryFrom<WorkerChange> for NewWorker {
    type Error = ApiError;

    fn try_from(change: WorkerChange) -> Result<Self, ApiError> {
        let customer_id = change.customer_id.map(CustomerId::try_from).transpose();
        let customer_id = customer_id.map_err(|why| ApiError::parameter("customer_id", why))?;
        let phone_number = number("phone_number", change.phone_number)?;
        let user_id = text::line("user_id", change.user_id, 256)?;
        let user_id = user_id.map(|text| {
            let id = text.parse::<Address>().ok().and_then(|address| address.user_id());
            id.ok_or_else(|| {
                let why =
                    "A user id is two capital letters, a dot, letters and digits, as WhatsApp sends it.";
                ApiError::parameter("user_id", why)
            })
        });
        let user_id = user_id.transpose()?;
        if phone_number.is_none() && user_id.is_none() {
            let why = format!("A worker needs a number or a user_id. {NUMBER}");
            return Err(ApiError::parameter("phone_number", why));
        }
        let locale = text::line("locale", change.locale, 40)?.map(shared::company::Language::try_from);
        let locale = locale
            .transpose()
            .map_err(|why| ApiError::parameter("locale", why))?;
        let zone = text::line("time_zone", change.time_zone, 64)?;
        let zone = zone.map(|name| {
            let why = "A time zone is an IANA name such as Australia/Melbourne.";
            name.parse()
                .map_err(|_: String| ApiError::parameter("time_zone", why))
        });
        Ok(Self {
            customer_id,
            phone_number,
            user_id,
            to: number("to", change.to)?,
            details: Details {
                name: text::line("name", change.name, MAX_NAME_CHARS)?,
                active: change.active.unwrap_or(true),
                role: text::line("role", change.role, MAX_NAME_CHARS)?,
                locale,
                time_zone: zone.transpose()?,
                external_ids: text::external_ids(change.external_ids)?,
            },
        })
    }
}

fn number(name: &'static str, given: Option<String>) -> Result<Option<E164>, ApiError> {
    let given = given.filter(|text| !text.trim().is_empty());
    let read = |text: String| {
        // In "+61 (0)491 …" the 0 is dialled in the country only.
        let number = E164::from_loose(&text).ok().filter(|_| !text.contains("(0)"));
        number.ok_or_else(|| ApiError::parameter(name, NUMBER))
    };
    given.map(read).transpose()
}

impl NewWorker {
    /// The record to store.
    pub(super) fn record(&self, company: &CompanyId, customer_id: CustomerId) -> CustomerRecord {
        let details = self.details.clone();
        CustomerRecord {
            customer_id,
            company_id: company.clone(),
            // The company's settings have its name.
            company_name: String::new(),
            phone_number: self.phone_number.clone().map(String::from),
            user_id: self.user_id.clone().map(String::from),
            name: details.name,
            active: details.active,
            role: details.role,
            locale: details.locale,
            time_zone: details.time_zone,
            to: self.to.clone().map(String::from),
            external_ids: details.external_ids,
        }
    }
}

/// An id for a worker who has none.
pub(super) fn fresh_id() -> Result<CustomerId, ApiError> {
    let id = format!("wk_{}", random_hex32().get(..12).unwrap_or_default());
    CustomerId::try_from(id).map_err(|why| ApiError::internal("a worker's id", why))
}

/// Under which hashes a worker's record is found: one for the number, one for the user id.
pub(super) fn hashes(record: &CustomerRecord) -> Vec<SenderHash> {
    let to: Option<Address> = record.to.as_deref().and_then(|to| to.parse().ok());
    let addresses = [&record.phone_number, &record.user_id].into_iter().flatten();
    addresses
        .filter_map(|text| text.parse::<Address>().ok())
        .map(|address| SenderHash::of_worker(Channel::Whatsapp, &address, to.as_ref()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: serde_json::Value) -> Result<NewWorker, ApiError> {
        NewWorker::try_from(serde_json::from_value::<WorkerChange>(json).unwrap())
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (field, value) in [
            ("customer_id", "../x"),
            ("phone_number", "0491 570 156"),
            ("phone_number", "+61 (0)491 570 156"),
            ("phone_number", "…156"),
            ("user_id", "sam"),
            ("to", "12"),
            ("locale", "english please"),
            ("time_zone", "Melbourne"),
            ("name", "a\nb"),
        ] {
            let mut json = serde_json::json!({"phone_number": "+61491570156"});
            json[field] = value.into();
            let error = read(json).unwrap_err();
            assert!(
                matches!(&error, ApiError::Parameter { name, .. } if name == field),
                "{field}: {error}"
            );
        }
        let nobody = read(serde_json::json!({"name": "Sam", "phone_number": " "})).unwrap_err();
        assert!(matches!(nobody, ApiError::Parameter { name, .. } if name == "phone_number"));
    }

    #[test]
    fn a_worker_is_found_by_number_and_by_user_id() {
        let new = read(serde_json::json!({"phone_number": "+61 491 570 156", "user_id": "AU.abc"})).unwrap();
        let record = new.record(&"acme".parse().unwrap(), fresh_id().unwrap());
        assert_eq!(record.phone_number.as_deref(), Some("+61491570156"));
        assert_eq!(hashes(&record).len(), 2);
    }
}
