//! Telephone numbers said or written in a text.

use std::collections::HashMap;

use super::index::ClientNo;
use super::numbers;
use super::text::Word;

/// Numbers are told apart by their last digits, so that country and trunk prefixes do not matter.
const TELLING_DIGITS: usize = 8;
/// Longest run of digits that is a number (E.164 has 15, and a 00 before it).
const MAX_DIGITS: usize = 17;

/// The telephone numbers of a company's clients.
#[derive(Debug, Default)]
pub(super) struct PhoneBook(HashMap<String, Vec<ClientNo>>);

/// A client's number in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) client: ClientNo,
    pub(super) start: usize,
    pub(super) end: usize,
}

fn telling(digits: &str) -> Option<&str> {
    digits
        .len()
        .checked_sub(TELLING_DIGITS)
        .and_then(|from| digits.get(from..))
}

impl PhoneBook {
    pub(super) fn add(&mut self, client: ClientNo, number: &str) {
        let digits: String = number
            .chars()
            .filter(char::is_ascii_digit)
            .take(MAX_DIGITS)
            .collect();
        if let Some(key) = telling(&digits) {
            let clients = self.0.entry(key.to_owned()).or_default();
            if clients.last() != Some(&client) {
                clients.push(client)
            }
        }
    }

    pub(super) fn find(&self, words: &[Word]) -> Vec<Call> {
        let mut calls = Vec::new();
        let mut start = 0;
        while start < words.len() {
            let (digits, end) = run(words, start);
            if let Some(clients) = telling(&digits)
                .filter(|_| digits.len() <= MAX_DIGITS)
                .and_then(|key| self.0.get(key))
            {
                calls.extend(clients.iter().map(|&client| Call { client, start, end }));
            }
            start = end.max(start + 1);
        }
        calls
    }
}

/// The digits said one after the other from `start` on, and the word after them.
fn run(words: &[Word], start: usize) -> (String, usize) {
    let mut digits = String::new();
    let mut at = start;
    while let Some(word) = words.get(at) {
        let times = match word.folded.as_str() {
            "double" => 2,
            "triple" | "treble" => 3,
            _ => 1,
        };
        let said = words
            .get(at + usize::from(times > 1))
            .and_then(|w| numbers::digits(&w.folded));
        let Some(said) = said else { break };
        for _ in 0..times {
            digits.push_str(&said)
        }
        at += 1 + usize::from(times > 1);
        if digits.len() > MAX_DIGITS {
            break;
        }
    }
    (digits, at)
}
