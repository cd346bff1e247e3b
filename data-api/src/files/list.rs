//! `GET /files/list`: a company's files in key order, a page at a time, as files or as whole messages.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shared::bucket::{Listed, Page};
use shared::ids::CompanyId;
use shared::records::note::Intent;
use utoipa::{IntoParams, ToSchema};

use super::{File, ids};
use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::parameters::{FromGiven, Given, Query};
use crate::schema::IntentName;
use crate::seal::Binding;

/// Most files on a page: what one LIST answers.
pub const PAGE: i32 = 1000;

/// What to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Whose files.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// Only those filed under this intent.
    #[param(value_type = Option<IntentName>, inline)]
    pub message_intent: Option<Intent>,
    /// `full`: every file. `ids`: every message once.
    #[param(value_type = Option<OutputFormat>, inline)]
    pub output_format: OutputFormat,
    /// From the previous page of the same list.
    #[param(rename = "nextContinuationToken", value_type = Option<String>, max_length = 1400)]
    pub token: Option<String>,
}

/// How files are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum OutputFormat {
    /// File by file.
    #[default]
    Full,
    /// Message by message.
    Ids,
}

impl OutputFormat {
    fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Ids => "ids",
        }
    }
}

impl std::str::FromStr for OutputFormat {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "full" => Ok(Self::Full),
            "ids" => Ok(Self::Ids),
            _ => Err("output_format is full or ids"),
        }
    }
}

impl FromGiven for ListQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            company_id: given.required("company_id")?,
            message_intent: given.optional("message_intent")?,
            output_format: given.optional("output_format")?.unwrap_or_default(),
            token: given.optional("nextContinuationToken")?,
        })
    }
}

impl ListQuery {
    /// What a token of this list is bound to.
    fn binding(&self) -> Binding {
        Binding::to("files/list")
            .and(Some(self.company_id.as_str()))
            .and(self.message_intent.map(Intent::as_str))
            .and(Some(self.output_format.as_str()))
    }
}

/// A page of files.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileList {
    /// In key order, at most 1,000.
    pub files: Vec<File>,
    /// For the next page; null on the last one.
    #[serde(rename = "nextContinuationToken")]
    pub next: Option<String>,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageList {
    /// Each message once, with all its files counted.
    pub message_ids: Vec<ids::MessageFiles>,
    /// For the next page; null on the last one.
    #[serde(rename = "nextContinuationToken")]
    pub next: Option<String>,
}

/// Either page, by `output_format`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ListAnswer {
    /// `full`
    Files(FileList),
    /// `ids`
    Messages(MessageList),
}

/// A company's files in key order, at most 1,000 a page, or with `output_format=ids` its messages, at most 100 a page,
/// none split over pages. S3 calls: `full` 1; `ids` 1, and 1 for each message on the page.
#[utoipa::path(get, path = "/files/list", tag = "files", operation_id = "list_files",
    params(ListQuery),
    responses((status = 200, body = ListAnswer),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn list(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<ListQuery>,
) -> Result<Response, ApiError> {
    let scope = access.company(&query.company_id)?;
    let binding = query.binding();
    let after = match &query.token {
        Some(token) => Some(app.open(&binding, token, "nextContinuationToken").await?),
        None => None,
    };
    let range = Range::of(&scope, query.message_intent, after);
    let (answer, position) = match query.output_format {
        OutputFormat::Full => {
            let page = range.read(&app).await?;
            let position = page.next_position();
            let files = page.objects.into_iter().map(File::from).collect();
            (ListAnswer::Files(FileList { files, next: None }), position)
        }
        OutputFormat::Ids => {
            let page = range.read(&app).await?;
            let (message_ids, position) = ids::messages(&app, &scope, query.message_intent, page).await?;
            let list = MessageList {
                message_ids,
                next: None,
            };
            (ListAnswer::Messages(list), position)
        }
    };
    let next = match position {
        Some(position) => Some(app.seal(&binding, &position).await?),
        None => None,
    };
    Ok(Json(answer.with_next(next)).into_response())
}

impl ListAnswer {
    fn with_next(self, token: Option<String>) -> Self {
        match self {
            Self::Files(list) => Self::Files(FileList { next: token, ..list }),
            Self::Messages(list) => Self::Messages(MessageList { next: token, ..list }),
        }
    }
}

/// The part of a company's keys that a list goes through.
struct Range {
    prefix: String,
    after: String,
    folders: Vec<String>,
}

/// One LIST's worth of artifacts.
pub(super) struct Artifacts {
    /// In key order.
    pub(super) objects: Vec<Listed>,
    /// Whether there are more.
    pub(super) truncated: bool,
}

impl Artifacts {
    fn next_position(&self) -> Option<String> {
        self.objects
            .last()
            .filter(|_| self.truncated)
            .map(|object| object.key.clone())
    }
}

impl Range {
    /// One intent's folder, or all three: they are neighbours in key order (`exports/` and `index/` come before them), so
    /// one LIST that starts there goes through all.
    fn of(scope: &CompanyScope, intent: Option<Intent>, after: Option<String>) -> Self {
        let folders: Vec<String> = match intent {
            Some(intent) => vec![scope.keys().intent(intent)],
            None => Intent::ALL.map(|intent| scope.keys().intent(intent)).into(),
        };
        let prefix = match intent {
            Some(intent) => scope.keys().intent(intent),
            None => scope.keys().root(),
        };
        // A folder's own name sorts before everything in it.
        let first = folders.iter().min().cloned().unwrap_or_default();
        Self {
            prefix,
            after: after.unwrap_or(first),
            folders,
        }
    }

    async fn read(&self, app: &App) -> Result<Artifacts, ApiError> {
        let Page {
            mut objects,
            continuation,
        } = app
            .bucket
            .list(&self.prefix, Some(&self.after), None, PAGE)
            .await?;
        let last_folder = self.folders.iter().max();
        let past_the_end =
            |listed: &Listed| last_folder.is_some_and(|f| listed.key > *f && !listed.key.starts_with(f));
        let truncated = continuation.is_some() && !objects.last().is_some_and(past_the_end);
        objects.retain(|listed| self.folders.iter().any(|folder| listed.key.starts_with(folder)));
        Ok(Artifacts { objects, truncated })
    }
}
