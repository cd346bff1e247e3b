//! What workers were heard to say and confirmed to mean a client: seen with the client list, and forgotten one by one.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::bucket::BucketError;
use shared::client::{LearnedAlias, LearnedAliases};
use shared::ids::{ClientId, CompanyId};
use shared::keys;
use utoipa::{IntoParams, ToSchema};

use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::parameters::{FromGiven, Given, PathParameters, Query};

/// How often forgetting is tried while workers confirm others.
const SWAP_ATTEMPTS: usize = 5;

const BUSY: &str = "Names are being learned just now. Repeat this in a moment.";

/// A name that was learned.
#[derive(Debug, Serialize, ToSchema)]
pub struct LearnedName {
    /// The client meant.
    #[schema(value_type = String)]
    pub client_id: ClientId,
    /// What was heard.
    pub heard: String,
    /// The note it was confirmed on last.
    pub note_id: String,
    /// The worker who confirmed it first.
    pub by: String,
    /// When it was confirmed last, UTC.
    #[schema(format = DateTime)]
    pub at: String,
    /// How often.
    pub count: u32,
}

impl From<LearnedAlias> for LearnedName {
    fn from(alias: LearnedAlias) -> Self {
        Self {
            client_id: alias.client_id,
            heard: alias.heard,
            note_id: alias.note_id.into(),
            by: alias.by.into(),
            at: alias.at.to_string(),
            count: alias.count,
        }
    }
}

/// The company's learned names.
pub(super) async fn read(app: &App, scope: &CompanyScope) -> Result<Vec<LearnedName>, ApiError> {
    let key = keys::learned_aliases(scope.company_id());
    let learned = app.bucket.read::<LearnedAliases>(&key).await?;
    let aliases = learned.map(|learned| learned.value.aliases).unwrap_or_default();
    Ok(aliases.into_iter().map(LearnedName::from).collect())
}

/// What to forget.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ForgetQuery {
    /// Whose.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// What was heard, as the list shows it.
    #[param(min_length = 1, max_length = 1400)]
    pub heard: String,
}

impl FromGiven for ForgetQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            company_id: given.required("company_id")?,
            heard: given.required("heard")?,
        })
    }
}

/// Forgets that a heard name means this client. S3 calls: 1 GET, 1 PUT.
#[utoipa::path(delete, path = "/clients/{client_id}/learned", tag = "clients", operation_id = "forget_learned_name",
    params(("client_id" = String, Path, description = "The client.", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"), ForgetQuery),
    responses((status = 204, description = "It is forgotten."),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(super) async fn forget(
    access: Access,
    State(app): State<Arc<App>>,
    mut path: PathParameters,
    Query(query): Query<ForgetQuery>,
) -> Result<StatusCode, ApiError> {
    let scope = access.company(&query.company_id)?;
    let client: ClientId = path.get("client_id")?;
    let key = keys::learned_aliases(scope.company_id());
    for _ in 0..SWAP_ATTEMPTS {
        let mut learned = app
            .bucket
            .read::<LearnedAliases>(&key)
            .await?
            .ok_or(ApiError::NotFound)?;
        let before = learned.value.aliases.len();
        let is_meant = |alias: &LearnedAlias| alias.client_id == client && alias.heard == query.heard;
        learned.value.aliases.retain(|alias| !is_meant(alias));
        if learned.value.aliases.len() == before {
            return Err(ApiError::NotFound);
        }
        match app.bucket.replace(&key, &learned.value, &learned.etag).await {
            Ok(_) => return Ok(StatusCode::NO_CONTENT),
            Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::Conflict(BUSY))
}
