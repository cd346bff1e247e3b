//! The ways a listed name may be said.

use super::client_name::Part;
use super::lexicon;
use super::phoneme::{self, Phoneme};
use super::spelling;

/// A reading by another language's rules is a little less likely than the English one.
const OTHER_READING: u16 = 8;

/// A double surname has no more ways to be said than this.
const MAX_JOINED: usize = 6;

/// Sounds of a name word, each with the cost of being the less likely reading. `spelled` may have diacritics.
pub(super) fn readings(folded: &str, spelled: &str) -> Vec<(Vec<Phoneme>, u16)> {
    if !folded.bytes().all(|b| b.is_ascii_lowercase()) {
        return Vec::new();
    }
    let mut all: Vec<(Vec<Phoneme>, u16)> = lexicon::sounds(folded)
        .into_iter()
        .map(|said| (said, 0))
        .collect();
    let mut others = Vec::new();
    if !lexicon::is_tabled(folded) && lexicon::everyday(folded).is_none() {
        others = spelling::continental(spelled);
    }
    // Whoever respells a name goes by its letters, not by the table.
    if lexicon::is_tabled(folded) && lexicon::everyday(folded).is_none() {
        others.push(spelling::english(folded));
    }
    // "mac garvey"
    if let Some(clan) = folded
        .strip_prefix("mc")
        .or_else(|| folded.strip_prefix("mac"))
        .filter(|clan| clan.len() > 2)
    {
        others.extend(
            lexicon::sounds(clan)
                .into_iter()
                .map(|said| phoneme::parse("mak").into_iter().chain(said).collect()),
        );
    }
    for said in others {
        if !all.iter().any(|(known, _)| *known == said) {
            all.push((said, OTHER_READING));
        }
    }
    all
}

/// The same of a name in parts, said one after the other.
pub(super) fn joined(parts: &[Part]) -> Vec<(Vec<Phoneme>, u16)> {
    let mut all = vec![(Vec::new(), 0)];
    for part in parts {
        let next = readings(&part.folded, &part.spelled);
        all = all
            .iter()
            .flat_map(|(before, cost)| {
                next.iter()
                    .map(move |(said, more)| ([before.as_slice(), said].concat(), cost + more))
            })
            .take(MAX_JOINED)
            .collect();
    }
    all
}
