//! Which clients a transcript mentions, by the plainest method there is: a client's whole name, or one of their other names,
//! word for word, in any case. A name two clients share is ambiguous.

use std::collections::{BTreeMap, BTreeSet};

use shared::client::{ClientRecord, LearnedAlias};
use shared::lookup::{Candidate, ClientAnswer, LinkDecision};

/// The names of one company's clients.
#[derive(Debug, Default)]
pub(crate) struct ClientIndex {
    clients: Vec<ClientRecord>,
    /// Words of a name to the clients that have it, as places in `clients`.
    names: BTreeMap<Vec<String>, BTreeSet<usize>>,
    longest: usize,
}

impl ClientIndex {
    pub(crate) fn build(clients: &[ClientRecord], learned: &[LearnedAlias]) -> Self {
        let clients: Vec<_> = clients.iter().filter(|client| client.active).cloned().collect();
        let mut names: BTreeMap<Vec<String>, BTreeSet<usize>> = BTreeMap::new();
        for (place, client) in clients.iter().enumerate() {
            let taught = learned.iter().filter(|alias| alias.client_id == client.client_id);
            let all = [&client.name]
                .into_iter()
                .chain(&client.aliases)
                .chain(taught.map(|alias| &alias.heard));
            for name in all {
                let words: Vec<_> = words(name).into_iter().map(|(_, _, word)| word).collect();
                if !words.is_empty() {
                    names.entry(words).or_default().insert(place);
                }
            }
        }
        let longest = names.keys().map(Vec::len).max().unwrap_or(0);
        Self {
            clients,
            names,
            longest,
        }
    }

    pub(crate) fn link(&self, text: &str, limit: usize) -> ClientAnswer {
        let words = words(text);
        let (mut linked, mut candidates, mut ambiguous) = (Vec::new(), Vec::new(), false);
        let mut at = 0;
        while at < words.len() {
            let found = (1..=self.longest.min(words.len() - at)).rev().find_map(|count| {
                let window = &words[at..at + count];
                let name: Vec<_> = window.iter().map(|(_, _, word)| word.clone()).collect();
                Some((window, self.names.get(&name)?))
            });
            let Some((window, places)) = found else {
                at += 1;
                continue;
            };
            at += window.len();
            let (start, end) = (window[0].0, window[window.len() - 1].1);
            ambiguous |= places.len() > 1;
            for client in places.iter().map(|place| &self.clients[*place]) {
                if linked.contains(&client.client_id) {
                    continue;
                }
                linked.push(client.client_id.clone());
                candidates.push(Candidate {
                    client_id: client.client_id.clone(),
                    name: client.name.clone(),
                    heard: text[start..end].to_owned(),
                    start,
                    end,
                    score: 1.0,
                });
            }
        }
        candidates.truncate(limit);
        let decision = match (linked.is_empty(), ambiguous) {
            (true, _) => LinkDecision::NotFound,
            (false, true) => LinkDecision::Ambiguous,
            (false, false) => LinkDecision::Linked,
        };
        if decision != LinkDecision::Linked {
            linked.clear();
        }
        ClientAnswer {
            decision,
            linked,
            candidates,
        }
    }

    pub(crate) fn vocabulary(&self, limit: usize) -> Vec<String> {
        self.clients
            .iter()
            .take(limit)
            .map(|client| client.name.clone())
            .collect()
    }
}

/// The words of a text in lower case, each with where it starts and ends.
fn words(text: &str) -> Vec<(usize, usize, String)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric() || matches!(c, '\'' | '’'), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, at, text[from..at].to_lowercase()));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    words
}
