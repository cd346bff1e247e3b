//! A guess at the language spoken, by its commonest words.

const COMMONEST: [(&str, &[&str]); 7] = [
    (
        "en",
        &[
            "the", "and", "to", "is", "at", "of", "for", "it", "i", "need", "with",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "und", "das", "ist", "nicht", "ich", "wir", "muss", "bei", "mit",
        ],
    ),
    (
        "fr",
        &[
            "le", "les", "et", "est", "une", "je", "nous", "pour", "chez", "dans", "avec",
        ],
    ),
    (
        "es",
        &[
            "el", "los", "y", "es", "una", "para", "con", "hay", "que", "del", "por",
        ],
    ),
    (
        "it",
        &[
            "il", "gli", "e", "una", "per", "che", "con", "sono", "della", "devo", "nel",
        ],
    ),
    (
        "pl",
        &[
            "i", "na", "jest", "nie", "się", "do", "trzeba", "dla", "jutro", "przy", "że",
        ],
    ),
    (
        "pt",
        &[
            "o", "os", "e", "uma", "para", "com", "não", "que", "preciso", "em", "da",
        ],
    ),
];

/// An ISO 639-1 code; English when nothing speaks for another language.
pub(super) fn guess(text: &str) -> &'static str {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    let score = |common: &[&str]| words.iter().filter(|word| common.contains(word)).count();
    let mut best = ("en", 0);
    for (language, common) in COMMONEST {
        let score = score(common);
        if score > best.1 {
            best = (language, score);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_words_decide() {
        assert_eq!(guess("I need to call the client"), "en");
        assert_eq!(
            guess("Ich muss morgen die Heizung bei Frau Huber prüfen, das ist dringend"),
            "de"
        );
        assert_eq!(guess(""), "en");
    }
}
