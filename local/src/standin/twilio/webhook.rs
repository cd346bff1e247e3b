//! The requests Twilio makes: form-encoded, signed, not retried.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use url::form_urlencoded;

use super::signature::sign;
use crate::standin::world::World;

/// Twilio gives up connecting after this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Twilio gives a webhook this long to answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The client Twilio's requests are made with.
pub(in crate::standin) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .redirect(Policy::none())
        .no_proxy()
        .user_agent("TwilioProxy/1.1")
        .build()
}

/// Posts `params` to `url`, signed with the current token; the status it was answered with.
pub(in crate::standin) async fn post_signed(
    world: &World,
    url: &str,
    params: &[(String, String)],
) -> Result<u16, reqwest::Error> {
    // The fragment tells Twilio how to retry; it is neither sent nor signed.
    let url = url.split('#').next().unwrap_or_default();
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    let response = world
        .http
        .post(url)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
        .header("X-Twilio-Signature", sign(&world.signing_token(), url, params))
        // The same on every attempt at one request; there is only ever one.
        .header("I-Twilio-Idempotency-Token", shared::ids::random_hex32())
        .body(body)
        .send()
        .await?;
    Ok(response.status().as_u16())
}
