//! Words the linker knows beforehand: everyday words, given names, pet forms, and sounds that spelling does not tell.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::phoneme::{self, Phoneme};
use super::spelling;

/// How common an everyday word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Band {
    /// In nearly every sentence.
    Constant,
    /// Common.
    Common,
    /// Ordinary.
    Ordinary,
}

static EVERYDAY: LazyLock<HashMap<Cow<'static, str>, Band>> = LazyLock::new(|| {
    let mut words = HashMap::with_capacity(4096);
    let mut band = Band::Constant;
    for line in include_str!("data/everyday_words.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        match line {
            "= 1" => band = Band::Constant,
            "= 2" => band = Band::Common,
            "= 3" => band = Band::Ordinary,
            _ => {
                for word in line.split_whitespace() {
                    words.entry(Cow::Borrowed(word)).or_insert(band);
                    // Recognisers leave apostrophes out.
                    if word.contains('\'') {
                        words.entry(Cow::Owned(word.replace('\'', ""))).or_insert(band);
                    }
                }
            }
        }
    }
    words
});

static PRONUNCIATIONS: LazyLock<HashMap<&'static str, Vec<Vec<Phoneme>>>> = LazyLock::new(|| {
    include_str!("data/pronunciations.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|line| {
            let (word, sounds) = line.split_once(' ')?;
            Some((word, sounds.split('|').map(phoneme::parse).collect()))
        })
        .collect()
});

static GIVEN_NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("data/given_names.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

static NICKNAMES: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut related: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
    let mut add = |from: &'static str, to: &'static str| {
        let list = related.entry(from).or_default();
        if from != to && !list.contains(&to) {
            list.push(to);
        }
    };
    for line in include_str!("data/nicknames.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
    {
        let Some((full, forms)) = line.split_once(':') else {
            continue;
        };
        for name in full.split_whitespace() {
            for form in forms.split_whitespace() {
                add(name, form);
                add(form, name);
            }
        }
        let forms: Vec<&'static str> = forms.split_whitespace().collect();
        for a in &forms {
            for b in &forms {
                add(a, b);
            }
        }
    }
    related
});

/// The band of a lower-case word, seeing through regular endings.
pub(super) fn everyday(word: &str) -> Option<Band> {
    let known = |w: &str| EVERYDAY.get(w).copied();
    if let Some(band) = known(word) {
        return Some(band);
    }
    if word.len() < 4 || !word.is_ascii() {
        return None;
    }
    let strip = |ending: &str| word.strip_suffix(ending).filter(|stem| stem.len() >= 2);
    for ending in ["'s", "s", "ed", "ing", "er", "ers", "ly", "es", "y", "d", "r"] {
        let Some(stem) = strip(ending) else { continue };
        // "hess" is no plural of "he's".
        if ending == "s" && stem.ends_with('s') {
            continue;
        }
        if let Some(band) = known(stem) {
            return Some(band);
        }
        if matches!(ending, "ed" | "ing" | "er" | "ers" | "y") {
            if let Some(band) = known(&format!("{stem}e")) {
                return Some(band);
            }
            let bytes = stem.as_bytes();
            if bytes.len() > 2
                && bytes[bytes.len() - 1] == bytes[bytes.len() - 2]
                && let Some(band) = known(&stem[..stem.len() - 1])
            {
                return Some(band);
            }
        }
        if let Some(root) = stem
            .strip_suffix('i')
            .filter(|_| matches!(ending, "es" | "ed" | "er" | "ly"))
            && let Some(band) = known(&format!("{root}y"))
        {
            return Some(band);
        }
    }
    None
}

/// The word stands in the lists as it is.
pub(super) fn is_listed_word(word: &str) -> bool {
    EVERYDAY.contains_key(word)
}

/// The word's sounds are in the table.
pub(super) fn is_tabled(word: &str) -> bool {
    PRONUNCIATIONS.contains_key(word)
}

/// A given name or a pet form that is well known.
pub(super) fn given_name(word: &str) -> bool {
    GIVEN_NAMES.contains(word) || NICKNAMES.contains_key(word)
}

/// Other forms of a given name: pet forms of it, the names it is a pet form of, and the other pet forms of those.
pub(super) fn nicknames(name: &str) -> &'static [&'static str] {
    NICKNAMES.get(name).map_or(&[], Vec::as_slice)
}

/// The ways to say a folded word.
pub(super) fn sounds(word: &str) -> Vec<Vec<Phoneme>> {
    if let Some(known) = PRONUNCIATIONS.get(word) {
        return known.clone();
    }
    // "the Reeveses"
    if let Some(stem) = word
        .strip_suffix("es")
        .filter(|s| s.len() > 3 && s.ends_with(['s', 'z', 'x']))
    {
        return sounds(stem)
            .into_iter()
            .map(|s| s.into_iter().chain(phoneme::parse("Iz")).collect())
            .collect();
    }
    // A regular ending on a word of the table.
    for (ending, added) in [
        ("s", "z"),
        ("es", "Iz"),
        ("ed", "d"),
        ("ing", "IN"),
        ("er", "@"),
        ("ly", "li"),
    ] {
        if let Some(stem) = word.strip_suffix(ending).filter(|s| s.len() > 2)
            && let Some(known) = PRONUNCIATIONS.get(stem)
        {
            return known
                .iter()
                .map(|k| k.iter().copied().chain(phoneme::parse(added)).collect())
                .collect();
        }
    }
    // Two everyday words in one.
    if word.len() >= 7 && word.is_ascii() && !EVERYDAY.contains_key(word) {
        for at in 3..=word.len() - 3 {
            let (a, b) = word.split_at(at);
            if EVERYDAY.contains_key(a) && everyday(b).is_some() {
                let mut said = sounds(a).swap_remove(0);
                said.extend(sounds(b).swap_remove(0));
                return vec![said];
            }
        }
    }
    vec![spelling::english(word)]
}
