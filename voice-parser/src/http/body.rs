//! Reading a response body: never more than the caller allows, whatever `Content-Length` says.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use tokio::time::timeout;

/// How long the other side may be silent in the middle of a body.
const STALL: Duration = Duration::from_secs(10);

/// Why a body was not read to its end.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It is larger than allowed.
    TooLarge,
    /// The connection broke, or the body ended too early.
    Lost(reqwest::Error),
    /// Nothing came for [`STALL`].
    Stalled,
}

/// The body, at most `limit` bytes of it.
pub(crate) async fn read_capped(mut response: Response, limit: u64) -> Result<Bytes, BodyError> {
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limit) {
        return Err(BodyError::TooLarge);
    }
    // Within the limit, so reserving what was announced is bounded by it.
    let reserve = usize::try_from(announced.unwrap_or(0)).unwrap_or(0);
    let mut body = BytesMut::with_capacity(reserve);
    loop {
        let chunk = timeout(STALL, response.chunk())
            .await
            .map_err(|_| BodyError::Stalled)?;
        let Some(chunk) = chunk.map_err(|error| BodyError::Lost(error.without_url()))? else {
            return Ok(body.freeze());
        };
        if body.len() as u64 + chunk.len() as u64 > limit {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
}
