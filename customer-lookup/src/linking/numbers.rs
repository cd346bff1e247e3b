//! House and telephone numbers as people say them.

/// A number said in one breath: its value and the word after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) value: u32,
    pub(super) end: usize,
}

fn unit(word: &str) -> Option<u32> {
    [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ]
    .iter()
    .position(|&w| w == word)
    .and_then(|n| u32::try_from(n).ok())
}

fn tens(word: &str) -> Option<u32> {
    [
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ]
    .iter()
    .position(|&w| w == word || (word == "fourty" && w == "forty"))
    .and_then(|n| u32::try_from(n).ok())
    .map(|n| n * 10 + 20)
}

/// A number word or digits.
pub(super) fn is_number(word: &str) -> bool {
    unit(word).is_some()
        || tens(word).is_some()
        || matches!(word, "hundred" | "thousand")
        || word.bytes().all(|b| b.is_ascii_digit())
}

/// The digits a word stands for in a telephone number.
pub(super) fn digits(word: &str) -> Option<String> {
    if matches!(word, "o" | "oh") {
        return Some("0".to_owned());
    }
    if !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) {
        return Some(word.to_owned());
    }
    unit(word).or_else(|| tens(word)).map(|n| n.to_string())
}

/// A two-digit group at `at`: "forty two", "seven", "oh five".
fn pair(words: &[&str], at: usize) -> Option<Spoken> {
    let word = words.get(at)?;
    if let Some(high) = tens(word) {
        return Some(match words.get(at + 1).and_then(|w| unit(w)) {
            Some(low @ 1..=9) => Spoken {
                value: high + low,
                end: at + 2,
            },
            _ => Spoken {
                value: high,
                end: at + 1,
            },
        });
    }
    if matches!(*word, "o" | "oh")
        && let Some(low @ 1..=9) = words.get(at + 1).and_then(|w| unit(w))
    {
        return Some(Spoken {
            value: low,
            end: at + 2,
        });
    }
    unit(word).map(|value| Spoken { value, end: at + 1 })
}

/// The numbers the words at `at` may mean, longest first: "a hundred and twelve", "one twelve", "two oh five", "61".
pub(super) fn spoken(words: &[&str], at: usize) -> Vec<Spoken> {
    let mut readings = Vec::new();
    let Some(word) = words.get(at) else {
        return readings;
    };
    if word.bytes().all(|b| b.is_ascii_digit()) {
        if let Ok(value) = word.parse() {
            readings.push(Spoken { value, end: at + 1 })
        }
        return readings;
    }
    let hundreds = match *word {
        "a" if words.get(at + 1) == Some(&"hundred") => Some((1, at + 2)),
        _ => unit(word)
            .filter(|n| (1..20).contains(n) && words.get(at + 1) == Some(&"hundred"))
            .map(|n| (n, at + 2)),
    };
    if let Some((n, mut next)) = hundreds {
        if words.get(next) == Some(&"and") {
            next += 1
        }
        match pair(words, next) {
            Some(low) => readings.push(Spoken {
                value: n * 100 + low.value,
                end: low.end,
            }),
            None => readings.push(Spoken {
                value: n * 100,
                end: at + 2,
            }),
        }
        return readings;
    }
    if let Some(first) = pair(words, at) {
        if (1..100).contains(&first.value)
            && let Some(second) = pair(words, first.end).filter(|s| s.value >= 10 || s.end - first.end == 2)
        {
            readings.push(Spoken {
                value: first.value * 100 + second.value,
                end: second.end,
            });
        }
        // "one four two"
        let mut value = 0;
        let mut end = at;
        while end - at < 4
            && let Some(digit @ 0..=9) = words.get(end).and_then(|w| unit(w))
        {
            value = value * 10 + digit;
            end += 1
        }
        if end - at > 1 {
            readings.push(Spoken { value, end })
        }
        readings.push(first);
    }
    readings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(u32, usize)> {
        let words: Vec<&str> = text.split(' ').collect();
        spoken(&words, 0)
            .into_iter()
            .map(|said| (said.value, said.end))
            .collect()
    }

    #[test]
    fn house_numbers_are_said_in_several_ways() {
        assert_eq!(values("14 bell street"), [(14, 1)]);
        assert_eq!(values("sixty one bell"), [(61, 2)]);
        assert_eq!(values("seventeen bell"), [(17, 1)]);
        assert_eq!(values("a hundred and twelve bell"), [(112, 4)]);
        assert_eq!(values("two hundred bell"), [(200, 2)]);
        assert!(values("one forty two bell").contains(&(142, 3)));
        assert!(values("two oh five bell").contains(&(205, 3)));
        assert!(values("one four two bell").contains(&(142, 3)));
        assert!(values("twelve eighty bell").contains(&(1280, 2)));
    }

    #[test]
    fn other_words_are_no_numbers() {
        assert!(values("bell street").is_empty());
        assert!(values("99999999999999999999 bell").is_empty());
        assert!(spoken(&[], 0).is_empty());
    }
}
