//! From weighed mentions to a decision.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::address::Spot;
use super::find;
use super::index::{ClientIndex, ClientNo};
use super::text::{self, Word};
use super::weigh;
use super::{Candidate, Decision, LinkAnswer};

/// Where the decision turns, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// A mention of this weight is linked, if no other client fits as well.
    pub link: i32,
    /// A mention of this weight is asked about, if another client fits as well: a question costs less than a wrong link.
    pub ask: i32,
    /// A client this close behind fits as well.
    pub margin: i32,
}

impl Default for Thresholds {
    /// On the development set, at 1,000 clients, 120 makes a quarter of the false links that 100 makes, and costs three
    /// of a hundred named clients, who are then only candidates: a wrong link costs more than a question. `make eval-curve` shows it.
    fn default() -> Self {
        Thresholds {
            link: 120,
            ask: 100,
            margin: 25,
        }
    }
}

/// Mentions of this weight are candidates.
const SHOW: i32 = 20;
/// Less than this is not told apart, whatever the margin: a pet form, half a double name, another reading.
const TIE: i32 = 15;
/// A score of 1: twice what links.
const FULL_SCORE: i32 = 200;
/// A further client, by one word, beside one that is linked already: more has to speak for it, or nobody is asked.
const FURTHER: i32 = 20;

/// Places of one text at which clients are told apart; nobody names more in a note.
const MAX_PLACES: usize = 12;
/// Ways clients may be meant that are weighed against each other; thousands of namesakes, named over and over, have more.
const MAX_READINGS: usize = 100_000;

/// What a number in the text is worth: a telephone number tells a client as surely as anything.
const PHONE: i32 = FULL_SCORE;
/// A house number and a street with its kind ("42 Bell Street").
const ADDRESS: i32 = 190;
/// A house number and a street ("42 Bell").
const SHORT_ADDRESS: i32 = 140;
/// What a client's own address, said elsewhere in the text, adds to its name: with and without the house number.
const NEAR_ADDRESS: i32 = 80;
const NEAR_STREET: i32 = 40;

/// One way a client may be meant.
#[derive(Debug, Clone, Copy)]
struct Reading {
    client: ClientNo,
    start: usize,
    end: usize,
    score: i32,
    rank: i32,
    one_word: bool,
}

