//! Reading answers leniently where nothing depends on it: a compatible server that counts differently must not cost a
//! note that was paid for.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::OpenAiError;

/// The answer as JSON of the shape expected.
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, OpenAiError> {
    // The decoder's message may quote the body, so it goes no further.
    serde_json::from_slice(body).map_err(|_| OpenAiError::Undecodable)
}

/// A count; 0 when it is absent or none.
pub(super) fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

/// Seconds: a number, or a number as text as older servers write it.
pub(super) fn seconds(value: &Value) -> Option<f64> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}
