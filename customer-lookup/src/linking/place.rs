//! The neighbourhood of a mention: does a client's name stand here, and is it all of the name?

use super::business;
use super::client_name::Title;
use super::context::{self, Context};
use super::evidence::known_name;
use super::find::Mention;
use super::index::ClientIndex;
use super::lexicon::{self, Band};
use super::text::Word;

/// How much each of the two steps of [`Context::before`] and [`Context::after`] is worth.
const CUE_STEP: i32 = 25;
/// Both sides expect a client.
const BOTH_SIDES: i32 = 15;
/// "the … job", "the Hartleys".
const HELD_CUE: i32 = 75;
/// "Mrs …": nothing but a name follows.
const TITLE_CUE: i32 = 90;
/// No context is worth more.
const MAX_CUE: i32 = 100;

/// What stands around a mention.
pub(super) struct Place {
    pub(super) around: Context,
    /// A title stands before it.
    pub(super) title: Option<Title>,
    /// "the" stands before it.
    pub(super) after_the: bool,
    /// The word before reads as part of a name.
    pub(super) name_before: bool,
    /// So does the next.
    pub(super) name_after: bool,
    /// The next word is a trade, and not one of those that are also rooms or jobs.
    pub(super) trade_after: bool,
    /// The next word is an everyday noun or the like, and nothing that follows a name.
    pub(super) noun_after: bool,
    /// "in Northwick", where a client lives.
    pub(super) suburb: bool,
    /// How strongly a client is expected here, 0 to [`MAX_CUE`].
    pub(super) cue: i32,
}

impl Place {
    pub(super) fn new(index: &ClientIndex, words: &[Word], mention: &Mention) -> Place {
        let around = context::around(words, mention.start, mention.end);
        let before = mention
            .start
            .checked_sub(1)
            .map(|at| &words[at])
            .filter(|word| !word.stop_after);
        let last = &words[mention.end - 1];
        let after = words.get(mention.end).filter(|_| !last.stop_after);
        let title = before.and_then(|word| Title::parse(&word.folded));
        let after_the = before.is_some_and(|word| word.is(&["the"]));
        let family = after_the && last.folded.ends_with('s') && !index.is_listed(&last.folded);
        // Before "the Kestrel" counts what stands before the article.
        let expected = if after_the {
            context::around(words, mention.start - 1, mention.end).before
        } else {
            0
        }
        .max(around.before);
        let mut cue = (expected + around.after) * CUE_STEP;
        if around.before > 0 && around.after > 0 {
            cue += BOTH_SIDES;
        }
        if around.held || family {
            cue = cue.max(HELD_CUE);
        }
        if title.is_some() {
            cue = cue.max(TITLE_CUE);
        }
        Place {
            around,
            title,
            after_the,
            name_before: before.is_some_and(|word| name_like(index, word)),
            name_after: after.is_some_and(|word| name_like(index, word)),
            trade_after: after.is_some_and(|word| names_a_trade(word, last.possessive)),
            noun_after: around.after == 0 && after.is_some_and(is_noun),
            suburb: mention.parts().len() == 1
                && before.is_some_and(|word| word.is(&["in", "near", "from", "out"]))
                && index.addresses.is_suburb(&words[mention.start].folded),
            cue: cue.min(MAX_CUE),
        }
    }
}

fn names_a_trade(word: &Word, possessive: bool) -> bool {
    business::is_legal_form(&word.folded)
        || (business::is_trade(&word.folded) && !business::is_also_a_room(&word.folded, possessive))
}

/// An everyday word that may be a surname as well; the commonest words are none, but for odd endings ("mays").
fn is_noun(word: &Word) -> bool {
    word.band
        .is_some_and(|band| band > Band::Constant || !lexicon::is_listed_word(&word.folded))
}

/// A word that reads as part of a name.
fn name_like(index: &ClientIndex, word: &Word) -> bool {
    match word.band {
        None => word.folded.len() > 1 && word.folded.bytes().all(|b| b.is_ascii_lowercase()),
        Some(Band::Constant) => false,
        Some(_) => word.capital && known_name(index, word),
    }
}
