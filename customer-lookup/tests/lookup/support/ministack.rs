//! A real local S3: ministack on a free loopback port, with a state of its own, gone when the value is.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::Credentials;

/// How long it may take to start on a busy machine.
const START_DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct Ministack {
    process: Child,
    endpoint: String,
    _state: tempfile::TempDir,
}

impl Ministack {
    /// Starts it and waits until `bucket` exists in it.
    pub(crate) async fn start(bucket: &str) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/ministack");
        assert!(
            program.exists(),
            "{} is missing: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
            program.display()
        );
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let endpoint = format!("http://127.0.0.1:{port}");
        let state = tempfile::tempdir().unwrap();
        let process = Command::new(program)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("EDGE_PORT", port.to_string())
            .env("MINISTACK_HOST", "localhost")
            .env("MINISTACK_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL", &endpoint)
            .env("STATE_DIR", state.path().join("state"))
            .env("S3_DATA_DIR", state.path().join("s3"))
            .current_dir(state.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ministack = Self {
            process,
            endpoint,
            _state: state,
        };
        let s3 = aws_sdk_s3::Client::new(&ministack.config());
        let deadline = Instant::now() + START_DEADLINE;
        while let Err(error) = s3.create_bucket().bucket(bucket).send().await {
            assert!(Instant::now() < deadline, "ministack does not answer: {error:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        ministack
    }

    /// How to reach it. Nothing is repeated: a test decides what fails.
    pub(crate) fn config(&self) -> SdkConfig {
        config(&self.endpoint)
    }
}

/// How to reach an S3 at `endpoint`.
pub(crate) fn config(endpoint: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(aws_sdk_s3::config::SharedCredentialsProvider::new(
            Credentials::new("test", "test", None, None, "tests"),
        ))
        .retry_config(RetryConfig::disabled())
        .build()
}

impl Drop for Ministack {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
