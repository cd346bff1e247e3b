//! What a response's headers say about trying again.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use shared::clock::{Clock as _, SystemClock};

/// The longest wait that is believed. Longer ones are cut: the queue asks again sooner than that anyway.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long to wait: `retry-after-ms`, else `retry-after` as seconds or as a date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let milliseconds = text(headers, "retry-after-ms").and_then(|ms| ms.parse::<f64>().ok());
    let seconds = milliseconds.map(|ms| ms / 1000.0).or_else(|| {
        let value = text(headers, RETRY_AFTER.as_str())?;
        value.parse::<f64>().ok().or_else(|| until(value, headers))
    })?;
    // Not a number stays not a number and is no wait at all.
    Duration::try_from_secs_f64(seconds.clamp(0.0, LONGEST.as_secs_f64())).ok()
}

/// `x-should-retry`: the vendor's own word, which overrides what the status says.
pub(crate) fn should_retry(headers: &HeaderMap) -> Option<bool> {
    match text(headers, "x-should-retry")? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Seconds from the other side's own `Date` (its clock set the deadline), else from ours, to `date`.
fn until(date: &str, headers: &HeaderMap) -> Option<f64> {
    let then = http_date(date)?;
    let now = text(headers, DATE.as_str())
        .and_then(http_date)
        .unwrap_or_else(|| SystemClock.now());
    Some(then.duration_since(now).as_secs_f64())
}

fn http_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        retry_after(&headers)
    }

    #[test]
    fn milliseconds_come_before_seconds() {
        let both = [("retry-after-ms", "1250"), ("retry-after", "9")];
        assert_eq!(wait(&both), Some(Duration::from_millis(1250)));
        assert_eq!(wait(&[("retry-after", "9")]), Some(Duration::from_secs(9)));
        assert_eq!(wait(&[("retry-after", "0.5")]), Some(Duration::from_millis(500)));
    }

    #[test]
    fn a_date_is_counted_from_the_other_sides_own_clock() {
        let headers = [
            ("date", "Fri, 20 Nov 2020 01:02:03 GMT"),
            ("retry-after", "Fri, 20 Nov 2020 01:02:33 GMT"),
        ];
        assert_eq!(wait(&headers), Some(Duration::from_secs(30)));
        let long_ago = [("retry-after", "Fri, 20 Nov 2020 01:02:33 GMT")];
        assert_eq!(wait(&long_ago), Some(Duration::ZERO));
    }

    #[test]
    fn nonsense_is_no_wait_and_an_age_is_cut() {
        for nonsense in ["", "soon", "NaN", "Fri, 99 Nov 2020 01:02:33 GMT"] {
            assert_eq!(wait(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
        assert_eq!(wait(&[("retry-after", "-5")]), Some(Duration::ZERO));
        for age in ["86400", "1e300", "inf"] {
            assert_eq!(wait(&[("retry-after", age)]), Some(LONGEST), "{age}");
        }
        assert_eq!(wait(&[]), None);
    }
}
