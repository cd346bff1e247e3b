//! HTTP towards the vendors: the client they share, bodies read under a cap, and what their headers say about retrying.
//!
//! What it does not do: follow redirects (the media downloader judges each one itself), use a proxy (it would resolve
//! names for us, behind the back of the address check), or retry (that needs to know what the call does).

mod body;
mod retry_after;

use std::time::Duration;

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;

pub(crate) use body::{BodyError, read_capped};
pub(crate) use retry_after::{retry_after, should_retry};

/// How long a connection (TCP and TLS) may take. Both vendors answer in tens of milliseconds from any AWS region.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long an unused connection is kept. Short, because a connection that the other side has closed while the function
/// was frozen fails only when it is used, and a reply that failed so may or may not have been sent.
const KEEP_IDLE: Duration = Duration::from_secs(15);

/// The client for the vendors' APIs. Build one and share it: it holds the connections.
///
/// # Errors
/// When TLS cannot be set up, for example because there are no root certificates.
pub fn client() -> reqwest::Result<reqwest::Client> {
    builder().build()
}

pub(crate) fn builder() -> ClientBuilder {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(KEEP_IDLE)
        .no_proxy()
        .user_agent(concat!("ai-voice-tool/", env!("CARGO_PKG_VERSION")))
}

/// True when the failure happened before any byte of the request left: nothing can have taken effect.
pub(crate) fn never_sent(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder()
}
