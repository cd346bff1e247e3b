//! What was heard for a name, and how much a difference in sound means.
//!
//! The same difference means more where the recogniser wrote another name than where it wrote everyday words: it knows
//! names, and everyday words are what it falls back on.

use super::find::Part;
use super::index::ClientIndex;
use super::lexicon::{self, Band};
use super::text::Word;

/// What the words heard for a name are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// Everyday words, the commonest of them in this band.
    Plain(Band),
    /// One word that is a name itself.
    KnownName,
    /// Anything else.
    Odd,
}

/// The word is a name that is known: of the list, or well known.
pub(super) fn known_name(index: &ClientIndex, word: &Word) -> bool {
    lexicon::given_name(&word.folded) || index.is_listed(&word.folded)
}

fn heard(index: &ClientIndex, words: &[Word]) -> Heard {
    let bands = words
        .iter()
        .map(|word| word.band)
        .try_fold(Band::Ordinary, |least, band| band.map(|b| b.min(least)));
    match (bands, words) {
        (Some(band), _) => Heard::Plain(band),
        (None, [word]) if known_name(index, word) => Heard::KnownName,
        _ => Heard::Odd,
    }
}

/// Percent of a difference that counts where everyday words stand for a name, with so many names to fall for:
/// the more there are, the likelier is one of them to sound like any words at all.
fn plain_slope(rivals: usize) -> i32 {
    60 + 5 * i32::try_from(rivals.max(1).ilog2()).unwrap_or(0)
}

/// A capital within a sentence, where a recogniser writes one.
const CAPITAL: i32 = 15;

/// What the words of a mention add up to.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// What the sounds differ by, weighted by what was heard.
    pub(super) cost: i32,
    /// How ordinary the heard words are.
    pub(super) plain: i32,
    /// How many parts are everyday words.
    pub(super) plain_parts: usize,
    /// One of them is a name as well, and sounds different.
    pub(super) plain_name: bool,
    /// Sounds of the listed words.
    pub(super) sounds: usize,
    /// Sounds of the words heard for them: the same however the list spells them.
    heard_sounds: usize,
    /// What the part that sounds least like the listed word differs by.
    farthest: u16,
}

/// Percent of a difference that counts where the word heard is a name itself: it means the other one.
const KNOWN_NAME: i32 = 170;
/// The same against a pet form that the list does not have: two steps from what is listed.
const UNLISTED_NAME: i32 = 250;
/// The same where it is no word at all: recognisers write unknown names as they sound.
const ODD_WORD: i32 = 125;
/// The commonest word, swallowed at the edge of a name that it does not belong to.
const SWALLOWED: i32 = 60;
/// A word of fewer sounds is soon found where nobody said it.
const DISTINCT_SOUNDS: usize = 4;
/// Differences up to here are other spellings.
const SAME_SOUNDS: u16 = 10;

/// How little it takes to say an everyday word and mean it.
fn ordinary(band: Band) -> i32 {
    match band {
        Band::Constant => 40,
        Band::Common => 20,
        Band::Ordinary => 10,
    }
}

impl Evidence {
    pub(super) fn of(index: &ClientIndex, words: &[Word], parts: &[Part]) -> Evidence {
        // Next to a word that is heard as listed, only the names that have that word compete.
        let anchors = parts.iter().filter(|part| {
            part.cost <= SAME_SOUNDS && !matches!(heard(index, part.of(words)), Heard::Plain(_))
        });
        let rivals = anchors
            .map(|part| index.tokens[part.token as usize].postings.len())
            .min();
        let slope = plain_slope(rivals.unwrap_or(index.names.len()));
        let mut sum = Evidence::default();
        for part in parts {
            sum.sounds += index.tokens[part.token as usize].sounds;
            sum.farthest = sum.farthest.max(part.cost);
            let said = part.of(words).iter();
            sum.heard_sounds += said
                .map(|word| word.sounds.first().map_or(0, Vec::len))
                .sum::<usize>();
            sum.add(index, words, part, slope);
        }
        sum
    }

    /// What was heard is nothing but a name, and it is the listed one.
    pub(super) fn is_distinct(&self) -> bool {
        self.plain_parts == 0 && self.farthest <= SAME_SOUNDS && self.heard_sounds >= DISTINCT_SOUNDS
    }

    fn add(&mut self, index: &ClientIndex, words: &[Word], part: &Part, plain_slope: i32) {
        let said = part.of(words);
        let cost = i32::from(part.cost);
        let edge = |word: &Word| word.band == Some(Band::Constant);
        self.cost += match heard(index, said) {
            Heard::KnownName if index.tokens[part.token as usize].listed => cost * KNOWN_NAME / 100,
            Heard::KnownName => cost * UNLISTED_NAME / 100,
            Heard::Odd => {
                let swallowed =
                    said.len() > 1 && (said.first().is_some_and(edge) || said.last().is_some_and(edge));
                cost * ODD_WORD / 100 + if swallowed { SWALLOWED } else { 0 }
            }
            Heard::Plain(band) => {
                self.plain_parts += 1;
                self.plain += ordinary(band);
                match said {
                    [word] => {
                        let known = known_name(index, word);
                        self.plain_name |= known && part.cost > SAME_SOUNDS;
                        if edge(word) && cost > 0 {
                            self.plain += ordinary(band);
                        }
                        if word.capital && part.start > 0 && !words[part.start - 1].stop_after {
                            self.plain -= CAPITAL;
                        }
                        cost * if known { KNOWN_NAME } else { plain_slope } / 100
                    }
                    _ => cost * plain_slope / 100,
                }
            }
        };
    }
}
