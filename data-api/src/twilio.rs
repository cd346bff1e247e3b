//! Twilio's media resource, as far as a deletion needs it: list a message's media, delete each.
//!
//! Credentials go to the configured address only: redirects are not followed. Answers are read up to a limit.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use shared::clock::Clock;
use shared::ids::MessageSid;
use shared::secrets::{CachedSecret, Versions};

use crate::config::Config;
use crate::error::ApiError;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(6);

/// Largest answer read, bytes: a list of ten media items has some 6 kB.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// Twilio could not do it. Names no account and no message.
#[derive(Debug, thiserror::Error)]
pub enum TwilioError {
    /// No usable answer.
    #[error("Twilio does not answer")]
    Unreachable,
    /// An answer that says no.
    #[error("Twilio answers {0}")]
    Refused(u16),
    /// An answer that is not a media list.
    #[error("Twilio's answer is not a media list")]
    Misunderstood,
}

/// Twilio's media.
#[derive(Debug)]
pub struct Media {
    client: reqwest::Client,
    base_url: String,
    account: CachedSecret,
    token: CachedSecret,
}

#[derive(Deserialize)]
struct MediaList {
    media_list: Vec<MediaItem>,
}

#[derive(Deserialize)]
struct MediaItem {
    sid: MessageSid,
}

impl Media {
    /// The media of the configured account.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(config: &Config, aws: &SdkConfig, clock: &Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        let secret = |name, id: &str| {
            let client = aws_sdk_secretsmanager::Client::new(aws);
            CachedSecret::new(client, Arc::clone(clock), name, id, Versions::Current)
        };
        Ok(Self {
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(PATIENCE)
                .build()?,
            base_url: config.twilio_base_url.trim_end_matches('/').to_owned(),
            account: secret("TWILIO_ACCOUNT_SID", &config.twilio_account_sid_secret),
            token: secret("TWILIO_AUTH_TOKEN", &config.twilio_auth_token_secret),
        })
    }

    /// Deletes every media item of a message. What is not there (any more) counts as deleted.
    ///
    /// # Errors
    /// When a secret or Twilio cannot be reached, or Twilio refuses.
    pub async fn delete_all(&self, message: &MessageSid) -> Result<(), ApiError> {
        let account = self.account.get().await?;
        let account = account.current.expose_secret();
        let media = format!(
            "{}/2010-04-01/Accounts/{account}/Messages/{message}/Media",
            self.base_url
        );
        // Deleting shortens the list, so its first page is read until it is empty.
        for _ in 0..10 {
            let list = self
                .send(reqwest::Method::GET, account, &format!("{media}.json"))
                .await?;
            let Some(body) = list else { return Ok(()) };
            let list: MediaList =
                serde_json::from_slice(&body).map_err(|_| unavailable(TwilioError::Misunderstood))?;
            if list.media_list.is_empty() {
                return Ok(());
            }
            for item in list.media_list {
                let address = format!("{media}/{}.json", item.sid);
                self.send(reqwest::Method::DELETE, account, &address).await?;
            }
        }
        Err(unavailable(TwilioError::Misunderstood))
    }

    /// The answer's body; `None` when there is no such thing.
    async fn send(
        &self,
        method: reqwest::Method,
        account: &str,
        address: &str,
    ) -> Result<Option<Vec<u8>>, ApiError> {
        let token = self.token.get().await?;
        let request = |token: &str| {
            self.client
                .request(method.clone(), address)
                .basic_auth(account, Some(token))
        };
        let unreachable = |_| unavailable(TwilioError::Unreachable);
        let mut answer = request(token.current.expose_secret())
            .send()
            .await
            .map_err(unreachable)?;
        if answer.status().as_u16() == 401 {
            // Rotated since it was fetched.
            let token = self.token.refetch().await?;
            answer = request(token.current.expose_secret())
                .send()
                .await
                .map_err(unreachable)?;
        }
        match answer.status().as_u16() {
            404 => Ok(None),
            200..=299 => read(answer).await.map(Some),
            status => Err(unavailable(TwilioError::Refused(status))),
        }
    }
}

async fn read(mut answer: reqwest::Response) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|_| unavailable(TwilioError::Unreachable))?
    {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(unavailable(TwilioError::Misunderstood));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unavailable(error: TwilioError) -> ApiError {
    ApiError::Unavailable {
        what: "Twilio",
        source: Arc::new(error),
    }
}
