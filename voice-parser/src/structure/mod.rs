//! From words to structure: what the model is asked ([`prompt`]), in which shape it has to answer ([`schema`]), and what of
//! its answer is accepted ([`accept`]). The transcript is data: nothing in it is an instruction, and nothing the model
//! answers is believed unchecked.

pub mod accept;
pub mod prompt;
pub mod schema;
pub mod tag;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use shared::ids::ClientId;
use shared::records::note::{Intent, Tag};

/// A note before it has a client, an id and a place.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// What it is for.
    pub intent: Intent,
    /// What it is about.
    pub tag: Tag,
    /// Knowledge notes.
    pub title: Option<String>,
    /// What was said, in brief.
    pub summary: Option<String>,
    /// Job notes: the job.
    pub job: Option<String>,
    /// What one has to know to understand it.
    pub context: Option<String>,
    /// The candidates the model chose.
    #[serde(default)]
    pub client_ids: Vec<ClientId>,
    /// What has to be done.
    #[serde(default)]
    pub action_items: Vec<DraftItem>,
}

/// Something to do.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftItem {
    /// What.
    pub text: String,
    /// The day.
    pub due_date: Option<Date>,
    /// The time of that day.
    pub due_time: Option<Time>,
    /// When, as it was said.
    pub due_text: Option<String>,
    /// Who, as it was said.
    pub assignee: Option<String>,
}
