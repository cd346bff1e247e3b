//! The ways a listed name may be said.

use super::lexicon;
use super::phoneme::Phoneme;
use super::spelling;

/// A reading by another language's rules is a little less likely than the English one.
const OTHER_READING: u16 = 8;

/// Sounds of a name word, each with the cost of being the less likely reading. `spelled` may have diacritics.
pub(super) fn readings(folded: &str, spelled: &str) -> Vec<(Vec<Phoneme>, u16)> {
    if !folded.bytes().all(|b| b.is_ascii_lowercase()) {
        return Vec::new();
    }
    let mut all: Vec<(Vec<Phoneme>, u16)> = lexicon::sounds(folded).into_iter().map(|s| (s, 0)).collect();
    if !lexicon::is_tabled(folded) && lexicon::everyday(folded).is_none() {
        for said in spelling::continental(spelled) {
            if !all.iter().any(|(s, _)| *s == said) {
                all.push((said, OTHER_READING))
            }
        }
    }
    all
}
