//! Times in parameters: an instant, or a day.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// An instant, or a whole day of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// `2026-11-20T09:00:00Z` or with another offset.
    Instant(Timestamp),
    /// `2026-11-20`: that day in UTC.
    Day {
        /// Its first moment.
        start: Timestamp,
        /// The first moment after it.
        end: Timestamp,
    },
}

/// Neither a time nor a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a time is RFC 3339 with an offset, such as 2026-11-20T09:00:00Z, or a day, such as 2026-11-20 (UTC)"
)]
pub struct InvalidWhen;

impl When {
    /// The first moment meant.
    #[must_use]
    pub fn start(self) -> Timestamp {
        match self {
            Self::Instant(at) => at,
            Self::Day { start, .. } => start,
        }
    }

    /// The first moment not meant any more, when this ends something: a day counts to its end.
    #[must_use]
    pub fn end(self) -> Timestamp {
        match self {
            Self::Instant(at) => at,
            Self::Day { end, .. } => end,
        }
    }
}

impl FromStr for When {
    type Err = InvalidWhen;

    fn from_str(text: &str) -> Result<Self, InvalidWhen> {
        // A `+` of an offset that was not escaped arrives as a space.
        let text = text.replace(' ', "+");
        if text.contains('T') {
            return text.parse().map(Self::Instant).map_err(|_| InvalidWhen);
        }
        let start_of = |date: Date| date.to_zoned(TimeZone::UTC).map(|at| at.timestamp());
        let date: Date = text.parse().map_err(|_| InvalidWhen)?;
        let start = start_of(date).map_err(|_| InvalidWhen)?;
        let end = date.tomorrow().and_then(start_of).map_err(|_| InvalidWhen)?;
        Ok(Self::Day { start, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_to_its_end() {
        let day: When = "2026-11-20".parse().unwrap();
        assert_eq!(day.start().to_string(), "2026-11-20T00:00:00Z");
        assert_eq!(day.end().to_string(), "2026-11-21T00:00:00Z");
    }

    #[test]
    fn an_instant_may_have_any_offset_and_must_have_one() {
        for text in [
            "2026-11-20T09:00:00Z",
            "2026-11-20T20:00:00+11:00",
            "2026-11-20T20:00:00 11:00",
        ] {
            let at: When = text.parse().unwrap();
            assert_eq!(at.start().to_string(), "2026-11-20T09:00:00Z", "{text}");
        }
        for bad in [
            "",
            "today",
            "2026-13-01",
            "2026-11-20T09:00:00",
            "20.11.2026",
            "99999-01-01",
            "1763629200",
        ] {
            assert!(bad.parse::<When>().is_err(), "{bad}");
        }
    }
}
