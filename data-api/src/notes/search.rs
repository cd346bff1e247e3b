//! `GET /notes/search`: words in a company's notes, newest first.
//!
//! There is no index of words: the notes are read. So one request looks at a bounded number of them, says how far it got,
//! and the next goes on from there.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use deunicode::deunicode;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;
use shared::keys::LAST_MILLISECOND;
use shared::records::index::TimelineEntry;
use shared::records::note::Note;
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::filters::NoteFilters;
use super::list::{Limit, MAX_PAGE, find};
use super::row;
use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::message::StoredNote;
use crate::parameters::{Both, FromGiven, Given, Query};
use crate::schema::RowDocument;

/// Most notes one request looks at.
pub const MAX_LOOKED_AT: usize = 500;

/// Most notes found by one request when it is not said how many.
pub const DEFAULT_FOUND: usize = 50;

/// Longest text searched for, characters.
pub const MAX_WORDS_CHARS: usize = 200;

/// How long one request may go on looking: well within the 25 s it has, with a batch of reads still to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Notes read at a time.
const AT_ONCE: usize = 16;

/// What to search for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words, each of which has to occur in the note, whole or as part of another; case and accents do not matter.
    #[param(min_length = 1, max_length = 200, example = "mixer")]
    pub q: String,
    /// How many notes at most, 1 to 100; 50 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: usize,
    /// From the previous page of the same search.
    #[param(max_length = 1400)]
    pub cursor: Option<String>,
}

impl FromGiven for SearchQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        let query = Self {
            q: given.required("q")?,
            limit: given.optional("limit")?.map_or(DEFAULT_FOUND, Limit::get),
            cursor: given.optional("cursor")?,
        };
        if query.q.trim().is_empty() || query.q.chars().count() > MAX_WORDS_CHARS {
            return Err(ApiError::parameter("q", "A search is for 1 to 200 characters."));
        }
        Ok(query)
    }
}

/// What was found, and how far was looked.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// Newest first.
    #[schema(value_type = Vec<RowDocument>)]
    pub notes: Vec<TimelineEntry>,
    /// How many notes were looked at for this page.
    pub looked_at: usize,
    /// Everything received from then on, as far as the filters go, has been looked at by this page and those before; absent
    /// when there was nothing to look at.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub looked_back_to: Option<Timestamp>,
    /// Whether that is all there is.
    pub complete: bool,
    /// For looking further; null when everything was looked at.
    pub cursor: Option<String>,
}

/// Searches a company's notes for words: what was said, what was understood, clients, worker, action items. One request looks
/// at 500 notes at most, and says how far back it got; `cursor` looks further. S3 calls: at most 10 LISTs and 1,000 GETs, 16
/// notes at a time.
#[utoipa::path(get, path = "/notes/search", tag = "notes", operation_id = "search_notes",
    params(Both<NoteFilters, SearchQuery>),
    responses((status = 200, body = SearchAnswer),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn search(
    access: Access,
    State(app): State<Arc<App>>,
    Query(Both(filters, query)): Query<Both<NoteFilters, SearchQuery>>,
) -> Result<Json<SearchAnswer>, ApiError> {
    let scope = access.company(&filters.company_id)?;
    let binding = filters.binding("search").and(Some(&query.q));
    let mut position = match &query.cursor {
        Some(cursor) => Some(app.open(&binding, cursor, "cursor").await?),
        None => None,
    };
    let words = Words::of(&query.q);
    let give_up = Instant::now() + PATIENCE;
    let (mut notes, mut looked_at, mut complete) = (Vec::new(), 0, false);
    'looking: while !complete && looked_at < MAX_LOOKED_AT && Instant::now() < give_up {
        let found = find(&app, &scope, &filters, MAX_PAGE, position.clone()).await?;
        complete = !found.more;
        let last = found.keys.last().cloned();
        for (key, stored) in read(&app, &scope, found.keys).await? {
            looked_at += 1;
            position = Some(key);
            let Some(stored) = stored else { continue };
            let row = TimelineEntry::of(&stored.note, &stored.key);
            if filters.wants(&row) && words.occur_in(&stored.note) {
                notes.push(row);
                if notes.len() == query.limit {
                    complete = complete && position == last;
                    break 'looking;
                }
            }
        }
    }
    let cursor = match position.as_ref().filter(|_| !complete) {
        Some(position) => Some(app.seal(&binding, position).await?),
        None => None,
    };
    Ok(Json(SearchAnswer {
        notes,
        looked_at,
        looked_back_to: position.as_deref().and_then(received_at),
        complete,
        cursor,
    }))
}

async fn read(
    app: &App,
    scope: &CompanyScope,
    keys: Vec<String>,
) -> Result<Vec<(String, Option<StoredNote>)>, ApiError> {
    let read = stream::iter(keys).map(async |key| {
        let note = row::note(&app.bucket, scope, &key).await?;
        Ok::<_, ApiError>((key, note))
    });
    read.buffered(AT_ONCE).try_collect().await
}

/// When the message of a row was received, by the row's key: `…/{9999999999999-ms}_{note_id}.json`.
fn received_at(key: &str) -> Option<Timestamp> {
    let digits = key.rsplit('/').next()?.split('_').next()?;
    let milliseconds = LAST_MILLISECOND - digits.parse::<i64>().ok()?;
    Timestamp::from_millisecond(milliseconds).ok()
}

/// What is searched for.
struct Words(Vec<String>);

impl Words {
    fn of(text: &str) -> Self {
        Self(plain(text).split_whitespace().map(str::to_owned).collect())
    }

    fn occur_in(&self, note: &Note) -> bool {
        let mut texts = vec![note.text.as_str(), note.tag.as_str()];
        texts.extend(
            [&note.title, &note.summary, &note.job, &note.context]
                .into_iter()
                .flatten()
                .map(String::as_str),
        );
        texts.extend(
            note.clients
                .iter()
                .flat_map(|client| [client.name.as_str(), client.heard.as_str()]),
        );
        texts.extend(note.worker.name.as_deref());
        texts.extend(note.action_items.iter().map(|item| item.text.as_str()));
        let said = plain(&texts.join("\n"));
        self.0.iter().all(|word| said.contains(word.as_str()))
    }
}

/// Without case and accents.
fn plain(text: &str) -> String {
    deunicode(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(plain("Küche, ÉTAGE"), "kuche, etage");
        assert_eq!(Words::of("  Küche  etage ").0, ["kuche", "etage"]);
    }

    #[test]
    fn a_rows_key_says_when_its_message_was_received() {
        let at: Timestamp = "2026-11-20T01:02:03.004Z".parse().unwrap();
        let keys = shared::keys::CompanyKeys::of(&"acme".parse().unwrap());
        assert_eq!(
            received_at(&keys.timeline(at, &"SM01".parse().unwrap())),
            Some(at)
        );
    }
}
