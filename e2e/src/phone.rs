//! The workers' phones: what they send and what arrives, through the stand-ins' controls.

use anyhow::Context;
use bytes::Bytes;
use local::http::Http;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::address::hex;

use crate::wait;

/// All phones at once; messages are told apart by address.
#[derive(Debug, Clone)]
pub struct Phone {
    pub(crate) http: Http,
    /// The stand-ins.
    pub standin_url: String,
}

/// A message somebody received.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Received {
    /// Twilio's id.
    pub sid: String,
    /// To whom.
    pub to: String,
    /// The company's address.
    pub from: String,
    /// The text.
    pub body: String,
}

/// What became of a message that was sent.
#[derive(Debug, Clone, Deserialize)]
pub struct Sent {
    /// Twilio's id.
    pub sid: String,
    /// The webhook's status; none when it was not called or did not answer.
    pub status: Option<u16>,
}

impl Phone {
    /// Sends what Twilio's parameters say; the rest is filled in as Twilio would.
    ///
    /// # Errors
    /// When the stand-in refuses.
    pub async fn send(&self, parameters: &Value) -> anyhow::Result<Sent> {
        self.control("inbound", parameters).await
    }

    /// Sends a text, which the webhook has to accept.
    ///
    /// # Errors
    /// When it does not.
    pub async fn send_text(&self, from: &str, text: &str) -> anyhow::Result<String> {
        self.accepted(&json!({ "From": from, "Body": text })).await
    }

    /// Sends a voice note in which these words are heard.
    ///
    /// # Errors
    /// When the webhook does not accept it.
    pub async fn send_voice_note(
        &self,
        from: &str,
        recording: &Bytes,
        words: &str,
    ) -> anyhow::Result<String> {
        let digest = hex(&Sha256::digest(recording));
        self.put(&format!("transcripts/{digest}"), "text/plain", words.to_owned())
            .await?;
        let media: Value = self
            .put(
                &format!("media/{}", shared::ids::random_hex32()),
                "audio/ogg",
                recording.clone(),
            )
            .await?;
        self.accepted(&json!({ "From": from, "MediaUrl0": media["url"], "MediaContentType0": "audio/ogg" }))
            .await
    }

    /// What an address has received, oldest first.
    ///
    /// # Errors
    /// When the stand-in does not answer.
    pub async fn received(&self, to: &str) -> anyhow::Result<Vec<Received>> {
        let mut url = url::Url::parse(&format!("{}/_control/messages", self.standin_url))?;
        url.query_pairs_mut().append_pair("to", to);
        self.http.get(url.as_str()).await?.successful()?.json()
    }

    /// Waits for the first message to an address.
    ///
    /// # Errors
    /// When none arrives in time.
    pub async fn first_received(&self, to: &str) -> anyhow::Result<Received> {
        wait::until(&format!("a message to {to}"), async || {
            Ok(self.received(to).await?.into_iter().next())
        })
        .await
    }

    async fn accepted(&self, parameters: &Value) -> anyhow::Result<String> {
        let sent = self.send(parameters).await?;
        anyhow::ensure!(sent.status == Some(200), "the webhook answered {:?}", sent.status);
        Ok(sent.sid)
    }

    async fn control<T: serde::de::DeserializeOwned>(&self, name: &str, body: &Value) -> anyhow::Result<T> {
        let url = format!("{}/_control/{name}", self.standin_url);
        self.http
            .post_json(&url, body)
            .await?
            .successful()
            .with_context(|| name.to_owned())?
            .json()
    }

    async fn put(&self, path: &str, content_type: &str, body: impl Into<Bytes>) -> anyhow::Result<Value> {
        let url = format!("{}/_control/{path}", self.standin_url);
        self.http
            .put(&url, content_type, body)
            .await?
            .successful()
            .with_context(|| path.to_owned())?
            .json()
    }
}
