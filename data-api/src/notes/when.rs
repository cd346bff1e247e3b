//! Times in parameters: an instant, or a day.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use utoipa::openapi::schema::{AnyOf, ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

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

/// `2026-11-20`
const DAY_CHARS: usize = 10;

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
        // RFC 3339, 5.6, allows a small `t`.
        if text.contains(['T', 't']) {
            // A `+` of an offset that was not escaped arrives as a space.
            let text = text.replace(' ', "+");
            return text.parse().map(Self::Instant).map_err(|_| InvalidWhen);
        }
        // Of ISO 8601's ways to write a day RFC 3339 has this one only.
        let date: Date = match text.len() {
            DAY_CHARS => text.parse().map_err(|_| InvalidWhen)?,
            _ => return Err(InvalidWhen),
        };
        // The last day there is ends when time does.
        let start_of = |date: Date| date.to_zoned(TimeZone::UTC).map(|at| at.timestamp());
        let start = start_of(date).unwrap_or(Timestamp::MAX);
        let end = date.tomorrow().and_then(start_of).unwrap_or(Timestamp::MAX);
        Ok(Self::Day { start, end })
    }
}

impl PartialSchema for When {
    fn schema() -> RefOr<Schema> {
        let text = |format| {
            let text = ObjectBuilder::new().schema_type(Type::String);
            text.format(Some(SchemaFormat::KnownFormat(format))).build()
        };
        let either = AnyOf::builder().item(text(KnownFormat::DateTime));
        Schema::from(either.item(text(KnownFormat::Date)).build()).into()
    }
}

impl ToSchema for When {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_to_its_end() {
        let day: When = "2026-11-20".parse().unwrap();
        assert_eq!(day.start().to_string(), "2026-11-20T00:00:00Z");
        assert_eq!(day.end().to_string(), "2026-11-21T00:00:00Z");
        let last: When = "9999-12-31".parse().unwrap();
        assert_eq!(last.end(), Timestamp::MAX);
    }

    #[test]
    fn an_instant_may_have_any_offset_and_must_have_one() {
        for text in [
            "2026-11-20T09:00:00Z",
            "2026-11-20T20:00:00+11:00",
            "2026-11-20T20:00:00 11:00",
            "2026-11-20t09:00:00z",
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
            "20261120",
            "-009999-01-01",
        ] {
            assert!(bad.parse::<When>().is_err(), "{bad}");
        }
    }
}
