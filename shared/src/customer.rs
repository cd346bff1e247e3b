//! A worker of a company ("customer" in the stored records and the contract): who may send, and for whom.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::company::{CompanySettings, Language, ZoneName};
use crate::ids::{CompanyId, CustomerId};

/// One record of `customers.json` or `workers/{hash}.json`, as the office writes it. Numbers are text here: they may have
/// a channel prefix, spaces, or be national; `customer-lookup` reads them.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerRecord {
    /// The worker.
    pub customer_id: CustomerId,
    /// Their company.
    pub company_id: CompanyId,
    /// The company's name.
    #[serde(default)]
    pub company_name: String,
    /// Their number.
    pub phone_number: Option<String>,
    /// Their WhatsApp business-scoped user id.
    pub user_id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// False: treated as a stranger.
    #[serde(default = "yes")]
    pub active: bool,
    /// What they do.
    pub role: Option<String>,
    /// The language they read.
    pub locale: Option<Language>,
    /// Where they are, when not where the company is.
    pub time_zone: Option<ZoneName>,
    /// Only for messages to this address (a subcontractor of two companies).
    pub to: Option<String>,
    /// Ids in other systems.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

/// A known, active worker with the settings of their company: what `customer-lookup` answers.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// The worker.
    pub customer_id: CustomerId,
    /// Their company.
    pub company_id: CompanyId,
    /// The company's name as the worker reads it.
    pub company_name: String,
    /// Their name.
    pub name: Option<String>,
    /// What they do.
    pub role: Option<String>,
    /// The language they read.
    pub locale: Option<Language>,
    /// Where they are, when not where the company is.
    #[serde(rename = "worker_time_zone")]
    pub own_time_zone: Option<ZoneName>,
    /// The company's settings, beside the fields above.
    #[serde(flatten)]
    pub settings: CompanySettings,
}

impl Customer {
    /// The zone dates are resolved in: the worker's, else the company's.
    #[must_use]
    pub fn zone(&self) -> &ZoneName {
        self.own_time_zone.as_ref().unwrap_or(&self.settings.time_zone)
    }

    /// The language replies are written in: the worker's own, else what the company says.
    #[must_use]
    pub fn reply_language(&self, spoken: Option<&Language>) -> Language {
        self.locale
            .clone()
            .unwrap_or_else(|| self.settings.reply_language.resolve(spoken))
    }
}
