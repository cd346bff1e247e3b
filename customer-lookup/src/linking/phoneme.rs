//! The sounds names are compared by, and what it costs to hear one for another.
//!
//! Sounds are those of southern British and Australian English (no `r` before a consonant), written with one
//! ASCII character each; `data/english_sounds.txt` lists them. Costs are whole hundredths of one clear difference,
//! so that every machine computes the same distance. They follow phonology (voicing, place, manner; height and
//! backness of vowels), not counts taken from any recogniser.

use std::sync::LazyLock;

/// Cost of a clear difference between two sounds.
pub(super) const CLEAR: u16 = 100;

/// Every sound, by its symbol; a sound's number is its place here.
const SYMBOLS: &[u8; COUNT] = b"pbtdkgfvTDszSZCJhmnNlrwyiIeaAoOUuVR@EYQWGX";

/// How many sounds there are.
pub(super) const COUNT: usize = 42;

const FIRST_VOWEL: u8 = 24;

/// One sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Phoneme(u8);

impl Phoneme {
    /// The sound written with this symbol.
    pub(super) fn from_symbol(symbol: u8) -> Option<Phoneme> {
        SYMBOLS
            .iter()
            .position(|&s| s == symbol)
            .and_then(|at| u8::try_from(at).ok())
            .map(Phoneme)
    }

    /// The sound's symbol.
    pub(super) fn symbol(self) -> char {
        char::from(SYMBOLS[self.index()])
    }

    /// The sound's place in the tables, below [`COUNT`].
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    pub(super) fn is_vowel(self) -> bool {
        self.0 >= FIRST_VOWEL
    }
}

/// Parses a string of symbols; characters that are no sound are left out. `M` is short for `i@`.
pub(super) fn parse(symbols: &str) -> Vec<Phoneme> {
    let mut sounds = Vec::with_capacity(symbols.len());
    for symbol in symbols.bytes() {
        match symbol {
            b'M' => sounds.extend([b'i', b'@'].into_iter().filter_map(Phoneme::from_symbol)),
            _ => sounds.extend(Phoneme::from_symbol(symbol)),
        }
    }
    sounds
}

/// Pairs of consonants that are taken for each other, with their cost; all other pairs are a clear difference.
const CLOSE_CONSONANTS: &[(&str, u16)] = &[
    // voicing alone
    ("pb", 35),
    ("td", 35),
    ("kg", 35),
    ("fv", 30),
    ("TD", 25),
    ("sz", 20),
    ("SZ", 25),
    ("CJ", 30),
    // fricatives and affricates of neighbouring places
    ("Tf", 35),
    ("Dv", 40),
    ("Ts", 50),
    ("Dz", 50),
    ("Tt", 40),
    ("Dd", 40),
    ("Dt", 55),
    ("Td", 55),
    ("Tv", 50),
    ("Df", 50),
    ("sS", 40),
    ("zZ", 40),
    ("sZ", 50),
    ("zS", 50),
    ("SC", 35),
    ("ZJ", 25),
    ("SJ", 50),
    ("ZC", 45),
    ("zJ", 55),
    ("sC", 60),
    ("tC", 45),
    ("dJ", 45),
    ("tJ", 60),
    ("dC", 60),
    ("ts", 70),
    ("dz", 70),
    ("hf", 75),
    ("hk", 80),
    ("hT", 75),
    ("hS", 80),
    ("kC", 75),
    ("gJ", 75),
    // nasals
    ("mn", 40),
    ("nN", 25),
    ("mN", 50),
    // glides and liquids
    ("lr", 55),
    ("rw", 50),
    ("lw", 55),
    ("wv", 45),
    ("wf", 70),
    ("ly", 70),
    ("ry", 75),
    ("yJ", 65),
    ("yZ", 75),
    // lips
    ("vb", 50),
    ("fp", 60),
    ("wb", 70),
    ("bm", 70),
    ("vm", 80),
    ("vp", 70),
    ("fb", 70),
    // stops of other places
    ("tk", 65),
    ("pt", 65),
    ("pk", 65),
    ("bd", 65),
    ("dg", 65),
    ("bg", 65),
    ("dk", 80),
    ("tg", 80),
    ("pd", 80),
    ("bt", 80),
    ("bk", 85),
    ("pg", 85),
    // tongue tip
    ("dn", 70),
    ("ln", 60),
    ("dl", 70),
    ("dr", 70),
    ("nr", 75),
    ("lt", 85),
    ("gN", 60),
    ("kN", 75),
];

