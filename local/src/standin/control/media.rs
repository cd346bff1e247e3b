//! What workers attach, and what can be heard in it.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use crate::standin::problem::Problem;
use crate::standin::twilio::API_VERSION;
use crate::standin::world::{Media, World, sha256_hex};

/// `PUT /_control/media/{id}`: the bytes become a media item at Twilio.
pub(super) async fn put(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Problem> {
    let content_type = match headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) {
        Some(Ok(given)) => given.to_owned(),
        None => "application/octet-stream".to_owned(),
        Some(Err(_)) => {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "the Content-Type is not ASCII",
            ));
        }
    };
    // The same id leads to the same address: a check may put an item anew.
    let media = format!("ME{}", &sha256_hex(id.as_bytes())[..32]);
    let message = format!("MM{}", &sha256_hex(media.as_bytes())[..32]);
    let url = format!(
        "{}/{API_VERSION}/Accounts/{}/Messages/{message}/Media/{media}",
        world.api_origin, world.account_sid
    );
    let created_at = world.clock.now();
    world.state().media.insert(
        media,
        Media {
            content_type,
            bytes,
            created_at,
        },
    );
    Ok(Json(json!({ "url": url })))
}

/// `PUT /_control/transcripts/{sha256}`: what is heard in the recording with that digest.
pub(super) async fn put_transcript(
    State(world): State<Arc<World>>,
    Path(sha256): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let sha256 = sha256.to_ascii_lowercase();
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Problem::about(
            "sha256",
            "must be the recording's SHA-256: 64 hexadecimal digits",
        ));
    }
    let words = String::from_utf8(body.into())
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the words must be UTF-8 text"))?;
    let answer = Json(json!({ "sha256": sha256 }));
    world.state().transcripts.insert(sha256, words);
    Ok(answer)
}
