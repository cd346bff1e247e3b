//! `/files/*`: what is in the bucket, as it was filed.

pub mod artifact;
pub mod by_message;
pub mod download;
pub mod ids;
pub mod list;
pub mod object;

use std::sync::Arc;

use axum::Json;
use jiff::Timestamp;
use serde::Serialize;
use shared::bucket::Listed;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::parameters::NoQuery;

/// The routes of this module.
pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(list::list))
        .routes(routes!(by_message::by_message))
        .routes(routes!(download::get_download_url))
}

/// The function runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `healthy`.
    #[schema(example = "healthy")]
    pub status: &'static str,
}

/// Is the API there? Needs no key and touches nothing else.
#[utoipa::path(get, path = "/health", tag = "service", operation_id = "health",
    responses((status = 200, body = Health), (status = 400, body = ProblemDocument, content_type = "application/problem+json")))]
async fn health(_: NoQuery) -> Result<Json<Health>, ApiError> {
    Ok(Json(Health { status: "healthy" }))
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct File {
    /// Where it is; for `/files/get-download-url`.
    #[schema(example = "acme/job-to-be-done/order-mixer_SM01_audio.ogg")]
    pub key: String,
    /// Changes when the content does.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// When it was last written, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub last_modified: Timestamp,
}

impl From<Listed> for File {
    fn from(listed: Listed) -> Self {
        Self {
            // S3 quotes entity tags for headers; in JSON the quotes would only be in the way.
            etag: listed.etag.as_str().trim_matches('"').to_owned(),
            key: listed.key,
            size: listed.size,
            last_modified: listed.last_modified,
        }
    }
}
