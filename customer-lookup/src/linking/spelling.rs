//! Spelling to sounds, by the rules of `data/english_sounds.txt` and `data/continental_sounds.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::phoneme::{self, Phoneme};

struct Rule {
    left: Vec<u8>,
    letters: Vec<u8>,
    right: Vec<u8>,
    sounds: Vec<Phoneme>,
}

impl Rule {
    fn parse(line: &str) -> Option<Rule> {
        let mut parts = line.split_whitespace();
        let (left, letters, right, sounds) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let context = |text: &str| {
            if text == "-" {
                Vec::new()
            } else {
                text.as_bytes().to_vec()
            }
        };
        let letters = letters.trim_matches(['[', ']']).as_bytes().to_vec();
        if letters.is_empty() {
            return None;
        }
        Some(Rule {
            left: context(left),
            letters,
            right: context(right),
            sounds: if sounds == "-" {
                Vec::new()
            } else {
                phoneme::parse(sounds)
            },
        })
    }

    fn fits(&self, word: &[u8], at: usize) -> bool {
        word[at..].starts_with(&self.letters)
            && left_fits(&self.left, &word[..at])
            && right_fits(&self.right, &word[at + self.letters.len()..])
    }
}

/// Rules by the first byte of their letters, in the order they are tried.
#[derive(Default)]
struct Rules(HashMap<u8, Vec<Rule>>);

impl Rules {
    fn add(&mut self, line: &str) {
        if let Some(rule) = Rule::parse(line) {
            self.0.entry(rule.letters[0]).or_default().push(rule)
        }
    }

    fn find(&self, word: &[u8], at: usize) -> Option<&Rule> {
        self.0.get(&word[at])?.iter().find(|rule| rule.fits(word, at))
    }
}

struct Language {
    name: &'static str,
    cues: Vec<&'static str>,
    rules: Rules,
}

static ENGLISH: LazyLock<Rules> = LazyLock::new(|| {
    let mut rules = Rules::default();
    include_str!("data/english_sounds.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .for_each(|l| rules.add(l));
    rules
});

static CONTINENTAL: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let mut languages: Vec<Language> = Vec::new();
    for line in include_str!("data/continental_sounds.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
    {
        if let Some(head) = line.strip_prefix("@ ") {
            let mut words = head.split_whitespace();
            languages.push(Language {
                name: words.next().unwrap_or_default(),
                cues: words.collect(),
                rules: Rules::default(),
            });
        } else if let Some(language) = languages.last_mut() {
            language.rules.add(line);
        }
    }
    languages
});

const ENDINGS: &[&[u8]] = &[
    b"e", b"es", b"ed", b"er", b"ers", b"en", b"ing", b"ings", b"y", b"ely",
];

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

fn is_consonant(letter: u8) -> bool {
    letter.is_ascii_lowercase() && !is_vowel(letter)
}

fn right_fits(pattern: &[u8], rest: &[u8]) -> bool {
    let mut at = 0;
    for &symbol in pattern {
        let here = rest.get(at).copied();
        match symbol {
            b'_' => {
                if here.is_some() {
                    return false;
                }
            }
            b'V' => {
                if here.is_some_and(is_vowel) {
                    at += 1
                } else {
                    return false;
                }
            }
            b'C' => {
                if here.is_some_and(is_consonant) {
                    at += 1
                } else {
                    return false;
                }
            }
            b'F' => {
                if matches!(here, Some(b'e' | b'i' | b'y')) {
                    at += 1
                } else {
                    return false;
                }
            }
            b'+' => {
                let run = rest[at..].iter().take_while(|&&l| is_vowel(l)).count();
                if run == 0 {
                    return false;
                }
                at += run;
            }
            b'*' => at += rest[at..].iter().take_while(|&&l| is_consonant(l)).count(),
            b'%' => return ENDINGS.contains(&&rest[at..]),
            letter => {
                if here == Some(letter) {
                    at += 1
                } else {
                    return false;
                }
            }
        }
    }
    true
}

fn left_fits(pattern: &[u8], before: &[u8]) -> bool {
    let mut end = before.len();
    for &symbol in pattern.iter().rev() {
        let here = end.checked_sub(1).map(|i| before[i]);
        match symbol {
            b'_' => {
                if here.is_some() {
                    return false;
                }
            }
            b'V' => {
                if here.is_some_and(is_vowel) {
                    end -= 1
                } else {
                    return false;
                }
            }
            b'C' => {
                if here.is_some_and(is_consonant) {
                    end -= 1
                } else {
                    return false;
                }
            }
            b'F' => {
                if matches!(here, Some(b'e' | b'i' | b'y')) {
                    end -= 1
                } else {
                    return false;
                }
            }
            b'+' => {
                let run = before[..end].iter().rev().take_while(|&&l| is_vowel(l)).count();
                if run == 0 {
                    return false;
                }
                end -= run;
            }
            b'*' => {
                end -= before[..end]
                    .iter()
                    .rev()
                    .take_while(|&&l| is_consonant(l))
                    .count()
            }
            letter => {
                if here == Some(letter) {
                    end -= 1
                } else {
                    return false;
                }
            }
        }
    }
    true
}

