//! The HTTP API's event (payload format 2.0) in, its response out, with an axum router between.
//!
//! Written out rather than left to the `lambda_http` crate, whose conversion panics on a path or query that is not a valid
//! URI and puts the stage into every path. What differs between gateways is settled here: an HTTP API decodes `rawPath`,
//! AWS keeps a named stage in it and emulators drop it.

use anyhow::anyhow;
use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body as EventBody;
use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use lambda_runtime::{LambdaEvent, service_fn};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tower::ServiceExt as _;

use crate::edge::{RequestId, too_large};
use crate::error::ApiError;

/// Largest body handed back, bytes as Lambda counts them (after base64). A Lambda answer may have 6 MB as JSON, in which
/// quotes and line breaks take two bytes; what would not fit is refused here with a problem document, because the gateway
/// would say only "Internal Server Error".
pub const MAX_ANSWER_BYTES: usize = 5 * 1024 * 1024;

/// What a decoded path may not carry literally: the path's own delimiters, and what no URI may contain. A `%` is escaped
/// too, because the path was decoded once already.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'\\')
    .add(b'^')
    .add(b'|');

/// What a query may not carry literally. It comes exactly as it was sent, so `%` stays.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'\\')
    .add(b'^')
    .add(b'|');

/// Takes requests from the HTTP API until the function is stopped.
///
/// # Errors
/// When the Lambda runtime's API cannot be reached.
pub async fn run(router: Router) -> anyhow::Result<()> {
    let handler = service_fn(move |event: LambdaEvent<ApiGatewayV2httpRequest>| {
        let router = router.clone();
        async move { Ok::<_, lambda_runtime::Error>(answer(router, event.payload).await) }
    });
    lambda_runtime::run(handler)
        .await
        .map_err(|error| anyhow!("the Lambda runtime stopped: {error}"))
}

/// Answers one event.
pub async fn answer(router: Router, event: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    if let Some(stage) = bare_stage(&event) {
        // Relative: neither the host nor what a custom domain puts in front of the path is known here.
        let location = format!("{stage}/");
        return to_answer((StatusCode::PERMANENT_REDIRECT, [(LOCATION, location)]).into_response()).await;
    }
    let response = match to_request(event) {
        // A router's error type is Infallible.
        Ok(request) => router
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {}),
        Err(error) => error.into_response(),
    };
    to_answer(response).await
}

/// The request an event stands for.
fn to_request(event: ApiGatewayV2httpRequest) -> Result<Request<Body>, ApiError> {
    let context = event.request_context;
    let raw_path = event.raw_path.unwrap_or_default();
    let path = utf8_percent_encode(without_stage(&raw_path, context.stage.as_deref()), PATH);
    let query = event.raw_query_string.unwrap_or_default();
    let uri = match query.as_str() {
        "" => path.to_string(),
        query => format!("{path}?{}", utf8_percent_encode(query, QUERY)),
    };
    let body = match (event.body, event.is_base64_encoded) {
        (None, _) => Body::empty(),
        (Some(text), false) => Body::from(text),
        (Some(text), true) => {
            let bytes = BASE64
                .decode(text)
                .map_err(|_| ApiError::parameter("body", "The body is not what the gateway says it is."))?;
            Body::from(bytes)
        }
    };
    let mut request = Request::builder()
        .method(context.http.method)
        .uri(uri)
        .body(body)
        .map_err(|_| ApiError::NoRoute)?;
    *request.headers_mut() = event.headers;
    if let Some(id) = context.request_id.as_deref().and_then(RequestId::parse) {
        request.extensions_mut().insert(id);
    }
    Ok(request)
}

/// The stage of a request for `/{stage}`: the page's addresses are relative, and would start one segment too high without
/// the slash.
fn bare_stage(event: &ApiGatewayV2httpRequest) -> Option<&str> {
    let stage = event.request_context.stage.as_deref()?;
    let path = event.raw_path.as_deref()?.strip_prefix('/')?;
    (path == stage && event.request_context.http.method == Method::GET).then_some(stage)
}

/// The path as the routes know it: AWS leaves a named stage in front of it.
fn without_stage<'p>(path: &'p str, stage: Option<&str>) -> &'p str {
    let rest = stage
        .filter(|stage| *stage != "$default" && !stage.is_empty())
        .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    match rest {
        Some("") | None if path.is_empty() || rest.is_some() => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

async fn to_answer(response: Response<Body>) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let (parts, bytes) = match body.collect().await.map(http_body_util::Collected::to_bytes) {
        Ok(bytes) if bytes.len() <= MAX_ANSWER_BYTES => (parts, bytes),
        Ok(_) | Err(_) => {
            let (parts, body) = too_large(&parts.headers).into_parts();
            let bytes = body.collect().await.map(http_body_util::Collected::to_bytes);
            (parts, bytes.unwrap_or_default())
        }
    };
    let mut headers = parts.headers;
    let cookies = headers
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok().map(str::to_owned))
        .collect();
    headers.remove(SET_COOKIE);
    let text = is_text(&headers)
        .then(|| String::from_utf8(bytes.to_vec()).ok())
        .flatten();
    let (body, is_base64_encoded) = match text {
        Some(text) => (EventBody::Text(text), false),
        None => (EventBody::Text(BASE64.encode(&bytes)), true),
    };
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(parts.status.as_u16());
    answer.headers = headers;
    answer.cookies = cookies;
    answer.body = Some(body);
    answer.is_base64_encoded = is_base64_encoded;
    answer
}

fn is_text(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type
        .unwrap_or("text/plain")
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    !headers.contains_key(CONTENT_ENCODING)
        && (media_type.starts_with("text/")
            || media_type.ends_with("json")
            || media_type.ends_with("javascript")
            || media_type.ends_with("+xml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_in_front_of_the_path_is_dropped_and_nothing_else() {
        for (path, stage, expected) in [
            ("/files/list", Some("$default"), "/files/list"),
            ("/files/list", None, "/files/list"),
            ("/prod/files/list", Some("prod"), "/files/list"),
            ("/files/list", Some("prod"), "/files/list"),
            ("/prod", Some("prod"), "/"),
            ("/prod/", Some("prod"), "/"),
            ("/production/x", Some("prod"), "/production/x"),
            ("", Some("$default"), "/"),
        ] {
            assert_eq!(without_stage(path, stage), expected, "{path} {stage:?}");
        }
    }

    fn event(path: &str, query: &str) -> ApiGatewayV2httpRequest {
        serde_json::from_value(serde_json::json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": {},
            "requestContext": {"stage": "$default", "requestId": "JKJaXmPLvHcESHA=", "http":
                {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
            "isBase64Encoded": false
        }))
        .unwrap()
    }

    #[test]
    fn what_is_no_uri_becomes_one_instead_of_a_panic() {
        for (path, query) in [
            ("/notes/a b?c#d%", "x=\"y\"|{z}"),
            ("/näh\u{0}", "q=\u{7f} "),
            ("//evil.example/x", ""),
        ] {
            let request = to_request(event(path, query)).unwrap();
            assert!(request.uri().path().starts_with('/'), "{}", request.uri());
            assert!(request.uri().authority().is_none(), "{}", request.uri());
        }
    }
}
