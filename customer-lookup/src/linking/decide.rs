//! From weighed mentions to a decision.

use std::collections::BTreeMap;

use super::find;
use super::index::{ClientIndex, ClientNo};
use super::text;
use super::weigh::{self, Weighed};
use super::{Candidate, Decision, LinkAnswer};

/// Where the decision turns, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// A mention of this weight is linked, if no other client fits as well.
    pub link: i32,
    /// A client this close behind fits as well.
    pub margin: i32,
}

impl Default for Thresholds {
    /// On the development set the false links fall fastest up to here, and the recall after it.
    fn default() -> Self {
        Thresholds { link: 100, margin: 25 }
    }
}

/// Mentions of this weight are candidates.
const SHOW: i32 = 20;
/// Less than this is not told apart, whatever the margin: a pet form, half a double name, another reading.
const TIE: i32 = 15;
/// A score of 1: twice what links.
const FULL_SCORE: i32 = 200;
/// A further client, by first name alone, beside one that is linked already: more has to speak for it.
const FURTHER: i32 = 20;

/// One way a client may be meant.
#[derive(Debug, Clone, Copy)]
struct Reading { client: ClientNo, start: usize, end: usize, score: i32, rank: i32, one_word: bool }

impl ClientIndex {
    /// Which clients the words mention; at most `limit` candidates, likeliest first.
    pub fn link(&self, text: &str, limit: usize) -> LinkAnswer {
        self.link_with(text, limit, Thresholds::default())
    }

    /// The same with other thresholds: for showing what they trade.
    pub fn link_with(&self, text: &str, limit: usize, thresholds: Thresholds) -> LinkAnswer {
        let words = text::words(text);
        let pieces = find::pieces(self, &words);
        let weighed: Vec<Weighed> = find::mentions(self, &words, &pieces).iter().filter_map(|m| weigh::weigh(self, &words, m)).filter(|w| w.score >= SHOW - 40).collect();
        let spots = self.addresses.find(&words);
        let mut readings: Vec<Reading> = Vec::new();
        for spot in spots.iter().filter(|s| s.number) {
            let score = if spot.kind { 190 } else { 140 } - i32::from(spot.cost);
            readings.push(Reading { client: spot.client, start: spot.start, end: spot.end, score, rank: score, one_word: false });
        }
        for call in self.phones.find(&words) {
            readings.push(Reading { client: call.client, start: call.start, end: call.end, score: FULL_SCORE, rank: FULL_SCORE, one_word: false });
        }
        for mention in weighed {
            for &client in &self.names[mention.name as usize].clients {
                // An address that is the client's makes the client likelier.
                let near = spots.iter().filter(|s| s.client == client && (s.end <= mention.start || s.start >= mention.end)).map(|s| if s.number { 80 } else { 40 }).max().unwrap_or(0);
                readings.push(Reading { client, start: mention.start, end: mention.end, score: mention.score + near / 2, rank: mention.rank + near, one_word: mention.kind.is_one_word() });
            }
        }
        let chosen = choose(&readings, thresholds);
        self.answer(text, &words, &readings, chosen, limit)
    }

    fn answer(&self, text: &str, words: &[text::Word], readings: &[Reading], chosen: Chosen, limit: usize) -> LinkAnswer {
        let decision = match (&chosen.ambiguous[..], &chosen.linked[..]) {
            ([], []) => Decision::NotFound,
            ([], _) => Decision::Linked,
            _ => Decision::Ambiguous,
        };
        let id = |client: ClientNo| self.clients[client as usize].id.clone();
        let candidates = chosen.order.iter().take(limit).map(|&at| {
            let reading = &readings[at];
            let (start, end) = (words[reading.start].start, words[reading.end - 1].end);
            let score = f64::from(reading.score.clamp(0, FULL_SCORE)) / f64::from(FULL_SCORE);
            Candidate { client_id: id(reading.client), name: self.clients[reading.client as usize].name.clone(), heard: text.get(start..end).unwrap_or_default().to_owned(), start, end, score }
        }).collect();
        let linked = if decision == Decision::Linked { chosen.linked.iter().map(|&client| id(client)).collect() } else { Vec::new() };
        LinkAnswer { decision, linked, candidates }
    }
}

#[derive(Debug, Default)]
struct Chosen {
    linked: Vec<ClientNo>,
    ambiguous: Vec<ClientNo>,
    /// The best reading of each client: the ambiguous, the linked, then the others by rank.
    order: Vec<usize>,
}

fn overlap(a: &Reading, b: &Reading) -> bool {
    a.start < b.end && b.start < a.end
}

fn choose(readings: &[Reading], thresholds: Thresholds) -> Chosen {
    let mut sorted: Vec<usize> = (0..readings.len()).collect();
    sorted.sort_by_key(|&at| { let r = &readings[at]; (std::cmp::Reverse(r.rank), std::cmp::Reverse(r.score), r.start, r.end, r.client) });
    let mut best: BTreeMap<ClientNo, usize> = BTreeMap::new();
    for (place, &at) in sorted.iter().enumerate() { best.entry(readings[at].client).or_insert(place); }
    let mut order: Vec<usize> = best.into_values().filter(|&place| readings[sorted[place]].score >= SHOW).collect();
    order.sort_unstable();
    let order: Vec<usize> = order.into_iter().map(|place| sorted[place]).collect();

    let mut chosen = Chosen::default();
    // Places, best first: what overlaps a place speaks of the same client.
    let mut taken: Vec<Reading> = Vec::new();
    for &at in &order {
        let top = readings[at];
        if taken.iter().any(|t| overlap(t, &top)) { continue }
        taken.push(top);
        let needed = thresholds.link + if top.one_word && !chosen.linked.is_empty() { FURTHER } else { 0 };
        if top.score < needed || chosen.linked.contains(&top.client) { continue }
        // "…for Ann Hart. Ann said …": the second is the first again.
        if readings.iter().any(|r| overlap(r, &top) && chosen.linked.contains(&r.client) && r.rank >= top.rank - thresholds.margin) { continue }
        let rivals: Vec<&Reading> = order.iter().map(|&i| &readings[i]).filter(|r| r.client != top.client && overlap(r, &top)).filter(|r| r.rank >= top.rank - TIE || (r.rank >= top.rank - thresholds.margin && r.score >= thresholds.link - thresholds.margin)).collect();
        if rivals.is_empty() {
            chosen.linked.push(top.client);
        } else {
            chosen.ambiguous.push(top.client);
            chosen.ambiguous.extend(rivals.iter().map(|r| r.client));
        }
    }
    let group = |client: ClientNo| if chosen.ambiguous.contains(&client) { 0 } else if chosen.linked.contains(&client) { 1 } else { 2 };
    let mut ordered = order;
    ordered.sort_by_key(|&at| group(readings[at].client));
    chosen.order = ordered;
    chosen
}
