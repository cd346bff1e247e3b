//! The office's page: static files from `web/`, part of the binary, with headers that keep it from running anything else.
//!
//! Nothing here needs a key: the page asks for one and sends it with its own requests. Files are revalidated by entity tag
//! each time, so a new deployment is never mixed with an old file, and an unchanged one costs no transfer.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};
use shared::address::hex;

use crate::app::App;
use crate::entity_tag::is_known;
use crate::error::ApiError;
use crate::files::object::download_url;

include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// The page shows, plays and copies; it asks a browser for nothing else.
const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

struct Asset {
    content_type: HeaderValue,
    etag: HeaderValue,
    body: Bytes,
}

static ASSETS: LazyLock<BTreeMap<&'static str, Asset>> = LazyLock::new(|| {
    let asset = |name: &'static str, body: &'static [u8]| Asset {
        content_type: HeaderValue::from_static(content_type(name)),
        etag: HeaderValue::from_str(&format!("\"{}\"", &hex(&Sha256::digest(body))[..32]))
            .unwrap_or(HeaderValue::from_static("\"0\"")),
        body: Bytes::from_static(body),
    };
    FILES
        .iter()
        .map(|(name, body)| (*name, asset(name, body)))
        .collect()
});

/// The routes of this module: not part of the API's description.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(index))
        .route("/assets/{*name}", get(asset))
}

async fn index(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, ApiError> {
    let mut response = serve("index.html", &headers)?;
    let policy = policy(&media_origin(&app).await?);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS));
    Ok(response)
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    serve(&format!("assets/{name}"), &headers)
}

fn serve(name: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
    let asset = ASSETS.get(name).ok_or(ApiError::NoRoute)?;
    let caching = [
        (ETAG, asset.etag.clone()),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    if is_known(headers, asset.etag.to_str().unwrap_or_default()) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((
        caching,
        [(CONTENT_TYPE, asset.content_type.clone())],
        asset.body.clone(),
    )
        .into_response())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Where recordings and pictures are fetched from: the origin of a presigned address.
async fn media_origin(app: &App) -> Result<String, ApiError> {
    let url = download_url(&app.bucket, "origin").await?;
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let end = url[after_scheme..]
        .find(['/', '?'])
        .map_or(url.len(), |at| after_scheme + at);
    Ok(url[..end].to_owned())
}

/// Only the page's own scripts, styles and icons, only this API to talk to, recordings and pictures from the bucket alone.
/// No form is ever sent by the browser itself, nobody frames the page, and nothing moves where its addresses start from.
fn policy(media_origin: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         img-src 'self' {media_origin}; media-src {media_origin}; form-action 'none'; base-uri 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_type_of_its_own() {
        assert!(ASSETS.contains_key("index.html"));
        for (name, asset) in ASSETS.iter() {
            assert_ne!(asset.content_type, "application/octet-stream", "{name}");
        }
    }
}
