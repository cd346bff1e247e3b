//! Whether an answer is what was said, or what the model was asked to listen for: models fill silence and noise with the names
//! they were given, or with the prompt itself.
//!
//! Nothing is decoded here, so silence itself is not seen. The evidence is the answer beside what was asked, and how long the
//! recording plays. An answer with a single other word in it is always believed; so is a lone name that somebody could have
//! said in that time. Being wrong costs little either way: what counts as no words is filed for a person to listen to.

use crate::ascii_words::ascii_words;
use crate::openai::NAMES_LEAD;

/// From so many names on, their order and repetitions tell: two are soon in the order of a list.
const MENTIONS_THAT_TELL: usize = 3;

/// Nobody says more words a second: fast speech has three to four.
const MOST_WORDS_PER_SECOND: f64 = 5.0;

/// A recording of names alone is at most this long, seconds: time to begin and to end …
const LONGEST_PAUSES_S: f64 = 6.0;

/// … and for each word.
const LONGEST_WORD_S: f64 = 2.0;

/// What the model was asked about a recording, or a piece of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// To listen for, in this order.
    pub(super) names: &'a [String],
    /// What was said before, where the model was told.
    pub(super) preceding: &'a str,
    /// How long it plays, seconds, where that is known.
    pub(super) seconds: Option<f64>,
}

impl Asked<'_> {
    /// Whether the answer is nothing but an echo of the question.
    pub(super) fn is_echoed_by(&self, answer: &str) -> bool {
        let words = ascii_words(answer);
        let names: Vec<Vec<String>> = self.names.iter().map(|name| ascii_words(name)).collect();
        if let Some((lead, after)) = words.split_first()
            && lead.eq_ignore_ascii_case(NAMES_LEAD)
        {
            let (mentions, rest) = mentions(after, &names);
            return !mentions.is_empty() && self.was_said_before(rest);
        }
        let (mentions, rest) = mentions(&words, &names);
        if mentions.is_empty() || !rest.is_empty() {
            return false;
        }
        is_list(&mentions)
            || self
                .seconds
                .is_some_and(|seconds| !could_be_said(words.len(), seconds))
    }

    /// The prompt goes on with what was said before.
    fn was_said_before(&self, words: &[String]) -> bool {
        let before = ascii_words(self.preceding);
        words.is_empty() || before.windows(words.len()).any(|part| part == words)
    }
}

/// The names that the words begin with, by their places in the list, and the words after them. A name may be said in part, its
/// words in their order.
fn mentions<'w>(words: &'w [String], names: &[Vec<String>]) -> (Vec<usize>, &'w [String]) {
    let mut places = Vec::new();
    let mut rest = words;
    loop {
        // Of names that share a word, the one whose turn it is in the list.
        let next = places.last().map_or(0, |last| last + 1);
        let longest = (0..names.len())
            .map(|place| (said_of(&names[place], rest), place == next, place))
            .max_by_key(|(said, is_next, place)| (*said, *is_next, usize::MAX - place));
        match longest {
            Some((said, _, place)) if said > 0 => {
                places.push(place);
                rest = &rest[said..];
            }
            Some(_) | None => return (places, rest),
        }
    }
}

/// How many of the first words are words of the name, in its order.
fn said_of(name: &[String], words: &[String]) -> usize {
    let mut name = name.iter();
    let is_next = |word: &&String| name.any(|own| own == *word);
    words.iter().take_while(is_next).count()
}

/// Whether names come as in a list that is read out, or again and again: in its order, in reverse (as a prompt has them), or some
/// of them more than once.
fn is_list(places: &[usize]) -> bool {
    if places.len() < MENTIONS_THAT_TELL {
        return false;
    }
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    let repeats = sorted.windows(2).any(|pair| pair[0] == pair[1]);
    repeats || places.is_sorted() || places.iter().rev().is_sorted()
}

/// Whether somebody who says no more than this could have been recorded for so long.
#[expect(clippy::cast_precision_loss, reason = "an answer has few words")]
fn could_be_said(words: usize, seconds: f64) -> bool {
    let words = words as f64;
    words <= MOST_WORDS_PER_SECOND * seconds && seconds <= LONGEST_PAUSES_S + LONGEST_WORD_S * words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        [
            "Mrs Helena Papadopoulos",
            "Kowalczyk's Bakery",
            "Łukasz Żak",
            "flexi hose",
            "The Page Block",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn is_echo(answer: &str, seconds: impl Into<Option<f64>>) -> bool {
        let names = names();
        let asked = Asked {
            names: &names,
            preceding: "The valve is turned off at the mains.",
            seconds: seconds.into(),
        };
        asked.is_echoed_by(answer)
    }

    #[test]
    fn the_list_read_out_is_an_echo_whichever_way_and_however_it_is_spelled() {
        for answer in [
            "Mrs Helena Papadopoulos, Kowalczyk's Bakery, Łukasz Żak, flexi hose, The Page Block.",
            "Helena Papadopoulos. Kowalczyk. Lukasz Zak.",
            "MRS. HELENA PAPADOPOULOS\nKOWALCZYK’S BAKERY\nFLEXI HOSE",
            "The Page Block, flexi hose, Łukasz Żak",
            "Papadopoulos, Papadopoulos, Papadopoulos, Papadopoulos",
            "Papadopoulos, Kowalczyk, Papadopoulos, Kowalczyk",
        ] {
            assert!(is_echo(answer, 5.0) && is_echo(answer, None), "{answer}");
        }
    }

    #[test]
    fn the_prompt_is_an_echo_with_what_was_said_before_or_without() {
        for answer in [
            "Names: Papadopoulos.",
            "Names: The Page Block, flexi hose.",
            "Names: Kowalczyk's Bakery. The valve is turned off at the mains.",
            "Names: Kowalczyk's Bakery. at the mains",
        ] {
            assert!(is_echo(answer, 5.0), "{answer}");
        }
        assert!(!is_echo(
            "Names: Kowalczyk's Bakery. Order a mixer for tomorrow.",
            5.0
        ));
        assert!(!is_echo("Names please, I don't know them.", 5.0));
    }

    #[test]
    fn names_at_a_pace_that_nobody_speaks_at_are_an_echo() {
        assert!(is_echo("Papadopoulos", 8.1), "a long time for a word");
        assert!(is_echo("Mrs Papadopoulos, Kowalczyk's Bakery", 600.0));
        assert!(
            is_echo("Mrs Helena Papadopoulos", 0.5),
            "three words in half a second"
        );
    }

    #[test]
    fn what_a_worker_can_have_said_is_believed() {
        for (answer, seconds) in [
            ("Papadopoulos", 1.2),
            ("Mrs Papadopoulos.", 8.0),
            ("Kowalczyk's Bakery, flexi hose", 3.0),
            // Three, but in nobody's order.
            ("flexi hose, Papadopoulos, Kowalczyk", 4.0),
            ("Papadopoulos and Kowalczyk and Żak and the hose", 5.0),
            ("Papadopoulos, Kowalczyk's Bakery, Łukasz Żak tomorrow", 5.0),
            ("Block the page", 2.0),
            ("", 60.0),
            ("…", 60.0),
        ] {
            assert!(!is_echo(answer, seconds), "{answer}");
        }
        let unbiased = Asked {
            names: &[],
            preceding: "",
            seconds: Some(60.0),
        };
        assert!(!unbiased.is_echoed_by("Papadopoulos") && !unbiased.is_echoed_by("Names:"));
    }
}
