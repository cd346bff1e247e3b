//! A server that records its requests and answers them in the order told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

/// A request as it arrived.
#[derive(Clone)]
pub(crate) struct Recorded {
    pub(crate) method: Method,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Recorded {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    pub(crate) fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The parts of a multipart form: name, file name, content type, content.
    pub(crate) fn parts(&self) -> Vec<(String, Option<String>, Option<String>, Bytes)> {
        let boundary = self
            .header("content-type")
            .split("boundary=")
            .nth(1)
            .unwrap()
            .to_owned();
        let delimiter = format!("--{boundary}");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut parts = Vec::new();
        for part in split(&self.body, delimiter.as_bytes()) {
            let Some(end_of_head) = find(part, b"\r\n\r\n") else {
                continue;
            };
            let head = text(&part[..end_of_head]);
            let content = part[end_of_head + 4..].strip_suffix(b"\r\n").unwrap();
            let quoted = |key: &str| {
                Some(
                    head.split_once(&format!("{key}=\""))?
                        .1
                        .split_once('"')?
                        .0
                        .to_owned(),
                )
            };
            let content_type = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-type")
                    .then(|| value.to_owned())
            });
            parts.push((
                quoted("; name").unwrap(),
                quoted("; filename"),
                content_type,
                Bytes::copy_from_slice(content),
            ));
        }
        parts
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn split<'b>(mut bytes: &'b [u8], delimiter: &[u8]) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = find(bytes, delimiter) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + delimiter.len()..];
    }
    parts.push(bytes);
    parts
}

/// How a request is answered.
#[derive(Clone)]
pub(crate) enum Answer {
    Reply {
        status: u16,
        headers: Vec<(String, String)>,
        body: Bytes,
    },
    /// Never.
    Hang,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self::Reply {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::status(status)
            .with("content-type", "application/json")
            .body(body.to_string())
    }

    pub(crate) fn redirect(to: impl Into<String>) -> Self {
        Self::status(307).with("location", to)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Self::Reply { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.into()));
        }
        self
    }

    pub(crate) fn body(mut self, content: impl Into<Bytes>) -> Self {
        if let Self::Reply { body, .. } = &mut self {
            *body = content.into();
        }
        self
    }
}

struct Script {
    answers: Mutex<VecDeque<Answer>>,
    recorded: Mutex<Vec<Recorded>>,
}

/// A server on loopback, gone with its owner.
pub(crate) struct Server {
    pub(crate) origin: Url,
    script: Arc<Script>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers so, in turn; the last answer is repeated.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let script = Arc::new(Script {
            answers: Mutex::new(answers.into_iter().collect()),
            recorded: Mutex::new(Vec::new()),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, script, task }
    }

    /// Answers so from now on.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        *self.script.answers.lock().unwrap() = answers.into_iter().collect();
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.script.recorded.lock().unwrap().clone()
    }

    pub(crate) fn only_request(&self) -> Recorded {
        let requests = self.requests();
        assert_eq!(requests.len(), 1);
        requests[0].clone()
    }

    /// An absolute address here.
    pub(crate) fn at(&self, path: &str) -> String {
        self.origin.join(path).unwrap().into()
    }

    /// `host:port`
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.origin.port().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    const LIMIT: usize = 64 * 1024 * 1024;
    let (head, body) = request.into_parts();
    #[expect(clippy::disallowed_methods, reason = "the limit is named next to the call")]
    let body = axum::body::to_bytes(body, LIMIT).await.unwrap();
    script.recorded.lock().unwrap().push(Recorded {
        method: head.method,
        path: head.uri.path_and_query().unwrap().to_string(),
        headers: head.headers,
        body,
    });
    let answer = {
        let mut answers = script.answers.lock().unwrap();
        if answers.len() > 1 {
            answers.pop_front()
        } else {
            answers.front().cloned()
        }
    };
    match answer.expect("an answer to every request") {
        Answer::Reply {
            status,
            headers,
            body,
        } => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            for (name, value) in headers {
                let value = HeaderValue::try_from(value).unwrap();
                response
                    .headers_mut()
                    .append(HeaderName::try_from(name).unwrap(), value);
            }
            response
        }
        Answer::Hang => std::future::pending().await,
    }
}
