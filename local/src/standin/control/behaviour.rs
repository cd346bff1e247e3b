//! `POST /_control/settings`: how the vendors behave from now on.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Value, json};

use crate::standin::fields::Fields;
use crate::standin::operation::Operation;
use crate::standin::problem::Problem;
use crate::standin::world::World;

/// Changes what is named and leaves the rest. Nothing is changed when anything is refused.
pub(super) async fn change(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let mut fields = Fields::parse(&body)?;
    let list_lag = fields.number("list_lag_ms")?;
    let redact = fields.boolean("redact")?;
    let vary_answers = fields.boolean("vary_answers")?;
    let echo_keywords = fields.boolean("echo_keywords")?;
    let latencies = latencies(fields.take("latency"))?;
    let signing_token = match fields.take("signing_token") {
        None => None,
        Some(Value::Null) => Some(None),
        Some(Value::String(token)) if !token.is_empty() => Some(Some(token)),
        Some(_) => {
            return Err(Problem::about(
                "signing_token",
                "must be a token, or null for the account's own",
            ));
        }
    };
    fields.finish()?;

    for (operation, latency) in latencies {
        world.interference.set_latency(operation, latency);
    }
    let mut state = world.state();
    let behaviour = &mut state.behaviour;
    if let Some(lag) = list_lag {
        behaviour.list_lag = Duration::from_millis(lag);
    }
    if let Some(redact) = redact {
        behaviour.redact = redact;
    }
    if let Some(vary) = vary_answers {
        behaviour.vary_answers = vary;
    }
    if let Some(echo) = echo_keywords {
        behaviour.echo_keywords = echo;
    }
    if let Some(token) = signing_token {
        behaviour.signing_token = token;
    }
    Ok(Json(json!({
        "list_lag_ms": behaviour.list_lag.as_millis(),
        "redact": behaviour.redact,
        "vary_answers": behaviour.vary_answers,
        "echo_keywords": behaviour.echo_keywords,
    })))
}

fn latencies(value: Option<Value>) -> Result<Vec<(Operation, Duration)>, Problem> {
    let entries = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(entries)) => entries,
        Some(_) => {
            return Err(Problem::about(
                "latency",
                "must be an object of milliseconds by operation",
            ));
        }
    };
    entries
        .into_iter()
        .map(|(name, value)| {
            let field = format!("latency.{name}");
            let operation = name
                .parse()
                .map_err(|e| Problem::about(&field, &format!("cannot be used: {e}")))?;
            let ms = value
                .as_u64()
                .ok_or_else(|| Problem::about(&field, "must be a whole number of milliseconds"))?;
            Ok((operation, Duration::from_millis(ms)))
        })
        .collect()
}
