//! What a linker answers.

use serde::Serialize;

/// How sure the answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The text is about the linked clients.
    Linked,
    /// A client is named, and more than one fits: somebody has to choose.
    Ambiguous,
    /// No client is named, or none that is known well enough.
    NotFound,
}

/// A client the text may mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The client's id in its company.
    pub client_id: String,
    /// The client's name as listed.
    pub name: String,
    /// The words of the text that were taken for the client: `text[start..end]`.
    pub heard: String,
    /// Where `heard` begins: bytes of the UTF-8 text, always at a character's boundary.
    pub start: usize,
    /// Where `heard` ends, the same way.
    pub end: usize,
    /// How well it fits, in hundredths: 1.00 and more would be linked if no other client fitted as well.
    pub score: f64,
}

/// The answer for one text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinkAnswer {
    /// How sure the answer is.
    pub decision: Decision,
    /// Ids of the clients to file under, in the order of the text; empty unless the decision is `linked`.
    pub linked: Vec<String>,
    /// Clients that may be meant, likeliest first.
    pub candidates: Vec<Candidate>,
}
