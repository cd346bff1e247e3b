//! The stand-ins' controls: what fails next, how the vendors behave, what was called how often.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use e2e::stack::Stack;
use e2e::wait;
use local::http::Http;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::address::hex;

/// How often each operation was called.
pub(crate) type Requests = BTreeMap<String, u64>;

/// The controls of one stack.
#[derive(Debug, Clone)]
pub(crate) struct Controls {
    http: Http,
    url: String,
}

impl Controls {
    pub(crate) fn of(stack: &Stack) -> Self {
        Self {
            http: stack.http.clone(),
            url: format!("{}/_control", stack.phone.standin_url),
        }
    }

    /// Orders a fault.
    pub(crate) async fn fault(&self, order: Value) -> anyhow::Result<()> {
        self.post("faults", &order).await
    }

    /// Lets the next `number - 1` calls of an operation pass and does `fault` to the one after them.
    pub(crate) async fn fault_at(&self, on: &str, number: u64, mut fault: Value) -> anyhow::Result<()> {
        if number > 1 {
            self.fault(json!({ "on": on, "times": number - 1, "delay_ms": 0 }))
                .await?;
        }
        fault["on"] = on.into();
        self.fault(fault).await
    }

    /// Changes how the vendors behave.
    pub(crate) async fn settings(&self, settings: Value) -> anyhow::Result<()> {
        self.post("settings", &settings).await
    }

    /// How often each operation was called since the vendors last forgot everything.
    pub(crate) async fn requests(&self) -> anyhow::Result<Requests> {
        self.http
            .get(&format!("{}/requests", self.url))
            .await?
            .successful()?
            .json()
    }

    /// How often one operation was called.
    pub(crate) async fn calls(&self, on: &str) -> anyhow::Result<u64> {
        Ok(self.requests().await?.get(on).copied().unwrap_or(0))
    }

    /// Waits until an operation has been called so often.
    pub(crate) async fn called(&self, on: &str, number: u64, within: Duration) -> anyhow::Result<()> {
        wait::until_within(within, &format!("call {number} of {on}"), async || {
            Ok((self.calls(on).await? >= number).then_some(()))
        })
        .await
    }

    /// Makes the vendors forget everything: messages, media, orders, counts, settings.
    pub(crate) async fn forget(&self) -> anyhow::Result<()> {
        let request = self.http.client().delete(format!("{}/state", self.url));
        self.http.send(request).await?.successful().map(drop)
    }

    /// Puts a recording at Twilio, in which these words are heard. Gives its address.
    pub(crate) async fn recording(&self, id: &str, recording: &Bytes, words: &str) -> anyhow::Result<String> {
        let digest = hex(&Sha256::digest(recording));
        self.put(&format!("transcripts/{digest}"), "text/plain", words.to_owned())
            .await?;
        let media = self
            .put(&format!("media/{id}"), "audio/ogg", recording.clone())
            .await?;
        Ok(media["url"].as_str().context("no address was given")?.to_owned())
    }

    async fn put(&self, path: &str, content_type: &str, body: impl Into<Bytes>) -> anyhow::Result<Value> {
        let url = format!("{}/{path}", self.url);
        self.http
            .put(&url, content_type, body)
            .await?
            .successful()?
            .json()
    }

    async fn post(&self, name: &str, body: &Value) -> anyhow::Result<()> {
        let url = format!("{}/{name}", self.url);
        let answer = self.http.post_json(&url, body).await?;
        answer
            .successful()
            .map(drop)
            .with_context(|| format!("{name} {body}"))
    }
}
