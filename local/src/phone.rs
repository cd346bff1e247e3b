//! The phone page: what a worker's phone shows, in a browser. Its own files, and the samples it can send.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;

use crate::samples::Samples;

/// The page's own files. They change with the program only.
const FILES: [(&str, &str); 9] = [
    ("index.html", include_str!("../phone/index.html")),
    ("phone.css", include_str!("../phone/phone.css")),
    ("icon.svg", include_str!("../phone/icon.svg")),
    ("phone.js", include_str!("../phone/phone.js")),
    ("chat.js", include_str!("../phone/chat.js")),
    ("ogg.js", include_str!("../phone/ogg.js")),
    ("recorder.js", include_str!("../phone/recorder.js")),
    ("standin.js", include_str!("../phone/standin.js")),
    ("webm.js", include_str!("../phone/webm.js")),
];

/// What every answer says: a developer's page is never the one of yesterday, and is what its type says.
const HEADERS: [(HeaderName, &str); 2] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The routes under `/phone`.
///
/// # Errors
/// Names the sample that cannot be read.
pub fn router(samples: &Samples) -> anyhow::Result<Router> {
    let samples: BTreeMap<String, Bytes> = samples.files()?.into_iter().collect();
    Ok(Router::new()
        .route("/phone", get(async || own("index.html")))
        .route("/phone/", get(async || own("index.html")))
        .route("/phone/{file}", get(async |Path(file): Path<String>| own(&file)))
        .route("/phone/samples/{file}", get(sample))
        .with_state(samples))
}

fn own(name: &str) -> Response {
    match FILES.iter().find(|(file, _)| *file == name) {
        Some((_, content)) => found(name, Bytes::from_static(content.as_bytes())),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn sample(State(samples): State<BTreeMap<String, Bytes>>, Path(file): Path<String>) -> Response {
    match samples.get(&file) {
        Some(content) => found(&file, content.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn found(name: &str, content: Bytes) -> Response {
    let content_type = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("ogg") => "audio/ogg",
        _ => "application/octet-stream",
    };
    (
        HEADERS,
        [(header::CONTENT_TYPE, content_type)],
        Body::from(content),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str) -> (StatusCode, String, Bytes) {
        let samples = Samples::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples")).unwrap();
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = router(&samples).unwrap().oneshot(request).await.unwrap();
        let content_type = answer
            .headers()
            .get("content-type")
            .map(|v| v.to_str().unwrap().to_owned());
        let status = answer.status();
        (
            status,
            content_type.unwrap_or_default(),
            answer.into_body().collect().await.unwrap().to_bytes(),
        )
    }

    #[tokio::test]
    async fn every_file_the_page_is_made_of_is_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("phone");
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let (status, content_type, body) = get(&format!("/phone/{name}")).await;
            assert_eq!(status, StatusCode::OK, "{name}");
            assert_ne!(content_type, "application/octet-stream", "{name}");
            assert_eq!(body, std::fs::read(entry.path()).unwrap(), "{name}");
        }
        assert_eq!(get("/phone").await.1, "text/html; charset=utf-8");
    }

    #[tokio::test]
    async fn samples_are_served_and_nothing_beside_them() {
        assert_eq!(get("/phone/samples/messages.json").await.1, "application/json");
        assert_eq!(get("/phone/samples/voice-note-1.ogg").await.1, "audio/ogg");
        assert_eq!(
            get("/phone/samples/voice-note-1.txt").await.1,
            "text/plain; charset=utf-8"
        );
        for other in [
            "customers.json",
            "make.sh",
            "..%2FCargo.toml",
            "%2e%2e%2fREADME.md",
        ] {
            assert_eq!(
                get(&format!("/phone/samples/{other}")).await.0,
                StatusCode::NOT_FOUND,
                "{other}"
            );
        }
    }
}
