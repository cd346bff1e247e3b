//! How a failing call is answered: each service's error in its own protocol, so that the SDK reads it as the real one.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::call::Service;
use crate::standin::FaultAnswer;

/// Tells the error of a REST-JSON service (Smithy, "AWS restJson1 protocol").
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// What every AWS answer has.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

const MESSAGE: &str = "This failure was asked for.";

pub(super) fn failing(service: Service, fault: &FaultAnswer) -> Response {
    let code = fault
        .code
        .clone()
        .unwrap_or_else(|| usual_code(service, fault.status).to_owned());
    let mut response = match &fault.body {
        Some(Value::String(text)) => (fault.status, text.clone()).into_response(),
        Some(document) => (fault.status, axum::Json(document.clone())).into_response(),
        None => own_words(service, fault.status, &code),
    };
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&shared::ids::random_hex32()) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(seconds) = fault.retry_after_s {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn own_words(service: Service, status: StatusCode, code: &str) -> Response {
    match service {
        Service::S3 => {
            let body = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{MESSAGE}</Message></Error>"
            );
            (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
        }
        Service::Sqs => json_error(
            status,
            "application/x-amz-json-1.0",
            &format!("com.amazonaws.sqs#{code}"),
        ),
        Service::SecretsManager | Service::Other => json_error(status, "application/x-amz-json-1.1", code),
        Service::Lambda => {
            let mut response = json_error(status, "application/json", code);
            if let Ok(code) = HeaderValue::from_str(code) {
                response.headers_mut().insert(ERROR_TYPE, code);
            }
            response
        }
    }
}

fn json_error(status: StatusCode, content_type: &'static str, kind: &str) -> Response {
    let body = json!({ "__type": kind, "message": MESSAGE, "Message": MESSAGE }).to_string();
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// What each service calls a failure of this status.
fn usual_code(service: Service, status: StatusCode) -> &'static str {
    match (service, status.as_u16()) {
        (Service::S3, 403) => "AccessDenied",
        (_, 403) => "AccessDeniedException",
        (Service::S3, 404) => "NoSuchKey",
        (_, 404) => "ResourceNotFoundException",
        (Service::S3, 409) => "ConditionalRequestConflict",
        (Service::S3, 412) => "PreconditionFailed",
        (Service::S3, 503) => "SlowDown",
        (Service::Lambda, 429) => "TooManyRequestsException",
        (_, 400 | 429) => "ThrottlingException",
        (Service::Sqs | Service::SecretsManager, 503) => "ServiceUnavailable",
        (Service::Lambda, 500..) => "ServiceException",
        (Service::S3, 500..) => "InternalError",
        (_, 500..) => "InternalServiceError",
        _ => "FaultRequested",
    }
}
