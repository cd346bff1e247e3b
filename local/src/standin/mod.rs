//! Stand-ins for Twilio and OpenAI: one process, the vendors' own protocols, and controls for checks.
//!
//! Two listeners, because they are two origins in the world outside: the *API* (Twilio's and OpenAI's, and the controls
//! under `/_control`), and the *media CDN* that Twilio redirects downloads to, where credentials must never arrive.
//!
//! Nothing here understands speech or language: the transcription knows recordings it was told about, the model is a
//! handful of word lists and says so in every answer. Everything is kept in memory and on loopback.

mod control;
mod counters;
mod faults;
mod fields;
mod gate;
pub mod interference;
pub mod listener;
mod openai;
pub mod operation;
mod problem;
mod twilio;
mod world;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use shared::clock::{Clock, SystemClock};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::counters::{CREDENTIALS_LEAKED, Counters};
pub use self::faults::{Fault, FaultAnswer, FaultOrder, FaultTable, Outcome};
use self::interference::{Interference, Killer};
use self::listener::{Connection, ResettableListener};
pub use self::twilio::signature::sign;
use self::world::World;

/// How long connections may finish what they are doing when the stand-ins stop.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

/// What the stand-ins are started with. Fill in what differs from [`Settings::new`].
#[derive(Clone)]
pub struct Settings {
    /// Where the API listens; port 0 takes a free one.
    pub api_addr: SocketAddr,
    /// Where the media CDN listens; port 0 takes a free one. Must not be the same origin as the API.
    pub media_addr: SocketAddr,
    /// `AC…`, the user name of basic authentication.
    pub account_sid: String,
    /// The password of basic authentication, and what Twilio signs with until told otherwise.
    pub auth_token: String,
    /// The company's address, `whatsapp:+…`: what workers write to.
    pub whatsapp_number: String,
    /// The one bearer token OpenAI accepts; none accepts any that is not empty.
    pub openai_api_key: Option<String>,
    /// Where inbound messages go; may be set later with [`Handle::set_webhook_url`]. A fragment is ignored.
    pub webhook_url: Option<String>,
    /// Words by the SHA-256 of their recording (lower-case hexadecimal), which a reset does not forget.
    pub known_transcripts: BTreeMap<String, String>,
    /// Kills callers for faults that ask for it; without one such faults are refused.
    pub killer: Option<Arc<dyn Killer>>,
    /// Tells when messages were made.
    pub clock: Arc<dyn Clock>,
    /// Pages for people, served beside the API: they use the controls, so they need their origin.
    pub pages: Router,
}

impl Settings {
    /// Free ports on loopback, any API key, nothing known.
    #[must_use]
    pub fn new(account_sid: &str, auth_token: &str, whatsapp_number: &str) -> Self {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            api_addr: loopback,
            media_addr: loopback,
            account_sid: account_sid.to_owned(),
            auth_token: auth_token.to_owned(),
            whatsapp_number: whatsapp_number.to_owned(),
            openai_api_key: None,
            webhook_url: None,
            known_transcripts: BTreeMap::new(),
            killer: None,
            clock: Arc::new(SystemClock),
            pages: Router::new(),
        }
    }
}

/// Why the stand-ins did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Most often: the port is taken.
    #[error("the {listener} stand-in cannot listen on {addr}; is the port taken?")]
    Listen {
        /// Which of the two.
        listener: &'static str,
        /// Where it was to listen.
        addr: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The client for webhooks could not be made.
    #[error("the HTTP client for webhooks could not be made")]
    Client(#[source] reqwest::Error),
}

/// The running stand-ins. Dropping it stops them at once.
pub struct Handle {
    api_addr: SocketAddr,
    media_addr: SocketAddr,
    world: Arc<World>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl Handle {
    /// Where the API listens.
    #[must_use]
    pub fn api_addr(&self) -> SocketAddr {
        self.api_addr
    }

    /// Where the media CDN listens.
    #[must_use]
    pub fn media_addr(&self) -> SocketAddr {
        self.media_addr
    }

    /// `http://host:port` of the API: Twilio's base URL; OpenAI's is this with `/v1`.
    #[must_use]
    pub fn api_url(&self) -> &str {
        &self.world.api_origin
    }

    /// Counts, faults and latencies, to share with proxies of other services.
    #[must_use]
    pub fn interference(&self) -> Arc<Interference> {
        self.world.interference.clone()
    }

    /// From now on inbound messages go there.
    pub fn set_webhook_url(&self, url: impl Into<String>) {
        self.world.set_webhook_url(url.into());
    }

    /// Stops listening and gives open connections a moment to finish.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        for mut server in std::mem::take(&mut self.servers) {
            if tokio::time::timeout(SHUTDOWN_GRACE, &mut server).await.is_err() {
                server.abort();
            }
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

/// Starts the stand-ins. When this returns, both listeners are bound.
pub async fn serve(settings: Settings) -> Result<Handle, ServeError> {
    let (api, api_addr) = bind("API", settings.api_addr).await?;
    let (media, media_addr) = bind("media", settings.media_addr).await?;
    let world = Arc::new(World {
        account_sid: settings.account_sid,
        auth_token: settings.auth_token,
        whatsapp_number: settings.whatsapp_number,
        openai_api_key: settings.openai_api_key,
        api_origin: format!("http://{api_addr}"),
        media_origin: format!("http://{media_addr}"),
        clock: settings.clock,
        interference: Arc::new(Interference::new(settings.killer)),
        http: twilio::webhook::client().map_err(ServeError::Client)?,
        known_transcripts: settings.known_transcripts,
        webhook_url: Mutex::new(settings.webhook_url),
        state: Mutex::default(),
    });
    let (stop, stopped) = watch::channel(false);
    let api_routes = Router::new()
        .merge(twilio::router(&world))
        .merge(openai::router(&world))
        .merge(control::router());
    let servers = vec![
        spawn(
            api,
            api_routes.with_state(world.clone()).merge(settings.pages),
            stopped.clone(),
        ),
        spawn(
            media,
            twilio::cdn::router(&world).with_state(world.clone()),
            stopped,
        ),
    ];
    Ok(Handle {
        api_addr,
        media_addr,
        world,
        stop,
        servers,
    })
}

async fn bind(listener: &'static str, addr: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen {
        listener,
        addr,
        source,
    };
    let bound = TcpListener::bind(addr).await.map_err(failed)?;
    let addr = bound.local_addr().map_err(failed)?;
    Ok((bound, addr))
}

fn spawn(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let service = router.into_make_service_with_connect_info::<Connection>();
    tokio::spawn(async move {
        let until = async move {
            // An error means that the handle is gone, which stops the server too.
            drop(stopped.wait_for(|stop| *stop).await);
        };
        if let Err(error) = axum::serve(ResettableListener::new(listener), service)
            .with_graceful_shutdown(until)
            .await
        {
            tracing::error!(%error, "a stand-in stopped");
        }
    })
}
