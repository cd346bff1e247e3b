//! `PATCH /notes/{note_id}`: the office corrects a note.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use shared::bucket::{BucketError, Versioned};
use shared::client::{ClientList, ClientRecord};
use shared::ids::NoteId;
use shared::keys;
use shared::notebook::{Found, Notebook, Reviser};

use super::CompanyQuery;
use super::change::{Correction, NoteChange};
use super::read::answer;
use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::entity_tag::matches;
use crate::error::{ApiError, ProblemDocument};
use crate::json_body::JsonBody;
use crate::message::{StoredNote, find_note};
use crate::parameters::{PathParameters, Query};
use crate::schema::NoteDocument;

/// Corrects a note: intent, clients, texts, action items. Needs `If-Match` with the note's entity tag. Who changed what,
/// and when, is kept in the note's history; the index follows. A change that changes nothing writes nothing.
#[utoipa::path(patch, path = "/notes/{note_id}", tag = "notes", operation_id = "correct_note",
    params(("note_id" = String, Path, description = "The note.", pattern = "^[A-Za-z0-9]{2,64}(\\.[1-9][0-9]?)?$"),
        ("if-match" = String, Header, description = "The entity tag the note was read with; `*` is none."),
        CompanyQuery),
    request_body = NoteChange,
    responses((status = 200, body = NoteDocument, headers(("etag" = String, description = "Of the note after the change."))),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn correct(
    access: Access,
    State(app): State<Arc<App>>,
    mut path: PathParameters,
    Query(query): Query<CompanyQuery>,
    headers: HeaderMap,
    JsonBody(change): JsonBody<NoteChange>,
) -> Result<Response, ApiError> {
    let scope = access.company(&query.company_id)?;
    let id: NoteId = path.get("note_id")?;
    let correction = Correction::try_from(change)?;
    let stored = find_note(&app.bucket, &scope, &id).await?;
    matches(&headers, stored.etag.as_str())?;
    let listed = match &correction.clients {
        Some(_) => clients(&app, &scope).await?,
        None => Vec::new(),
    };
    let now = app.clock.now().max(stored.note.updated_at);
    let after = correction.applied(&stored.note, &listed, scope.actor(), now)?;
    if after == stored.note {
        return Ok(answer(&stored));
    }
    let reviser = Reviser {
        by: scope.actor().clone(),
        at: now,
        reason: correction.reason.clone(),
    };
    let key = stored.key.clone();
    let found = Found {
        key: stored.key,
        note: Versioned {
            value: stored.note,
            etag: stored.etag,
        },
    };
    let notebook = Notebook::new(&app.bucket, scope.keys().clone());
    match notebook.revise(found, &reviser, |note| *note = after).await {
        Ok(Versioned { value: note, etag }) => Ok(answer(&StoredNote { note, etag, key })),
        Err(BucketError::PreconditionFailed { .. }) => Err(ApiError::PreconditionFailed),
        Err(error) => Err(error.into()),
    }
}

async fn clients(app: &App, scope: &CompanyScope) -> Result<Vec<ClientRecord>, ApiError> {
    let list = app
        .bucket
        .read::<ClientList>(&keys::clients(scope.company_id()))
        .await?;
    Ok(list.map(|list| list.value.clients).unwrap_or_default())
}
