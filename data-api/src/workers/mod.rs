//! `/workers`: who may send for the company. The office adds, changes and lets go; what the operator keeps in the customer
//! file is shown beside it.
//!
//! Who may send is said by `workers/{hash}.json`, which customer-lookup reads before the customer file. The company's own
//! index of its workers only serves the list, and is written last: a change that was cut off is finished by repeating it.

pub mod change;
pub mod customer_file;
pub mod holder;
pub mod number;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::StatusCode;
use serde::Serialize;
use shared::address::{E164, SenderHash};
use shared::bucket::BucketError;
use shared::customer::CustomerRecord;
use shared::ids::{CompanyId, CustomerId};
use shared::keys;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::change::{KeptBy, NUMBER, NewWorker, Worker, WorkerChange, fresh_id, hashes};
use self::holder::{Found, Sender};
use self::number::Known;
use crate::access::{Access, CompanyScope};
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::json_body::JsonBody;
use crate::notes::CompanyQuery;
use crate::parameters::{FromGiven, Given, Query};

/// Most workers of the office's that are listed: one LIST.
pub const MAX_WORKERS: i32 = 1000;

/// GETs at a time.
const AT_ONCE: usize = 16;

const IN_FILE: &str = "This worker is in the customer file, which whoever runs this service keeps: send it with active false to \
                       let them go.";
const OTHER_NUMBER: &str = "This worker is in the customer file with another number. Let them go with that one, then add \
                            them anew.";
const AT_THE_SAME_TIME: &str =
    "Somebody else is changing this worker just now. Read the workers again and repeat.";

/// The routes of this module.
pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, put, remove))
}

/// A company's workers.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkerList {
    /// Those the office keeps, then those of the customer file.
    pub workers: Vec<Worker>,
    /// Whether there are more than are listed: of either kind the first 1,000 and 5,000.
    pub truncated: bool,
}

