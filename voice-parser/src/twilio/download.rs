//! Media: from the account API, by way of redirects that are judged one by one, to bytes under a cap.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::addresses::was_refused;
use super::credentials::Credentials;
use super::error::{MediaRefusal, TwilioError};
use super::hosts::Place;
use super::{Twilio, refused, success};
use crate::backoff::{self, Backoff};

/// Most redirects followed. Twilio makes one.
const MAX_REDIRECTS: usize = 3;

/// The longest one download may take: 16 MB in twenty seconds is a slow line.
const DOWNLOAD_ATTEMPT: Duration = Duration::from_secs(20);

/// Five attempts wait out the 1–3 s that Twilio may take to have a medium ready.
const WAITING: Backoff = Backoff {
    base: Duration::from_millis(250),
    cap: Duration::from_secs(2),
    attempts: 5,
};

/// A downloaded medium.
#[derive(Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// The bytes.
    pub body: Bytes,
    /// As the media host says.
    pub content_type: Option<String>,
}

/// Without the bytes: `Debug` ends up in logs.
impl fmt::Debug for Downloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Downloaded")
            .field("bytes", &self.body.len())
            .field("content_type", &self.content_type)
            .finish()
    }
}

impl Twilio {
    /// Downloads the medium that a message announced at `url`, at most `limit` bytes of it. A medium that is not there
    /// yet is waited for, as long as fits before `deadline`.
    ///
    /// # Errors
    /// [`TwilioError`]; `MediaRefused` for an address that is not Twilio's, `TooLarge` over the limit, `MediaMissing`
    /// when it did not come.
    pub async fn download(
        &self,
        url: &str,
        limit: u64,
        deadline: Instant,
    ) -> Result<Downloaded, TwilioError> {
        let url = self
            .media_hosts
            .announced(url)
            .map_err(TwilioError::MediaRefused)?;
        backoff::retry(&WAITING, deadline, async || {
            let end = deadline.min(Instant::now() + DOWNLOAD_ATTEMPT);
            // From the start each time: the address a redirect gives is good for hours at most.
            let attempt = timeout_at(end, self.fetch(url.clone(), limit)).await;
            attempt.unwrap_or(Err(TwilioError::timed_out()))
        })
        .await
    }

    async fn fetch(&self, mut url: Url, limit: u64) -> Result<Downloaded, TwilioError> {
        let mut place = Place::Api;
        for _ in 0..=MAX_REDIRECTS {
            let response = self.get(place, &url).await?;
            match response.status() {
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    url = location(&url, &response)
                        .ok_or(TwilioError::MediaRefused(MediaRefusal::NoLocation))?;
                    place = self
                        .media_hosts
                        .redirected(place, &url)
                        .map_err(TwilioError::MediaRefused)?;
                }
                StatusCode::OK => {
                    let content_type = response
                        .headers()
                        .get(CONTENT_TYPE)
                        .and_then(|value| value.to_str().ok());
                    let content_type = content_type.map(str::to_owned);
                    let body = success(response, limit).await?;
                    return Ok(Downloaded { body, content_type });
                }
                StatusCode::NOT_FOUND => return Err(TwilioError::MediaMissing),
                // A media host knows no credentials: the address it was given has expired.
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if place == Place::MediaHost => {
                    return Err(TwilioError::Unavailable {
                        status: Some(response.status().as_u16()),
                        code: None,
                        after: None,
                        source: None,
                    });
                }
                _ => return Err(refused(response).await),
            }
        }
        Err(TwilioError::MediaRefused(MediaRefusal::TooManyRedirects))
    }

    async fn get(&self, place: Place, url: &Url) -> Result<Response, TwilioError> {
        match place {
            Place::Api => {
                let get = |credentials: &Credentials| Ok(credentials.sign(self.http.get(url.clone())));
                self.authorized(get).await
            }
            Place::MediaHost => {
                let client = self.media_http.as_ref().ok_or(TwilioError::NoDownloader)?;
                client.get(url.clone()).send().await.map_err(|error| {
                    if was_refused(&error) {
                        TwilioError::MediaRefused(MediaRefusal::PrivateAddress)
                    } else {
                        TwilioError::lost(error)
                    }
                })
            }
        }
    }
}

/// Where a redirect leads.
fn location(from: &Url, response: &Response) -> Option<Url> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    from.join(location).ok()
}
