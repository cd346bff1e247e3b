//! `/keys`: the operator makes, lists and revokes keys bound to companies. The admin key only.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::StatusCode;
use http::header::LOCATION;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::bucket::{BucketError, Versioned};
use shared::ids::CompanyId;
use shared::keys;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::AdminScope;
use crate::api_key::{KeyId, KeyRecord, NewKey};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::json_body::JsonBody;
use crate::parameters::{FromGiven, Given, NoQuery, PathParameters, Query};
use crate::seal::Binding;

/// Most companies one key sees.
pub const MAX_COMPANIES: usize = 50;

/// Longest label, characters.
pub const MAX_LABEL_CHARS: usize = 100;

/// Where keys are: `shared::keys::api_key` without the name.
const FOLDER: &str = "keys/";

/// Keys on a page.
const PAGE: i32 = 100;

/// GETs at a time.
const AT_ONCE: usize = 16;

/// The routes of this module.
pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(revoke))
}

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100, example = "Accounting system")]
    label: String,
    /// The companies it is to see.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 50, example = json!(["acme"]))]
    companies: Vec<String>,
    /// When it ends, UTC; absent: not by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<String>,
}

/// A key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// Names it. No secret.
    #[schema(value_type = String, example = "0a1b2c3d4e5f")]
    pub key_id: KeyId,
    /// What it is for.
    pub label: String,
    /// The companies it sees.
    #[schema(value_type = Vec<String>)]
    pub companies: Vec<CompanyId>,
    /// UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// From then on it is refused.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// Since then it is refused, everywhere within a minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
}

impl From<KeyRecord> for Key {
    fn from(record: KeyRecord) -> Self {
        Self {
            key_id: record.key_id,
            label: record.label,
            companies: record.companies,
            created_at: record.created_at,
            expires_at: record.expires_at,
            revoked_at: record.revoked_at,
        }
    }
}

/// A key with its secret, this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedKey {
    /// The key.
    #[serde(flatten)]
    pub key: Key,
    /// What to send as `x-api-key`. It is shown now and never again.
    pub api_key: String,
}

/// A page of keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyList {
    /// In order of key_id, expired and revoked ones too.
    pub keys: Vec<Key>,
    /// For the next page; null on the last one.
    pub cursor: Option<String>,
}

/// Where to go on.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct KeysQuery {
    /// From the previous page.
    #[param(max_length = 1400)]
    pub cursor: Option<String>,
}

impl FromGiven for KeysQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            cursor: given.optional("cursor")?,
        })
    }
}

/// Makes a key. Only the admin key may. S3 calls: 1 PUT.
#[utoipa::path(post, path = "/keys", tag = "keys", operation_id = "create_key",
    request_body = KeyRequest,
    responses((status = 201, body = CreatedKey, headers(("location" = String, description = "Where the key can be revoked."))),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
async fn create(
    _: AdminScope,
    State(app): State<Arc<App>>,
    _: NoQuery,
    JsonBody(request): JsonBody<KeyRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let now = app.clock.now();
    let made = request.made(now)?;
    let key = keys::api_key(made.record.key_id.as_str());
    app.bucket.create(&key, &made.record).await?;
    let location = format!("/keys/{}", made.record.key_id.as_str());
    let created = CreatedKey {
        key: made.record.into(),
        api_key: made.api_key,
    };
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(created)))
}

impl KeyRequest {
    fn made(self, now: Timestamp) -> Result<NewKey, ApiError> {
        let label = self.label.trim().to_owned();
        if label.is_empty() || label.chars().count() > MAX_LABEL_CHARS || label.chars().any(char::is_control)
        {
            return Err(ApiError::parameter(
                "label",
                "A label has 1 to 100 characters on one line.",
            ));
        }
        if self.companies.is_empty() || self.companies.len() > MAX_COMPANIES {
            return Err(ApiError::parameter("companies", "A key sees 1 to 50 companies."));
        }
        let companies = self.companies.into_iter().map(CompanyId::try_from);
        let companies = companies.collect::<Result<Vec<_>, _>>();
        let mut companies = companies.map_err(|why| ApiError::parameter("companies", why))?;
        companies.sort();
        companies.dedup();
        let why = "An expiry is a time in the future, RFC 3339, such as 2027-06-30T00:00:00Z.";
        let expires_at = match self.expires_at.as_deref().map(str::parse::<Timestamp>) {
            None => None,
            Some(Ok(at)) if at > now => Some(at),
            Some(_) => return Err(ApiError::parameter("expires_at", why)),
        };
        Ok(NewKey::generate(label, companies, now, expires_at))
    }
}

/// Lists keys, without their secrets. Only the admin key may. S3 calls: 1 LIST and at most 100 GETs.
#[utoipa::path(get, path = "/keys", tag = "keys", operation_id = "list_keys", params(KeysQuery),
    responses((status = 200, body = KeyList),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
async fn list(
    _: AdminScope,
    State(app): State<Arc<App>>,
    Query(query): Query<KeysQuery>,
) -> Result<Json<KeyList>, ApiError> {
    let binding = Binding::to("keys");
    let after = match &query.cursor {
        Some(cursor) => Some(app.open(&binding, cursor, "cursor").await?),
        None => None,
    };
    let page = app.bucket.list(FOLDER, after.as_deref(), None, PAGE).await?;
    let last = page.objects.last().map(|object| object.key.clone());
    let read = stream::iter(page.objects).map(async |object| app.bucket.read::<KeyRecord>(&object.key).await);
    let records: Vec<_> = read.buffered(AT_ONCE).try_collect().await?;
    let cursor = match last.filter(|_| page.continuation.is_some()) {
        Some(position) => Some(app.seal(&binding, &position).await?),
        None => None,
    };
    let keys = records
        .into_iter()
        .flatten()
        .map(|read| read.value.into())
        .collect();
    Ok(Json(KeyList { keys, cursor }))
}

/// Revokes a key; it is refused everywhere within a minute. Only the admin key may. S3 calls: 1 GET, 1 PUT.
#[utoipa::path(delete, path = "/keys/{key_id}", tag = "keys", operation_id = "revoke_key",
    params(("key_id" = String, Path, description = "The key.", pattern = "^[a-z0-9]{4,32}$")),
    responses((status = 200, body = Key),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
async fn revoke(
    _: AdminScope,
    State(app): State<Arc<App>>,
    _: NoQuery,
    mut path: PathParameters,
) -> Result<Json<Key>, ApiError> {
    let id: KeyId = path.get("key_id")?;
    let key = keys::api_key(id.as_str());
    let Versioned {
        value: mut record,
        etag,
    } = app
        .bucket
        .read::<KeyRecord>(&key)
        .await?
        .ok_or(ApiError::NotFound)?;
    if record.revoked_at.is_none() {
        record.revoked_at = Some(app.clock.now());
        match app.bucket.replace(&key, &record, &etag).await {
            // Somebody else changed it just now, and the only change there is is this one.
            Ok(_) | Err(BucketError::PreconditionFailed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    app.keys.forget(&id);
    Ok(Json(record.into()))
}