/// Consonants close to a vowel.
const GLIDES: &[(&str, u16)] = &[
    ("yi", 30),
    ("yI", 30),
    ("wu", 30),
    ("wU", 30),
    ("wG", 50),
    ("wW", 50),
    ("r@", 45),
    ("lU", 60),
    ("l@", 70),
    ("lG", 65),
    ("lO", 65),
];

/// Cost of a sound that is said and not heard, or heard and not said.
const LOSS: &[(&str, u16)] = &[
    ("@", 30),
    ("I", 45),
    ("U", 50),
    ("iu", 60),
    ("eaoVR", 65),
    ("AOEYQWGX", 75),
    ("h", 35),
    ("y", 35),
    ("w", 50),
    ("r", 50),
    ("l", 65),
    ("N", 60),
    ("td", 55),
    ("n", 65),
    ("m", 75),
    ("kg", 75),
    ("pb", 75),
    ("szfvTD", 75),
    ("SZCJ", 85),
];

/// Where each vowel starts and ends: (backness, height) twice, in sixths of the vowel space.
const VOWELS: &[(u8, [i16; 4])] = &[
    (b'i', [0, 6, 0, 6]),
    (b'I', [1, 5, 1, 5]),
    (b'e', [1, 3, 1, 3]),
    (b'a', [2, 1, 2, 1]),
    (b'A', [4, 0, 4, 0]),
    (b'o', [5, 1, 5, 1]),
    (b'O', [5, 3, 5, 3]),
    (b'U', [4, 5, 4, 5]),
    (b'u', [4, 6, 4, 6]),
    (b'V', [3, 1, 3, 1]),
    (b'R', [3, 3, 3, 3]),
    (b'@', [3, 3, 3, 3]),
    (b'E', [1, 3, 1, 5]),
    (b'Y', [3, 0, 1, 5]),
    (b'Q', [5, 3, 1, 5]),
    (b'W', [2, 0, 4, 5]),
    (b'G', [4, 3, 4, 5]),
    (b'X', [1, 3, 2, 3]),
];

/// Pairs of vowels that spelling or accent confuses more than their places say.
const CLOSE_VOWELS: &[(&str, u16)] = &[
    ("iI", 15),
    ("aA", 20),
    ("aV", 20),
    ("AV", 20),
    ("oO", 25),
    ("uU", 15),
    ("R@", 15),
    ("eX", 20),
    ("eR", 35),
    ("oG", 30),
    ("OG", 30),
    ("oV", 35),
    ("UV", 35),
    ("oA", 35),
    ("Ie", 25),
    ("ea", 25),
    ("eE", 30),
    ("EX", 25),
    ("YQ", 35),
    ("WG", 40),
    ("aE", 40),
    ("iY", 45),
    ("IY", 45),
    ("iE", 35),
    ("aW", 40),
    ("AW", 40),
    ("YA", 40),
    ("Ya", 40),
    ("YE", 35),
    ("EY", 35),
    ("uG", 40),
    ("OQ", 40),
    ("oW", 45),
    ("OU", 35),
    ("GU", 30),
    ("XR", 35),
];
/// A neutral vowel stands for any unstressed one.
const NEUTRAL_VOWEL: &[(&str, u16)] = &[
    ("I", 15),
    ("eaoVU", 20),
    ("AO", 25),
    ("iu", 35),
    ("G", 35),
    ("EYQWX", 45),
];
/// One step of [`VOWELS`], added over both ends of the vowel.
const VOWEL_STEP: u16 = 4;
/// No vowel is further from another than this.
const FARTHEST_VOWEL: u16 = 80;
/// A vowel for a consonant.
const VOWEL_FOR_CONSONANT: u16 = 130;

/// The cost tables.
pub(super) struct Costs {
    substitute: [[u16; COUNT]; COUNT],
    lose: [u16; COUNT],
}

impl Costs {
    /// Cost of hearing `b` for `a`.
    pub(super) fn substitute(&self, a: Phoneme, b: Phoneme) -> u16 {
        self.substitute[a.index()][b.index()]
    }

