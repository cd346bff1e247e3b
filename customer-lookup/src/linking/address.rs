//! Street addresses and how they are spoken: "forty two Bell Street", "42 bell".

use std::collections::{HashMap, HashSet};

use super::index::ClientNo;
use super::lexicon;
use super::numbers;
use super::phoneme::{self, Phoneme};
use super::text::{Word, fold};

/// Street kinds, each with how it is written short.
const KINDS: &[&[&str]] = &[
    &["street", "st"],
    &["road", "rd"],
    &["avenue", "ave", "av"],
    &["crescent", "cres", "cr"],
    &["court", "ct"],
    &["drive", "dr"],
    &["place", "pl"],
    &["lane", "ln"],
    &["close", "cl"],
    &["parade", "pde"],
    &["terrace", "tce", "ter"],
    &["highway", "hwy"],
    &["boulevard", "blvd"],
    &["way"],
    &["grove", "gr"],
    &["square", "sq"],
    &["circuit", "cct"],
    &["esplanade", "esp"],
    &["rise"],
    &["gardens", "gdns"],
    &["mews"],
    &["walk"],
    &["hill"],
    &["view"],
    &["park"],
    &["row"],
    &["green"],
    &["track"],
    &["quay"],
];

type Kind = usize;

fn kind(word: &str) -> Option<Kind> {
    KINDS.iter().position(|names| names.contains(&word))
}

/// How many of [`KINDS`], from the first on, mean nothing but a street.
const PLAIN_KINDS: Kind = 4;

/// The word makes a street's name of the one before it.
pub(super) fn makes_a_street(word: &str) -> bool {
    kind(word).is_some_and(|kind| kind < PLAIN_KINDS)
}

/// Letters of an address that are read.
const MAX_ADDRESS: usize = 200;
/// Words of a street's name that are read.
const MAX_STREET_WORDS: usize = 3;
/// How far a heard street may be from a listed one, in hundredths of a clear difference.
const MAX_STREET_COST: u16 = 40;
/// How many streets that are not listed are compared with all of them in one text; a note names one or two.
const MAX_COMPARED: usize = 12;
/// Places in one text where an address is looked at; more of them are a list, not a note.
const MAX_SPOTS: usize = 20_000;

#[derive(Debug)]
struct Address {
    client: ClientNo,
    number: u32,
    kind: Option<Kind>,
}

/// A street, without its kind.
#[derive(Debug)]
struct Street {
    sounds: Vec<Phoneme>,
    addresses: Vec<Address>,
}

/// The addresses of a company's clients.
#[derive(Debug, Default)]
pub(super) struct AddressBook {
    streets: Vec<Street>,
    by_name: HashMap<String, usize>,
    suburbs: HashSet<String>,
}

/// An address or a street that is said, and a client that has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) client: ClientNo,
    /// First word, and the word after the last.
    pub(super) start: usize,
    pub(super) end: usize,
    /// With its house number.
    pub(super) number: bool,
    /// With its kind: "street".
    pub(super) kind: bool,
    /// What the street's sounds differ by.
    pub(super) cost: u16,
}

/// An address in parts.
struct Parsed {
    number: u32,
    street: Vec<String>,
    kind: Option<Kind>,
}

/// Reads "14 Banksia Street", "Unit 2, …" and "3/14 …" apart from what is no address.
fn parse(line: &str) -> Option<Parsed> {
    // Of "3/14" the part after the last stroke is the house.
    let line = line.rsplit_once('/').map_or(line, |(_, house)| house);
    let mut words: Vec<String> = line
        .split_whitespace()
        .map(fold)
        .filter(|word| !word.is_empty())
        .collect();
    if words.first().is_some_and(|w| {
        matches!(
            w.as_str(),
            "unit" | "flat" | "apartment" | "apt" | "shop" | "suite"
        )
    }) {
        words.drain(..words.len().min(2));
    }
    let number = words
        .first()?
        .trim_end_matches(|c: char| c.is_ascii_alphabetic())
        .parse()
        .ok()?;
    words.remove(0);
    let kind = words
        .last()
        .filter(|_| words.len() > 1)
        .and_then(|word| kind(word));
    if kind.is_some() {
        words.pop();
    }
    words.truncate(MAX_STREET_WORDS);
    (!words.is_empty()).then_some(Parsed {
        number,
        street: words,
        kind,
    })
}