fn read(word: &[u8], rules: &[&Rules]) -> Vec<Phoneme> {
    let mut sounds: Vec<Phoneme> = Vec::with_capacity(word.len() + 2);
    let mut at = 0;
    while at < word.len() {
        match rules.iter().find_map(|r| r.find(word, at)) {
            Some(rule) => {
                sounds.extend_from_slice(&rule.sounds);
                at += rule.letters.len();
            }
            None => at += 1,
        }
    }
    sounds.dedup_by(|a, b| a == b && !a.is_vowel());
    sounds
}

/// How an English reader says a word of letters a–z; anything else in it is passed over.
pub(super) fn english(word: &str) -> Vec<Phoneme> {
    read(word.as_bytes(), &[&ENGLISH])
}

/// How a name may be said by somebody who knows where it comes from; `word` is lower case and may have diacritics.
pub(super) fn continental(word: &str) -> Vec<Vec<Phoneme>> {
    let Some(plain) = CONTINENTAL.first() else {
        return Vec::new();
    };
    let edged = format!("_{word}_");
    let mut readings = Vec::new();
    for language in CONTINENTAL.iter().skip(1) {
        let fits = if language.name == "pinyin" {
            is_pinyin(word)
        } else {
            language.cues.iter().any(|cue| edged.contains(cue))
        };
        if !fits {
            continue;
        }
        let mut spelled = String::with_capacity(word.len());
        for c in word.chars() {
            let mut letter = [0u8; 4];
            let bytes = c.encode_utf8(&mut letter).as_bytes();
            if c.is_ascii()
                || language
                    .rules
                    .0
                    .get(&bytes[0])
                    .is_some_and(|rules| rules.iter().any(|r| r.letters.starts_with(bytes)))
            {
                spelled.push(c);
            } else {
                spelled.push_str(&super::text::fold(&c.to_string()));
            }
        }
        let said = read(spelled.as_bytes(), &[&language.rules, &plain.rules]);
        if !readings.contains(&said) {
            readings.push(said)
        }
    }
    readings
}

const INITIALS: &[&str] = &[
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c",
    "s", "y", "w", "",
];
const FINALS: &[&str] = &[
    "iang", "iong", "uang", "ang", "eng", "ing", "ong", "ian", "iao", "uai", "uan", "ai", "ei", "ao", "ou",
    "an", "en", "in", "un", "ia", "ie", "iu", "ua", "uo", "ui", "ue", "a", "e", "i", "o", "u",
];

/// One to three syllables of romanised Chinese, with a letter that an English reader says otherwise.
fn is_pinyin(word: &str) -> bool {
    fn rest(word: &str, left: usize) -> bool {
        word.is_empty()
            || (left > 0
                && INITIALS.iter().any(|i| {
                    word.strip_prefix(i).is_some_and(|after| {
                        FINALS
                            .iter()
                            .any(|f| after.strip_prefix(f).is_some_and(|next| rest(next, left - 1)))
                    })
                }))
    }
    word.len() <= 12
        && word
            .bytes()
            .any(|b| matches!(b, b'x' | b'q' | b'z' | b'c' | b'j' | b'u'))
        && rest(word, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(word: &str) -> String {
        english(word).into_iter().map(Phoneme::symbol).collect()
    }

    #[test]
    fn english_spellings_have_english_sounds() {
        for (word, sounds) in [
            ("mixer", "mIks@"),
            ("knight", "nYt"),
            ("garden", "gAd@n"),
            ("priscilla", "prIsIl@"),
            ("mitchell", "mIC@l"),
            ("bridge", "brIJ"),
            ("phase", "fEs"),
            ("wright", "rYt"),
            ("", ""),
        ] {
            assert_eq!(said(word), sounds, "{word}");
        }
    }

    #[test]
    fn spellings_of_one_sound_are_one() {
        for (a, b) in [
            ("lila", "lieler"),
            ("turvi", "tervi"),
            ("meagan", "meegan"),
            ("karter", "carter"),
            ("philips", "fillips"),
        ] {
            let distance = phoneme::distance(&english(a), &english(b));
            assert!(distance <= 45, "{a} {} {b} {}: {distance}", said(a), said(b));
        }
    }

    #[test]
    fn other_spellings_have_other_readings() {
        let readings = |word| {
            continental(word)
                .iter()
                .map(|r| r.iter().map(|p| p.symbol()).collect::<String>())
                .collect::<Vec<_>>()
        };
        assert!(
            readings("szymański").contains(&"SImanski".to_owned()),
            "{:?}",
            readings("szymański")
        );
        assert!(
            readings("bianchi").contains(&"bianki".to_owned()),
            "{:?}",
            readings("bianchi")
        );
        assert!(
            readings("xiu").contains(&"Syu".to_owned()),
            "{:?}",
            readings("xiu")
        );
        assert_eq!(readings("selby"), Vec::<String>::new());
    }
}
