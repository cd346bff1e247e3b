//! Twilio's media resource with basic authentication, as a deletion meets it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use serde_json::json;

/// The account.
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";

#[derive(Default)]
struct Kept {
    media: Vec<(String, String)>,
    failing: usize,
}

/// A stand-in for Twilio.
#[derive(Clone)]
pub(crate) struct Twilio {
    pub(crate) base_url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Twilio {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let twilio = Self {
            base_url: format!("http://{}", listener.local_addr().unwrap()),
            kept: Arc::default(),
        };
        let root = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{{message}}");
        let router = Router::new()
            .route(&format!("{root}/Media.json"), get(list))
            .route(&format!("{root}/Media/{{media}}"), delete(remove))
            .with_state(twilio.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        twilio
    }

    pub(crate) fn keep(&self, message: &str, media: &str) {
        self.kept
            .lock()
            .unwrap()
            .media
            .push((message.to_owned(), media.to_owned()));
    }

    /// Every media item there is.
    pub(crate) fn media(&self) -> Vec<String> {
        self.kept
            .lock()
            .unwrap()
            .media
            .iter()
            .map(|(_, media)| media.clone())
            .collect()
    }

    /// The next calls fail.
    pub(crate) fn fail(&self, times: usize) {
        self.kept.lock().unwrap().failing = times;
    }

    fn refusal(&self, headers: &HeaderMap) -> Option<Response> {
        // AC…01:canary-twilio-token
        let expected = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpjYW5hcnktdHdpbGlvLXRva2Vu";
        if headers.get("authorization").is_none_or(|given| given != expected) {
            return Some(StatusCode::UNAUTHORIZED.into_response());
        }
        let mut kept = self.kept.lock().unwrap();
        kept.failing = kept.failing.checked_sub(1)?;
        Some(StatusCode::SERVICE_UNAVAILABLE.into_response())
    }
}

async fn list(State(twilio): State<Twilio>, Path(message): Path<String>, headers: HeaderMap) -> Response {
    if let Some(refusal) = twilio.refusal(&headers) {
        return refusal;
    }
    let kept = twilio.kept.lock().unwrap();
    let of_message = kept.media.iter().filter(|(owner, _)| *owner == message);
    let list: Vec<_> = of_message
        .map(|(_, media)| json!({"sid": media, "content_type": "audio/ogg"}))
        .collect();
    axum::Json(json!({"media_list": list, "next_page_uri": null})).into_response()
}

async fn remove(
    State(twilio): State<Twilio>,
    Path((message, media)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = twilio.refusal(&headers) {
        return refusal;
    }
    let mut kept = twilio.kept.lock().unwrap();
    let gone = (message, media.trim_end_matches(".json").to_owned());
    let before = kept.media.len();
    kept.media.retain(|known| *known != gone);
    match before == kept.media.len() {
        true => StatusCode::NOT_FOUND.into_response(),
        false => StatusCode::NO_CONTENT.into_response(),
    }
}