impl AddressBook {
    /// Keeps an address; what cannot be read as one is passed over.
    pub(super) fn add(&mut self, client: ClientNo, address: &str) {
        let address: String = address.chars().take(MAX_ADDRESS).collect();
        let mut lines = address.split(',');
        // "Unit 2, 7 Lorne Street": what comes first need not be the street.
        let Some(parsed) = lines.find_map(parse) else {
            return;
        };
        let suburb = lines.next().unwrap_or_default().split_whitespace().map(fold);
        self.suburbs
            .extend(suburb.filter(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())));
        let name = parsed.street.join(" ");
        let at = *self.by_name.entry(name).or_insert_with(|| {
            let sounds = parsed
                .street
                .iter()
                .flat_map(|word| lexicon::sounds(word).into_iter().next().unwrap_or_default())
                .collect();
            self.streets.push(Street {
                sounds,
                addresses: Vec::new(),
            });
            self.streets.len() - 1
        });
        self.streets[at].addresses.push(Address {
            client,
            number: parsed.number,
            kind: parsed.kind,
        });
    }

    /// A word of a suburb some client lives in.
    pub(super) fn is_suburb(&self, word: &str) -> bool {
        self.suburbs.contains(word)
    }

    /// Addresses said in the text, and streets said with their kind.
    pub(super) fn find(&self, words: &[Word]) -> Vec<Spot> {
        let mut spots = Vec::new();
        if self.streets.is_empty() {
            return spots;
        }
        let folded: Vec<&str> = words.iter().map(|word| word.folded.as_str()).collect();
        let mut compared = 0;
        for at in 0..words.len() {
            if spots.len() > MAX_SPOTS {
                break;
            }
            let numbers = if inside_number(words, at) {
                Vec::new()
            } else {
                numbers::spoken(&folded, at)
            };
            for said in &numbers {
                for (street, end, cost) in self.streets_at(words, said.end, &mut compared) {
                    let kind = words
                        .get(end)
                        .filter(|_| !words[end - 1].stop_after)
                        .and_then(|word| kind(&word.folded));
                    let fits = |a: &&Address| {
                        a.number == said.value && (kind.is_none() || a.kind.is_none() || a.kind == kind)
                    };
                    let end = end + usize::from(kind.is_some());
                    spots.extend(self.streets[street].addresses.iter().filter(fits).map(|a| Spot {
                        client: a.client,
                        start: at,
                        end,
                        number: true,
                        kind: kind.is_some(),
                        cost,
                    }));
                }
            }
            if numbers.is_empty() && at > 0 && numbers::spoken(&folded, at - 1).is_empty() {
                for (street, end, cost) in self.streets_at(words, at, &mut compared) {
                    let Some(kind) = words.get(end).and_then(|word| kind(&word.folded)) else {
                        continue;
                    };
                    let fits = |a: &&Address| a.kind.is_none_or(|listed| listed == kind);
                    spots.extend(self.streets[street].addresses.iter().filter(fits).map(|a| Spot {
                        client: a.client,
                        start: at,
                        end: end + 1,
                        number: false,
                        kind: true,
                        cost,
                    }));
                }
            }
        }
        spots
    }

    /// Streets whose name is said at a word, where it ends, and what its sounds differ by.
    fn streets_at(&self, words: &[Word], at: usize, compared: &mut usize) -> Vec<(usize, usize, u16)> {
        let mut found = Vec::new();
        let mut name = String::new();
        let mut sounds: Vec<Phoneme> = Vec::new();
        for (end, word) in words
            .iter()
            .enumerate()
            .skip(at)
            .take(MAX_STREET_WORDS)
            .map(|(at, word)| (at + 1, word))
        {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(&word.folded);
            sounds.extend(word.sounds.first().into_iter().flatten());
            if let Some(&street) = self.by_name.get(&name) {
                found.push((street, end, 0));
            } else if *compared < MAX_COMPARED
                && words.get(end).is_some_and(|next| kind(&next.folded).is_some())
            {
                // Misheard, but said with its kind.
                *compared += 1;
                let near = self
                    .streets
                    .iter()
                    .enumerate()
                    .filter(|(_, street)| street.sounds.len().abs_diff(sounds.len()) <= 2);
                found.extend(
                    near.map(|(at, street)| (at, end, phoneme::distance(&street.sounds, &sounds)))
                        .filter(|(_, _, cost)| *cost <= MAX_STREET_COST),
                );
            }
            if word.stop_after {
                break;
            }
        }
        found
    }
}

/// The word goes on with a number: the "eight" of "seventy eight".
fn inside_number(words: &[Word], at: usize) -> bool {
    let Some(before) = at
        .checked_sub(1)
        .map(|i| &words[i])
        .filter(|word| !word.stop_after)
    else {
        return false;
    };
    numbers::is_number(&before.folded) || (before.is(&["and"]) && at > 1 && words[at - 2].is(&["hundred"]))
}
