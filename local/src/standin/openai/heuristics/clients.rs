//! Which of the candidates a sentence names.

use super::prompt::Candidate;

/// Parts of names that tell nobody from anybody.
const COMMON: [&str; 14] = [
    "mr",
    "mrs",
    "ms",
    "dr",
    "and",
    "the",
    "of",
    "pty",
    "ltd",
    "family",
    "street",
    "saint",
    "professor",
    "reverend",
];

/// The candidate a sentence names; none when it names nobody, or several that cannot be told apart.
pub(super) fn named<'c>(sentence: &str, candidates: &'c [Candidate]) -> Option<&'c Candidate> {
    let sentence = sentence.to_lowercase();
    only(candidates, |c| contains(&sentence, &c.name))
        .or_else(|| only(candidates, |c| contains(&sentence, &c.heard)))
        .or_else(|| {
            only(candidates, |c| {
                telling_words(&c.name).any(|word| contains(&sentence, word))
            })
        })
}

fn only(candidates: &[Candidate], named: impl Fn(&Candidate) -> bool) -> Option<&Candidate> {
    let mut matching = candidates.iter().filter(|c| named(c));
    let first = matching.next()?;
    matching
        .all(|other| other.client_id == first.client_id)
        .then_some(first)
}

fn telling_words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 4 && !COMMON.contains(&word.to_lowercase().as_str()))
}

/// Whether the words stand in the sentence as whole words.
fn contains(sentence: &str, words: &str) -> bool {
    let words = words.to_lowercase();
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !words.is_empty()
        && sentence.match_indices(&words).any(|(at, _)| {
            edge(sentence[..at].chars().next_back()) && edge(sentence[at + words.len()..].chars().next())
        })
}
