//! `GET /notes/{note_id}` and its files.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::ETAG;
use http::{HeaderMap, HeaderValue, StatusCode};
use shared::ids::NoteId;

use super::CompanyQuery;
use crate::access::Access;
use crate::app::App;
use crate::entity_tag::is_known;
use crate::error::{ApiError, ProblemDocument};
use crate::files::download::DownloadUrl;
use crate::files::object::download_url;
use crate::message::{Message, StoredNote, find_note};
use crate::parameters::{PathParameters, Query};
use crate::schema::NoteDocument;

/// One note, with its entity tag for `If-Match` (and `If-None-Match`). S3 calls: 2 GETs.
#[utoipa::path(get, path = "/notes/{note_id}", tag = "notes", operation_id = "get_note",
    params(("note_id" = String, Path, description = "The note.", pattern = "^[A-Za-z0-9]{2,64}(\\.[1-9][0-9]?)?$"),
        CompanyQuery),
    responses((status = 200, body = NoteDocument, headers(("etag" = String, description = "For `If-Match`."))),
        (status = 304, description = "It is still the one named in `If-None-Match`."),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn note(
    access: Access,
    State(app): State<Arc<App>>,
    mut path: PathParameters,
    Query(query): Query<CompanyQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = access.company(&query.company_id)?;
    let id: NoteId = path.get("note_id")?;
    let stored = find_note(&app.bucket, &scope, &id).await?;
    if is_known(&headers, stored.etag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag(&stored))]).into_response());
    }
    Ok(answer(&stored))
}

/// A note with its entity tag.
pub(super) fn answer(stored: &StoredNote) -> Response {
    ([(ETAG, tag(stored))], Json(&stored.note)).into_response()
}

fn tag(stored: &StoredNote) -> HeaderValue {
    HeaderValue::from_str(stored.etag.as_str()).unwrap_or(HeaderValue::from_static("\"\""))
}

/// An address to fetch one file of the note's message at, for 300 seconds. `name` is the end of the file's key, such as
/// `audio.ogg`, or all of it behind the last slash. S3 calls: 1 GET, then 1 LIST for each of the message's 1 to 5 notes.
#[utoipa::path(get, path = "/notes/{note_id}/files/{name}", tag = "notes", operation_id = "get_note_file",
    params(("note_id" = String, Path, description = "The note.", pattern = "^[A-Za-z0-9]{2,64}(\\.[1-9][0-9]?)?$"),
        ("name" = String, Path, description = "The file.", example = "audio.ogg", max_length = 200),
        CompanyQuery),
    responses((status = 200, body = DownloadUrl),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn file(
    access: Access,
    State(app): State<Arc<App>>,
    mut path: PathParameters,
    Query(query): Query<CompanyQuery>,
) -> Result<Json<DownloadUrl>, ApiError> {
    let scope = access.company(&query.company_id)?;
    let id: NoteId = path.get("note_id")?;
    let name: String = path.get("name")?;
    let message = Message::filed(&app.bucket, &scope, &id.message()).await?;
    message.note(&id)?;
    // The name is only ever compared with what is there; no key is made of it.
    let files = message.files(&app.bucket, &scope).await?;
    let mut candidates: Vec<&str> = files
        .iter()
        .map(|file| file.key.as_str())
        .filter(|key| is_named(key, &name))
        .collect();
    // Every note of a message has a note.json and a text_summary.txt: the note's own comes first.
    candidates.sort_by_key(|key| !key.contains(&format!("_{id}_")));
    let key = candidates.first().ok_or(ApiError::NotFound)?;
    let url = download_url(&app.bucket, key).await?;
    Ok(Json(DownloadUrl { url }))
}

/// Whether `name` is the key's last segment, or what follows tag and id in it.
fn is_named(key: &str, name: &str) -> bool {
    let last = key.rsplit('/').next().unwrap_or_default();
    last == name || last.splitn(3, '_').nth(2) == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_end_or_whole_and_not_by_less() {
        let key = "acme/other/thanks_SM01_full_text.txt";
        assert!(is_named(key, "full_text.txt"));
        assert!(is_named(key, "thanks_SM01_full_text.txt"));
        for other in ["text.txt", "", "SM01_full_text.txt", "../full_text.txt", key] {
            assert!(!is_named(key, other), "{other}");
        }
    }
}
