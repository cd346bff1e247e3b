//! How likely is it that a place names its client?
//!
//! A weight starts from what kind of mention it is, loses what the sounds differ by, loses more where the words are
//! everyday words that may just mean what they say, and gains or loses by how the words around read. Weights are in
//! hundredths; [`super::decide`] links from 100.

use super::client_name::Role;
use super::evidence::Evidence;
use super::find::{Kind, Mention};
use super::index::{ClientIndex, Form, NameId, TokenId};
use super::lexicon::Band;
use super::place::Place;
use super::text::Word;

/// A mention with its weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighed {
    pub(super) name: NameId,
    pub(super) kind: Kind,
    /// First word, a title or article that belongs to it included.
    pub(super) start: usize,
    /// Word after the last.
    pub(super) end: usize,
    /// Whether to link.
    pub(super) score: i32,
    /// Which of the mentions of one place to prefer: those that explain more words.
    pub(super) rank: i32,
}

/// First name and surname, or a business name with its trade: enough without any help from context.
const WHOLE_NAME: i32 = 200;
/// The words of a business name that tell it apart, without its trade.
const BUSINESS_CORE: i32 = 165;
/// Some of the words of a business name.
const SEVERAL_WORDS: i32 = 150;
/// Trade words alone ("the aged care").
const TRADE_WORDS: i32 = 70;
/// One word: needs a context in which a client is named.
const ONE_WORD: i32 = 80;

/// One word that is nothing but a name, heard as it is listed: it needs less help.
const DISTINCT_WORD: i32 = 40;
/// First names are shared with more people than clients.
const DISTINCT_GIVEN: i32 = 15;

/// For each further word of a name that was found, in [`Weighed::rank`].
const EXPLAINS_MORE: i32 = 60;

/// For each word in the mention that is no everyday word: "min nguyen nath" is Minh Nguyen-Nath before Minh Nguyen.
const EXPLAINS_NAME: i32 = 15;

/// Every word of the mention is an everyday word.
const ALL_PLAIN: i32 = 100;
const ONE_PLAIN_WORD: i32 = 40;
/// "a", "the", "we" before everyday words: they mean what they say.
const AFTER_ARTICLE: i32 = 80;
/// A later word of a business name alone: most speak of "Mavis Fuller Lawyers" as "Mavis".
const LATER_WORD: i32 = 40;
/// The neighbour is a name that is not the client's: somebody else.
const OTHER_NAME_BESIDE: i32 = 150;
/// The trade that is said is not the client's.
const OTHER_TRADE: i32 = 150;
/// A first name, and straight after it a word that may be a surname: "hilary power".
const NOUN_BESIDE: i32 = 35;
/// An apprentice, an inspector, somebody at the supplier's; a street.
const OTHER_ROLE: i32 = 120;

/// Surname first: possible, and less so where a word of it is everyday.
const SWAPPED: i32 = 12;
const SWAPPED_PLAIN: i32 = 40;
/// "Torvald Ostrowski Ann" is hardly Ann Ostrowski.
const OTHER_NAME_SWAPPED: i32 = 100;
/// A middle name, or another title.
const FURTHER_NAME: i32 = 10;
/// The articles again, where less stands against them.
const ONE_WORD_AFTER_ARTICLE: i32 = 60;
const BUSINESS_AFTER_ARTICLE: i32 = 40;
/// Businesses are named with everyday words more often than people.
const PLAIN_BUSINESS: i32 = 60;
/// Half of it everyday words, and no trade said.
const HALF_PLAIN_BUSINESS: i32 = 110;
/// Names of so few sounds are found in anything: what they differ by counts again.
const FEW_SOUNDS: usize = 5;
const VERY_FEW_SOUNDS: usize = 3;

fn count(things: usize) -> i32 {
    i32::try_from(things).unwrap_or(i32::MAX / 1_000)
}

/// Weighs one mention; none if it cannot mean its client.
pub(super) fn weigh(index: &ClientIndex, words: &[Word], mention: &Mention) -> Option<Weighed> {
    let name = &index.names[mention.name as usize];
    let place = Place::new(index, words, mention);
    let parts = mention.parts();
    let sum = Evidence::of(index, words, parts);
    let (score, start) = match &name.form {
        Form::Person { title: listed, .. } => {
            if let (Some(said), Some(listed)) = (place.title, *listed)
                && said.contradicts(listed)
            {
                return None;
            }
            if mention.kind == Kind::Given && (place.title.is_some() || place.after_the) {
                return None;
            }
            let score = if mention.kind == Kind::Full {
                full_person(mention, &place, &sum)
            } else {
                one_word(mention.kind, &place, &sum)
            };
            (score, mention.start - usize::from(place.title.is_some()))
        }
        Form::Business { words: listed } => (
            business(words, mention, &place, &sum, listed),
            mention.start - usize::from(place.after_the),
        ),
    };
    let names = words[mention.start..mention.end]
        .iter()
        .filter(|word| word.band.is_none())
        .count();
    let explained = EXPLAINS_MORE * count(parts.len() - 1).min(2) + EXPLAINS_NAME * count(names);
    let rank = score + explained;
    Some(Weighed {
        name: mention.name,
        kind: mention.kind,
        start,
        end: mention.end,
        score,
        rank,
    })
}

