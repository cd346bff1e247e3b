//! Makes a reply fit: one message, or where it is longer numbered parts, at most three, then how many lines did not fit.

use shared::limits::MAX_REPLY_UTF16;

/// Room for `(3/3)` and a line break.
const NUMBERING_UTF16: usize = 6;

/// A reply before it is cut into messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Lines that are kept together with what follows as far as possible; in order.
    pub lines: Vec<Line>,
    /// Lines that end the last message.
    pub footer: Vec<String>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The text, without a line break.
    pub text: String,
    /// True for an action item: what is counted when it does not fit.
    pub is_item: bool,
}

/// Cuts a reply into at most `max_parts` messages of at most 1,600 UTF-16 code units. `more` words how many items did not
/// fit.
#[must_use]
pub fn into_parts(blocks: &Blocks, max_parts: usize, more: impl Fn(usize) -> String) -> Vec<String> {
    let footer = blocks.footer.join("\n");
    let whole = join(
        blocks
            .lines
            .iter()
            .map(|line| line.text.as_str())
            .chain([footer.as_str()]),
    );
    if utf16(&whole) <= MAX_REPLY_UTF16 {
        return vec![whole];
    }
    let max_parts = max_parts.max(1);
    // The last message that may be sent also needs its footer and how many items did not fit.
    let ending = utf16(&footer) + utf16(&more(999)) + 2;
    let room = |part: usize| {
        let room = MAX_REPLY_UTF16 - NUMBERING_UTF16;
        if part == max_parts {
            room.saturating_sub(ending)
        } else {
            room
        }
    };
    let mut parts: Vec<Vec<String>> = vec![Vec::new()];
    let mut left_out = 0;
    for line in &blocks.lines {
        if left_out == 0 && !fits(&parts, &line.text, room(parts.len())) && parts.len() < max_parts {
            parts.push(Vec::new());
        }
        let text = shorten(&line.text, room(parts.len()));
        if left_out == 0 && fits(&parts, &text, room(parts.len())) {
            parts
                .last_mut()
                .into_iter()
                .for_each(|part| part.push(text.clone()));
        } else {
            left_out += usize::from(line.is_item);
        }
    }
    if !fits(&parts, &footer, room(1)) && parts.len() < max_parts {
        parts.push(Vec::new());
    }
    if let Some(last) = parts.last_mut() {
        if left_out > 0 {
            last.push(more(left_out));
        }
        last.push(footer);
    }
    let of = parts.len();
    if of == 1 {
        return parts.iter().map(|part| part.join("\n")).collect();
    }
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| format!("({}/{of})\n{}", at + 1, part.join("\n")))
        .collect()
}

fn join<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether the text fits into the last part.
fn fits(parts: &[Vec<String>], text: &str, room: usize) -> bool {
    parts.last().is_some_and(|part| used(part) + utf16(text) <= room)
}

/// Units of the lines, each with its line break.
fn used(part: &[String]) -> usize {
    part.iter().map(|line| utf16(line) + 1).sum()
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// At most `limit` units, with an ellipsis where something was cut.
fn shorten(text: &str, limit: usize) -> String {
    if utf16(text) <= limit {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut units = 1;
    for c in text.chars() {
        units += c.len_utf16();
        if units > limit {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(items: usize, length: usize) -> Blocks {
        let lines = (0..items).map(|n| Line {
            text: format!("• {n:03} {}", "ä".repeat(length)),
            is_item: true,
        });
        Blocks {
            lines: lines.collect(),
            footer: vec!["Ref 1".into(), "Wrong? Reply.".into()],
        }
    }

    fn more(n: usize) -> String {
        format!("{n} more in the office")
    }

    #[test]
    fn what_fits_is_one_message_without_a_number() {
        let parts = into_parts(&blocks(3, 10), 3, more);
        assert_eq!(parts.len(), 1);
        assert!(parts[0].starts_with("• 000") && parts[0].ends_with("Wrong? Reply."));
    }

    #[test]
    fn what_does_not_fit_is_numbered_and_counted() {
        let parts = into_parts(&blocks(100, 90), 3, more);
        assert_eq!(parts.len(), 3);
        assert!(parts[0].starts_with("(1/3)\n") && parts[2].starts_with("(3/3)\n"));
        let shown = parts.iter().map(|part| part.matches('•').count()).sum::<usize>();
        assert!(parts[2].contains(&more(100 - shown)), "{}", parts[2]);
        assert!(parts[2].ends_with("Wrong? Reply."));
    }

    proptest::proptest! {
        #[test]
        fn no_part_is_over_the_limit_and_nothing_vanishes(items in 0_usize..120, length in 0_usize..2000, max in 1_usize..=3) {
            let parts = into_parts(&blocks(items, length), max, more);
            proptest::prop_assert!(parts.len() <= max);
            for part in &parts {
                proptest::prop_assert!(utf16(part) <= MAX_REPLY_UTF16);
            }
            let shown = parts.iter().map(|part| part.matches('•').count()).sum::<usize>();
            let last = parts.last().unwrap();
            proptest::prop_assert!(shown == items || last.contains(&more(items - shown)), "{shown} of {items}: {last}");
            proptest::prop_assert!(last.ends_with("Wrong? Reply."));
        }
    }
}
