//! `POST /notes/export`: a company's notes of a time range as one file in the bucket.
//!
//! The file is tagged when it is written, so that the bucket's lifecycle removes it after seven days.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;
use shared::bucket::BucketError;
use shared::ids::{CompanyId, random_hex32};
use shared::keys::newest_first;
use shared::records::note::Note;
use utoipa::{IntoParams, ToSchema};

use super::when::When;
use super::{row, spreadsheet};
use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::files::object::download_url;
use crate::parameters::{FromGiven, Given, Query};

/// Most notes in one file.
pub const MAX_NOTES: usize = 5000;

/// Largest file, bytes, and with it about the most memory an export takes twice over.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// How long reading the notes may take: the function has 25 s in all.
const PATIENCE: Duration = Duration::from_secs(17);

/// Notes read at a time.
const AT_ONCE: usize = 16;

/// The tag the bucket's lifecycle looks for.
const LIFECYCLE_TAG: &str = "lifecycle=export";

/// What to export.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Whose notes.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// Notes of messages received then or later: RFC 3339, or a day in UTC.
    #[param(inline, example = "2026-11-01")]
    pub from: When,
    /// Notes of messages received before then; a day counts to its end.
    #[param(inline, example = "2026-11-30")]
    pub to: When,
    /// `csv` for a spreadsheet, `jsonl` with whole notes, one a line.
    #[param(value_type = ExportFormat, inline)]
    pub format: ExportFormat,
}

/// How notes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum ExportFormat {
    /// For a spreadsheet.
    Csv,
    /// Whole notes, one a line.
    Jsonl,
}

impl std::str::FromStr for ExportFormat {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::Jsonl),
            _ => Err("format is csv or jsonl"),
        }
    }
}

impl FromGiven for ExportQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        let query = Self {
            company_id: given.required("company_id")?,
            from: given.required("from")?,
            to: given.required("to")?,
            format: given.required("format")?,
        };
        if query.from.start() >= query.to.end() {
            return Err(ApiError::parameter(
                "from",
                "The time range ends before it starts.",
            ));
        }
        Ok(query)
    }
}

/// An export.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// A presigned address; works for 300 seconds, without a key.
    #[schema(format = "uri")]
    pub url: String,
    /// Where the file is, for a new address with `/files/get-download-url`; it is removed after seven days.
    pub key: String,
    /// How many notes are in it.
    pub notes: usize,
}

/// Writes the notes of a time range, newest first, into one file and answers with its address. At most 5,000 notes and
/// 64 MiB; what is more is refused, naming `from`. S3 calls: 1 LIST for each 1,000 notes, 2 GETs for each, 1 PUT.
#[utoipa::path(post, path = "/notes/export", tag = "notes", operation_id = "export_notes", params(ExportQuery),
    responses((status = 200, body = Export),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn export(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<ExportQuery>,
) -> Result<Json<Export>, ApiError> {
    let scope = access.company(&query.company_id)?;
    let reading = read(&app, &scope, query.from.start(), query.to.end());
    let notes = tokio::time::timeout(PATIENCE, reading)
        .await
        .map_err(|_| too_much())??;
    let (body, extension, content_type) = match query.format {
        ExportFormat::Csv => (spreadsheet::csv(&notes)?, "csv", "text/csv; charset=utf-8"),
        ExportFormat::Jsonl => (lines(&notes)?, "jsonl", "application/jsonl"),
    };
    if body.len() > MAX_BYTES {
        return Err(too_much());
    }
    let name = format!("notes-{}.{extension}", &random_hex32()[..12]);
    let key = format!(
        "{}{}_{name}",
        scope.keys().exports_root(),
        app.clock.now().strftime("%Y%m%dT%H%M%SZ")
    );
    put(&app, &key, body, content_type).await?;
    let url = download_url(&app.bucket, &key).await?;
    let notes = notes.len();
    Ok(Json(Export { url, key, notes }))
}

fn too_much() -> ApiError {
    ApiError::parameter(
        "from",
        "This is more than one export holds (5,000 notes, 64 MiB). Ask for a shorter time.",
    )
}

async fn read(
    app: &App,
    scope: &CompanyScope,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Note>, ApiError> {
    let root = scope.keys().timeline_root();
    // As in the list: `~` sorts behind what follows the digits.
    let oldest = format!("{root}{}~", newest_first(from));
    let mut after = format!("{root}{}~", newest_first(to));
    let mut keys: Vec<String> = Vec::new();
    loop {
        let page = app.bucket.list(&root, Some(&after), None, 1000).await?;
        let found = page.objects.len();
        let wanted = page
            .objects
            .into_iter()
            .map(|listed| listed.key)
            .take_while(|key| *key < oldest);
        let before = keys.len();
        keys.extend(wanted);
        if keys.len() > MAX_NOTES {
            return Err(too_much());
        }
        match keys.last() {
            Some(last) if page.continuation.is_some() && keys.len() - before == found => {
                after.clone_from(last)
            }
            _ => break,
        }
    }
    let read = stream::iter(keys).map(async |key| row::note(&app.bucket, scope, &key).await);
    let mut read = read.buffered(AT_ONCE);
    let (mut notes, mut bytes) = (Vec::new(), 0);
    while let Some(stored) = read.try_next().await? {
        let Some(stored) = stored else { continue };
        bytes += stored.note.text.len();
        if bytes > MAX_BYTES {
            return Err(too_much());
        }
        notes.push(stored.note);
    }
    Ok(notes)
}

fn lines(notes: &[Note]) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    for note in notes {
        serde_json::to_writer(&mut body, note).map_err(|error| ApiError::internal("the export", error))?;
        body.push(b'\n');
    }
    Ok(body)
}

async fn put(app: &App, key: &str, body: Vec<u8>, content_type: &str) -> Result<(), ApiError> {
    const OPERATION: &str = "PutObject";
    let file_name = key.rsplit('/').next().unwrap_or_default();
    let request = app
        .bucket
        .client()
        .put_object()
        .bucket(app.bucket.name())
        .key(key);
    let request = request
        .content_type(content_type)
        .content_disposition(format!("attachment; filename=\"{file_name}\""))
        .tagging(LIFECYCLE_TAG)
        .body(ByteStream::from(body));
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            let status = error.raw_response().map(|response| response.status().as_u16());
            Err(match status {
                Some(401 | 403) => BucketError::AccessDenied { operation: OPERATION }.into(),
                status => BucketError::Unavailable {
                    operation: OPERATION,
                    status,
                    code: None,
                }
                .into(),
            })
        }
    }
}
