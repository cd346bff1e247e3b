//! Phone numbers as offices write them, and what they are compared as.
//!
//! Nearly every number is international already (`+61 491 570 156`, `whatsapp:+61491570156`) and is read here digit by
//! digit. Only a number that is not needs a country and the numbering plans of `phonenumber`, whose first use costs some
//! 80 ms: nothing in this module asks for them until somebody who may be its owner has written.

use phonenumber::Mode;
use shared::address::{Address, E164};
use shared::company::Country;

/// An E.164 number: its at most 15 digits as an integer (no number starts with 0).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number(u64);

impl Number {
    /// The number with its `+`.
    #[must_use]
    pub fn to_e164(self) -> String {
        format!("+{}", self.0)
    }

    /// The last `count` digits.
    pub(crate) fn last_digits(self, count: u32) -> u64 {
        self.0 % 10_u64.pow(count)
    }
}

impl From<&E164> for Number {
    fn from(number: &E164) -> Self {
        Self(value(number.as_str().bytes()))
    }
}

/// Shows nothing of the number: it is personal data and `Debug` ends up in logs.
impl std::fmt::Debug for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Number(…)")
    }
}

/// The digits among `bytes` as an integer.
fn value(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.filter(u8::is_ascii_digit).fold(0, |value, digit| {
        value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))
    })
}

/// A number as the office wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// With its country code.
    International(Number),
    /// Only a country says which number it is.
    Local(Ending),
}

/// The last digits of a number: the same in its national and its international form, as countries put their prefixes
/// (0, 00, +61, the Argentine 15) before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Ending {
    count: u8,
    digits: u64,
}

/// Digits an [`Ending`] has at most. Seven: a million numbers share an ending one time in ten.
const ENDING_DIGITS: u32 = 7;
/// Digits of the shortest number worth trying: some islands have four.
const FEWEST_DIGITS: u32 = 4;
/// Digits of the longest: an international prefix of four and E.164's fifteen.
const MOST_DIGITS: usize = 19;

impl Ending {
    /// Every ending under which a local form of `number` may be known.
    pub(crate) fn all_of(number: Number) -> impl Iterator<Item = Self> {
        (FEWEST_DIGITS..=ENDING_DIGITS).rev().map(move |count| Self {
            count: count as u8,
            digits: number.last_digits(count),
        })
    }
}

/// Reads a number; `None` when it is none.
pub(crate) fn read(text: &str) -> Option<Written> {
    if let Some(number) = plain(text) {
        return Some(Written::International(number));
    }
    // "+61 (0)491 570 156": the 0 is dialled in the country only, and only the numbering plan knows.
    if !text.contains("(0)")
        && let Ok(number) = E164::from_loose(text)
    {
        return Some(Written::International(Number::from(&number)));
    }
    let address: Address = text.parse().ok()?;
    let bare = address.bare();
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    let dialable = bare.chars().enumerate().all(|(at, c)| {
        matches!(c, '0'..='9' | ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/') || (at == 0 && c == '+')
    });
    if !dialable || digits < FEWEST_DIGITS as usize || digits > MOST_DIGITS {
        return None;
    }
    let count = ENDING_DIGITS.min(u32::try_from(digits).unwrap_or(ENDING_DIGITS));
    Some(Written::Local(Ending {
        count: count as u8,
        digits: value(bare.bytes()) % 10_u64.pow(count),
    }))
}

/// The form nearly all numbers have: `+` and 7 to 15 digits, perhaps after `whatsapp:`.
fn plain(text: &str) -> Option<Number> {
    let digits = text.strip_prefix("whatsapp:").unwrap_or(text).strip_prefix('+')?;
    let plain = (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| Number(value(digits.bytes())))
}

/// Which number a local form is in `country`; `None` when it is not a valid one there, or could be two.
pub(crate) fn in_country(text: &str, country: &Country) -> Option<Number> {
    let address: Address = text.parse().ok()?;
    let bare = address.bare();
    let country = country.as_str().parse::<phonenumber::country::Id>().ok()?;
    let national = valid(Some(country), bare);
    // A number whose "+" a spreadsheet took away.
    let international = if bare.starts_with(['+', '0']) {
        None
    } else {
        valid(None, &format!("+{bare}"))
    };
    match (national, international) {
        (Some(one), Some(other)) if one != other => None,
        (national, international) => national.or(international),
    }
}

fn valid(country: Option<phonenumber::country::Id>, text: &str) -> Option<Number> {
    let number = phonenumber::parse(country, text).ok()?;
    if !number.is_valid() {
        return None;
    }
    let written = number.format().mode(Mode::E164).to_string();
    Some(Number::from(&written.parse::<E164>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        code.parse().unwrap()
    }

    fn number(text: &str) -> Number {
        Number::from(&E164::from_loose(text).unwrap())
    }

    #[test]
    fn an_international_number_is_read_however_it_is_written() {
        for text in [
            "+61491570156",
            "whatsapp:+61491570156",
            "WhatsApp: +61 491-570-156",
            "+61 (491) 570.156",
        ] {
            assert_eq!(
                read(text),
                Some(Written::International(number("+61491570156"))),
                "{text}"
            );
        }
        assert_eq!(number("+61491570156").to_e164(), "+61491570156");
    }

    #[test]
    fn a_local_form_is_found_by_the_ending_of_the_number_it_stands_for() {
        for (text, stands_for) in [
            ("0491 570 156", "+61491570156"),
            ("whatsapp:0491570156", "+61491570156"),
            ("61491570156", "+61491570156"),
            ("0011 61 491 570 156", "+61491570156"),
            ("+61 (0)491 570 156", "+61491570156"),
            ("(03) 5550 0101", "+61355500101"),
        ] {
            let Some(Written::Local(ending)) = read(text) else {
                panic!("{text} is local")
            };
            assert!(
                Ending::all_of(number(stands_for)).any(|other| other == ending),
                "{text}"
            );
            assert_eq!(
                in_country(text, &country("AU")),
                Some(number(stands_for)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_country_decides_what_a_local_form_means() {
        assert_eq!(
            in_country("020 7946 0018", &country("GB")),
            Some(number("+442079460018"))
        );
        assert_eq!(
            in_country("(202) 555-0143", &country("US")),
            Some(number("+12025550143"))
        );
        assert_eq!(
            in_country("0491 570 156", &country("US")),
            None,
            "no such number in the United States"
        );
        assert_eq!(in_country("12", &country("AU")), None);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "whatsapp:",
            "n/a",
            "123",
            "0491 570 156 ext 2",
            "+61 491 57O 156",
            "12345678901234567890",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_number_is_not_readable_in_debug_output() {
        assert!(!format!("{:?}", number("+61491570156")).contains("491570156"));
    }
}
