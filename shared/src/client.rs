//! A company's clients: `clients/{company_id}.json`, and what workers taught us about their names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, CompanyId, CustomerId, NoteId};
use crate::records::UnknownFields;

crate::records::schema!(
    /// `learned/1`
    LearnedSchema = "learned/1"
);

/// `clients/{company_id}.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientList {
    /// Must be the id in the key.
    pub company_id: CompanyId,
    /// The clients.
    pub clients: Vec<ClientRecord>,
}

/// One client.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientRecord {
    /// Unique within the company.
    pub client_id: ClientId,
    /// As the office spells it.
    pub name: String,
    /// Other names they go by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// As the office wrote it.
    pub phone_number: Option<String>,
    /// As the office wrote it.
    pub address: Option<String>,
    /// Places where work is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<Site>,
    /// False: no longer linked to.
    #[serde(default = "yes")]
    pub active: bool,
    /// Known jobs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
    /// Ids in other systems.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external_ids: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

/// A place where a client's work is done.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Unique within the client.
    pub site_id: String,
    /// A short name.
    pub label: Option<String>,
    /// Where it is.
    pub address: String,
}

/// A job of a client.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Unique within the client.
    pub job_id: String,
    /// The office's reference.
    pub reference: Option<String>,
    /// A short name.
    pub name: Option<String>,
    /// As the office says it.
    pub status: Option<String>,
}

/// `clients/{company_id}.learned.json`: names workers confirmed. An upload of the client list does not lose them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LearnedAliases {
    /// `learned/1`; the first ones written had none.
    #[serde(default)]
    pub schema: LearnedSchema,
    /// One per client and heard name.
    #[serde(default)]
    pub aliases: Vec<LearnedAlias>,
    /// What a later version added.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// A name a worker confirmed for a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnedAlias {
    /// The client meant.
    pub client_id: ClientId,
    /// What the recogniser wrote.
    pub heard: String,
    /// The note it was confirmed on.
    pub note_id: NoteId,
    /// Who confirmed it.
    pub by: CustomerId,
    /// When, UTC.
    pub at: Timestamp,
    /// How often.
    #[serde(default = "once")]
    pub count: u32,
    /// What a later version added.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

fn once() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_was_learned_first_is_read_and_what_was_added_later_is_kept() {
        let alias = json!({"client_id": "cl_1", "heard": "pap a dop", "note_id": "SM01", "by": "mick",
            "at": "2026-11-20T01:00:00Z", "count": 2, "confidence": 0.5});
        for stored in [
            json!({ "aliases": [alias] }),
            json!({"schema": "learned/1", "aliases": [alias], "language": "en"}),
        ] {
            let read: LearnedAliases = serde_json::from_value(stored.clone()).unwrap();
            assert_eq!(read.aliases[0].count, 2);
            let written: Value = serde_json::to_value(&read).unwrap();
            assert_eq!(written["schema"], "learned/1");
            assert_eq!(written["language"], stored["language"]);
            assert_eq!(written["aliases"], stored["aliases"]);
        }
    }
}
