//! Sentences and the parts of them that stand alone.

/// Words that end in a point without ending a sentence.
const ABBREVIATIONS: [&str; 13] = [
    "mr", "mrs", "ms", "dr", "st", "no", "prof", "rev", "approx", "etc", "a.m", "p.m", "pty",
];

/// Openings and phrases of something worth knowing rather than doing.
const KNOWLEDGE: [&str; 18] = [
    "note that",
    "how to",
    "always ",
    "never ",
    "remember the code",
    "remember that",
    "the code is",
    "code for",
    "for future reference",
    "for the record",
    "keep in mind",
    "fyi",
    "worth knowing",
    "good to know",
    "just so you know",
    "the trick is",
    "make a note",
    "be aware",
];

/// Openings that only announce what follows.
const ANNOUNCEMENTS: [&str; 7] = [
    "note that ",
    "make a note that ",
    "remember that ",
    "keep in mind that ",
    "just so you know, ",
    "for the record: ",
    "for the record, ",
];

/// Openings of sentences that say hello.
const GREETINGS: [&str; 9] = [
    "hi",
    "hello",
    "hey",
    "g'day",
    "morning",
    "good morning",
    "good afternoon",
    "thanks",
    "cheers",
];

/// Splits text at the ends of sentences and at line ends.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices() {
        let end = at + mark.len_utf8();
        let followed = text[end..].chars().next();
        let ends = match mark {
            '\n' => true,
            '!' | '?' => followed.is_none_or(char::is_whitespace),
            '.' => followed.is_none_or(char::is_whitespace) && !is_abbreviation(&text[start..at]),
            _ => false,
        };
        if ends {
            sentences.push(text[start..end].trim());
            start = end;
        }
    }
    sentences.push(text[start..].trim());
    sentences.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    sentences
}

fn is_abbreviation(before: &str) -> bool {
    let last = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    // A single letter is an initial.
    last.chars().count() == 1 || ABBREVIATIONS.contains(&last.as_str())
}

/// Where a sentence may fall into clauses.
const JOINTS: [&str; 10] = [
    ", and then ",
    " and then ",
    " and also ",
    ", then ",
    ", also ",
    ", and ",
    "; ",
    ": ",
    ", ",
    " and ",
];

/// Splits a sentence at the joints after which `stands_alone` says yes to what follows.
pub(super) fn clauses(sentence: &str, stands_alone: impl Fn(&str) -> bool) -> Vec<&str> {
    let lower = sentence.to_ascii_lowercase();
    let mut clauses = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < sentence.len() {
        let joint = JOINTS.iter().find(|joint| lower[at..].starts_with(**joint));
        match joint {
            Some(joint) if stands_alone(&sentence[at + joint.len()..]) => {
                clauses.push(&sentence[start..at]);
                start = at + joint.len();
                at = start;
            }
            _ => at += sentence[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    clauses.push(&sentence[start..]);
    clauses
}

/// Whether a sentence is about something worth knowing.
pub(super) fn is_knowledge(sentence: &str) -> bool {
    let lower = sentence.to_ascii_lowercase();
    KNOWLEDGE
        .iter()
        .any(|cue| lower.match_indices(cue).any(|(at, _)| starts_word(&lower, at)))
}

/// A sentence as a heading: without what announces it, and without its full stop.
pub(super) fn heading(sentence: &str) -> String {
    let lower = sentence.to_ascii_lowercase();
    let announced = ANNOUNCEMENTS
        .iter()
        .find(|words| lower.starts_with(**words))
        .map_or(0, |words| words.len());
    let bare = sentence[announced..].trim().trim_end_matches(['.', '!', ',']);
    let mut letters = bare.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether a sentence only says hello, or who is speaking.
pub(super) fn is_greeting(sentence: &str) -> bool {
    let lower = sentence.to_ascii_lowercase();
    let bare = lower.trim_end_matches(['.', '!', ',']);
    let opens = |word: &str| {
        bare.strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    sentence.split_whitespace().count() <= 6 && (GREETINGS.into_iter().any(opens) || bare.ends_with(" here"))
}

/// Whether a word starts at this byte.
pub(super) fn starts_word(text: &str, at: usize) -> bool {
    text[..at]
        .chars()
        .next_back()
        .is_none_or(|before| !before.is_alphanumeric() && before != '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_initials_and_numbers_end_no_sentence() {
        assert_eq!(
            split("At Mrs. Jones, 3.5 bar. Francis X. Doyle called! Fix it\nDone"),
            [
                "At Mrs. Jones, 3.5 bar.",
                "Francis X. Doyle called!",
                "Fix it",
                "Done"
            ]
        );
        assert!(split(" … ").is_empty());
    }

    #[test]
    fn a_sentence_falls_apart_only_where_the_rest_stands_alone() {
        let order = |rest: &str| rest.starts_with("order");
        assert_eq!(
            clauses("Fix the tap and the drain, and order a Ü valve", order),
            ["Fix the tap and the drain", "order a Ü valve"]
        );
        assert_eq!(clauses("ééé, é", |_| false), ["ééé, é"]);
    }

    #[test]
    fn knowledge_is_told_by_its_opening() {
        assert!(is_knowledge(
            "Remember the code is 4512, and the code for the gate too."
        ));
        assert!(!is_knowledge("Hallways are wet."));
        assert!(
            is_greeting("Hi, it's Mick.") && is_greeting("Josie here.") && !is_greeting("His tap leaks.")
        );
    }
}
