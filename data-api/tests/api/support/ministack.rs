//! The local AWS emulator, one for a whole test run: started on a free loopback port by the first test that needs it, and
//! ended with the process that runs the tests. Tests keep apart by the names of what they make.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::{CommandExt as _, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long the emulator may take to answer; it takes half a second on an idle machine.
const START: Duration = Duration::from_secs(60);

/// The region everything is in.
pub(crate) const REGION: &str = "us-east-1";

/// Runs the emulator until the runner of the tests is gone, then removes what it kept. `$1` is the runner, `$2` the
/// emulator, `$3` its folder.
const KEEPER: &str = r#"
"$2" & emulator=$!
while kill -0 "$1" 2>/dev/null && kill -0 $emulator 2>/dev/null; do sleep 0.5; done
kill -9 $emulator 2>/dev/null
rm -rf "$3"
"#;

/// The address of the running emulator; starts it when there is none.
pub(crate) async fn endpoint() -> String {
    let runner = parent_id();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("data-api-emulator-{runner}"));
    fs::create_dir_all(&folder).unwrap();
    // Tests run in processes of their own: one starts the emulator, the others wait for it here.
    let lock = File::create(folder.join("lock")).unwrap();
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
        .await
        .unwrap()
        .unwrap();
    let address = folder.join("endpoint");
    if let Ok(known) = fs::read_to_string(&address)
        && answers(&known, Duration::from_secs(5)).await
    {
        return known;
    }
    // The port is free when it is asked for; another process may still take it first, so a start is tried again.
    for _ in 0..5 {
        let endpoint = start(runner, &folder);
        if answers(&endpoint, START).await {
            fs::write(&address, &endpoint).unwrap();
            drop(lock);
            return endpoint;
        }
    }
    panic!("the emulator did not start");
}

#[expect(
    clippy::zombie_processes,
    reason = "it outlives the test that starts it, and is collected by whoever collects orphans"
)]
fn start(runner: u32, folder: &Path) -> String {
    let port = free_port();
    let binary = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/ministack");
    assert!(
        binary.exists(),
        "the emulator is installed: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"
    );
    Command::new("sh")
        .args(["-c", KEEPER, "keeper"])
        .arg(runner.to_string())
        .arg(binary)
        .arg(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("EDGE_PORT", port.to_string())
        .env("MINISTACK_HOST", "localhost")
        .env("MINISTACK_REGION", REGION)
        .env("STATE_DIR", folder.join("state"))
        .env("S3_DATA_DIR", folder.join("s3"))
        .env("LOG_LEVEL", "ERROR")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // It outlives the test that started it.
        .process_group(0)
        .spawn()
        .unwrap();
    format!("http://127.0.0.1:{port}")
}

async fn answers(endpoint: &str, within: Duration) -> bool {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let deadline = Instant::now() + within;
    while Instant::now() < deadline {
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

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
