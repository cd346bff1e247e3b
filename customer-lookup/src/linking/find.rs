//! Finds the places of a text that sound like a listed name.

use super::client_name::Role;
use super::index::{ClientIndex, Form, NameId, Slot, TokenId};
use super::lexicon::Band;
use super::text::Word;
use super::trie::{End, Hit};

/// Longest piece taken for one word of a name, in heard words.
const MAX_PIECE: usize = 4;
/// Longest piece in sounds.
const MAX_SOUNDS: usize = 18;

/// A word of a listed name, heard at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece {
    pub(super) token: TokenId,
    pub(super) end: usize,
    pub(super) cost: u16,
}

/// How a mention names its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Full,
    Surname,
    Given,
    Business,
}

impl Kind {
    /// One word of the name only.
    pub(super) fn is_one_word(self) -> bool {
        matches!(self, Kind::Surname | Kind::Given)
    }
}

/// A word of a name found at a place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) token: TokenId,
    pub(super) cost: u16,
}

impl Part {
    /// The words heard for it.
    pub(super) fn of<'a>(&self, words: &'a [Word]) -> &'a [Word] {
        &words[self.start..self.end]
    }
}

/// Most words of one name that are found.
const MAX_PARTS: usize = 6;

/// A place where a client may be meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mention {
    pub(super) name: NameId,
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) swapped: bool,
    parts: [Part; MAX_PARTS],
    count: usize,
}

impl Mention {
    fn new(name: NameId, kind: Kind, parts: &[Part]) -> Mention {
        let mut all = [Part::default(); MAX_PARTS];
        let count = parts.len().min(MAX_PARTS);
        all[..count].copy_from_slice(&parts[..count]);
        Mention {
            name,
            kind,
            start: all[0].start,
            end: all[count.max(1) - 1].end,
            swapped: false,
            parts: all,
            count,
        }
    }

    /// The words of the name that were found, in the order of the text.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts[..self.count]
    }
}

/// Per start word: the pieces found there, ordered by token.
pub(super) fn pieces(index: &ClientIndex, words: &[Word]) -> Vec<Vec<Piece>> {
    let mut all = Vec::with_capacity(words.len());
    let mut hits: Vec<Hit> = Vec::new();
    for start in 0..words.len() {
        hits.clear();
        // The commonest words are said one way where they begin a name.
        let ways = if words[start].band == Some(Band::Constant) {
            1
        } else {
            words[start].sounds.len()
        };
        for first in 0..ways {
            let mut sounds = Vec::with_capacity(MAX_SOUNDS + 4);
            let mut ends = Vec::new();
            for (n, word) in words[start..].iter().take(MAX_PIECE).enumerate() {
                let Some(said) = word
                    .sounds
                    .get(if n == 0 { first } else { 0 })
                    .filter(|s| !s.is_empty())
                else {
                    break;
                };
                if sounds.len() + said.len() > MAX_SOUNDS {
                    break;
                }
                sounds.extend_from_slice(said);
                let end = start + n + 1;
                ends.push(End {
                    column: sounds.len(),
                    cost: 0,
                    word: end,
                });
                if !word.cut && word.folded.len() > 2 && word.folded.ends_with('s') && said.len() > 2 {
                    let cost = plural_cost(words, start, end);
                    ends.push(End {
                        column: sounds.len() - 1,
                        cost,
                        word: end,
                    });
                    let last = said[said.len() - 2].symbol();
                    if word.folded.ends_with("es") && (last == 'I' || last == '@') && said.len() > 3 {
                        ends.push(End {
                            column: sounds.len() - 2,
                            cost,
                            word: end,
                        })
                    }
                }
                if word.stop_after {
                    break;
                }
            }
            if !ends.is_empty() {
                index.tree.search(&sounds, &ends, &mut hits)
            }
        }
        if let Some(&token) = index.by_text.get(&words[start].folded) {
            hits.push(Hit {
                value: token,
                cost: 0,
                end: start + 1,
            })
        }
        let mut here: Vec<Piece> = hits
            .iter()
            .map(|h| Piece {
                token: h.value,
                end: h.end,
                cost: h.cost,
            })
            .collect();
        here.sort();
        here.dedup_by(|b, a| a.token == b.token && a.end == b.end);
        all.push(here);
    }
    all
}

