//! The function's entry: an SQS batch, or the scheduled reconciliation.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;
use lambda_runtime::{Context, LambdaEvent};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::services::Services;
use crate::{batch, reconcile};

/// Kept back of every invocation for reporting, so that the function answers rather than being cut off.
const RESERVE: Duration = Duration::from_secs(2);

/// What invokes the voice-parser.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Invocation {
    Batch(SqsEvent),
    Reconcile { reconcile: reconcile::Request },
}

/// The event is neither an SQS batch nor a reconciliation request.
#[derive(Debug, thiserror::Error)]
#[error("InvalidRequest: expected an SQS event or {{\"reconcile\": {{\"since\"?: \"…\"}}}}")]
pub struct UnknownEvent;

/// Handles one invocation. Boxed, because the steps' futures are nested deeper than the compiler computes layouts for.
///
/// # Errors
/// [`UnknownEvent`], or what kept a reconciliation from finishing. A batch never fails as a whole.
pub fn handle(
    services: Arc<Services>,
    event: LambdaEvent<Value>,
) -> LocalBoxFuture<'static, Result<Value, lambda_runtime::Error>> {
    Box::pin(async move {
        let deadline = deadline(&services, &event.context);
        match serde_json::from_value(event.payload).map_err(|_| UnknownEvent)? {
            Invocation::Batch(batch) => Ok(serde_json::to_value(
                batch::handle(&services, batch, deadline).await,
            )?),
            Invocation::Reconcile { reconcile } => Ok(serde_json::to_value(
                reconcile::run(&services, &reconcile, deadline).await?,
            )?),
        }
    })
}

/// When the work has to be over: [`RESERVE`] before Lambda ends the invocation.
fn deadline(services: &Services, context: &Context) -> Instant {
    let until = i64::try_from(context.deadline)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let left = until.and_then(|until| Duration::try_from(until.duration_since(services.clock.now())).ok());
    let left = left
        .filter(|left| !left.is_zero())
        .unwrap_or(services.config.limits.function_timeout);
    Instant::now() + left.saturating_sub(RESERVE)
}
