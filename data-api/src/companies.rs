//! `GET /companies`: which companies does this key see.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use shared::bucket::BucketError;
use shared::company::CompanyRecord;
use shared::ids::CompanyId;
use shared::keys;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Access;
use crate::app::App;
use crate::error::ApiError;
use crate::parameters::NoQuery;

/// Most companies answered: each costs one GET for its name.
pub const MAX_COMPANIES: usize = 100;

/// Where companies' settings are: `shared::keys::company` without the name.
const SETTINGS: &str = "companies/";

/// Most settings looked at: one LIST.
const MOST_SETTINGS: i32 = 1000;

/// GETs at a time.
const AT_ONCE: usize = 16;

/// The routes of this module.
pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A company.
#[derive(Debug, Serialize, ToSchema)]
pub struct Company {
    /// For `company_id` of every other route.
    #[schema(value_type = String, example = "acme")]
    pub company_id: CompanyId,
    /// Its name, when its settings have one.
    pub company_name: Option<String>,
}

/// The companies a key sees.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompanyList {
    /// In order of their ids, at most 100.
    pub companies: Vec<Company>,
    /// Whether there are more than are listed.
    pub truncated: bool,
}

/// The companies this key sees; for the admin key those that have something filed, settings or a worker in the customer
/// file. At most 100. S3 calls: 1 GET for each company; for the admin key 2 LISTs and 1 GET more.
#[utoipa::path(get, path = "/companies", tag = "companies", operation_id = "list_companies",
    responses((status = 200, body = CompanyList)),
    security(("api_key" = [])))]
async fn list(
    access: Access,
    State(app): State<Arc<App>>,
    _: NoQuery,
) -> Result<Json<CompanyList>, ApiError> {
    let mut ids = match access.companies() {
        Some(companies) => companies.to_vec(),
        None => all(&app).await?,
    };
    ids.sort();
    ids.dedup();
    let truncated = ids.len() > MAX_COMPANIES;
    ids.truncate(MAX_COMPANIES);
    let named = stream::iter(ids).map(async |company_id| {
        let company_name = name(&app, &company_id).await?;
        Ok::<_, ApiError>(Company {
            company_id,
            company_name,
        })
    });
    let companies = named.buffered(AT_ONCE).try_collect().await?;
    Ok(Json(CompanyList { companies, truncated }))
}

/// Settings nobody can read are the operator's to mend, and no reason not to show the company.
async fn name(app: &App, company: &CompanyId) -> Result<Option<String>, ApiError> {
    match app.bucket.read::<CompanyRecord>(&keys::company(company)).await {
        Ok(record) => Ok(record.and_then(|record| record.value.company_name)),
        Err(BucketError::Malformed { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Every company there is a trace of: one that was set up and has nothing filed yet is there to be looked after, too.
async fn all(app: &App) -> Result<Vec<CompanyId>, ApiError> {
    let settings = app.bucket.list(SETTINGS, None, None, MOST_SETTINGS);
    let settings = async { settings.await.map_err(ApiError::from) };
    let (mut ids, settings, senders) =
        futures_util::try_join!(filed(app), settings, app.customer_file.senders())?;
    let set_up = settings.objects.iter().filter_map(|object| {
        let name = object.key.strip_prefix(SETTINGS)?.strip_suffix(".json")?;
        name.parse().ok()
    });
    ids.extend(set_up);
    ids.extend(senders.companies().cloned());
    Ok(ids)
}

/// The bucket's first path segments that are companies.
async fn filed(app: &App) -> Result<Vec<CompanyId>, ApiError> {
    const OPERATION: &str = "ListObjectsV2";
    let request = app
        .bucket
        .client()
        .list_objects_v2()
        .bucket(app.bucket.name())
        .delimiter("/");
    let page = request.send().await.map_err(|error| {
        let status = error.raw_response().map(|response| response.status().as_u16());
        match status {
            Some(401 | 403) => BucketError::AccessDenied { operation: OPERATION },
            status => BucketError::Unavailable {
                operation: OPERATION,
                status,
                code: None,
            },
        }
    })?;
    let folders = page.common_prefixes().iter().filter_map(|folder| folder.prefix());
    Ok(folders
        .filter_map(|folder| folder.strip_suffix('/')?.parse().ok())
        .collect())
}
