//! OpenAI: two calls, speech to text and text to structure, against OpenAI or a server that speaks its protocol.
//!
//! Two calls on `reqwest` rather than the `async-openai` crate, for two reasons seen in that crate's source (0.43): an
//! answer it cannot decode is logged whole at error level, and an answer here is what a worker said; and its errors
//! carry no headers, so `retry-after` and `x-should-retry` are lost. Which model accepts which parameter is in
//! [`models`], the one table.
//!
//! Calls are repeated in place while that can help and fits before the caller's deadline; callers do not repeat them.
//! No error and no log line carries a body, a transcript or a key.

mod answer;
mod chat;
mod error;
pub mod models;
mod speech;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use shared::secrets::CachedSecret;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::backoff::{self, Backoff};
use crate::http::{BodyError, read_capped};

pub use chat::{StructureAnswer, StructureRequest};
pub use error::OpenAiError;
pub(crate) use speech::NAMES_LEAD;
pub use speech::{Transcription, TranscriptionRequest};

/// The longest one transcription may take. A minute of speech takes some two seconds.
const TRANSCRIPTION_ATTEMPT: Duration = Duration::from_secs(35);

/// The longest one structuring call may take.
const STRUCTURE_ATTEMPT: Duration = Duration::from_secs(25);

/// Largest answer read, bytes. Five notes are some 20 KB, an hour of speech some 60 KB; whisper's verbose form, which
/// lists its segments, is ten times that.
const MAX_ANSWER_BYTES: u64 = 4 * 1024 * 1024;

/// Largest error body read, bytes.
const MAX_ERROR_BYTES: u64 = 64 * 1024;

/// The two calls.
#[derive(Debug)]
pub struct OpenAi {
    http: reqwest::Client,
    transcriptions: Url,
    completions: Url,
    api_key: Arc<CachedSecret>,
}

impl OpenAi {
    /// Talks to the server at `base_url` (`https://api.openai.com/v1`) with the key as of each call. `http` comes from
    /// [`crate::http::client`].
    #[must_use]
    pub fn new(http: reqwest::Client, base_url: Url, api_key: Arc<CachedSecret>) -> Self {
        Self {
            http,
            transcriptions: below(&base_url, &["audio", "transcriptions"]),
            completions: below(&base_url, &["chat", "completions"]),
            api_key,
        }
    }

    /// What is said in a recording.
    ///
    /// # Errors
    /// [`OpenAiError`], after what retrying in place could do before `deadline`.
    pub async fn transcribe(
        &self,
        request: TranscriptionRequest<'_>,
        deadline: Instant,
    ) -> Result<Transcription, OpenAiError> {
        backoff::retry(&Backoff::VENDOR, deadline, async || {
            let build = |key: &SecretString| {
                let form = request.form()?;
                Ok(self.authorized(&self.transcriptions, key).multipart(form))
            };
            let body = self.attempt(build, deadline, TRANSCRIPTION_ATTEMPT).await?;
            speech::read(&body, request.model)
        })
        .await
    }

    /// The structured answer to `request.input`, valid against `request.schema` as far as the server keeps its word:
    /// validate it again.
    ///
    /// # Errors
    /// [`OpenAiError`], after what retrying in place could do before `deadline`.
    pub async fn structure(
        &self,
        request: StructureRequest<'_>,
        deadline: Instant,
    ) -> Result<StructureAnswer, OpenAiError> {
        let body = request.body();
        backoff::retry(&Backoff::VENDOR, deadline, async || {
            let build = |key: &SecretString| Ok(self.authorized(&self.completions, key).json(&body));
            let answer = self.attempt(build, deadline, STRUCTURE_ATTEMPT).await?;
            chat::read(&answer, request.model)
        })
        .await
    }

    fn authorized(&self, url: &Url, key: &SecretString) -> RequestBuilder {
        self.http.post(url.clone()).bearer_auth(key.expose_secret())
    }

    /// One attempt, at most `longest` long and over before `deadline`: the body of a successful answer.
    async fn attempt(
        &self,
        build: impl Fn(&SecretString) -> Result<RequestBuilder, OpenAiError>,
        deadline: Instant,
        longest: Duration,
    ) -> Result<Bytes, OpenAiError> {
        let end = deadline.min(Instant::now() + longest);
        let answered = timeout_at(end, async {
            let response = self.send(build).await?;
            let status = response.status();
            if status.is_success() {
                return read_capped(response, MAX_ANSWER_BYTES).await.map_err(lost_body);
            }
            let headers = response.headers().clone();
            // An error without a readable body is still an error with a status.
            let body = read_capped(response, MAX_ERROR_BYTES).await.unwrap_or_default();
            Err(error::classify(status, &headers, &body))
        });
        answered.await.unwrap_or(Err(OpenAiError::timed_out()))
    }

    /// Sends the request; once more with a fresh key when the key was refused and there is a newer one.
    async fn send(
        &self,
        build: impl Fn(&SecretString) -> Result<RequestBuilder, OpenAiError>,
    ) -> Result<Response, OpenAiError> {
        let key = self.api_key.get().await?;
        let response = build(&key.current)?.send().await.map_err(OpenAiError::lost)?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let fresh = self.api_key.refetch().await?;
        if fresh.current.expose_secret() == key.current.expose_secret() {
            return Ok(response);
        }
        build(&fresh.current)?.send().await.map_err(OpenAiError::lost)
    }
}

fn lost_body(error: BodyError) -> OpenAiError {
    match error {
        BodyError::TooLarge => OpenAiError::Undecodable,
        BodyError::Lost(source) => OpenAiError::lost(source),
        BodyError::Stalled => OpenAiError::timed_out(),
    }
}

fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    // Fails for an address that cannot have a path (`mailto:`); such an address fails at the first call.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}
