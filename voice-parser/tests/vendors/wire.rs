//! A server that breaks HTTP: it writes bytes as told, whatever they claim, and ends a connection as told.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// How a connection's one request is answered.
#[derive(Clone)]
pub(crate) enum Wire {
    /// These bytes, then an orderly end.
    Close(Vec<u8>),
    /// These bytes, then a reset.
    Reset(Vec<u8>),
    /// These bytes, then silence.
    Stall(Vec<u8>),
    /// A body in chunks that never ends.
    Endless,
}

impl Wire {
    /// A whole answer.
    pub(crate) fn ok(body: &str) -> Self {
        Self::Close(
            format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into(),
        )
    }

    /// An answer that announces `length` bytes and has `body`.
    pub(crate) fn announcing(length: u64, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}").into()
    }
}

#[derive(Default)]
struct Counts {
    connections: AtomicU64,
    written: AtomicU64,
}

/// A server on loopback, gone with its owner.
pub(crate) struct WireServer {
    pub(crate) origin: Url,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

impl WireServer {
    /// Answers the connections so, in turn; the last answer is repeated.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Wire>) -> Self {
        let answers: Mutex<VecDeque<Wire>> = Mutex::new(answers.into_iter().collect());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let counts = Arc::new(Counts::default());
        let counting = Arc::clone(&counts);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                counting.connections.fetch_add(1, Ordering::SeqCst);
                let wire = {
                    let mut answers = answers.lock().unwrap();
                    if answers.len() > 1 {
                        answers.pop_front()
                    } else {
                        answers.front().cloned()
                    }
                };
                tokio::spawn(serve(stream, wire.unwrap(), Arc::clone(&counting)));
            }
        });
        Self { origin, counts, task }
    }

    pub(crate) fn connections(&self) -> u64 {
        self.counts.connections.load(Ordering::SeqCst)
    }

    /// Bytes that were written before the other side went away.
    pub(crate) fn written(&self) -> u64 {
        self.counts.written.load(Ordering::SeqCst)
    }

    pub(crate) fn port(&self) -> u16 {
        self.origin.port().unwrap()
    }
}

impl Drop for WireServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, wire: Wire, counts: Arc<Counts>) {
    if read_request(&mut stream).await.is_none() {
        return;
    }
    match wire {
        Wire::Close(bytes) => {
            stream.write_all(&bytes).await.ok();
            stream.shutdown().await.ok();
            // Until the other side is done reading, or a reset could overtake what was written.
            stream.read_exact(&mut [0; 1]).await.ok();
        }
        Wire::Reset(bytes) => {
            stream.write_all(&bytes).await.ok();
            stream.set_zero_linger().unwrap();
        }
        Wire::Stall(bytes) => {
            stream.write_all(&bytes).await.ok();
            stream.read_exact(&mut [0; 1]).await.ok();
        }
        Wire::Endless => {
            let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            stream.write_all(head).await.ok();
            let chunk = [&b"1000\r\n"[..], &[b'x'; 0x1000], b"\r\n"].concat();
            while stream.write_all(&chunk).await.is_ok() {
                counts.written.fetch_add(0x1000, Ordering::SeqCst);
            }
        }
    }
}

/// Reads the head and as much of a body as it announces.
async fn read_request(stream: &mut TcpStream) -> Option<()> {
    let mut received = Vec::new();
    loop {
        if let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if received.len() >= end + 4 + length.unwrap_or(0) {
                return Some(());
            }
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => received.extend_from_slice(&buffer[..n]),
        }
    }
}
