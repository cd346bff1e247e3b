//! `GET /notes`: a company's notes, newest first, filtered over the index.

use std::str::FromStr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;
use shared::keys::{LAST_MILLISECOND, newest_first};
use shared::records::index::TimelineEntry;
use utoipa::{IntoParams, ToSchema};

use super::filters::NoteFilters;
use super::row::{self, Belief};
use super::when::When;
use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::parameters::{Both, FromGiven, Given, Query};
use crate::schema::RowDocument;

/// Most notes on a page, and most GETs made for one.
pub const MAX_PAGE: usize = 100;

/// Notes on a page when it is not said how many.
pub const DEFAULT_PAGE: usize = 50;

/// GETs at a time.
const AT_ONCE: usize = 16;

/// In which order, and which page.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NotesQuery {
    /// Only notes changed then or later, in the order they were changed, oldest change first. For "what changed since".
    #[param(inline, example = "2026-11-20T09:00:00Z")]
    pub updated_since: Option<When>,
    /// How many notes at most, 1 to 100; 50 when absent. With a filter a page may have fewer, and still another after it.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: usize,
    /// From the previous page of the same list.
    #[param(max_length = 1400)]
    pub cursor: Option<String>,
}

impl FromGiven for NotesQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            updated_since: given.optional("updated_since")?,
            limit: given.optional("limit")?.map_or(DEFAULT_PAGE, Limit::get),
            cursor: given.optional("cursor")?,
        })
    }
}

/// How many notes a page has at most: 1 to [`MAX_PAGE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit(usize);

impl Limit {
    /// The number.
    pub(super) fn get(self) -> usize {
        self.0
    }
}

impl FromStr for Limit {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
        limit.map(Self).ok_or("A page has 1 to 100 notes.")
    }
}

/// A page of notes.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteList {
    /// Newest first; with `updated_since`, in the order they were changed.
    #[schema(value_type = Vec<RowDocument>)]
    pub notes: Vec<TimelineEntry>,
    /// For the next page; null on the last one.
    pub cursor: Option<String>,
}

/// A company's notes, newest first. S3 calls: 1 LIST and at most 100 GETs, 16 at a time (with `client_id` or
/// `updated_since` two for each note, so that a page has at most 50).
#[utoipa::path(get, path = "/notes", tag = "notes", operation_id = "list_notes",
    params(Both<NoteFilters, NotesQuery>),
    responses((status = 200, body = NoteList),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn list(
    access: Access,
    State(app): State<Arc<App>>,
    Query(Both(filters, query)): Query<Both<NoteFilters, NotesQuery>>,
) -> Result<Json<NoteList>, ApiError> {
    let scope = access.company(&filters.company_id)?;
    let since = query.updated_since.map(When::start);
    let binding = filters
        .binding("notes")
        .and(since.map(|since| since.as_millisecond().to_string()).as_deref());
    let position = match &query.cursor {
        Some(cursor) => Some(app.open(&binding, cursor, "cursor").await?),
        None => None,
    };
    let Found { keys, more } = match since {
        Some(since) => find_changes(&app, &scope, since, position).await?,
        None => find(&app, &scope, &filters, query.limit, position).await?,
    };
    let last_key = keys.last().cloned();
    let read = stream::iter(keys).map(async |key| {
        let row = match (since, &filters.client_id) {
            (Some(_), _) => row::of_change(&app.bucket, &scope, &key).await?,
            (None, Some(_)) => row::read(&app.bucket, &scope, &key, Belief::Never).await?,
            (None, None) => row::read(&app.bucket, &scope, &key, Belief::UnlessMarked).await?,
        };
        Ok::<_, ApiError>((key, row))
    });
    let rows: Vec<(String, Option<TimelineEntry>)> = read.buffered(AT_ONCE).try_collect().await?;

    let mut notes = Vec::new();
    let mut position = last_key.clone().filter(|_| more);
    for (key, row) in rows {
        notes.extend(row.filter(|row| filters.wants(row)));
        if notes.len() == query.limit {
            // Rows behind this one were read in vain or not at all.
            position = Some(key).filter(|key| more || Some(key) != last_key.as_ref());
            break;
        }
    }
    let cursor = match position {
        Some(position) => Some(app.seal(&binding, &position).await?),
        None => None,
    };
    Ok(Json(NoteList { notes, cursor }))
}

/// Rows to read.
pub(super) struct Found {
    /// In order.
    pub(super) keys: Vec<String>,
    /// Whether there are others after them.
    pub(super) more: bool,
}

/// The keys of the rows to read, `limit` of them when none is left out afterwards: one LIST.
pub(super) async fn find(
    app: &App,
    scope: &CompanyScope,
    filters: &NoteFilters,
    limit: usize,
    position: Option<String>,
) -> Result<Found, ApiError> {
    let root = match &filters.client_id {
        Some(client) => scope.keys().client_root(client),
        None => scope.keys().timeline_root(),
    };
    // `~` sorts behind the `_` that follows the digits, so a row of exactly that millisecond is left out.
    let newest = filters.to.map(|to| format!("{root}{}~", newest_first(to.end())));
    let oldest = filters
        .from
        .map(|from| format!("{root}{}~", newest_first(from.start())));
    let wanted = match (&filters.client_id, filters.leave_rows_out()) {
        (Some(_), _) => MAX_PAGE / 2,
        (None, true) => MAX_PAGE,
        (None, false) => limit,
    };
    let after = position.or(newest);
    let page = app
        .bucket
        .list(
            &root,
            after.as_deref(),
            None,
            i32::try_from(wanted).unwrap_or(i32::MAX),
        )
        .await?;
    let found = page.objects.len();
    let keys: Vec<String> = page
        .objects
        .into_iter()
        .map(|listed| listed.key)
        .take_while(|key| oldest.as_ref().is_none_or(|oldest| key < oldest))
        .collect();
    let more = page.continuation.is_some() && keys.len() == found;
    Ok(Found { keys, more })
}

/// The keys of changes since then, the latest of each note only: one LIST.
async fn find_changes(
    app: &App,
    scope: &CompanyScope,
    since: Timestamp,
    position: Option<String>,
) -> Result<Found, ApiError> {
    let root = scope.keys().changes_root();
    // Keys begin with the time in 13 digits, so this sorts before every key of that very millisecond.
    let start = format!("{root}{:013}", since.as_millisecond().clamp(0, LAST_MILLISECOND));
    let limit = i32::try_from(MAX_PAGE / 2).unwrap_or(i32::MAX);
    let after = position.unwrap_or(start);
    let page = app.bucket.list(&root, Some(&after), None, limit).await?;
    let more = page.continuation.is_some();
    let mut keys: Vec<String> = Vec::new();
    for listed in page.objects {
        keys.retain(|known| row::note_of_change(known) != row::note_of_change(&listed.key));
        keys.push(listed.key);
    }
    Ok(Found { keys, more })
}
