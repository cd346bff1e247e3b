//! `DELETE /notes/{note_id}`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use shared::ids::{CompanyId, NoteId};
use utoipa::IntoParams;

use crate::access::Access;
use crate::app::App;
use crate::deletion;
use crate::error::{ApiError, ProblemDocument};
use crate::parameters::{FromGiven, Given, PathParameters, Query};

/// What to remove.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RemoveQuery {
    /// Whose.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// True: with it every other note of the same message. False when absent.
    #[param(value_type = Option<bool>)]
    pub whole_message: bool,
}

impl FromGiven for RemoveQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            company_id: given.required("company_id")?,
            whole_message: given.optional("whole_message")?.unwrap_or(false),
        })
    }
}

/// Removes a note for good: every version of it and its index entries. With the last note of a message goes everything
/// else of it: recording, transcript, what was kept on the way, the media at Twilio; a redelivery does not bring it back.
/// While other notes of the message are there, recording and transcript stay with them. A deletion that was cut off (503)
/// is continued by repeating it.
#[utoipa::path(delete, path = "/notes/{note_id}", tag = "notes", operation_id = "delete_note",
    params(("note_id" = String, Path, description = "The note.", pattern = "^[A-Za-z0-9]{2,64}(\\.[1-9][0-9]?)?$"),
        RemoveQuery),
    responses((status = 204, description = "It is gone."),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn remove(
    access: Access,
    State(app): State<Arc<App>>,
    mut path: PathParameters,
    Query(query): Query<RemoveQuery>,
) -> Result<StatusCode, ApiError> {
    let scope = access.company(&query.company_id)?;
    let id: NoteId = path.get("note_id")?;
    deletion::delete(&app, &scope, &id, query.whole_message).await?;
    Ok(StatusCode::NO_CONTENT)
}
