//! Two to four words in kebab case that say what a note is about.

/// Words that say nothing about it.
const EMPTY_WORDS: [&str; 47] = [
    "a", "about", "all", "also", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have",
    "her", "here", "him", "his", "i", "in", "is", "it", "its", "me", "my", "note", "of", "on", "or", "our",
    "she", "some", "that", "the", "their", "them", "then", "there", "this", "to", "up", "was", "we", "with",
    "you", "your",
];

const MAX_WORDS: usize = 4;
const MAX_WORD_CHARS: usize = 20;

/// The tag of a subject.
pub(super) fn make(subject: &str) -> String {
    let lower = subject.to_lowercase().replace("'s", "");
    let mut words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty() && word.len() <= MAX_WORD_CHARS)
        .filter(|word| word.bytes().all(|b| b.is_ascii_alphanumeric()) && !EMPTY_WORDS.contains(word))
        .take(MAX_WORDS)
        .collect();
    match words.len() {
        0 => "voice-note".to_owned(),
        1 => {
            words.push("note");
            words.join("-")
        }
        _ => words.join("-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_two_to_four_plain_words() {
        assert_eq!(
            make("Order a new mixer tap for the kitchen"),
            "order-new-mixer-tap"
        );
        assert_eq!(make("Siobhán's keys"), "keys-note");
        assert_eq!(make("🚰"), "voice-note");
        assert_eq!(make("Привет"), "voice-note");
    }
}
