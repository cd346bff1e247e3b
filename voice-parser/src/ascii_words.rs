//! The words of a text in ASCII, for comparing and naming.

use deunicode::deunicode;

/// The words in lower case, transliterated from any script, without accents. What is not a letter or digit separates words
/// and is not transliterated, so an emoji leaves nothing rather than its name.
#[must_use]
pub fn ascii_words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(|word| deunicode(word).to_ascii_lowercase())
        .map(|word| {
            word.chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_script_are_ascii() {
        for (text, words) in [
            (
                "Łukasz Żak, the Müllers'",
                vec!["lukasz", "zak", "the", "mullers"],
            ),
            ("Παπαδόπουλος", vec!["papadopoulos"]),
            ("北京 2", vec!["beijing", "2"]),
            ("🔧 — …", vec![]),
        ] {
            assert_eq!(ascii_words(text), words, "{text}");
        }
    }
}
