//! How the words around a place read: does a client's name stand here?
//!
//! Only single words and a few pairs of words are looked at, never whole sentences: a worker may word a note in any way.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::text::Word;

/// What a word beside a name says of it: bits, because a word may say several things.
type Signs = u8;

const BEFORE: Signs = 1;
const STRONGLY_BEFORE: Signs = 1 << 1;
const AFTER: Signs = 1 << 2;
const STRONGLY_AFTER: Signs = 1 << 3;
const HELD: Signs = 1 << 4;
const ARTICLE: Signs = 1 << 5;
const ROLE: Signs = 1 << 6;

const SECTIONS: &[(&str, Signs)] = &[
    ("before", BEFORE),
    ("strongly before", STRONGLY_BEFORE),
    ("after", AFTER),
    ("strongly after", STRONGLY_AFTER),
    ("held", HELD),
    ("article", ARTICLE),
    ("role", ROLE),
];

static SIGNS: LazyLock<HashMap<&'static str, Signs>> = LazyLock::new(|| {
    let mut signs: HashMap<&'static str, Signs> = HashMap::new();
    let mut section = 0;
    for line in include_str!("data/context_words.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        if let Some(head) = line.strip_prefix("= ") {
            let name = head.split('(').next().unwrap_or_default().trim();
            section = SECTIONS
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(0, |(_, sign)| *sign);
        } else {
            line.split_whitespace()
                .for_each(|word| *signs.entry(word).or_default() |= section);
        }
    }
    signs
});

/// Two words before a name that expect a client more than the second alone does.
const STRONG_PAIRS: &[(&str, &[&str])] = &[
    (
        "to",
        &[
            "spoke", "spoken", "speak", "talk", "talked", "talking", "listen", "send", "sent", "through",
            "owed", "went", "back", "said",
        ],
    ),
    (
        "at",
        &[
            "over", "home", "job", "back", "one", "round", "manager", "work", "out",
        ],
    ),
    ("in", &["book", "booked", "pencil", "slot", "squeeze"]),
];

/// What follows "has" or "is" where the subject is a client.
const DONE_BY_CLIENTS: &[&str] = &[
    "paid",
    "asked",
    "approved",
    "rung",
    "called",
    "happy",
    "agreed",
    "cancelled",
    "confirmed",
    "signed",
    "changed",
    "keen",
];

fn says(word: &Word, sign: Signs) -> bool {
    SIGNS
        .get(word.folded.as_str())
        .is_some_and(|signs| signs & sign != 0)
}

/// The word says something of a name beside it, and is none.
pub(super) fn is_sign(word: &Word) -> bool {
    SIGNS.contains_key(word.folded.as_str())
}

/// The neighbourhood of a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Context {
    /// How strongly the word before expects a client: 0, 1 or 2.
    pub(super) before: i32,
    /// How well the word after follows one: 0, 1 or 2.
    pub(super) after: i32,
    /// "the … job".
    pub(super) held: bool,
    /// An article, a pronoun or a number of things stands before it.
    pub(super) article: bool,
    /// Somebody of the trade is meant: "my apprentice …", "… from the hire place".
    pub(super) role: bool,
}

/// Reads what stands around the words `start..end`.
pub(super) fn around(words: &[Word], start: usize, end: usize) -> Context {
    let before = start
        .checked_sub(1)
        .map(|at| &words[at])
        .filter(|word| !word.stop_after);
    let after = words.get(end).filter(|_| !words[end - 1].stop_after);
    Context {
        before: before.map_or(1, |word| expects(word, start.checked_sub(2).map(|at| &words[at]))),
        after: follows(words, end, after),
        held: before.is_some_and(|word| word.is(&["the"])) && after.is_some_and(|word| says(word, HELD)),
        article: before.is_some_and(|word| says(word, ARTICLE)),
        role: before.is_some_and(|word| says(word, ROLE)) || after.is_some() && role_after(words, end),
    }
}

fn expects(before: &Word, earlier: Option<&Word>) -> i32 {
    let pair = STRONG_PAIRS
        .iter()
        .any(|(second, firsts)| before.is(&[second]) && earlier.is_some_and(|word| word.is(firsts)));
    if pair || says(before, STRONGLY_BEFORE) {
        2
    } else {
        i32::from(says(before, BEFORE))
    }
}

fn follows(words: &[Word], end: usize, after: Option<&Word>) -> i32 {
    let last = &words[end - 1];
    let Some(after) = after else {
        return if last.possessive { 2 } else { 1 };
    };
    let possessive = last.possessive || (last.folded.ends_with('s') && says(after, HELD));
    let done =
        after.is(&["has", "had", "is"]) && words.get(end + 1).is_some_and(|word| word.is(DONE_BY_CLIENTS));
    if possessive || done || says(after, STRONGLY_AFTER) {
        2
    } else {
        i32::from(says(after, AFTER))
    }
}

/// "… from the hire place", "… at the supplier", "… in the office", "… the new labourer".
fn role_after(words: &[Word], end: usize) -> bool {
    const FURTHEST: usize = 4;
    if !words[end].is(&["from", "at", "in", "off", "the", "our", "my"]) {
        return false;
    }
    for (distance, word) in words[end..].iter().take(FURTHEST).enumerate() {
        if says(word, ROLE) {
            return true;
        }
        // What they work at or sell may stand between: "the tile shop", "our new head office".
        if word.stop_after || (distance > 1 && word.band.is_none()) {
            return false;
        }
    }
    false
}
