//! How likely is it that a place names its client?
//!
//! A weight starts from what kind of mention it is, loses what the sounds differ by, loses more where the words are
//! everyday words that may just mean what they say, and gains or loses by how the words around read. Weights are in
//! hundredths; [`super::decide`] links from 100.

use super::business;
use super::client_name::{Role, Title};
use super::context::{self, Context};
use super::find::{Kind, Mention, Part};
use super::index::{ClientIndex, Form, NameId};
use super::lexicon::{self, Band};
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

/// First name and surname, or all of a business name: enough without any help from context.
const WHOLE_NAME: i32 = 200;
/// The words of a business name that tell it apart, without its trade.
const BUSINESS_CORE: i32 = 165;
/// Some of the words of a business name.
const SEVERAL_WORDS: i32 = 150;
/// Trade words alone ("the aged care").
const TRADE_WORDS: i32 = 70;
/// One word: needs a context in which a client is named.
const ONE_WORD: i32 = 80;

/// For each further word of a name that was found, in [`Weighed::rank`].
const EXPLAINS_MORE: i32 = 60;

/// Every word of the mention is an everyday word.
const ALL_PLAIN: i32 = 100;
const ONE_PLAIN_WORD: i32 = 40;
/// "a", "the", "we" before everyday words: they mean what they say.
const AFTER_ARTICLE: i32 = 80;
/// The neighbour is a name that is not the client's: somebody else.
const OTHER_NAME_BESIDE: i32 = 150;
/// The trade that is said is not the client's.
const OTHER_TRADE: i32 = 150;
/// A first name, and straight after it a word that may be a surname: "hilary power".
const NOUN_BESIDE: i32 = 35;
/// An apprentice, an inspector, somebody at the supplier's.
const OTHER_ROLE: i32 = 120;

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

fn known_name(index: &ClientIndex, word: &Word) -> bool {
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

/// A word that reads as part of a name.
fn name_like(index: &ClientIndex, word: &Word) -> bool {
    match word.band {
        None => word.folded.len() > 1 && word.folded.bytes().all(|b| b.is_ascii_lowercase()),
        Some(Band::Constant) => false,
        Some(_) => word.capital && known_name(index, word),
    }
}

/// What the pieces of a mention add up to.
#[derive(Debug, Default)]
struct Evidence {
    /// What the sounds differ by, weighted.
    cost: i32,
    /// How ordinary the heard words are.
    plain: i32,
    plain_parts: usize,
    /// Sounds of the listed words.
    sounds: usize,
}

fn evidence(index: &ClientIndex, words: &[Word], parts: &[Part]) -> Evidence {
    // With one word heard as it is listed, only the clients that have it compete.
    let anchor = parts
        .iter()
        .filter(|p| p.cost <= 10 && !matches!(heard(index, &words[p.start..p.end]), Heard::Plain(_)))
        .map(|p| index.tokens[p.token as usize].postings.len())
        .min();
    let slope = plain_slope(anchor.unwrap_or(index.names.len()));
    let mut sum = Evidence::default();
    for part in parts {
        let said = &words[part.start..part.end];
        let mut cost = i32::from(part.cost);
        sum.sounds += index.tokens[part.token as usize].sounds;
        match heard(index, said) {
            Heard::Plain(band) => {
                let known = said.len() == 1 && known_name(index, &said[0]);
                cost = if known {
                    cost * KNOWN_NAME / 100
                } else {
                    cost * slope / 100
                };
                sum.plain_parts += 1;
                sum.plain += match band {
                    Band::Constant => 40,
                    Band::Common => 20,
                    Band::Ordinary => 10,
                };
                if said.len() == 1 && band == Band::Constant && cost > 0 {
                    sum.plain += 40
                }
                if said.len() == 1 && said[0].capital && part.start > 0 && !words[part.start - 1].stop_after {
                    sum.plain -= 10
                }
            }
            Heard::KnownName => {
                cost =
                    cost * if index.tokens[part.token as usize].listed {
                        KNOWN_NAME
                    } else {
                        UNLISTED_NAME
                    } / 100
            }
            Heard::Odd => {
                cost = cost * ODD_WORD / 100;
                // A name and, next to it, a word that is none.
                let edge = |word: &Word| word.band == Some(Band::Constant);
                if said.len() > 1 && (edge(&said[0]) || edge(&said[said.len() - 1])) {
                    cost += 60
                }
            }
        }
        sum.cost += cost;
    }
    sum
}

/// A name that is another one and sounds different means the other one.
const KNOWN_NAME: i32 = 170;
/// The same against a pet form that the list does not have: two steps from what is listed.
const UNLISTED_NAME: i32 = 250;
/// Recognisers write unknown names as they sound.
const ODD_WORD: i32 = 125;

/// Weighs one mention; none if it cannot mean its client.
pub(super) fn weigh(index: &ClientIndex, words: &[Word], mention: &Mention) -> Option<Weighed> {
    let name = &index.names[mention.name as usize];
    let place = Place::new(index, words, mention);
    let parts = mention.parts();
    let sum = evidence(index, words, parts);
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
    let rank = score + EXPLAINS_MORE * i32::try_from(parts.len() - 1).unwrap_or(0).min(2);
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
        score -= if sum.plain_parts > 0 { 40 } else { 12 }
    }
    if place.name_before && place.title.is_none() {
        score -= if mention.swapped { 100 } else { 10 }
    }
    if sum.plain_parts == mention.parts().len() {
        score += place.cue - ALL_PLAIN;
        if place.around.article && place.title.is_none() {
            score -= AFTER_ARTICLE
        }
    } else if sum.plain_parts > 0 {
        score += place.cue / 2;
    } else {
        score += place.cue / 10;
    }
    // Few sounds are soon found.
    if sum.sounds <= 5 {
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
            score -= 60
        }
    }
    if sum.sounds <= 3 {
        score -= sum.cost
    }
    if place.around.role || place.suburb {
        score -= OTHER_ROLE
    }
    if place.name_before && place.title.is_none() {
        score -= OTHER_NAME_BESIDE
    }
    if place.name_after {
        score -= OTHER_NAME_BESIDE
    }
    if kind == Kind::Given && place.noun_after {
        score -= NOUN_BESIDE
    }
    if place.trade_after {
        score -= OTHER_TRADE
    }
    score
}

