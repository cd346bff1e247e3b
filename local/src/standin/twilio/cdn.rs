//! The media CDN: another origin, which knows no accounts. Credentials that arrive here have leaked.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodFilter;

use crate::standin::counters::CREDENTIALS_LEAKED;
use crate::standin::gate::gated;
use crate::standin::operation::Operation;
use crate::standin::world::World;

/// The CDN's routes.
pub(in crate::standin) fn router(world: &Arc<World>) -> Router<Arc<World>> {
    Router::new().route(
        "/{account}/{media}",
        gated(world, MethodFilter::GET, Operation::TwilioMediaCdn, download),
    )
}

/// Where the CDN has a media item.
pub(super) fn address(world: &World, sid: &str) -> String {
    format!("{}/{}/{sid}", world.media_origin, world.account_sid)
}

async fn download(
    State(world): State<Arc<World>>,
    Path((_, sid)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if headers.contains_key(header::AUTHORIZATION) {
        world.interference.counters.add(CREDENTIALS_LEAKED);
        return (StatusCode::BAD_REQUEST, "Only one auth mechanism allowed").into_response();
    }
    match world.state().media.get(&sid).cloned() {
        Some(media) => ([(header::CONTENT_TYPE, media.content_type)], media.bytes).into_response(),
        None => (StatusCode::NOT_FOUND, "no such media").into_response(),
    }
}
