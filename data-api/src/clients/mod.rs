//! `/clients`: whom the company's notes may be about, as JSON or as a table, and the names workers taught.
//!
//! The list is replaced whole, and only by who has seen the one that is replaced. Fields nobody here knows are kept.

pub mod learned;
pub mod table;
pub mod upload;

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::bucket::{BucketError, ETag};
use shared::ids::CompanyId;
use shared::keys;
use shared::limits::MAX_RECORD_BYTES;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::learned::LearnedName;
use self::upload::{Fields, Row};
use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::entity_tag::matches;
use crate::error::{ApiError, ProblemDocument};
use crate::json_body;
use crate::notes::CompanyQuery;
use crate::parameters::{FromGiven, Given, Query};
use crate::schema::ClientDocument;

/// The entity tag of a list that nobody has made yet: with it the first one can be made like any other is replaced.
const NO_LIST: &str = "\"none\"";

/// The media type of tables.
const CSV: &str = "text/csv";

/// The routes of this module.
pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(read, replace))
        .routes(routes!(learned::forget))
}

/// As what to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Format {
    /// The records, and the learned names.
    Json,
    /// A table for a spreadsheet, of the clients alone.
    Csv,
}

impl FromStr for Format {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            _ => Err("A format is json or csv."),
        }
    }
}

/// Whose clients.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClientsQuery {
    /// Whose.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// As what; `json` when absent.
    #[param(value_type = Option<Format>, inline)]
    pub format: Format,
}

impl FromGiven for ClientsQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            company_id: given.required("company_id")?,
            format: given.optional("format")?.unwrap_or(Format::Json),
        })
    }
}

/// A company's clients.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientsAnswer {
    /// In the list's order.
    #[schema(value_type = Vec<ClientDocument>)]
    pub clients: Vec<Fields>,
    /// What workers were heard to say and confirmed to mean a client.
    pub learned: Vec<LearnedName>,
}

/// A client list to put in the place of another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientsUpload {
    /// All clients. One without `client_id` gets that of the client of the same name, else a new one.
    #[schema(value_type = Vec<ClientDocument>, max_items = 50_000)]
    clients: Vec<Value>,
    /// As it was read; it is not changed by this.
    #[schema(value_type = Option<Vec<Value>>)]
    #[expect(dead_code, reason = "taken so that what was read can be sent back")]
    learned: Option<Vec<IgnoredAny>>,
}

/// The list as it is stored.
struct Stored {
    clients: Vec<Fields>,
    etag: Option<ETag>,
}

/// The client list with its entity tag, which replacing it needs. S3 calls: 2 GETs.
#[utoipa::path(get, path = "/clients", tag = "clients", operation_id = "get_clients", params(ClientsQuery),
    responses((status = 200, description = "The list; with `format=csv` a table.", headers(("etag" = String, description = "For `If-Match`.")),
            content((ClientsAnswer = "application/json"), (String = "text/csv"))),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
async fn read(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<ClientsQuery>,
) -> Result<Response, ApiError> {
    let scope = access.company(&query.company_id)?;
    let stored = stored(&app, &scope).await?;
    match query.format {
        Format::Json => answer(&app, &scope, stored.clients, stored.etag.as_ref()).await,
        Format::Csv => {
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
                (
                    CONTENT_DISPOSITION,
                    HeaderValue::from_static("attachment; filename=\"clients.csv\""),
                ),
                (ETAG, tag(stored.etag.as_ref())),
            ];
            Ok((headers, table::write(&stored.clients)?).into_response())
        }
    }
}

async fn answer(
    app: &App,
    scope: &CompanyScope,
    clients: Vec<Fields>,
    etag: Option<&ETag>,
) -> Result<Response, ApiError> {
    let learned = learned::read(app, scope).await?;
    Ok((
        [(ETAG, tag(etag))],
        axum::Json(ClientsAnswer { clients, learned }),
    )
        .into_response())
}

