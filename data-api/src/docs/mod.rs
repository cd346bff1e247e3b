//! `/openapi.json`: the description of the API, generated from the code; `/docs`: the same to read, from this host alone.

mod html;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::HeaderName;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use sha2::{Digest as _, Sha256};
use utoipa::OpenApi as _;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

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
        (name = "messages", description = "How filing a message went."),
        (name = "workers", description = "Who may send."),
        (name = "clients", description = "Whom notes may be about."),
        (name = "companies", description = "Whose data there is."),
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

/// Answers every route may give, beside its own: status, meaning.
const COMMON: [(&str, &str); 3] = [
    (
        "400",
        "A parameter is missing, unknown or unusable; `parameter` names it.",
    ),
    (
        "500",
        "Something is wrong on this side, and repeating the request will not help.",
    ),
    (
        "503",
        "What this needs cannot be reached just now; `retry-after` says when to try again.",
    ),
];

/// Answers a route with a key may give.
const KEYED: [(&str, &str); 1] = [("401", "No valid key in `x-api-key`.")];

/// Answers a route with a request body may give.
const WITH_BODY: [(&str, &str); 2] = [
    ("413", "The body is too large."),
    ("415", "The body is not of the media type it has to be."),
];

/// The description with what holds for every route.
pub(crate) fn finished(mut description: OpenApi) -> OpenApi {
    for item in description.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            add(operation, &COMMON);
            if operation.security.is_some() {
                add(operation, &KEYED);
            }
            if operation.request_body.is_some() {
                add(operation, &WITH_BODY);
            }
        }
    }
    description
}

fn add(operation: &mut Operation, answers: &[(&str, &str)]) {
    let responses = &mut operation.responses.responses;
    for (status, meaning) in answers {
        responses
            .entry((*status).to_owned())
            .or_insert_with(|| RefOr::T(problem_response(meaning)));
    }
}

fn problem_response(meaning: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name("ProblemDocument")));
    ResponseBuilder::new()
        .description(meaning)
        .content(shared::problem::CONTENT_TYPE, content)
        .build()
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi().to_pretty_json().unwrap_or_default());

static PAGE: LazyLock<String> = LazyLock::new(|| {
    let document = serde_json::from_str(&DOCUMENT).unwrap_or_default();
    html::page(&document)
});

/// The routes of this module: not described by themselves.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/openapi.json", get(document))
        .route("/docs", get(page))
}

const CACHING: (HeaderName, &str) = (CACHE_CONTROL, "public, max-age=300");

async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), CACHING], DOCUMENT.as_str())
}

async fn page() -> impl IntoResponse {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        BASE64.encode(Sha256::digest(html::STYLE.as_bytes()))
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHING.0, CACHING.1.to_owned()),
    ];
    (headers, PAGE.as_str())
}