impl Reading {
    fn overlaps(&self, other: &Reading) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl ClientIndex {
    /// Which clients the words mention; at most `limit` candidates, likeliest first.
    pub fn link(&self, text: &str, limit: usize) -> LinkAnswer {
        self.link_with(text, limit, Thresholds::default())
    }

    /// The same with other thresholds, to show what they trade.
    pub fn link_with(&self, text: &str, limit: usize, thresholds: Thresholds) -> LinkAnswer {
        let words = text::words(text);
        let readings = self.readings(&words);
        let chosen = choose(&readings, thresholds);
        let decision = match (chosen.ambiguous.is_empty(), chosen.linked.is_empty()) {
            (true, true) => Decision::NotFound,
            (true, false) => Decision::Linked,
            (false, _) => Decision::Ambiguous,
        };
        let linked = if decision == Decision::Linked {
            chosen.linked
        } else {
            Vec::new()
        };
        LinkAnswer {
            decision,
            linked: linked
                .iter()
                .map(|&client| self.clients[client as usize].id.clone())
                .collect(),
            candidates: chosen
                .order
                .iter()
                .take(limit)
                .map(|&at| self.candidate(text, &words, &readings[at]))
                .collect(),
        }
    }

    /// Every way the words may mean a client.
    fn readings(&self, words: &[Word]) -> Vec<Reading> {
        let spots = self.addresses.find(words);
        let mut near: BTreeMap<ClientNo, Vec<&Spot>> = BTreeMap::new();
        spots
            .iter()
            .for_each(|spot| near.entry(spot.client).or_default().push(spot));
        let mut readings: Vec<Reading> = Vec::new();
        for spot in spots.iter().filter(|spot| spot.number) {
            let score = if spot.kind { ADDRESS } else { SHORT_ADDRESS } - i32::from(spot.cost);
            readings.push(Reading {
                client: spot.client,
                start: spot.start,
                end: spot.end,
                score,
                rank: score,
                one_word: false,
            });
        }
        for call in self.phones.find(words) {
            readings.push(Reading {
                client: call.client,
                start: call.start,
                end: call.end,
                score: PHONE,
                rank: PHONE,
                one_word: false,
            });
        }
        let pieces = find::pieces(self, words);
        for mention in find::mentions(self, words, &pieces) {
            let Some(weighed) = weigh::weigh(self, words, &mention) else {
                continue;
            };
            if weighed.score < SHOW - NEAR_STREET {
                continue;
            }
            for &client in &self.names[weighed.name as usize].clients {
                if readings.len() >= MAX_READINGS {
                    return readings;
                }
                let apart = |spot: &&&Spot| spot.end <= weighed.start || spot.start >= weighed.end;
                let worth = |spot: &&Spot| if spot.number { NEAR_ADDRESS } else { NEAR_STREET };
                let near = near
                    .get(&client)
                    .and_then(|spots| spots.iter().filter(apart).map(worth).max())
                    .unwrap_or(0);
                readings.push(Reading {
                    client,
                    start: weighed.start,
                    end: weighed.end,
                    score: weighed.score + near / 2,
                    rank: weighed.rank + near,
                    one_word: weighed.kind.is_one_word(),
                });
            }
        }
        readings
    }

    fn candidate(&self, text: &str, words: &[Word], reading: &Reading) -> Candidate {
        let client = &self.clients[reading.client as usize];
        let (start, end) = (words[reading.start].start, words[reading.end - 1].end);
        Candidate {
            client_id: client.id.clone(),
            name: client.name.clone(),
            heard: text.get(start..end).unwrap_or_default().to_owned(),
            start,
            end,
            score: f64::from(reading.score.clamp(0, FULL_SCORE)) / f64::from(FULL_SCORE),
        }
    }
}

/// What is decided.
#[derive(Debug, Default)]
struct Chosen {
    linked: Vec<ClientNo>,
    ambiguous: BTreeSet<ClientNo>,
    /// The best reading of each client: of the ambiguous, of the linked, then of the others, each by rank.
    order: Vec<usize>,
}

fn choose(readings: &[Reading], thresholds: Thresholds) -> Chosen {
    // What may be asked about goes first; then what explains most. The rest makes the order the same everywhere.
    let mut sorted: Vec<usize> = (0..readings.len()).collect();
    sorted.sort_by_key(|&at| {
        let reading = &readings[at];
        (
            reading.score < thresholds.ask,
            Reverse(reading.rank),
            Reverse(reading.score),
            reading.start,
            reading.end,
            reading.client,
        )
    });
    let mut seen = BTreeSet::new();
    sorted.retain(|&at| readings[at].score >= SHOW && seen.insert(readings[at].client));

    let mut chosen = Chosen::default();
    // Places, best first: what overlaps a place speaks of the same client.
    let mut taken: Vec<Reading> = Vec::new();
    for &at in &sorted {
        let top = readings[at];
        if top.score < thresholds.ask || taken.len() >= MAX_PLACES {
            break;
        }
        if taken.iter().any(|place| place.overlaps(&top)) {
            continue;
        }
        taken.push(top);
        // "… for Ann Hart. Ann said …": the second is the first again.
        let again = |reading: &Reading| {
            reading.overlaps(&top)
                && chosen.linked.contains(&reading.client)
                && reading.rank >= top.rank - thresholds.margin
        };
        if readings.iter().any(again) {
            continue;
        }
        let near = |rival: &Reading| {
            rival.rank >= top.rank - TIE
                || (rival.rank >= top.rank - thresholds.margin
                    && rival.score >= thresholds.ask - thresholds.margin)
        };
        let rivals: Vec<ClientNo> = sorted
            .iter()
            .map(|&i| &readings[i])
            .filter(|r| r.client != top.client && r.overlaps(&top) && near(r))
            .map(|r| r.client)
            .collect();
        let needed = thresholds.link
            + if top.one_word && !chosen.linked.is_empty() {
                FURTHER
            } else {
                0
            };
        if rivals.is_empty() {
            if top.score >= needed {
                chosen.linked.push(top.client);
            }
        } else if chosen.linked.is_empty() || !top.one_word || top.score >= needed {
            chosen.ambiguous.insert(top.client);
            chosen.ambiguous.extend(rivals);
        }
    }
    let place = |client: ClientNo| {
        taken
            .iter()
            .find(|place| place.client == client)
            .map(|place| place.start)
    };
    chosen.linked.sort_by_key(|&client| place(client));
    sorted.sort_by_key(|&at| {
        (
            !chosen.ambiguous.contains(&readings[at].client),
            !chosen.linked.contains(&readings[at].client),
        )
    });
    chosen.order = sorted;
    chosen
}
