//! `GET /files/get-download-url`: one HEAD, then an address to fetch the file at.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::object::{download_url, head};
use crate::access::Access;
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::object_key::ObjectKey;
use crate::parameters::{FromGiven, Given, Query};

/// Which file.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DownloadQuery {
    /// A file's key, as the lists show it.
    #[param(value_type = String, min_length = 3, max_length = 1024, pattern = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(/(?!\.{1,2}(/|$))[^/\\\u0000-\u001f\u007f-\u009f]+)+$", example = "acme/other/thanks_SM01_audio.ogg")]
    pub key: ObjectKey,
}

impl FromGiven for DownloadQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            key: given.required("key")?,
        })
    }
}

/// Where a file can be fetched.
#[derive(Debug, Serialize, ToSchema)]
pub struct DownloadUrl {
    /// A presigned address; works for 300 seconds, without a key.
    #[schema(format = "uri")]
    pub url: String,
}

/// An address to fetch one file at, for 300 seconds. S3 calls: 1.
#[utoipa::path(get, path = "/files/get-download-url", tag = "files", operation_id = "get_download_url",
    params(DownloadQuery),
    responses((status = 200, body = DownloadUrl),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn get_download_url(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<DownloadQuery>,
) -> Result<Json<DownloadUrl>, ApiError> {
    let scope = access.company(query.key.company())?;
    let key = scope.own(&query.key)?;
    head(&app.bucket, key).await?.ok_or(ApiError::NotFound)?;
    let url = download_url(&app.bucket, key).await?;
    Ok(Json(DownloadUrl { url }))
}
