//! A server on loopback that lives as long as its owner.

use std::net::SocketAddr;

use anyhow::Context as _;
use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A server on a port of its own.
pub(crate) struct Loopback {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Loopback {
    /// Serves these routes.
    pub(crate) async fn serve(router: Router) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
        let address = listener.local_addr().context("no address")?;
        let task = tokio::spawn(async move {
            // It ends with its owner.
            axum::serve(listener, router).await.ok();
        });
        Ok(Self { address, task })
    }

    /// Host and port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.task.abort();
    }
}