fn full_person(mention: &Mention, place: &Place, sum: &Evidence) -> i32 {
    let mut score = WHOLE_NAME - sum.cost - sum.plain;
    if mention.swapped {
        score -= if sum.plain_parts > 0 {
            SWAPPED_PLAIN
        } else {
            SWAPPED
        };
    }
    if place.name_before && place.title.is_none() {
        score -= if mention.swapped {
            OTHER_NAME_SWAPPED
        } else {
            FURTHER_NAME
        };
    }
    if sum.plain_parts == mention.parts().len() {
        score += place.firm_cue() - ALL_PLAIN;
        if place.around.article && place.title.is_none() {
            score -= AFTER_ARTICLE
        }
    } else if sum.plain_parts > 0 && !sum.plain_name {
        score += place.cue / 2;
    } else {
        score += place.cue / 10;
    }
    // Few sounds are soon found.
    if sum.sounds <= FEW_SOUNDS {
        score -= sum.cost / 2
    }
    score
}

fn one_word(kind: Kind, place: &Place, sum: &Evidence) -> i32 {
    // After a title even the plainest word is a name: "missus when".
    let plain = if place.title.is_some() { 0 } else { sum.plain };
    let mut score = ONE_WORD - sum.cost * 3 / 2 - plain + place.cue;
    if sum.plain_parts > 0 && place.title.is_none() && !place.around.held {
        score -= ONE_PLAIN_WORD;
        if place.around.article {
            score -= ONE_WORD_AFTER_ARTICLE;
        }
    }
    if sum.is_distinct() && place.bounded {
        score += if kind == Kind::Given || place.is_given {
            DISTINCT_GIVEN
        } else {
            DISTINCT_WORD
        };
    }
    if sum.sounds <= VERY_FEW_SOUNDS {
        score -= sum.cost
    }
    if place.around.role || place.locality {
        score -= OTHER_ROLE
    }
    if place.name_before && place.title.is_none() {
        score -= OTHER_NAME_BESIDE
    }
    if place.name_after {
        score -= OTHER_NAME_BESIDE
    }
    if place.noun_after && (kind == Kind::Given || place.is_given) {
        score -= NOUN_BESIDE
    }
    if place.trade_after {
        score -= OTHER_TRADE
    }
    score
}

fn business(
    words: &[Word],
    mention: &Mention,
    place: &Place,
    sum: &Evidence,
    listed: &[(TokenId, Role)],
) -> i32 {
    let parts = mention.parts();
    let cores = parts
        .iter()
        .filter(|p| listed.iter().any(|l| l.0 == p.token && l.1 == Role::Core))
        .count();
    let all_cores = cores == listed.iter().filter(|l| l.1 == Role::Core).count();
    let base = match parts.len() {
        1 => ONE_WORD,
        n if all_cores && cores < n => WHOLE_NAME,
        _ if all_cores => BUSINESS_CORE,
        _ if cores > 0 => SEVERAL_WORDS,
        _ => TRADE_WORDS,
    };
    let one = parts.len() == 1;
    let mut score =
        base - if one { sum.cost * 3 / 2 } else { sum.cost } - sum.plain / if one { 1 } else { 2 };
    if sum.plain_parts == parts.len() && !place.around.held {
        score += if one {
            place.cue - ONE_PLAIN_WORD
        } else {
            place.firm_cue() - PLAIN_BUSINESS
        };
        if place.around.article && !place.after_the {
            score -= BUSINESS_AFTER_ARTICLE;
        }
        if one && place.after_the {
            score -= ONE_WORD_AFTER_ARTICLE;
        }
    } else {
        score += if one { place.cue } else { place.cue / 3 };
    }
    // "kitty litter": a trade that is said would tell it from the thing.
    if !one && cores == parts.len() && sum.plain_parts > 0 && sum.plain_parts < parts.len() {
        score += place.cue - HALF_PLAIN_BUSINESS;
    }
    if one && sum.is_distinct() && place.bounded {
        score += DISTINCT_WORD
    }
    if one && sum.sounds <= VERY_FEW_SOUNDS {
        score -= sum.cost
    }
    if one && listed.first().is_some_and(|w| w.0 != parts[0].token) {
        score -= LATER_WORD
    }
    if parts.len() < listed.len() || listed.len() == 1 {
        if place.trade_after {
            score -= OTHER_TRADE
        }
        if place.name_before || place.name_after {
            score -= OTHER_ROLE
        }
        let open = mention
            .start
            .checked_sub(1)
            .map(|i| &words[i])
            .filter(|w| !w.stop_after);
        if cores == 0 && open.is_some_and(|w| w.band != Some(Band::Constant)) {
            score -= OTHER_NAME_BESIDE
        }
    }
    if one && (place.around.role || place.locality) {
        score -= OTHER_ROLE
    }
    if place.title.is_some() {
        score -= OTHER_NAME_BESIDE
    }
    score
}
