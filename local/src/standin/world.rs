//! Everything the stand-ins remember, and what `DELETE /_control/state` forgets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use shared::clock::Clock;

use super::interference::Interference;
use super::twilio::message::Message;

/// The stand-ins' one shared state.
pub(super) struct World {
    /// Twilio's account, which is also the user name of basic authentication.
    pub(super) account_sid: String,
    /// The account's auth token.
    pub(super) auth_token: String,
    /// The company's sender address, with `whatsapp:`.
    pub(super) whatsapp_number: String,
    /// The one bearer token accepted; none accepts any.
    pub(super) openai_api_key: Option<String>,
    /// Scheme, host and port of the API.
    pub(super) api_origin: String,
    /// Scheme, host and port of the media CDN.
    pub(super) media_origin: String,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) interference: Arc<Interference>,
    /// For webhooks and callbacks.
    pub(super) http: reqwest::Client,
    /// Transcripts known from the start, which a reset does not forget.
    pub(super) known_transcripts: BTreeMap<String, String>,
    pub(super) webhook_url: Mutex<Option<String>>,
    pub(super) state: Mutex<State>,
}

/// What a reset forgets.
#[derive(Default)]
pub(super) struct State {
    pub(super) behaviour: Behaviour,
    /// In the order they were made.
    pub(super) messages: Vec<Message>,
    /// By media sid.
    pub(super) media: BTreeMap<String, Media>,
    /// Words by the SHA-256 of the recording, lower-case hexadecimal.
    pub(super) transcripts: BTreeMap<String, String>,
    /// How many answers were varied.
    pub(super) varied: u64,
}

/// What `POST /_control/settings` changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Behaviour {
    /// How long a new message stays out of Twilio's list.
    pub(super) list_lag: Duration,
    /// Twilio hides message bodies.
    pub(super) redact: bool,
    /// Models never give the same answer twice.
    pub(super) vary_answers: bool,
    /// The transcription hears nothing but the names it was asked to listen for, as models do in silence.
    pub(super) echo_keywords: bool,
    /// What Twilio signs with in place of the account's auth token.
    pub(super) signing_token: Option<String>,
}

/// A media item at Twilio.
#[derive(Debug, Clone)]
pub(super) struct Media {
    pub(super) content_type: String,
    pub(super) bytes: Bytes,
    pub(super) created_at: Timestamp,
}

impl World {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn webhook_url(&self) -> Option<String> {
        self.webhook_url
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set_webhook_url(&self, url: String) {
        *self.webhook_url.lock().unwrap_or_else(PoisonError::into_inner) = Some(url);
    }

    /// The token Twilio signs requests with.
    pub(super) fn signing_token(&self) -> String {
        self.state()
            .behaviour
            .signing_token
            .clone()
            .unwrap_or_else(|| self.auth_token.clone())
    }

    /// Forgets all that came in since the start.
    pub(super) fn reset(&self) {
        *self.state() = State::default();
        self.interference.reset();
    }

    /// The number of this answer among the varied ones, when answers are to vary.
    pub(super) fn variation(&self) -> Option<u64> {
        let mut state = self.state();
        state.behaviour.vary_answers.then(|| {
            state.varied += 1;
            state.varied
        })
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
