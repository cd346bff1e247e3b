//! Twilio's REST API, as far as the functions use it, and the requests Twilio makes.

pub(super) mod cdn;
pub(super) mod credentials;
pub(super) mod error;
mod listing;
mod media;
pub(super) mod message;
mod sending;
pub(super) mod signature;
pub(super) mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::routing::MethodFilter;

use super::gate::gated;
use super::operation::Operation;
use super::world::World;

/// The version in every path and in every request Twilio makes.
pub(super) const API_VERSION: &str = "2010-04-01";

/// Twilio's routes.
pub(super) fn router(world: &Arc<World>) -> Router<Arc<World>> {
    let (get, post, delete) = (MethodFilter::GET, MethodFilter::POST, MethodFilter::DELETE);
    Router::new()
        .route(
            "/2010-04-01/Accounts/{account}/Messages.json",
            gated(world, post, Operation::TwilioSend, sending::send).merge(gated(
                world,
                get,
                Operation::TwilioList,
                listing::list,
            )),
        )
        .route(
            "/2010-04-01/Accounts/{account}/Messages/{message}",
            gated(world, get, Operation::TwilioMessage, listing::fetch),
        )
        .route(
            "/2010-04-01/Accounts/{account}/Messages/{message}/Media.json",
            gated(world, get, Operation::TwilioMediaList, media::list),
        )
        .route(
            "/2010-04-01/Accounts/{account}/Messages/{message}/Media/{media}",
            gated(world, get, Operation::TwilioMedia, media::fetch).merge(gated(
                world,
                delete,
                Operation::TwilioMediaDelete,
                media::delete,
            )),
        )
}
