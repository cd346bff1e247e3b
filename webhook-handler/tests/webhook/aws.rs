//! A stand-in for Secrets Manager and SQS on loopback: speaks their JSON protocols over plain HTTP/1.1, records what it
//! was asked, and fails as told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::Credentials;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fault {
    #[default]
    None,
    /// An error answer with this status.
    Status(u16),
    /// No answer, ever.
    Hang,
    /// The connection is reset before the call is taken.
    Reset,
    /// The call is taken and its answer lost.
    ResetAfterTaking,
    /// 200 with an empty object.
    EmptyObject,
    /// 200 with an empty MessageId.
    EmptyMessageId,
    /// 200 with something that is not JSON.
    NotJson,
    /// 200 whose body ends early.
    CutShort,
}

#[derive(Debug, Clone)]
pub(crate) struct StoredSecret {
    pub(crate) current: String,
    pub(crate) since: Timestamp,
    pub(crate) previous: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) body: Value,
    pub(crate) raw_body: String,
    pub(crate) trace: Option<String>,
    pub(crate) group: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) secrets: BTreeMap<String, StoredSecret>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) calls: BTreeMap<String, usize>,
    pub(crate) sqs: Fault,
    pub(crate) secrets_manager: Fault,
}

#[derive(Debug, Clone)]
pub(crate) struct FakeAws {
    pub(crate) state: Arc<Mutex<State>>,
    endpoint: String,
}

impl FakeAws {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move { serve(stream, state).await.ok() });
            }
        });
        Self { state, endpoint }
    }

    /// An SDK configuration that calls here and is impatient.
    pub(crate) async fn sdk(&self, attempt: Duration, operation: Duration) -> SdkConfig {
        aws_config::defaults(BehaviorVersion::latest())
            .region(Region::from_static("ap-southeast-2"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(&self.endpoint)
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_attempt_timeout(attempt)
                    .operation_timeout(operation)
                    .build(),
            )
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(2)
                    .with_initial_backoff(Duration::from_millis(1)),
            )
            .load()
            .await
    }

    pub(crate) fn calls(&self, operation: &str) -> usize {
        self.state
            .lock()
            .unwrap()
            .calls
            .get(operation)
            .copied()
            .unwrap_or(0)
    }
}

/// What to do about a call.
enum Reply {
    Answer {
        status: u16,
        body: String,
        announced: usize,
    },
    Hang,
    Reset,
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut length, mut target, mut line) = (0, String::new(), String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let Some((name, value)) = line.trim_end().split_once(':') else {
                if line.trim_end().is_empty() {
                    break;
                }
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap(),
                "x-amz-target" => target = value.trim().to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let asked: Value = serde_json::from_slice(&body).unwrap();
        let reply = state.lock().unwrap().answer(&target, &asked);
        match reply {
            Reply::Hang => std::future::pending().await,
            Reply::Reset => {
                stream.get_ref().set_zero_linger()?;
                return Ok(());
            }
            Reply::Answer {
                status,
                body,
                announced,
            } => {
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {announced}\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(body.as_bytes()).await?;
                stream.flush().await?;
                if announced > body.len() {
                    return Ok(());
                }
            }
        }
    }
}

impl State {
    fn answer(&mut self, target: &str, asked: &Value) -> Reply {
        let operation = target.rsplit('.').next().unwrap();
        *self.calls.entry(operation.to_owned()).or_default() += 1;
        let (fault, (status, answer)) = match operation {
            "SendMessage" => {
                let before = [
                    Fault::Hang,
                    Fault::Reset,
                    Fault::EmptyObject,
                    Fault::EmptyMessageId,
                    Fault::NotJson,
                ];
                let taken = !before.contains(&self.sqs) && !matches!(self.sqs, Fault::Status(_));
                (self.sqs, if taken { self.take(asked) } else { (200, json!({})) })
            }
            "GetSecretValue" => (self.secrets_manager, self.secret(asked)),
            other => panic!("{other} is not expected"),
        };
        let whole = |status, body: String| Reply::Answer {
            status,
            announced: body.len(),
            body,
        };
        match fault {
            Fault::None => whole(status, answer.to_string()),
            Fault::Status(status) => whole(status, json!({"__type": "InternalError"}).to_string()),
            Fault::Hang => Reply::Hang,
            Fault::Reset | Fault::ResetAfterTaking => Reply::Reset,
            Fault::EmptyObject => whole(200, "{}".to_owned()),
            Fault::EmptyMessageId => whole(200, json!({"MessageId": ""}).to_string()),
            Fault::NotJson => whole(200, "<ok/>".to_owned()),
            Fault::CutShort => Reply::Answer {
                status,
                announced: answer.to_string().len() + 10,
                body: answer.to_string(),
            },
        }
    }

    fn take(&mut self, asked: &Value) -> (u16, Value) {
        let raw_body = asked["MessageBody"].as_str().unwrap().to_owned();
        let trace = &asked["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"];
        self.sent.push(Sent {
            body: serde_json::from_str(&raw_body).unwrap(),
            raw_body,
            trace: trace.as_str().map(str::to_owned),
            group: asked["MessageGroupId"].as_str().map(str::to_owned),
        });
        (200, json!({"MessageId": format!("message-{}", self.sent.len())}))
    }

    fn secret(&self, asked: &Value) -> (u16, Value) {
        let missing = || {
            (
                400,
                json!({"__type": "ResourceNotFoundException", "Message": "not there"}),
            )
        };
        let Some(stored) = self.secrets.get(asked["SecretId"].as_str().unwrap()) else {
            return missing();
        };
        let (text, at) = match asked["VersionStage"].as_str() {
            Some("AWSCURRENT") => (Some(&stored.current), stored.since),
            Some("AWSPREVIOUS") => (stored.previous.as_ref(), Timestamp::UNIX_EPOCH),
            other => panic!("{other:?} is not expected"),
        };
        text.map_or_else(missing, |text| {
            (
                200,
                json!({"Name": asked["SecretId"], "SecretString": text, "CreatedDate": at.as_second()}),
            )
        })
    }
}
