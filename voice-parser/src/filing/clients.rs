//! Which clients a note is filed under. A note under the wrong client costs the office more than a question does: what the
//! name index links is linked, what it calls ambiguous stays ambiguous, and the model may only choose among candidates.

use shared::ids::ClientId;
use shared::lookup::{Candidate, ClientAnswer, LinkDecision};
use shared::records::note::{ClientCandidate, ClientDecision, LinkedBy, LinkedClient};

/// A candidate the index did not link (it links from 0.6 on) may be chosen by the model from this score on. Linking everything
/// from 0.5 without any second opinion made 0.8 % false links at 1,000 clients (ARCHITECTURE.md, "The curve").
const MODEL_MAY_CHOOSE_FROM: f64 = 0.5;

/// Whom a note is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    /// How sure that is.
    pub decision: ClientDecision,
    /// The clients.
    pub clients: Vec<LinkedClient>,
    /// Who else it might have been.
    pub candidates: Vec<ClientCandidate>,
}

/// Decides for one note of a message. `chosen` are the candidates the model put into this note, `only` is true when the
/// message became one note.
#[must_use]
pub fn file_under(answer: Option<&ClientAnswer>, chosen: &[ClientId], only: bool) -> Filed {
    let Some(answer) = answer else {
        return Filed {
            decision: ClientDecision::None,
            clients: Vec::new(),
            candidates: Vec::new(),
        };
    };
    let find = |id: &ClientId| {
        answer
            .candidates
            .iter()
            .find(|candidate| candidate.client_id == *id)
    };
    let linked: Vec<&Candidate> = answer.linked.iter().filter_map(find).collect();
    let chosen: Vec<&Candidate> = chosen.iter().filter_map(find).collect();
    let clients: Vec<LinkedClient> = match answer.decision {
        // Several notes share the clients out as the model says; one note is about all of them.
        LinkDecision::Linked if only => linked
            .iter()
            .map(|candidate| link(candidate, LinkedBy::Lookup))
            .collect(),
        LinkDecision::Linked => chosen
            .iter()
            .filter(|candidate| linked.iter().any(|l| l.client_id == candidate.client_id))
            .map(|candidate| link(candidate, LinkedBy::Lookup))
            .collect(),
        LinkDecision::Ambiguous => Vec::new(),
        LinkDecision::NotFound => chosen
            .iter()
            .filter(|candidate| candidate.score >= MODEL_MAY_CHOOSE_FROM)
            .map(|candidate| link(candidate, LinkedBy::Model))
            .collect(),
    };
    let decision = match answer.decision {
        _ if !clients.is_empty() => ClientDecision::Linked,
        LinkDecision::Ambiguous => ClientDecision::Ambiguous,
        LinkDecision::Linked | LinkDecision::NotFound => ClientDecision::NotFound,
    };
    let others = answer
        .candidates
        .iter()
        .filter(|c| !clients.iter().any(|l| l.client_id == c.client_id));
    let candidates = others.map(ClientCandidate::from).collect();
    Filed {
        decision,
        clients,
        candidates,
    }
}

fn link(candidate: &Candidate, by: LinkedBy) -> LinkedClient {
    LinkedClient {
        client_id: candidate.client_id.clone(),
        name: candidate.name.clone(),
        heard: candidate.heard.clone(),
        score: Some(candidate.score),
        by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ClientId {
        text.parse().unwrap()
    }

    fn answer(decision: LinkDecision, linked: &[&str], candidates: &[(&str, f64)]) -> ClientAnswer {
        let candidate = |(id_text, score): &(&str, f64)| Candidate {
            client_id: id(id_text),
            name: format!("Client {id_text}"),
            heard: "heard".into(),
            start: 0,
            end: 5,
            score: *score,
        };
        ClientAnswer {
            decision,
            linked: linked.iter().map(|l| id(l)).collect(),
            candidates: candidates.iter().map(candidate).collect(),
        }
    }

    fn ids(filed: &Filed) -> Vec<&str> {
        filed
            .clients
            .iter()
            .map(|client| client.client_id.as_str())
            .collect()
    }

    #[test]
    fn one_note_is_about_every_client_that_was_linked_whatever_the_model_says() {
        let answer = answer(
            LinkDecision::Linked,
            &["a", "b"],
            &[("a", 0.9), ("b", 0.9), ("c", 0.8)],
        );
        let filed = file_under(Some(&answer), &[id("c")], true);
        assert_eq!(
            (ids(&filed), filed.decision),
            (vec!["a", "b"], ClientDecision::Linked)
        );
    }

    #[test]
    fn several_notes_share_the_linked_clients_out() {
        let answer = answer(
            LinkDecision::Linked,
            &["a", "b"],
            &[("a", 0.9), ("b", 0.9), ("c", 0.8)],
        );
        assert_eq!(ids(&file_under(Some(&answer), &[id("b"), id("c")], false)), ["b"]);
        assert_eq!(
            file_under(Some(&answer), &[], false).decision,
            ClientDecision::NotFound
        );
    }

    #[test]
    fn the_model_cannot_settle_what_is_ambiguous() {
        let answer = answer(LinkDecision::Ambiguous, &[], &[("a", 0.9), ("b", 0.9)]);
        let filed = file_under(Some(&answer), &[id("a")], true);
        assert_eq!((ids(&filed), filed.decision), (vec![], ClientDecision::Ambiguous));
        assert_eq!(filed.candidates.len(), 2);
    }

    #[test]
    fn the_model_may_choose_a_likely_candidate_but_no_other() {
        let answer = answer(LinkDecision::NotFound, &[], &[("a", 0.55), ("b", 0.3)]);
        assert_eq!(ids(&file_under(Some(&answer), &[id("a")], true)), ["a"]);
        assert!(ids(&file_under(Some(&answer), &[id("b"), id("z")], true)).is_empty());
    }
}
