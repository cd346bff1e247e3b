//! Twilio: messages sent and listed, media fetched.
//!
//! Three rules are this module's own. A message is sent once: whatever may have been sent although the answer was lost is
//! [`TwilioError::Uncertain`], and says that repeating it cannot help. The account's credentials go to the API's origin
//! and nowhere else. Media are followed to Twilio's media hosts only, never to an address inside the network.
//!
//! Sending and listing are one attempt each; a caller repeats them with [`crate::backoff`]. A download waits by itself,
//! because it alone knows that what is missing may be coming.
//!
//! No error and no log line carries a number, a body or an address of a medium.

mod addresses;
mod credentials;
mod download;
mod error;
mod hosts;
mod list;
mod send;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use shared::secrets::CachedSecret;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::http::{BodyError, read_capped};
use credentials::Credentials;
use hosts::MediaHosts;

pub use download::Downloaded;
pub use error::{ErrorCode, MediaRefusal, TwilioError};
pub use list::{Direction, ListedMedia, ListedMessage, MessageQuery};
pub use send::{OutboundMessage, SentMessage};

/// The version in every path of the API.
const API: &str = "2010-04-01";

/// The longest one API call may take.
const API_ATTEMPT: Duration = Duration::from_secs(10);

/// Largest answer read that is not a medium or a list, bytes.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// The account at Twilio.
#[derive(Debug)]
pub struct Twilio {
    http: reqwest::Client,
    media_http: Option<reqwest::Client>,
    base_url: Url,
    media_hosts: MediaHosts,
    account_sid: Arc<CachedSecret>,
    auth_token: Arc<CachedSecret>,
}

impl Twilio {
    /// Talks to the API at `base_url` (`https://api.twilio.com`) with the credentials as of each call. `http` comes from
    /// [`crate::http::client`]. `extra_media_hosts` (`host:port`) are allowed beside Twilio's media hosts; one that is an
    /// IP address may be private, and a loopback one may do without TLS.
    #[must_use]
    pub fn new(
        http: reqwest::Client,
        base_url: Url,
        extra_media_hosts: Vec<String>,
        account_sid: Arc<CachedSecret>,
        auth_token: Arc<CachedSecret>,
    ) -> Self {
        Self {
            http,
            media_http: addresses::guarded_client().ok(),
            media_hosts: MediaHosts::new(&base_url, extra_media_hosts),
            base_url,
            account_sid,
            auth_token,
        }
    }

    /// The address of something of the account: `…/Accounts/{sid}/{rest…}`.
    fn account_url(&self, credentials: &Credentials, rest: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        url.set_query(None);
        url.set_fragment(None);
        // Fails for an address that cannot have a path; such an address fails at the first call.
        if let Ok(mut segments) = url.path_segments_mut() {
            let account = [API, "Accounts", credentials.account_sid()];
            segments.clear().extend(account).extend(rest);
        }
        url
    }

    /// GETs JSON, at most `limit` bytes of it.
    async fn get_json<T: DeserializeOwned>(
        &self,
        address: impl Fn(&Credentials) -> Result<Url, TwilioError>,
        limit: u64,
        deadline: Instant,
    ) -> Result<T, TwilioError> {
        let attempt = async {
            let get = |credentials: &Credentials| Ok(credentials.sign(self.http.get(address(credentials)?)));
            let response = self.authorized(get).await?;
            let body = success(response, limit).await?;
            // The decoder's message may quote the body, so it goes no further.
            serde_json::from_slice(&body).map_err(|_| TwilioError::Undecodable)
        };
        let end = deadline.min(Instant::now() + API_ATTEMPT);
        timeout_at(end, attempt)
            .await
            .unwrap_or(Err(TwilioError::timed_out()))
    }
}

/// The body of a success, at most `limit` bytes of it; what any other answer means otherwise.
async fn success(response: Response, limit: u64) -> Result<Bytes, TwilioError> {
    let status = response.status();
    if status == StatusCode::OK {
        return read_capped(response, limit).await.map_err(|error| match error {
            BodyError::TooLarge => TwilioError::TooLarge { limit },
            BodyError::Lost(source) => TwilioError::lost(source),
            BodyError::Stalled => TwilioError::timed_out(),
        });
    }
    Err(refused(response).await)
}

/// What an answer that is no success means, with the code its body gives.
async fn refused(response: Response) -> TwilioError {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = read_capped(response, MAX_ANSWER_BYTES).await.unwrap_or_default();
    error::classify(status, &headers, wire::error_code(&body))
}
