//! As much of S3 and Secrets Manager as the measured routes call, in memory, on a thread of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::json;

/// The key the secret holds.
pub(crate) const ADMIN_KEY: &str = "BenchBenchBenchBenchBenchBench";

/// Every object has it: nothing is changed here.
const ETAG: (HeaderName, &str) = (header::ETAG, "\"0123456789abcdef0123456789abcdef\"");

/// The server.
pub(crate) struct MemoryS3 {
    pub(crate) endpoint: String,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    objects: Mutex<BTreeMap<String, Bytes>>,
    calls: AtomicUsize,
}

impl MemoryS3 {
    /// An empty one.
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let kept = Arc::new(Kept::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&kept));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { endpoint, kept }
    }

    /// Calls to S3 since this was asked last.
    pub(crate) fn take_calls(&self) -> usize {
        self.kept.calls.swap(0, Ordering::Relaxed)
    }
}

async fn answer(
    State(kept): State<Arc<Kept>>,
    Query(query): Query<BTreeMap<String, String>>,
    request: Request,
) -> Response {
    if request.headers().contains_key("x-amz-target") {
        let secret = json!({"Name": "key", "VersionId": "1", "CreatedDate": 1.0,
            "SecretString": json!({"api_key": ADMIN_KEY}).to_string()});
        return (
            [(header::CONTENT_TYPE, "application/x-amz-json-1.1")],
            secret.to_string(),
        )
            .into_response();
    }
    kept.calls.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let path = percent_encoding::percent_decode_str(parts.uri.path())
        .decode_utf8()
        .unwrap();
    let key = path
        .trim_start_matches('/')
        .split_once('/')
        .map_or("", |(_, key)| key)
        .to_owned();
    match parts.method {
        Method::GET if query.contains_key("list-type") => list(&kept, &query).into_response(),
        Method::GET | Method::HEAD => match kept.objects.lock().unwrap().get(&key) {
            Some(body) => ([ETAG], body.clone()).into_response(),
            None => missing(),
        },
        Method::PUT => {
            let body = body.collect().await.unwrap().to_bytes();
            kept.objects.lock().unwrap().insert(key, body);
            [ETAG].into_response()
        }
        _ => StatusCode::NOT_IMPLEMENTED.into_response(),
    }
}

fn missing() -> Response {
    let body = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
    (
        StatusCode::NOT_FOUND,
        [(header::CONTENT_TYPE, "application/xml")],
        body,
    )
        .into_response()
}

/// ListObjectsV2 as S3 answers it.
fn list(kept: &Kept, query: &BTreeMap<String, String>) -> impl IntoResponse + use<> {
    let of = |name: &str| query.get(name).map_or("", String::as_str);
    let (prefix, after) = (of("prefix"), of("start-after"));
    let most = of("max-keys").parse().unwrap_or(1000);
    let objects = kept.objects.lock().unwrap();
    let start = if after < prefix {
        Bound::Included(prefix)
    } else {
        Bound::Excluded(after)
    };
    let mut found = objects
        .range::<str, _>((start, Bound::Unbounded))
        .take_while(|(key, _)| key.starts_with(prefix));
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult>");
    for (key, body) in found.by_ref().take(most) {
        write!(
            xml,
            "<Contents><Key>{key}</Key><LastModified>2026-11-20T01:02:03.000Z</LastModified><ETag>&quot;{}&quot;</ETag>\
             <Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            &ETAG.1[1..33],
            body.len()
        )
        .unwrap();
    }
    let truncated = found.next().is_some();
    let token = if truncated {
        "<NextContinuationToken>more</NextContinuationToken>"
    } else {
        ""
    };
    write!(
        xml,
        "<IsTruncated>{truncated}</IsTruncated>{token}</ListBucketResult>"
    )
    .unwrap();
    ([(header::CONTENT_TYPE, "application/xml")], xml)
}
