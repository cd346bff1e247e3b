//! The local AWS emulator, one per test: started on a free loopback port, killed when the test ends.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the emulator may take to answer; it takes half a second on an idle machine.
const START: Duration = Duration::from_secs(60);

/// A running emulator.
pub(crate) struct Ministack {
    process: Child,
    pub(crate) endpoint: String,
    _state: tempfile::TempDir,
}

impl Ministack {
    /// Starts one and waits until it answers.
    pub(crate) async fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        // The port is free when it is asked for; another process may still take it first, so a start is tried again.
        for _ in 0..5 {
            let port = free_port();
            let endpoint = format!("http://127.0.0.1:{port}");
            let mut process = Command::new(binary())
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                .env("HOME", state.path())
                .env("TMPDIR", state.path())
                .env("BIND_HOST", "127.0.0.1")
                .env("GATEWAY_PORT", port.to_string())
                .env("EDGE_PORT", port.to_string())
                .env("MINISTACK_HOST", "localhost")
                .env("MINISTACK_REGION", REGION)
                .env("STATE_DIR", state.path().join("state"))
                .env("S3_DATA_DIR", state.path().join("s3"))
                .env("LOG_LEVEL", "ERROR")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the emulator is installed: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt");
            if answers(&endpoint, &mut process).await {
                return Self {
                    process,
                    endpoint,
                    _state: state,
                };
            }
            process.kill().ok();
            process.wait().ok();
        }
        panic!("the emulator did not start");
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The region everything is in.
pub(crate) const REGION: &str = "us-east-1";

async fn answers(endpoint: &str, process: &mut Child) -> bool {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let deadline = Instant::now() + START;
    while Instant::now() < deadline && process.try_wait().unwrap().is_none() {
        let health = client
            .get(format!("{endpoint}/_ministack/health"))
            .timeout(Duration::from_secs(2));
        if health
            .send()
            .await
            .is_ok_and(|response| response.status().is_success())
        {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/ministack")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