fn tag(etag: Option<&ETag>) -> HeaderValue {
    let text = etag.map_or(NO_LIST, ETag::as_str);
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(NO_LIST))
}

/// Another company's list at this company's place is none: customer-lookup does not read it either.
async fn stored(app: &App, scope: &CompanyScope) -> Result<Stored, ApiError> {
    #[derive(Deserialize)]
    struct List {
        company_id: CompanyId,
        clients: Vec<Fields>,
    }
    let list = app
        .bucket
        .read::<List>(&keys::clients(scope.company_id()))
        .await?;
    Ok(match list {
        Some(list) => Stored {
            clients: if list.value.company_id == *scope.company_id() {
                list.value.clients
            } else {
                Vec::new()
            },
            etag: Some(list.etag),
        },
        None => Stored {
            clients: Vec::new(),
            etag: None,
        },
    })
}

/// Replaces the client list, as JSON or (`content-type: text/csv`) as a table whose first row names the columns `client_id`,
/// `name`, `aliases` (separated by `;`), `phone_number`, `address`, `active`; only `name` is needed. Needs `If-Match` with the
/// list's entity tag. What a table has no column for stays with clients that are still there; learned names stay in any case.
/// When a row cannot be used nothing is changed, and `errors` names it; nor by a table without clients: a list is emptied as
/// JSON. S3 calls: 2 GETs, 1 PUT.
#[utoipa::path(put, path = "/clients", tag = "clients", operation_id = "replace_clients",
    params(("if-match" = Option<String>, Header, description = "The entity tag the list was read with; may be absent as long as there is no list."), CompanyQuery),
    request_body(content((ClientsUpload = "application/json"), (String = "text/csv"))),
    responses((status = 200, body = ClientsAnswer, headers(("etag" = String, description = "Of the list after the change."))),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
async fn replace(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<CompanyQuery>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let scope = access.company(&query.company_id)?;
    let sent = Sent::of(&headers)?;
    let body = json_body::bytes(request, &()).await?;
    let rows = match sent {
        Sent::Json => from_json(&body)?,
        Sent::Table => table::read(&body)?,
    };
    let before = stored(&app, &scope).await?;
    match &before.etag {
        Some(etag) => matches(&headers, etag.as_str())?,
        None if headers.contains_key(IF_MATCH) => matches(&headers, NO_LIST)?,
        None => {}
    }
    let mut clients = upload::checked(rows, &before.clients)?;
    if sent == Sent::Table {
        table::keep_the_rest(&mut clients, &before.clients);
    }
    table::without_blanks(&mut clients);
    let list = json!({"company_id": scope.company_id(), "clients": clients});
    if serde_json::to_vec_pretty(&list).map_or(usize::MAX, |bytes| bytes.len()) > MAX_RECORD_BYTES {
        return Err(ApiError::TooLarge);
    }
    let key = keys::clients(scope.company_id());
    let written = match &before.etag {
        Some(etag) => app.bucket.replace(&key, &list, etag).await,
        None => app.bucket.create(&key, &list).await,
    };
    match written {
        Ok(etag) => answer(&app, &scope, clients, Some(&etag)).await,
        Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {
            Err(ApiError::PreconditionFailed)
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Json,
    Table,
}

impl Sent {
    fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        match text
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
        {
            "application/json" => Ok(Self::Json),
            CSV => Ok(Self::Table),
            _ => Err(ApiError::UnsupportedMediaType("application/json or text/csv")),
        }
    }
}

fn from_json(body: &[u8]) -> Result<Vec<Row>, ApiError> {
    let upload: ClientsUpload = json_body::parse(body)?;
    let mut faults = Vec::new();
    let mut rows = Vec::new();
    for (client, number) in upload.clients.into_iter().zip(1..) {
        match client {
            Value::Object(fields) => rows.push(Row { number, fields }),
            _ => faults.push(upload::fault(number, None, "A client is a JSON object.")),
        }
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        Err(ApiError::Rows(faults))
    }
}
