//! The neighbourhood of a mention: does a client's name stand here, and is it all of the name?

use super::address;
use super::business;
use super::client_name::Title;
use super::context::{self, Context};
use super::evidence::known_name;
use super::find::Mention;
use super::index::ClientIndex;
use super::lexicon::{self, Band};
use super::numbers;
use super::text::Word;

/// How much each of the two steps of [`Context::before`] and [`Context::after`] is worth.
const CUE_STEP: i32 = 25;
/// Both sides expect a client.
const BOTH_SIDES: i32 = 15;
/// "the … job", "the Hartleys".
const HELD_CUE: i32 = 75;
/// A word that is none, in the plural, may be a thing; to be a family it has to sound like theirs.
const FAMILY_COST: u16 = 20;
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
    /// Nothing beside it can be more of a name or address, not even an everyday word: "dough hart", "hart roofing",
    /// "42 hart".
    pub(super) bounded: bool,
    /// So does the next.
    pub(super) name_after: bool,
    /// The next word is a trade, and not one of those that are also rooms or jobs.
    pub(super) trade_after: bool,
    /// The next word is an everyday noun or the like, and nothing that follows a name.
    pub(super) noun_after: bool,
    /// The word heard is a given name, whatever it is in the list.
    pub(super) is_given: bool,
    /// It is a street or a suburb: "on Lorne Street", "in Northwick", where a client lives.
    pub(super) locality: bool,
    /// How strongly a client is expected here, 0 to [`MAX_CUE`].
    pub(super) cue: i32,
}

impl Place {
    /// [`Place::cue`] where nothing but everyday words was heard: half of it, if only words that stand beside
    /// anything speak for a client ("to …", "is …").
    pub(super) fn firm_cue(&self) -> i32 {
        let firm = self.title.is_some() || self.around.held || self.around.before.max(self.around.after) > 1;
        if firm { self.cue } else { self.cue / 2 }
    }

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
        let family = after_the
            && last.folded.ends_with('s')
            && !index.is_listed(&last.folded)
            && (last.band.is_some()
                || mention.parts().iter().map(|part| part.cost).sum::<u16>() <= FAMILY_COST);
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
            bounded: before.is_none_or(|word| bounds(word, around.before))
                && after.is_none_or(|word| bounds(word, around.after)),
            name_after: after.is_some_and(|word| name_like(index, word)),
            trade_after: title.is_none()
                && after.is_some_and(|word| names_a_trade(word, last.possessive))
                && !governs(words, mention.end),
            noun_after: around.after == 0 && after.is_some_and(is_noun),
            is_given: mention.parts().len() == 1 && lexicon::given_name(&last.folded),
            locality: mention.parts().len() == 1
                && (after.is_some_and(|word| address::makes_a_street(&word.folded))
                    || before.is_some_and(|word| word.is(&["in", "near", "from", "out"]))
                        && index.addresses.is_suburb(&words[mention.start].folded)),
            cue: cue.min(MAX_CUE),
        }
    }
}

/// The word is an everyday word with an object: "hire a lift", "bar the roof". A trade has none.
fn governs(words: &[Word], at: usize) -> bool {
    !words[at].stop_after
        && words[at].band.is_some()
        && !words[at].folded.ends_with("ing")
        && words.get(at + 1).is_some_and(|word| {
            word.is(&[
                "the", "a", "an", "my", "our", "your", "his", "her", "their", "this", "that",
            ])
        })
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

/// The word beside a name ends it: one of the commonest, or one that goes with names.
fn bounds(word: &Word, cue: i32) -> bool {
    let more = lexicon::given_name(&word.folded)
        || business::is_trade(&word.folded)
        || numbers::is_number(&word.folded);
    !more && (cue > 0 || !is_noun(word))
}

/// A word that reads as part of a name.
fn name_like(index: &ClientIndex, word: &Word) -> bool {
    match word.band {
        None => {
            word.folded.len() > 1
                && word.folded.bytes().all(|b| b.is_ascii_lowercase())
                && !context::is_sign(word)
        }
        Some(Band::Constant) => false,
        Some(_) => word.capital && known_name(index, word),
    }
}