    /// Costs of hearing each sound for `a`, by number.
    pub(super) fn row(&self, a: Phoneme) -> &[u16; COUNT] {
        &self.substitute[a.index()]
    }

    /// Cost of a sound without a counterpart.
    pub(super) fn lose(&self, a: Phoneme) -> u16 {
        self.lose[a.index()]
    }

    fn build() -> Costs {
        let mut costs = Costs {
            substitute: [[CLEAR; COUNT]; COUNT],
            lose: [75; COUNT],
        };
        let all = SYMBOLS.iter().filter_map(|&s| Phoneme::from_symbol(s));
        for a in all.clone() {
            for b in all.clone() {
                costs.substitute[a.index()][b.index()] = match (a.is_vowel(), b.is_vowel()) {
                    _ if a == b => 0,
                    (true, true) => vowel_distance(a, b),
                    (false, false) => CLEAR,
                    _ => VOWEL_FOR_CONSONANT,
                };
            }
        }
        for (pairs, to) in [
            (CLOSE_CONSONANTS, None),
            (GLIDES, None),
            (CLOSE_VOWELS, None),
            (NEUTRAL_VOWEL, Phoneme::from_symbol(b'@')),
        ] {
            for (symbols, cost) in pairs {
                let sounds = parse(symbols);
                let (firsts, second) = match to {
                    Some(second) => (&sounds[..], second),
                    None => (&sounds[..1], sounds[1]),
                };
                for &first in firsts {
                    costs.substitute[first.index()][second.index()] = *cost;
                    costs.substitute[second.index()][first.index()] = *cost;
                }
            }
        }
        for (symbols, cost) in LOSS {
            for sound in parse(symbols) {
                costs.lose[sound.index()] = *cost;
            }
        }
        costs
    }
}

fn vowel_distance(a: Phoneme, b: Phoneme) -> u16 {
    let place = |p: Phoneme| {
        VOWELS
            .iter()
            .find(|(s, _)| char::from(*s) == p.symbol())
            .map_or([3; 4], |(_, at)| *at)
    };
    let steps: u16 = place(a).iter().zip(place(b)).map(|(x, y)| x.abs_diff(y)).sum();
    (10 + steps * VOWEL_STEP).min(FARTHEST_VOWEL)
}

/// The one set of costs.
pub(super) static COSTS: LazyLock<Costs> = LazyLock::new(Costs::build);

/// Weighted edit distance of two strings of sounds, in hundredths of a clear difference.
pub(super) fn distance(a: &[Phoneme], b: &[Phoneme]) -> u16 {
    let costs = &*COSTS;
    let mut row: Vec<u16> = std::iter::once(0)
        .chain(b.iter().scan(0u16, |sum, &p| {
            *sum = sum.saturating_add(costs.lose(p));
            Some(*sum)
        }))
        .collect();
    for &x in a {
        let mut diagonal = row[0];
        row[0] = row[0].saturating_add(costs.lose(x));
        for (j, &y) in b.iter().enumerate() {
            let best = diagonal
                .saturating_add(costs.substitute(x, y))
                .min(row[j + 1].saturating_add(costs.lose(x)))
                .min(row[j].saturating_add(costs.lose(y)));
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_does_not_depend_on_the_direction() {
        let all: Vec<Phoneme> = SYMBOLS
            .iter()
            .filter_map(|&symbol| Phoneme::from_symbol(symbol))
            .collect();
        assert_eq!(all.len(), COUNT);
        for &a in &all {
            for &b in &all {
                assert_eq!(
                    COSTS.substitute(a, b),
                    COSTS.substitute(b, a),
                    "{} {}",
                    a.symbol(),
                    b.symbol()
                );
                assert_eq!(
                    COSTS.substitute(a, b) == 0,
                    a == b,
                    "{} {}",
                    a.symbol(),
                    b.symbol()
                );
            }
            assert!(COSTS.lose(a) > 0);
        }
    }

    #[test]
    fn neighbouring_sounds_are_nearer_than_others() {
        let between = |a: &str, b: &str| distance(&parse(a), &parse(b));
        assert!(between("pat", "bat") < between("pat", "sat"));
        assert!(between("bit", "bIt") < between("bit", "bOt"));
        assert_eq!(between("", ""), 0);
        assert_eq!(between("", "a"), COSTS.lose(Phoneme::from_symbol(b'a').unwrap()));
    }
}