fn business(words: &[Word], mention: &Mention, place: &Place, sum: &Evidence, listed: &[(u32, Role)]) -> i32 {
    let parts = mention.parts();
    let cores = parts
        .iter()
        .filter(|p| listed.iter().any(|l| l.0 == p.token && l.1 == Role::Core))
        .count();
    let all_cores = cores == listed.iter().filter(|l| l.1 == Role::Core).count();
    let base = match parts.len() {
        1 => ONE_WORD,
        n if n == listed.len() || (all_cores && cores < n) => WHOLE_NAME,
        _ if all_cores => BUSINESS_CORE,
        _ if cores > 0 => SEVERAL_WORDS,
        _ => TRADE_WORDS,
    };
    let one = parts.len() == 1;
    let mut score =
        base - if one { sum.cost * 3 / 2 } else { sum.cost } - sum.plain / if one { 1 } else { 2 };
    if sum.plain_parts == parts.len() && !place.around.held {
        score += place.cue - if one { ONE_PLAIN_WORD } else { 60 };
        if place.around.article && !place.after_the {
            score -= 40
        }
        if one && place.after_the {
            score -= 60
        }
    } else {
        score += if one { place.cue } else { place.cue / 3 };
    }
    // "kitty litter": a trade that is said would tell it from the thing.
    if !one && cores == parts.len() && sum.plain_parts > 0 && sum.plain_parts < parts.len() {
        score += place.cue - 110
    }
    if one && sum.sounds <= 3 {
        score -= sum.cost
    }
    if one && listed.first().is_some_and(|w| w.0 != parts[0].token) {
        score -= 20
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
    if place.around.role && one {
        score -= OTHER_ROLE
    }
    if place.title.is_some() {
        score -= OTHER_NAME_BESIDE
    }
    score
}

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

/// The neighbourhood of a mention.
struct Place {
    around: Context,
    title: Option<Title>,
    after_the: bool,
    name_before: bool,
    name_after: bool,
    /// The next word is a trade, and not one of those that are also rooms or jobs.
    trade_after: bool,
    /// The next word is an everyday noun or the like, and nothing that follows a name.
    noun_after: bool,
    /// "in Northwick", where a client lives.
    suburb: bool,
    /// How strongly a client is expected here, 0 to [`MAX_CUE`].
    cue: i32,
}

impl Place {
    fn new(index: &ClientIndex, words: &[Word], mention: &Mention) -> Place {
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
