//! A company's clients: `clients/{company_id}.json`, and what workers taught us about their names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, CompanyId, CustomerId, NoteId};

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
    /// One per client and heard name.
    #[serde(default)]
    pub aliases: Vec<LearnedAlias>,
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
}

fn once() -> u32 {
    1
}
