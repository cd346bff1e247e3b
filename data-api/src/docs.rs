//! `/openapi.json`: the description of the API, generated from the code.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};

use crate::access::X_API_KEY;
use crate::app::{App, openapi};

/// The name of the security scheme in the description.
pub const SCHEME: &str = "api_key";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "AI Voice Tool: data API",
        description = "What workers said, filed per company: lists, notes, recordings.\n\n\
            Every route but `/health`, `/openapi.json`, `/docs` and the office's page wants a key in the header \
            `x-api-key`. The admin key sees every company; any other key sees the companies it was made for, and \
            everything else is answered exactly as if it did not exist.\n\n\
            Errors are problem documents (RFC 9457, `application/problem+json`) with a `request_id`, which is also in \
            the header `x-request-id` of every answer. The gateway in front may itself answer 413, 429 and 5xx with \
            `{\"message\": …}` instead. Unknown query parameters are refused. Times are RFC 3339 in UTC."
    ),
    tags(
        (name = "service", description = "Is it there?"),
        (name = "files", description = "What is in the bucket, as it was filed."),
        (name = "notes", description = "What was understood, note by note."),
        (name = "keys", description = "Who may see what. For the admin key.")
    )
)]
struct Description;

/// What the routes' descriptions are added to.
pub(crate) fn description() -> OpenApi {
    let mut description = Description::openapi();
    let scheme = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(X_API_KEY)));
    description
        .components
        .get_or_insert_default()
        .add_security_scheme(SCHEME, scheme);
    description
}

/// The description with what holds for every route.
pub(crate) fn finished(description: OpenApi) -> OpenApi {
    description
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi().to_pretty_json().unwrap_or_default());

/// The routes of this module: not described by themselves.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/openapi.json", get(document))
}

async fn document() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, DOCUMENT.as_str())
}
