//! Small requests to the running stack, with bounded answers.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use futures_util::StreamExt;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Longest wait for one answer: an HTTP API's function may take 30 s.
const TIMEOUT: Duration = Duration::from_secs(35);

/// Largest answer read, bytes: several of the largest recordings.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// A client for loopback: no proxy, no redirects.
#[derive(Debug, Clone)]
pub struct Http(Client);

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none of the kind asked for.
    pub fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("the answer ({}) is not the JSON expected", self.status))
    }

    /// Itself, when the status is 2xx.
    ///
    /// # Errors
    /// Status and body otherwise.
    pub fn successful(self) -> anyhow::Result<Self> {
        if self.is_success() {
            return Ok(self);
        }
        anyhow::bail!("answered {}: {}", self.status, self.text())
    }
}

impl Http {
    /// Makes the client.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new() -> anyhow::Result<Self> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .context("the HTTP client cannot be made")?;
        Ok(Self(client))
    }

    /// The client itself, for requests with more to them; see [`Http::send`].
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// When there is no whole answer, or it is too large.
    pub async fn send(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            anyhow::ensure!(
                body.len() + chunk.len() <= MAX_ANSWER_BYTES,
                "the answer is over {MAX_ANSWER_BYTES} bytes"
            );
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            headers,
            body: body.into(),
        })
    }

    /// GET.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn get(&self, url: &str) -> anyhow::Result<Answer> {
        self.send(self.0.get(url))
            .await
            .with_context(|| format!("GET {url}"))
    }

    /// POST of JSON.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn post_json(&self, url: &str, body: &Value) -> anyhow::Result<Answer> {
        self.send(self.0.post(url).json(body))
            .await
            .with_context(|| format!("POST {url}"))
    }

    /// PUT of bytes.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn put(&self, url: &str, content_type: &str, body: impl Into<Bytes>) -> anyhow::Result<Answer> {
        let request = self
            .0
            .put(url)
            .header(CONTENT_TYPE, content_type)
            .body(body.into());
        self.send(request).await.with_context(|| format!("PUT {url}"))
    }
}
