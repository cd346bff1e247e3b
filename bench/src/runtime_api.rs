//! Lambda's runtime API: hands events to one function process and takes its answers.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>, version 2018-06-01.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use shared::clock::{Clock as _, SystemClock};
use tokio::sync::{mpsc, oneshot};

use crate::loopback::Loopback;

/// How long a function may take, as it is told.
const TIMEOUT: Duration = Duration::from_secs(60);

/// An answer, or the error the function reported.
type Answer = Result<Bytes, String>;

struct Invocation {
    id: String,
    event: Bytes,
}

struct Shared {
    queued: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
}

/// The API on a port of its own, gone with its owner.
pub(crate) struct RuntimeApi {
    server: Loopback,
    queue: mpsc::UnboundedSender<Invocation>,
    shared: Arc<Shared>,
}

impl RuntimeApi {
    /// Starts it.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let (queue, queued) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            queued: tokio::sync::Mutex::new(queued),
            waiting: Mutex::default(),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .with_state(Arc::clone(&shared));
        let server = Loopback::serve(router).await?;
        Ok(Self {
            server,
            queue,
            shared,
        })
    }

    /// `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> String {
        self.server.address().to_string()
    }

    /// Hands an event to the function and waits for its answer.
    ///
    /// # Errors
    /// What the function reported, or that it does not answer in time.
    pub(crate) async fn invoke(&self, event: Bytes) -> anyhow::Result<Bytes> {
        let id = shared::ids::random_hex32();
        let (sender, receiver) = oneshot::channel();
        self.waiting().insert(id.clone(), sender);
        self.queue
            .send(Invocation { id, event })
            .ok()
            .context("the API has ended")?;
        tokio::time::timeout(TIMEOUT, receiver)
            .await
            .context("the function does not answer")??
            .map_err(|error| anyhow::anyhow!("the function failed: {error}"))
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn settle(&self, id: &str, answer: Answer) -> StatusCode {
        let waiting = self
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
        match waiting {
            Some(sender) => {
                // Nobody waits any more when the time was up.
                sender.send(answer).ok();
                StatusCode::ACCEPTED
            }
            None => StatusCode::NOT_FOUND,
        }
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let Some(invocation) = shared.queued.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemClock.now() + TIMEOUT;
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.id),
        (
            "lambda-runtime-deadline-ms",
            deadline.as_millisecond().to_string(),
        ),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-691e6f3a-0123456789abcdef01234567".to_owned(),
        ),
    ];
    (headers, invocation.event).into_response()
}

async fn answered(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    shared.settle(&id, Ok(body))
}

async fn failed(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    shared.settle(&id, Err(String::from_utf8_lossy(&body).into_owned()))
}
