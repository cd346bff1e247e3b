//! A TCP listener whose connections can be reset by the code that answers on them.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Listens on TCP.
#[derive(Debug)]
pub struct ResettableListener(TcpListener);

impl ResettableListener {
    /// Takes over a bound listener.
    #[must_use]
    pub fn new(listener: TcpListener) -> Self {
        Self(listener)
    }
}

/// What a handler knows of the connection it answers on: `ConnectInfo<Connection>`.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The other end.
    pub peer: SocketAddr,
    reset: Arc<AtomicBool>,
}

impl Connection {
    /// The next write fails and the peer sees a reset: whatever the handler answers is never sent.
    pub fn reset(&self) {
        self.reset.store(true, Ordering::Release);
    }
}

/// A connection's bytes.
#[derive(Debug)]
pub struct ResettableStream {
    stream: TcpStream,
    connection: Connection,
}

impl ResettableStream {
    fn check(&self) -> io::Result<()> {
        if self.connection.reset.load(Ordering::Acquire) {
            // With no linger, dropping the socket sends RST in place of FIN.
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl Listener for ResettableListener {
    type Io = ResettableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (ResettableStream, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((stream, peer)) => {
                    // A delayed answer would only cost time: not worth losing the connection over.
                    drop(stream.set_nodelay(true));
                    let connection = Connection {
                        peer,
                        reset: Arc::default(),
                    };
                    return (ResettableStream { stream, connection }, peer);
                }
                Err(error) => {
                    // Out of file descriptors, or a peer that has already gone.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, ResettableListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, ResettableListener>) -> Self {
        stream.io().connection.clone()
    }
}

impl AsyncRead for ResettableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for ResettableStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
