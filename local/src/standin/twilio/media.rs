//! Media of messages: listed, fetched by way of a redirect to the other origin, deleted.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::cdn;
use super::credentials::Authorized;
use super::error::TwilioError;
use super::message::{message_uri, rfc2822};
use crate::standin::world::{Media, World};

/// `GET Messages/{sid}/Media.json`
pub(super) async fn list(
    _: Authorized,
    State(world): State<Arc<World>>,
    Path((_, message)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, TwilioError> {
    let state = world.state();
    let found = state.messages.iter().find(|m| m.sid == message);
    let found = found.ok_or_else(|| TwilioError::not_found(uri.path()))?;
    let list: Vec<Value> = found
        .media
        .iter()
        .filter_map(|a| Some((a, state.media.get(&a.sid)?)))
        .map(|(a, media)| to_json(&world, &message, &a.sid, &a.content_type, media))
        .collect();
    let own_uri = format!("{}/Media.json?PageSize=50&Page=0", message_uri(&world, &message));
    Ok(Json(json!({
        "end": list.len().saturating_sub(1),
        "first_page_uri": own_uri,
        "media_list": list,
        "next_page_uri": null,
        "page": 0,
        "page_size": 50,
        "previous_page_uri": null,
        "start": 0,
        "uri": own_uri,
    }))
    .into_response())
}

/// `GET Messages/{sid}/Media/{sid}`: a redirect; with `.json`, what is known of the item.
pub(super) async fn fetch(
    _: Authorized,
    State(world): State<Arc<World>>,
    Path((_, message, name)): Path<(String, String, String)>,
    uri: Uri,
) -> Result<Response, TwilioError> {
    let sid = name.strip_suffix(".json").unwrap_or(&name);
    let state = world.state();
    let media = state
        .media
        .get(sid)
        .ok_or_else(|| TwilioError::not_found(uri.path()))?;
    if name.ends_with(".json") {
        return Ok(Json(to_json(&world, &message, sid, &media.content_type, media)).into_response());
    }
    let location = HeaderValue::try_from(cdn::address(&world, sid))
        .map_err(|_| TwilioError::bad_request(20001, "the media has no address"))?;
    Ok((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response())
}

/// `DELETE Messages/{sid}/Media/{sid}`
pub(super) async fn delete(
    _: Authorized,
    State(world): State<Arc<World>>,
    Path((_, _, name)): Path<(String, String, String)>,
    uri: Uri,
) -> Result<StatusCode, TwilioError> {
    let sid = name.strip_suffix(".json").unwrap_or(&name);
    let removed = world.state().media.remove(sid);
    removed
        .map(|_| StatusCode::NO_CONTENT)
        .ok_or_else(|| TwilioError::not_found(uri.path()))
}

fn to_json(world: &World, message: &str, sid: &str, content_type: &str, media: &Media) -> Value {
    json!({
        "account_sid": world.account_sid,
        "content_type": content_type,
        "date_created": rfc2822(media.created_at),
        "date_updated": rfc2822(media.created_at),
        "parent_sid": message,
        "sid": sid,
        "uri": format!("{}/Media/{sid}.json", message_uri(world, message)),
    })
}