/// What it costs to take the last `s` of a piece for a possessive or plural ending.
fn plural_cost(words: &[Word], start: usize, end: usize) -> u16 {
    let before = start.checked_sub(1).map(|i| &words[i]);
    let after = words.get(end).filter(|_| !words[end - 1].stop_after);
    if words[end - 1].possessive
        || before.is_some_and(|w| w.is(&["the"]))
        || after.is_some_and(|w| {
            w.band.is_some_and(|b| b > Band::Constant) || w.is(&["job", "place", "house", "quote"])
        })
    {
        3
    } else if before.is_some_and(|w| w.is(&["at", "round", "around"])) {
        10
    } else {
        35
    }
}

fn at(pieces: &[Vec<Piece>], start: usize, token: TokenId) -> &[Piece] {
    let Some(here) = pieces.get(start) else { return &[] };
    let from = here.partition_point(|p| p.token < token);
    let to = here[from..].partition_point(|p| p.token == token) + from;
    &here[from..to]
}

/// Postings looked at for one text; a list of thousands of clients of one name, named in every sentence, has more.
const MAX_VISITS: usize = 300_000;
/// Mentions of one word worth having: one that costs more is not linked whatever the context.
const MAX_ONE_WORD_COST: u16 = 100;
/// Two words that differ by more are no mention.
const MAX_PAIR_COST: u16 = 260;

/// Every mention the pieces allow.
pub(super) fn mentions(index: &ClientIndex, words: &[Word], pieces: &[Vec<Piece>]) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut visits = 0;
    for (start, here) in pieces.iter().enumerate() {
        for piece in here {
            let postings = &index.tokens[piece.token as usize].postings;
            visits += postings.len();
            if visits > MAX_VISITS {
                return found;
            }
            for posting in postings {
                let first = Part {
                    start,
                    end: piece.end,
                    token: piece.token,
                    cost: piece.cost + posting.cost,
                };
                match (&index.names[posting.name as usize].form, posting.slot) {
                    (Form::Person { surnames, .. }, Slot::Given) => {
                        person(words, pieces, posting.name, first, surnames, false, &mut found)
                    }
                    (Form::Person { givens, .. }, Slot::Surname) => {
                        person(words, pieces, posting.name, first, givens, true, &mut found)
                    }
                    (Form::Business { words: listed }, Slot::Word(at)) => found.extend(business(
                        words,
                        pieces,
                        posting.name,
                        first,
                        &listed[usize::from(at)..],
                    )),
                    _ => {}
                }
            }
        }
    }
    found
}

/// First name and surname in either order, and either alone.
fn person(
    words: &[Word],
    pieces: &[Vec<Piece>],
    name: NameId,
    first: Part,
    others: &[(TokenId, u16)],
    swapped: bool,
    found: &mut Vec<Mention>,
) {
    if !words[first.end - 1].stop_after {
        // "Lynn R. Fletcher"
        let initial = words
            .get(first.end)
            .is_some_and(|w| w.folded.len() == 1 && w.folded != "a");
        for place in first.end..=first.end + usize::from(initial) {
            for &(token, extra) in others {
                for other in at(pieces, place, token) {
                    let second = Part {
                        start: place,
                        end: other.end,
                        token,
                        cost: other.cost + extra,
                    };
                    if first.cost + second.cost <= MAX_PAIR_COST {
                        found.push(Mention {
                            swapped,
                            ..Mention::new(name, Kind::Full, &[first, second])
                        })
                    }
                }
            }
        }
    }
    if first.cost <= MAX_ONE_WORD_COST {
        found.push(Mention::new(
            name,
            if swapped { Kind::Surname } else { Kind::Given },
            &[first],
        ))
    }
}

/// The words of a business name from one of them on, as far as they follow each other; some may be left out.
fn business(
    words: &[Word],
    pieces: &[Vec<Piece>],
    name: NameId,
    first: Part,
    listed: &[(TokenId, Role)],
) -> Option<Mention> {
    let mut parts = vec![first];
    let mut end = first.end;
    for &(token, _) in listed.iter().skip(1).take(MAX_PARTS - 1) {
        if words[end - 1].stop_after {
            break;
        }
        let and = words.get(end).is_some_and(|w| w.folded == "and");
        let next = (end..=end + usize::from(and))
            .flat_map(|place| at(pieces, place, token).iter().map(move |p| (place, p)))
            .min_by_key(|(_, p)| (p.cost, p.end));
        if let Some((place, piece)) = next {
            parts.push(Part {
                start: place,
                end: piece.end,
                token,
                cost: piece.cost,
            });
            end = piece.end;
        }
    }
    let core = listed.first().is_some_and(|w| w.1 == Role::Core);
    (parts.len() > 1 || (core && first.cost <= MAX_ONE_WORD_COST))
        .then(|| Mention::new(name, Kind::Business, &parts))
}
