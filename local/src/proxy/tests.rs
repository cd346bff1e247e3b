//! The proxy in front of a small upstream that says what it was sent.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::{Json, Router};
use http_body_util::BodyExt;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::settings::loopback;
use crate::standin::interference::{Caller, Killer};
use crate::standin::operation::Operation;
use crate::standin::{Fault, FaultAnswer, FaultOrder, Outcome};

const BUCKET: &str =
    "AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

struct Setup {
    url: String,
    interference: Arc<Interference>,
    /// Requests that reached the upstream.
    arrived: Arc<std::sync::atomic::AtomicUsize>,
    _proxy: Proxy,
    http: reqwest::Client,
}

impl Setup {
    async fn start(killer: Option<Arc<dyn Killer>>) -> Self {
        let arrived = Arc::<std::sync::atomic::AtomicUsize>::default();
        let count = arrived.clone();
        let upstream = Router::new().fallback(move |request: Request| {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            echo(request)
        });
        let listener = TcpListener::bind(loopback(0)).await.unwrap();
        let authority = Authority::try_from(listener.local_addr().unwrap().to_string()).unwrap();
        tokio::spawn(async move { axum::serve(listener, upstream).await });
        let interference = Arc::new(Interference::new(killer));
        let bound = Bound::at(loopback(0)).await.unwrap();
        let url = bound.url();
        let proxy = bound.serve(authority, interference.clone());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            url,
            interference,
            arrived,
            _proxy: proxy,
            http,
        }
    }

    fn put(&self) -> reqwest::RequestBuilder {
        self.http
            .put(format!("{}/bucket/key", self.url))
            .header("authorization", BUCKET)
    }

    fn order(&self, after: bool, outcome: Outcome) {
        let fault = Fault {
            delay: std::time::Duration::ZERO,
            after,
            outcome,
        };
        self.interference.faults.add(FaultOrder {
            on: Operation::S3Put,
            times: 1,
            fault,
        });
    }

    fn arrived(&self) -> usize {
        self.arrived.load(std::sync::atomic::Ordering::SeqCst)
    }

    fn counted(&self, operation: &str) -> Value {
        json!(self.interference.counters.snapshot())[operation].clone()
    }
}

async fn echo(request: Request) -> impl IntoResponse {
    let (parts, body) = request.into_parts();
    let length = body.collect().await.unwrap().to_bytes().len();
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let seen = json!({
        "method": parts.method.as_str(), "uri": parts.uri.to_string(), "host": header("host"), "range": header("range"),
        "authorization": header("authorization"), "length": length,
    });
    ([("x-kept", "yes")], Json(seen))
}

async fn body(response: reqwest::Response) -> Value {
    use futures_util::TryStreamExt;
    let chunks: Vec<_> = response.bytes_stream().try_collect().await.unwrap();
    serde_json::from_slice(&chunks.concat()).unwrap()
}

#[tokio::test]
async fn a_call_passes_through_as_it_is_and_is_counted() {
    let setup = Setup::start(None).await;
    // Neither dots nor escapes may be tidied: they are part of a signed address.
    let path = "/bucket/a%2Fb/%2e%2e/c'd//e?x-id=PutObject&list=%27%20";
    let mut stream = tokio::net::TcpStream::connect(setup.url.trim_start_matches("http://"))
        .await
        .unwrap();
    let request = format!(
        "PUT {path} HTTP/1.1\r\nHost: somewhere.test:1\r\nAuthorization: {BUCKET}\r\nRange: bytes=1-2\r\nExpect: 100-continue\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    );
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
        .await
        .unwrap();
    let mut answer = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer)
        .await
        .unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.contains("x-kept: yes"), "{answer}");
    let seen: Value =
        serde_json::from_str(answer[answer.find('{').unwrap()..].split("\r\n").next().unwrap()).unwrap();
    assert_eq!(seen["uri"], path);
    assert_eq!(seen["host"], "somewhere.test:1");
    assert_eq!(seen["range"], "bytes=1-2");
    assert_eq!(seen["authorization"], BUCKET);
    assert_eq!(seen["length"], 5);
    assert_eq!(setup.counted("s3.put"), 1);
}

#[tokio::test]
async fn what_is_not_a_known_call_passes_uncounted() {
    let setup = Setup::start(None).await;
    let answer = setup
        .http
        .get(format!("{}/bucket/key", setup.url))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(setup.counted("s3.get"), 0);
}

#[tokio::test]
async fn a_failing_call_has_no_effect_and_fails_in_the_services_own_words() {
    let setup = Setup::start(None).await;
    setup.order(
        false,
        Outcome::Answer(FaultAnswer::of(StatusCode::SERVICE_UNAVAILABLE)),
    );
    let answer = setup.put().body("x").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["content-type"], "application/xml");
    assert!(answer.headers().contains_key("x-amzn-requestid"));
    assert_eq!(setup.arrived(), 0);
    assert_eq!(
        body(setup.put().body("x").send().await.unwrap()).await["length"],
        1,
        "the fault was for one call"
    );
}

#[tokio::test]
async fn an_answer_lost_afterwards_leaves_the_effect() {
    let setup = Setup::start(None).await;
    setup.order(true, Outcome::Reset);
    let error = setup.put().body("x").send().await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert_eq!(setup.arrived(), 1);
}

#[tokio::test]
async fn the_caller_is_killed_by_its_own_end_of_the_connection() {
    struct Recorder(std::sync::Mutex<Option<Caller>>);
    impl Killer for Recorder {
        fn kill(&self, caller: &Caller) -> std::io::Result<()> {
            *self.0.lock().unwrap() = Some(*caller);
            Ok(())
        }
    }
    let recorder = Arc::new(Recorder(std::sync::Mutex::default()));
    let setup = Setup::start(Some(recorder.clone())).await;
    setup.order(false, Outcome::Kill);
    setup.put().body("x").send().await.unwrap_err();
    let caller = recorder.0.lock().unwrap().unwrap();
    assert_eq!(caller.operation, Operation::S3Put);
    assert!(caller.peer.ip().is_loopback());
    assert_eq!(setup.arrived(), 0);
}
