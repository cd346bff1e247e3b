//! Which clients a text mentions: the text on the first line, then a client a line as `name|alias|phone|address|site`.
#![no_main]

use customer_lookup::linking::{ClientEntry, ClientIndex, Decision, LearnedAlias};
use libfuzzer_sys::fuzz_target;

/// More clients than these make the fuzzer slow and find nothing new.
const MAX_CLIENTS: usize = 24;

fuzz_target!(|input: &str| {
    let (text, list) = input.split_once('\n').unwrap_or((input, ""));
    let clients: Vec<ClientEntry> = list.lines().take(MAX_CLIENTS).enumerate().map(client).collect();
    let learned: Vec<LearnedAlias> = clients
        .iter()
        .take(1)
        .map(|client| LearnedAlias {
            client_id: client.client_id.clone(),
            heard: text.chars().take(40).collect(),
        })
        .collect();
    let index = ClientIndex::build(&clients, &learned);
    assert!(index.vocabulary(10).len() <= 10);
    let answer = index.link(text, 5);
    assert_eq!(answer.decision == Decision::Linked, !answer.linked.is_empty());
    assert!(answer.candidates.len() <= 5);
    let is_listed = |id: &String| clients.iter().any(|client| client.client_id == *id);
    assert!(answer.linked.iter().all(is_listed));
    for candidate in &answer.candidates {
        assert!(is_listed(&candidate.client_id));
        assert_eq!(
            text.get(candidate.start..candidate.end),
            Some(candidate.heard.as_str())
        );
        assert!((0.0..=1.0).contains(&candidate.score));
    }
    assert_eq!(index.link(text, 5), answer, "the same every time");
});

fn client((number, line): (usize, &str)) -> ClientEntry {
    let mut fields = line.split('|').map(str::to_owned);
    ClientEntry {
        client_id: format!("cl_{number}"),
        name: fields.next().unwrap_or_default(),
        aliases: fields.next().into_iter().collect(),
        phone_number: fields.next(),
        address: fields.next(),
        sites: fields.collect(),
        active: true,
    }
}
