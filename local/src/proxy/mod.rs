//! The loopback proxy between the functions and the emulator of AWS: counts their calls and makes them fail on demand.
//!
//! Requests and answers pass through as they are, streamed both ways. What a call is, is read from the request alone
//! ([`call`]); how a failing one is answered is in [`answer`]. The deployment and other clients go around it.

mod answer;
mod call;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::call::Call;
use crate::standin::interference::{Interference, Passage, Verdict};
use crate::standin::listener::{Connection, ResettableListener};

/// Headers that belong to one connection (RFC 9110, 7.6.1), and the one that asks for an answer before the body.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

/// A bound address that does not answer yet: the emulator must know it before it is there itself.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Bound {
    /// Takes an address; port 0 is any free one.
    ///
    /// # Errors
    /// When it is taken.
    pub async fn at(addr: SocketAddr) -> anyhow::Result<Self> {
        let failed = || format!("the AWS proxy cannot listen on {addr}");
        let listener = TcpListener::bind(addr).await.with_context(failed)?;
        let addr = listener.local_addr().with_context(failed)?;
        Ok(Self { listener, addr })
    }

    /// `http://host:port`
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Starts passing calls on to `upstream`, a host and port.
    #[must_use]
    pub fn serve(self, upstream: Authority, interference: Arc<Interference>) -> Proxy {
        let proxied = Arc::new(Proxied {
            upstream,
            interference,
            client: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
        });
        let service = Router::new()
            .fallback(pass)
            .with_state(proxied)
            .into_make_service_with_connect_info::<Connection>();
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(ResettableListener::new(self.listener), service).await {
                tracing::error!(%error, "the AWS proxy stopped");
            }
        });
        Proxy { server }
    }
}

/// The running proxy. Dropping it stops it at once.
#[derive(Debug)]
pub struct Proxy {
    server: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Proxied {
    upstream: Authority,
    interference: Arc<Interference>,
    client: Client<HttpConnector, Body>,
}

async fn pass(
    State(proxied): State<Arc<Proxied>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let call = Call::of(request.method(), request.uri(), request.headers());
    let Some(operation) = call.operation else {
        return proxied.forward(request).await;
    };
    let passage = proxied.interference.arrive(operation, connection.peer);
    if let Some(refused) = verdict(passage.before().await, &call, &connection) {
        return refused;
    }
    let answered = proxied.forward(request).await;
    after(&passage, &call, &connection).await.unwrap_or(answered)
}

/// What replaces an answer after its effect has happened.
async fn after(passage: &Passage, call: &Call, connection: &Connection) -> Option<Response> {
    verdict(passage.after().await, call, connection)
}

fn verdict(verdict: Verdict, call: &Call, connection: &Connection) -> Option<Response> {
    match verdict {
        Verdict::Proceed => None,
        Verdict::Answer(fault) => Some(answer::failing(call.service, &fault)),
        Verdict::Reset => {
            connection.reset();
            // Never sent: writing it is what makes the reset happen.
            Some(StatusCode::BAD_GATEWAY.into_response())
        }
    }
}

impl Proxied {
    async fn forward(&self, mut request: Request) -> Response {
        let path = request
            .uri()
            .path_and_query()
            .cloned()
            .unwrap_or(PathAndQuery::from_static("/"));
        let mut parts = axum::http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.upstream.clone());
        parts.path_and_query = Some(path);
        match Uri::from_parts(parts) {
            Ok(uri) => *request.uri_mut() = uri,
            Err(error) => return unreachable_upstream(&error),
        }
        remove_hop_by_hop(request.headers_mut());
        match self.client.request(request).await {
            Ok(response) => {
                let mut response = response.map(Body::new);
                remove_hop_by_hop(response.headers_mut());
                response
            }
            Err(error) => unreachable_upstream(&error),
        }
    }
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

fn unreachable_upstream(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::warn!(error, "the AWS emulator did not answer the proxy");
    (
        StatusCode::BAD_GATEWAY,
        "the AWS emulator did not answer the proxy",
    )
        .into_response()
}
