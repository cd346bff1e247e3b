//! The contract of `customer-lookup`: what it is asked and what it answers, as JSON over a synchronous Lambda invoke.

use serde::{Deserialize, Serialize};

use crate::customer::Customer;
use crate::ids::{ClientId, CompanyId};

/// Most names returned to listen for.
pub const MAX_VOCABULARY: usize = 200;
/// Most candidates returned for a transcript.
pub const MAX_CANDIDATES: usize = 20;

/// Who is this sender? At least one of `phone_number` and `user_id` is given.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderQuery {
    /// A number, with or without `whatsapp:`, however spaced.
    pub phone_number: Option<String>,
    /// A business-scoped user id.
    pub user_id: Option<String>,
    /// The address that was written to.
    pub to: Option<String>,
    /// How many names to listen for to return.
    pub vocabulary: Option<usize>,
}

/// The answer to a [`SenderQuery`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SenderAnswer {
    /// The worker, or nothing for a stranger.
    pub customer: Option<Customer>,
    /// Names to listen for, likeliest first; only when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
}

/// Which of the company's clients do these words mention?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientQuery {
    /// Whose clients.
    pub company_id: CompanyId,
    /// The transcript.
    pub text: String,
    /// Most candidates to return.
    #[serde(default = "five")]
    pub limit: usize,
}

fn five() -> usize {
    5
}

/// The answer to a [`ClientQuery`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientAnswer {
    /// What the words amount to.
    pub decision: LinkDecision,
    /// The clients meant, when `decision` is `linked`.
    pub linked: Vec<ClientId>,
    /// The likeliest clients, best first.
    pub candidates: Vec<Candidate>,
}

/// What a transcript's words say about the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkDecision {
    /// One client (or several, each named).
    Linked,
    /// A name that several clients answer to.
    Ambiguous,
    /// Nobody in the list.
    NotFound,
}

/// A client the words may mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The client.
    pub client_id: ClientId,
    /// As the office spells it.
    pub name: String,
    /// The words taken for the name.
    pub heard: String,
    /// Where they start in the text, bytes of UTF-8.
    pub start: usize,
    /// Where they end, exclusive.
    pub end: usize,
    /// 0 to 1.
    pub score: f64,
}
