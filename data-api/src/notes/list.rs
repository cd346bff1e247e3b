//! `GET /notes`: a company's notes, newest first, filtered over the index.

use std::str::FromStr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;
use shared::ids::{ClientId, CompanyId};
use shared::keys::{LAST_MILLISECOND, newest_first};
use shared::records::index::TimelineEntry;
use shared::records::note::Intent;
use utoipa::{IntoParams, ToSchema};

use super::row::{self, Belief};
use super::when::When;
use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::parameters::{FromGiven, Given, Query};
use crate::schema::{IntentName, RowDocument};
use crate::seal::Binding;

/// Most notes on a page, and most GETs made for one.
pub const MAX_PAGE: usize = 100;

/// Notes on a page when it is not said how many.
pub const DEFAULT_PAGE: usize = 50;

/// GETs at a time.
const AT_ONCE: usize = 16;

/// What to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NotesQuery {
    /// Whose notes.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// Only notes for this.
    #[param(value_type = Option<IntentName>, inline)]
    pub intent: Option<Intent>,
    /// Only notes about this client.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    pub client_id: Option<ClientId>,
    /// Only notes of messages received then or later: RFC 3339, or a day in UTC.
    #[param(inline, example = "2026-11-01")]
    pub from: Option<When>,
    /// Only notes of messages received before then; a day counts to its end.
    #[param(inline, example = "2026-11-30")]
    pub to: Option<When>,
    /// Only notes changed then or later, in the order they were changed, oldest change first. For "what changed since".
    #[param(inline, example = "2026-11-20T09:00:00Z")]
    pub updated_since: Option<When>,
    /// Only notes that a person has to look at.
    pub needs_review: Option<bool>,
    /// How many notes at most, 1 to 100; 50 when absent. With a filter a page may have fewer, and still another after it.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: usize,
    /// From the previous page of the same list.
    #[param(max_length = 1400)]
    pub cursor: Option<String>,
}

impl FromGiven for NotesQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        let query = Self {
            company_id: given.required("company_id")?,
            intent: given.optional("intent")?,
            client_id: given.optional("client_id")?,
            from: given.optional("from")?,
            to: given.optional("to")?,
            updated_since: given.optional("updated_since")?,
            needs_review: given.optional("needs_review")?,
            limit: given.optional("limit")?.map_or(DEFAULT_PAGE, Limit::get),
            cursor: given.optional("cursor")?,
        };
        in_order(query.from, query.to)?;
        Ok(query)
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

/// Refuses a range that ends before it starts.
pub(super) fn in_order(from: Option<When>, to: Option<When>) -> Result<(), ApiError> {
    match (from, to) {
        (Some(from), Some(to)) if from.start() >= to.end() => {
            let why = "The time range ends before it starts.";
            Err(ApiError::parameter("from", why))
        }
        _ => Ok(()),
    }
}

impl NotesQuery {
    /// What a cursor of a list with this query is bound to: everything but how many.
    pub(super) fn binding(&self, route: &'static str) -> Binding {
        let time = |at: Option<Timestamp>| at.map(|at| at.as_millisecond().to_string());
        Binding::to(route)
            .and(Some(self.company_id.as_str()))
            .and(self.intent.map(Intent::as_str))
            .and(self.client_id.as_ref().map(ClientId::as_str))
            .and(time(self.from.map(When::start)).as_deref())
            .and(time(self.to.map(When::end)).as_deref())
            .and(time(self.updated_since.map(When::start)).as_deref())
            .and(self.needs_review.map(|yes| if yes { "yes" } else { "no" }))
    }

    /// Whether rows are left out after they were read.
    fn is_filtered(&self) -> bool {
        self.intent.is_some() || self.needs_review.is_some() || self.client_id.is_some()
    }

    /// Whether a row passes the filters.
    pub(super) fn wants(&self, row: &TimelineEntry) -> bool {
        self.intent.is_none_or(|intent| row.intent == intent)
            && self.from.is_none_or(|from| row.received_at >= from.start())
            && self.to.is_none_or(|to| row.received_at < to.end())
            && self
                .needs_review
                .is_none_or(|wanted| row.needs_review.is_empty() != wanted)
            && self
                .client_id
                .as_ref()
                .is_none_or(|client| row.clients.iter().any(|linked| linked.client_id == *client))
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
    params(NotesQuery),
    responses((status = 200, body = NoteList),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn list(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<NotesQuery>,
) -> Result<Json<NoteList>, ApiError> {
    let scope = access.company(&query.company_id)?;
    let binding = query.binding("notes");
    let position = match &query.cursor {
        Some(cursor) => Some(app.open(&binding, cursor, "cursor").await?),
        None => None,
    };
    let Found { keys, more } = match query.updated_since {
        Some(since) => find_changes(&app, &scope, since.start(), position).await?,
        None => find(&app, &scope, &query, position).await?,
    };
    let last_key = keys.last().cloned();
    let read = stream::iter(keys).map(async |key| {
        let row = match (query.updated_since, &query.client_id) {
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
        notes.extend(row.filter(|row| query.wants(row)));
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

/// The keys of the rows to read: one LIST.
pub(super) async fn find(
    app: &App,
    scope: &CompanyScope,
    query: &NotesQuery,
    position: Option<String>,
) -> Result<Found, ApiError> {
    let root = match &query.client_id {
        Some(client) => scope.keys().client_root(client),
        None => scope.keys().timeline_root(),
    };
    // `~` sorts behind the `_` that follows the digits, so a row of exactly that millisecond is left out.
    let newest = query.to.map(|to| format!("{root}{}~", newest_first(to.end())));
    let oldest = query
        .from
        .map(|from| format!("{root}{}~", newest_first(from.start())));
    let wanted = match (&query.client_id, query.is_filtered()) {
        (Some(_), _) => MAX_PAGE / 2,
        (None, true) => MAX_PAGE,
        (None, false) => query.limit,
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
