//! The words of a transcript, with where they stand.

use super::lexicon::{self, Band};
use super::phoneme::Phoneme;

/// One word of a transcript.
#[derive(Debug)]
pub(super) struct Word {
    /// Lower case, a–z and 0–9 only; a possessive ending is cut off.
    pub(super) folded: String,
    /// Byte range in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// An apostrophe ending was cut off (`'s`, `s'`).
    pub(super) possessive: bool,
    /// What was cut off is `'s`.
    pub(super) cut: bool,
    /// Begins with a capital.
    pub(super) capital: bool,
    /// A sentence or clause ends after it.
    pub(super) stop_after: bool,
    pub(super) band: Option<Band>,
    pub(super) sounds: Vec<Vec<Phoneme>>,
}

impl Word {
    pub(super) fn is(&self, any: &[&str]) -> bool {
        any.contains(&self.folded.as_str())
    }
}

/// Longest text looked at, in words: a note of ten minutes has about 1,500.
pub(super) const MAX_WORDS: usize = 4_000;
/// Longest word looked at; a longer one is no name said by a person.
pub(super) const MAX_WORD: usize = 40;

const FILLERS: &[&str] = &["um", "uh", "er", "ah", "erm", "hmm", "mm", "like"];
const FILLER_PAIRS: &[(&str, &str)] = &[("you", "know"), ("sort", "of"), ("kind", "of")];

/// Letters and digits of a piece of text, lower case, in ASCII.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_lowercase())
            }
        } else if let Some(plain) = deunicode::deunicode_char(c).filter(|_| c.is_alphanumeric()) {
            out.extend(
                plain
                    .bytes()
                    .filter(u8::is_ascii_alphanumeric)
                    .map(|b| char::from(b.to_ascii_lowercase())),
            );
        }
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\'' | '’' | '‘' | 'ʼ') || ('\u{300}'..'\u{370}').contains(&c)
}

/// Splits a text into words.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if c == '&' {
            push(&mut words, "and", start, start + 1, false);
            continue;
        }
        if !is_word(c) {
            if matches!(c, '.' | '?' | '!' | ';' | ',' | ':' | '\n')
                && let Some(last) = words.last_mut()
            {
                let abbreviation = c == '.'
                    && (last.folded.len() == 1 || last.is(&["mr", "mrs", "ms", "dr", "st", "rd", "ave"]));
                last.stop_after |= !abbreviation;
            }
            continue;
        }
        let mut end = start + c.len_utf8();
        while let Some(&(at, next)) = chars.peek() {
            if !is_word(next) {
                break;
            }
            end = at + next.len_utf8();
            chars.next();
        }
        push(&mut words, &text[start..end], start, end, c.is_uppercase());
        if words.len() >= MAX_WORDS {
            break;
        }
    }
    drop_fillers(words)
}

fn push(words: &mut Vec<Word>, raw: &str, start: usize, end: usize, capital: bool) {
    let straight: String = raw
        .chars()
        .take(MAX_WORD * 2)
        .map(|c| {
            if matches!(c, '’' | '‘' | 'ʼ') {
                '\''
            } else {
                c
            }
        })
        .collect();
    let trimmed = straight.trim_matches('\'');
    let lower = trimmed.to_lowercase();
    let (stem, possessive) = match lower.strip_suffix("'s") {
        Some(stem) => (stem, true),
        None => (lower.as_str(), straight.ends_with('\'')),
    };
    let contraction = lower.contains('\'') && lexicon::is_listed_word(&lower);
    let stem = if contraction { lower.as_str() } else { stem };
    let mut folded = fold(stem);
    folded.truncate(MAX_WORD);
    if folded.is_empty() {
        return;
    }
    let band = if contraction {
        Some(Band::Constant)
    } else {
        lexicon::everyday(&folded)
    };
    let sounds = if folded.bytes().all(|b| b.is_ascii_alphabetic()) {
        lexicon::sounds(&folded)
    } else {
        vec![Vec::new()]
    };
    words.push(Word {
        folded,
        start,
        end,
        possessive: possessive && !contraction,
        cut: lower.ends_with("'s") && !contraction,
        capital,
        stop_after: false,
        band,
        sounds,
    });
}

fn drop_fillers(words: Vec<Word>) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let pair = words.peek().is_some_and(|next| {
            FILLER_PAIRS
                .iter()
                .any(|(a, b)| word.folded == *a && next.folded == *b)
        });
        let stop = if pair {
            words.next().is_some_and(|w| w.stop_after)
        } else {
            word.stop_after
        };
        if pair || word.is(FILLERS) {
            if let Some(last) = kept.last_mut() {
                last.stop_after |= stop
            }
        } else {
            kept.push(word);
        }
    }
    kept
}
