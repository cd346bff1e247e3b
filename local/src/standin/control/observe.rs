//! What has happened: messages sent, calls made.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use serde_json::{Value, json};

use crate::standin::problem::Problem;
use crate::standin::twilio::message::Direction;
use crate::standin::world::World;

/// `GET /_control/messages?to=`: what was sent, oldest first, whatever the list hides.
pub(super) async fn messages(
    State(world): State<Arc<World>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Problem> {
    let mut wanted = None;
    for (name, value) in url::form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "to" => wanted = Some(comparable(&value)).filter(|to| !to.is_empty()),
            other => return Err(Problem::about(other, "is not a parameter of this control")),
        }
    }
    let state = world.state();
    let sent: Vec<Value> = state
        .messages
        .iter()
        .filter(|m| m.direction == Direction::Outbound)
        .filter(|m| wanted.as_ref().is_none_or(|to| *to == comparable(&m.to)))
        .map(|m| {
            json!({ "sid": m.sid, "to": m.to, "from": m.from, "body": m.body, "created_at": m.created_at.to_string() })
        })
        .collect();
    Ok(Json(sent.into()))
}

/// `GET /_control/requests`
pub(super) async fn requests(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!(world.interference.counters.snapshot()))
}

/// An address without what people leave out or a query string spoils: the channel, and the plus sign.
fn comparable(address: &str) -> String {
    let bare = address.strip_prefix("whatsapp:").unwrap_or(address);
    bare.trim().trim_start_matches('+').to_owned()
}
