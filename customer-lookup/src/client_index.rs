//! Between the stored client list and [`crate::linking`], which knows neither stored records nor the contract.

use shared::client::{ClientRecord, LearnedAlias, Site};
use shared::lookup::{Candidate, ClientAnswer, LinkDecision};

use crate::linking;

/// What one company's clients may be called.
#[derive(Debug)]
pub(crate) struct ClientIndex(linking::ClientIndex);

impl ClientIndex {
    pub(crate) fn build(clients: &[ClientRecord], learned: &[LearnedAlias]) -> Self {
        let entries: Vec<_> = clients.iter().map(entry).collect();
        let learned: Vec<_> = learned
            .iter()
            .map(|alias| linking::LearnedAlias {
                client_id: alias.client_id.to_string(),
                heard: alias.heard.clone(),
            })
            .collect();
        Self(linking::ClientIndex::build(&entries, &learned))
    }

    /// Which clients `text` mentions, with at most `limit` candidates.
    pub(crate) fn link(&self, text: &str, limit: usize) -> ClientAnswer {
        let answer = self.0.link(text, limit);
        ClientAnswer {
            decision: match answer.decision {
                linking::Decision::Linked => LinkDecision::Linked,
                linking::Decision::Ambiguous => LinkDecision::Ambiguous,
                linking::Decision::NotFound => LinkDecision::NotFound,
            },
            // Every id was a ClientId when the list was read.
            linked: answer.linked.iter().filter_map(|id| id.parse().ok()).collect(),
            candidates: answer.candidates.into_iter().filter_map(candidate).collect(),
        }
    }

    /// At most `limit` names to listen for, likeliest first.
    pub(crate) fn vocabulary(&self, limit: usize) -> Vec<String> {
        self.0.vocabulary(limit)
    }
}

fn entry(client: &ClientRecord) -> linking::ClientEntry {
    let places = |site: &Site| [Some(site.address.clone()), site.label.clone()];
    linking::ClientEntry {
        client_id: client.client_id.to_string(),
        name: client.name.clone(),
        aliases: client.aliases.clone(),
        phone_number: client.phone_number.clone(),
        address: client.address.clone(),
        sites: client.sites.iter().flat_map(places).flatten().collect(),
        active: client.active,
    }
}

fn candidate(found: linking::Candidate) -> Option<Candidate> {
    Some(Candidate {
        client_id: found.client_id.parse().ok()?,
        name: found.name,
        heard: found.heard,
        start: found.start,
        end: found.end,
        // The linker's weight may exceed what linking takes; the contract's score says no more than "certain".
        score: found.score.clamp(0.0, 1.0),
    })
}
