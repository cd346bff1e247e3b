//! Tags: whatever the model called it, in a form that can be part of a key.

use shared::records::note::{Intent, MAX_TAG_CHARS, Tag};

use crate::ascii_words::ascii_words;

/// Most words in a tag.
const MAX_WORDS: usize = 5;
/// Fewest words wanted; a single word is filled up from the summary.
const MIN_WORDS: usize = 2;

/// Makes a tag of what the model answered: its [`ascii_words`], two to five where there are that many, at most 64 characters.
/// When nothing is left, `fallbacks` are tried in order, and at last the intent names it.
#[must_use]
pub fn tag(answered: &str, fallbacks: &[&str], intent: Intent) -> Tag {
    let mut words = ascii_words(answered);
    for fallback in fallbacks {
        if words.len() >= MIN_WORDS {
            break;
        }
        for word in ascii_words(fallback) {
            if words.len() < MIN_WORDS.max(3) && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words.truncate(MAX_WORDS);
    join(&words).unwrap_or_else(|| of_intent(intent))
}

/// The words joined by hyphens, as many as fit; a single longer word is cut.
fn join(words: &[String]) -> Option<Tag> {
    let mut tag = String::new();
    for word in words {
        let separator = usize::from(!tag.is_empty());
        if tag.len() + separator + word.len() > MAX_TAG_CHARS {
            break;
        }
        if separator == 1 {
            tag.push('-');
        }
        tag.push_str(word);
    }
    if tag.is_empty() {
        tag = words
            .first()
            .map(|word| word.chars().take(MAX_TAG_CHARS).collect())
            .unwrap_or_default();
    }
    Tag::try_from(tag).ok()
}

#[expect(
    clippy::expect_used,
    reason = "literals that are tags; a test reads every one"
)]
fn of_intent(intent: Intent) -> Tag {
    let name = match intent {
        Intent::JobToBeDone => "job-note",
        Intent::KnowledgeDocument => "knowledge-note",
        Intent::Other => "other-note",
    };
    name.parse().expect("a literal tag")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answered: &str) -> String {
        tag(answered, &[], Intent::Other).as_str().to_owned()
    }

    #[test]
    fn a_tag_can_be_part_of_a_key() {
        assert_eq!(of("Order Mixer Taps"), "order-mixer-taps");
        assert_eq!(of("müller's Boiler"), "muller-s-boiler");
        assert_eq!(of("замена крана"), "zamena-krana");
        assert_eq!(of("../../etc/passwd\u{0}"), "etc-passwd");
        assert_eq!(of("one two three four five six seven"), "one-two-three-four-five");
        assert_eq!(of(&"x".repeat(200)).len(), 64);
    }

    #[test]
    fn a_tag_of_nothing_but_emoji_is_made_of_what_else_is_known() {
        assert_eq!(of("🔧🚿"), "other-note");
        assert_eq!(
            tag("🔧", &["Replace the tap washers"], Intent::JobToBeDone).as_str(),
            "replace-the-tap"
        );
        for intent in Intent::ALL {
            assert!(tag("", &["", "!!"], intent).as_str().ends_with("-note"));
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_was_answered_is_a_tag(answered in ".{0,200}", fallback in ".{0,80}") {
            let made = tag(&answered, &[&fallback], Intent::Other);
            proptest::prop_assert!(made.as_str().parse::<Tag>().is_ok());
        }
    }
}