/// The company's workers. Those in the customer file are shown until the office changes one. S3 calls: 1 LIST, 1 GET for each
/// worker of the office's, 16 at a time, and 1 for the customer file.
#[utoipa::path(get, path = "/workers", tag = "workers", operation_id = "list_workers", params(CompanyQuery),
    responses((status = 200, body = WorkerList),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
async fn list(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<CompanyQuery>,
) -> Result<Json<WorkerList>, ApiError> {
    let scope = access.company(&query.company_id)?;
    let root = scope.keys().workers_root();
    let page = app.bucket.list(&root, None, None, MAX_WORKERS).await?;
    let more = page.continuation.is_some();
    let read =
        stream::iter(page.objects).map(async |object| app.bucket.read::<CustomerRecord>(&object.key).await);
    let entries: Vec<_> = read.buffered(AT_ONCE).try_collect().await?;
    let own = |record: &CustomerRecord| record.company_id == *scope.company_id();
    let office: Vec<CustomerRecord> = entries
        .into_iter()
        .flatten()
        .map(|entry| entry.value)
        .filter(own)
        .collect();
    let rows = app.customer_file.rows(scope.company_id()).await?;
    let file: Vec<CustomerRecord> = rows
        .iter()
        .filter(|row| !is_overridden(row, &office))
        .cloned()
        .collect();
    let truncated = more || rows.len() >= customer_file::MAX_ROWS;
    let office = office
        .into_iter()
        .map(|record| Worker::of(record, KeptBy::Office));
    let file = file.into_iter().map(|record| Worker::of(record, KeptBy::File));
    let workers = office.chain(file).collect();
    Ok(Json(WorkerList { workers, truncated }))
}

/// Whether the office keeps this worker by now.
fn is_overridden(row: &CustomerRecord, office: &[CustomerRecord]) -> bool {
    office
        .iter()
        .any(|kept| kept.customer_id == row.customer_id || share_a_number(row, kept))
}

fn share_a_number(one: &CustomerRecord, other: &CustomerRecord) -> bool {
    let knowns = |record: &CustomerRecord| -> Vec<Known> {
        let texts = [&record.phone_number, &record.user_id].into_iter().flatten();
        texts.filter_map(|text| Known::read(text)).collect()
    };
    let others = knowns(other);
    knowns(one)
        .iter()
        .any(|known| others.iter().any(|other| known.may_be(other)))
}

/// Adds a worker, or changes one: what is sent replaces what is known of them. With `active` false what they send is answered
/// as a stranger's. A number that may be another company's is refused. Takes effect within a minute. S3 calls: at most 10 GETs,
/// 3 PUTs and 2 DELETEs.
#[utoipa::path(put, path = "/workers", tag = "workers", operation_id = "put_worker", params(CompanyQuery),
    request_body = WorkerChange,
    responses((status = 200, body = Worker),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
async fn put(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<CompanyQuery>,
    JsonBody(change): JsonBody<WorkerChange>,
) -> Result<Json<Worker>, ApiError> {
    let scope = access.company(&query.company_id)?;
    let new = NewWorker::try_from(change)?;
    let record = complete(&app, &scope, new).await?;
    let entry_key = scope.keys().worker_entry(&record.customer_id);
    let before = app.bucket.read::<CustomerRecord>(&entry_key).await?;
    let places = holder::places(&app, &scope, &record).await?;
    for place in &places {
        let key = keys::worker(&place.hash);
        let written = match place.etag() {
            Some(etag) => app.bucket.replace(&key, &record, etag).await,
            None => app.bucket.create(&key, &record).await,
        };
        match written {
            Ok(_) => {}
            Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {
                return Err(ApiError::Conflict(AT_THE_SAME_TIME));
            }
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(before) = before {
        forget(&app, &scope, &before.value, |hash| {
            !places.iter().any(|place| place.hash == *hash)
        })
        .await?;
    }
    app.bucket.write(&entry_key, &record).await?;
    Ok(Json(Worker::of(record, KeptBy::Office)))
}

/// The record of a new or changed worker: with the id they have, if they are known, and with what the customer file knows of
/// how they send, so that a change reaches every way.
async fn complete(app: &App, scope: &CompanyScope, mut new: NewWorker) -> Result<CustomerRecord, ApiError> {
    let customer_id = match &new.customer_id {
        Some(id) => id.clone(),
        None => match known(app, scope, &new).await? {
            Some(found) => found.customer_id,
            None => fresh_id()?,
        },
    };
    let rows = app.customer_file.rows(scope.company_id()).await?;
    if let Some(row) = rows.iter().find(|row| row.customer_id == customer_id) {
        let same = |text: &Option<String>, known: Option<Known>| match (
            text.as_deref().and_then(Known::read),
            known,
        ) {
            (Some(row), Some(new)) => row.may_be(&new),
            (Some(_) | None, _) => true,
        };
        let number = new.phone_number.as_ref().map(Known::of_number);
        let user_id = new.user_id.clone().map(Known::UserId);
        if !same(&row.phone_number, number) || !same(&row.user_id, user_id) {
            return Err(ApiError::Conflict(OTHER_NUMBER));
        }
        if let (None, Some(text)) = (&new.phone_number, &row.phone_number) {
            let number = E164::from_loose(text).ok().filter(|_| !text.contains("(0)"));
            // Only a country says which number a national form is; without it the worker could go on sending.
            let number = number.ok_or_else(|| ApiError::parameter("phone_number", NUMBER))?;
            new.phone_number = Some(number);
        }
        let text = row.user_id.as_deref().unwrap_or_default();
        new.user_id = new.user_id.or_else(|| text.parse().ok());
    }
    Ok(new.record(scope.company_id(), customer_id))
}

async fn known(app: &App, scope: &CompanyScope, new: &NewWorker) -> Result<Option<Found>, ApiError> {
    let texts = [
        new.phone_number.as_ref().map(|number| number.as_str().to_owned()),
        new.user_id.as_ref().map(|id| id.as_str().to_owned()),
    ];
    let addresses = texts
        .into_iter()
        .flatten()
        .filter_map(|text| text.parse().ok())
        .collect();
    let to = new.to.clone();
    holder::own_worker(app, scope, &Sender { addresses, to }).await
}

/// Removes the worker's records under the hashes wanted, as far as they are this worker's.
async fn forget(
    app: &App,
    scope: &CompanyScope,
    record: &CustomerRecord,
    wanted: impl Fn(&SenderHash) -> bool,
) -> Result<(), ApiError> {
    for hash in hashes(record).into_iter().filter(wanted) {
        let key = keys::worker(&hash);
        let stored = app.bucket.read::<CustomerRecord>(&key).await?;
        let own = stored.is_some_and(|stored| {
            stored.value.company_id == *scope.company_id() && stored.value.customer_id == record.customer_id
        });
        if own {
            app.bucket.delete(&key).await?;
        }
    }
    Ok(())
}

/// Which worker.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WorkerQuery {
    /// Whose.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// The worker.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", example = "wk_1")]
    pub customer_id: CustomerId,
}

impl FromGiven for WorkerQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            company_id: given.required("company_id")?,
            customer_id: given.required("customer_id")?,
        })
    }
}

/// Removes a worker the office added: from then on they are a stranger, and another company may add the number. Their notes
/// stay. Who is in the customer file can only be let go (`active` false). S3 calls: at most 4 GETs and 3 DELETEs.
#[utoipa::path(delete, path = "/workers", tag = "workers", operation_id = "delete_worker", params(WorkerQuery),
    responses((status = 204, description = "They are removed."),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
async fn remove(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<WorkerQuery>,
) -> Result<StatusCode, ApiError> {
    let scope = access.company(&query.company_id)?;
    let key = scope.keys().worker_entry(&query.customer_id);
    let entry = app.bucket.read::<CustomerRecord>(&key).await?;
    let rows = app.customer_file.rows(scope.company_id()).await?;
    let in_file = |record: &CustomerRecord| {
        is_overridden(
            record,
            entry
                .as_ref()
                .map_or(&[], |entry| std::slice::from_ref(&entry.value)),
        )
    };
    if rows
        .iter()
        .any(|row| row.customer_id == query.customer_id || in_file(row))
    {
        return Err(ApiError::Conflict(IN_FILE));
    }
    let entry = entry.ok_or(ApiError::NotFound)?;
    forget(&app, &scope, &entry.value, |_| true).await?;
    app.bucket.delete(&key).await?;
    Ok(StatusCode::NO_CONTENT)
}
