//! Street addresses and how they are spoken: "forty two Bell Street", "42 bell".

use std::collections::HashMap;

use super::index::ClientNo;
use super::lexicon;
use super::numbers;
use super::phoneme::{self, Phoneme};
use super::text::{Word, fold};

/// Street kinds, each with how it is written short.
const KINDS: &[&[&str]] = &[
    &["street", "st"], &["road", "rd"], &["avenue", "ave", "av"], &["crescent", "cres", "cr"], &["court", "ct"], &["drive", "dr"], &["place", "pl"], &["lane", "ln"],
    &["close", "cl"], &["parade", "pde"], &["terrace", "tce", "ter"], &["highway", "hwy"], &["boulevard", "blvd"], &["way"], &["grove", "gr"], &["square", "sq"],
    &["circuit", "cct"], &["esplanade", "esp"], &["rise"], &["gardens", "gdns"], &["mews"], &["walk"], &["hill"], &["view"], &["park"], &["row"], &["green"], &["track"], &["quay"],
];

fn kind(word: &str) -> Option<usize> { KINDS.iter().position(|names| names.contains(&word)) }

#[derive(Debug)]
struct Address { client: ClientNo, number: u32, unit: Option<u32>, kind: Option<usize> , suburb: Vec<String> }

/// The addresses of a company's clients.
#[derive(Debug, Default)]
pub struct AddressBook {
    /// Street name (without its kind) in sounds and letters.
    streets: Vec<(Vec<Phoneme>, Vec<String>, Vec<Address>)>,
    by_name: HashMap<String, usize>,
}

/// A spoken address or street.
#[derive(Debug, Clone)]
pub struct Spot { pub client: ClientNo, pub start: usize, pub end: usize, pub number: bool, pub kind: bool, pub cost: u16 }

/// How far a heard street may be from a listed one.
const MAX_STREET_COST: u16 = 40;

impl AddressBook {
    pub fn add(&mut self, client: ClientNo, address: &str) {
        let address: String = address.chars().take(200).collect();
        let mut parts = address.split(',');
        let first = parts.next().unwrap_or_default();
        let suburb: Vec<String> = parts.next().unwrap_or_default().split_whitespace().map(fold).filter(|w| !w.is_empty() && !w.bytes().all(|b| b.is_ascii_digit())).collect();
        let mut words: Vec<String> = first.replace('/', " / ").split_whitespace().map(|w| if w == "/" { w.to_owned() } else { fold(w) }).filter(|w| !w.is_empty()).collect();
        let mut unit = None;
        if words.first().is_some_and(|w| matches!(w.as_str(), "unit" | "flat" | "apartment" | "apt" | "shop" | "suite")) { words.remove(0); if let Some(n) = words.first().and_then(|w| w.parse().ok()) { unit = Some(n); words.remove(0); } }
        if words.get(1).is_some_and(|w| w == "/") { unit = words[0].parse().ok(); words.drain(..2); }
        words.retain(|w| w != "/");
        let Some(number) = words.first().and_then(|w| w.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()) else { return };
        words.remove(0);
        let kind = (words.len() > 1).then(|| words.last().and_then(|w| kind(w))).flatten();
        if kind.is_some() { words.pop(); }
        words.truncate(4);
        if words.is_empty() { return }
        let name = words.join(" ");
        let at = match self.by_name.get(&name) {
            Some(&at) => at,
            None => {
                let sounds: Vec<Phoneme> = words.iter().flat_map(|w| lexicon::sounds(w).swap_remove(0)).collect();
                self.streets.push((sounds, words, Vec::new()));
                self.by_name.insert(name, self.streets.len() - 1);
                self.streets.len() - 1
            }
        };
        self.streets[at].2.push(Address { client, number, unit, kind, suburb });
    }

    /// Addresses said in the text, and streets said with their kind.
    pub fn find(&self, words: &[Word]) -> Vec<Spot> {
        let mut spots = Vec::new();
        if self.streets.is_empty() { return spots }
        let folded: Vec<&str> = words.iter().map(|w| w.folded.as_str()).collect();
        for at in 0..words.len() {
            let inside = at > 0 && !words[at - 1].stop_after && (numbers::is_number(folded[at - 1]) || (folded[at - 1] == "and" && at > 1 && folded[at - 2] == "hundred"));
            for said in if inside { Vec::new() } else { numbers::spoken(&folded, at) } {
                for (street, end, cost) in self.streets_at(words, said.end) {
                    let said_kind = words.get(end).filter(|_| !words[end - 1].stop_after).and_then(|w| kind(&w.folded));
                    for address in self.streets[street].2.iter().filter(|a| a.number == said.value && (said_kind.is_none() || a.kind.is_none() || a.kind == said_kind)) {
                        spots.push(Spot { client: address.client, start: at, end: end + usize::from(said_kind.is_some()), number: true, kind: said_kind.is_some(), cost });
                    }
                }
            }
            if at > 0 && numbers::spoken(&folded, at - 1).is_empty() {
                for (street, end, cost) in self.streets_at(words, at) {
                    let Some(said_kind) = words.get(end).and_then(|w| kind(&w.folded)) else { continue };
                    for address in self.streets[street].2.iter().filter(|a| a.kind.is_none() || a.kind == Some(said_kind)) {
                        spots.push(Spot { client: address.client, start: at, end: end + 1, number: false, kind: true, cost });
                    }
                }
            }
        }
        spots
    }

    fn streets_at(&self, words: &[Word], at: usize) -> Vec<(usize, usize, u16)> {
        let mut found = Vec::new();
        let mut name = String::new();
        let mut sounds: Vec<Phoneme> = Vec::new();
        for (n, word) in words[at.min(words.len())..].iter().take(3).enumerate() {
            if n > 0 { name.push(' ') }
            name.push_str(&word.folded);
            sounds.extend(word.sounds.first().into_iter().flatten());
            let end = at + n + 1;
            if let Some(&street) = self.by_name.get(&name) {
                found.push((street, end, 0));
            } else if words.get(end).is_some_and(|w| kind(&w.folded).is_some()) {
                // Misheard, but said with its kind.
                for (street, (listed, _, _)) in self.streets.iter().enumerate() {
                    if listed.len().abs_diff(sounds.len()) <= 2 {
                        let cost = phoneme::distance(listed, &sounds);
                        if cost <= MAX_STREET_COST { found.push((street, end, cost)) }
                    }
                }
            }
            if word.stop_after { break }
        }
        found
    }
}
