//! `GET /messages/{message_id}/outcome`: how filing a message went.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use shared::ids::MessageSid;
use shared::records::index::{FilingState, MessageIndex};
use shared::records::outcome::Outcome;

use crate::access::Access;
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::notes::CompanyQuery;
use crate::parameters::{PathParameters, Query};
use crate::schema::OutcomeDocument;

/// How it went: what was sent and whether it arrived, what it cost, how long each step took, what went wrong. Not there
/// until the message is done or has failed. S3 calls: 2 GETs.
#[utoipa::path(get, path = "/messages/{message_id}/outcome", tag = "messages", operation_id = "get_outcome",
    params(("message_id" = String, Path, description = "Twilio's MessageSid.", pattern = "^[A-Za-z0-9]{2,64}$"), CompanyQuery),
    responses((status = 200, body = OutcomeDocument),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn outcome(
    access: Access,
    State(app): State<Arc<App>>,
    mut path: PathParameters,
    Query(query): Query<CompanyQuery>,
) -> Result<Json<Outcome>, ApiError> {
    let scope = access.company(&query.company_id)?;
    let id: MessageSid = path.get("message_id")?;
    let (outcome_key, index_key) = (scope.keys().outcome(&id), scope.keys().message_index(&id));
    let outcome = app.bucket.read::<Outcome>(&outcome_key);
    let index = app.bucket.read::<MessageIndex>(&index_key);
    let (outcome, index) = futures_util::try_join!(outcome, index)?;
    // A message that failed has an outcome and no index; one that is being deleted has both and is not shown.
    if index.is_some_and(|index| index.value.state == FilingState::Deleted) {
        return Err(ApiError::NotFound);
    }
    outcome.map(|read| Json(read.value)).ok_or(ApiError::NotFound)
}
