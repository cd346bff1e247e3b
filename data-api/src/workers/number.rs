//! Whether two ways of writing a sender mean the same one.
//!
//! `customers.json` is written by people: a number there may be national, and only a country's numbering plan says which
//! one it is. customer-lookup asks the plan; here it is enough to know that a number *may* be somebody's, because the only
//! thing done with the answer is to refuse. So a local form counts as any number with the same ending.

use shared::address::{Address, E164, UserId};

/// Digits that decide about a local form, as customer-lookup has it: the same in the national and the international form,
/// as countries put their prefixes before them.
const ENDING_DIGITS: u32 = 7;
/// Digits of the shortest number worth comparing.
const FEWEST_DIGITS: usize = 4;
/// Digits of the longest: an international prefix of four and E.164's fifteen.
const MOST_DIGITS: usize = 19;

/// What a sender is known by.
#[derive(Clone, PartialEq, Eq)]
pub enum Known {
    /// An international number.
    International(u64),
    /// The last digits of a number, and how many they are.
    Local {
        /// Digits.
        count: u32,
        /// Their value.
        ending: u64,
    },
    /// A business-scoped user id.
    UserId(UserId),
}

impl Known {
    /// The sender a field of a record names; `None` when it names none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if !text.contains("(0)")
            && let Ok(number) = E164::from_loose(text)
        {
            return Some(Self::of_number(&number));
        }
        let address: Address = text.parse().ok()?;
        if let Some(id) = address.user_id() {
            return Some(Self::UserId(id));
        }
        let bare = address.bare();
        let digits: Vec<u8> = bare.bytes().filter(u8::is_ascii_digit).collect();
        let plain = bare
            .chars()
            .all(|c| c.is_ascii_digit() || " \u{a0}-.()/+".contains(c));
        if !plain || !(FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len()) {
            return None;
        }
        let count = ENDING_DIGITS.min(u32::try_from(digits.len()).unwrap_or(ENDING_DIGITS));
        let ending = value(&digits) % 10_u64.pow(count);
        Some(Self::Local { count, ending })
    }

    /// The sender with this number.
    #[must_use]
    pub fn of_number(number: &E164) -> Self {
        Self::International(value(number.as_str().as_bytes()))
    }

    /// Whether both may be the same sender.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::International(one), Self::International(other)) => one == other,
            (Self::UserId(one), Self::UserId(other)) => one == other,
            (Self::Local { count, ending }, Self::International(number))
            | (Self::International(number), Self::Local { count, ending }) => {
                number % 10_u64.pow(*count) == *ending
            }
            (
                Self::Local { count, ending },
                Self::Local {
                    count: other_count,
                    ending: other_ending,
                },
            ) => {
                let shared = 10_u64.pow(*count.min(other_count));
                ending % shared == other_ending % shared
            }
            (Self::UserId(_), _) | (_, Self::UserId(_)) => false,
        }
    }
}

/// Shows nothing of it: it is personal data and `Debug` ends up in logs.
impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Known(…)")
    }
}

/// The digits as an integer; 19 digits fit 64 bits.
fn value(text: &[u8]) -> u64 {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    digits.fold(0, |value: u64, digit| {
        value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Known {
        Known::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        let number = known("+61491570156");
        for same in [
            "whatsapp:+61 491 570 156",
            "0491 570 156",
            "61491570156",
            "0011 61 491 570 156",
            "+61 (0)491 570 156",
        ] {
            assert!(
                number.may_be(&known(same)) && known(same).may_be(&number),
                "{same}"
            );
        }
        for other in ["+61491570157", "0491 570 157", "AU.49157", "+1491570156"] {
            assert!(!number.may_be(&known(other)), "{other}");
        }
    }

    #[test]
    fn a_user_id_is_itself_only() {
        let id = known("whatsapp:AU.abc123");
        assert!(id.may_be(&known("AU.abc123")));
        assert!(!id.may_be(&known("AU.abc124")));
    }

    #[test]
    fn what_names_nobody_is_nobody() {
        for text in ["", "n/a", "12", "0491 57O 156", "whatsapp:"] {
            assert_eq!(Known::read(text), None, "{text}");
        }
        assert_eq!(format!("{:?}", known("+61491570156")), "Known(…)");
    }
}
