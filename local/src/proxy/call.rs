//! Which operation of which AWS service a request is.
//!
//! The service is the one the request was signed for (SigV4's credential scope, in the header or, for presigned
//! addresses, in the query); the operation follows each service's own protocol.

use axum::http::{HeaderMap, Method, Uri, header};
use percent_encoding::percent_decode_str;

use crate::standin::operation::Operation;

/// The services whose calls are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    /// REST with XML.
    S3,
    /// JSON 1.0, the operation in a header.
    Sqs,
    /// JSON 1.1, the operation in a header.
    SecretsManager,
    /// REST with JSON.
    Lambda,
    /// Anything else, and what is not signed.
    Other,
}

/// A request, recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) service: Service,
    /// None: passed on without being counted.
    pub(super) operation: Option<Operation>,
}

impl Call {
    pub(super) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let service = service(uri, headers);
        let operation = match service {
            Service::S3 => s3(method, uri, headers),
            Service::Sqs => match target(headers) {
                Some("AmazonSQS.SendMessage" | "AmazonSQS.SendMessageBatch") => Some(Operation::SqsSend),
                Some("AmazonSQS.ChangeMessageVisibility" | "AmazonSQS.ChangeMessageVisibilityBatch") => {
                    Some(Operation::SqsVisibility)
                }
                _ => None,
            },
            Service::SecretsManager => {
                (target(headers) == Some("secretsmanager.GetSecretValue")).then_some(Operation::SecretsGet)
            }
            Service::Lambda => (method == Method::POST && uri.path().ends_with("/invocations"))
                .then_some(Operation::LambdaInvoke),
            Service::Other => None,
        };
        Self { service, operation }
    }
}

fn service(uri: &Uri, headers: &HeaderMap) -> Service {
    // Credential=AKID/20261120/us-east-1/s3/aws4_request
    let scope = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once("Credential="))
        .and_then(|(_, rest)| rest.split([',', ' ']).next())
        .map(str::to_owned)
        .or_else(|| {
            let credential = parameter(uri, "X-Amz-Credential")?;
            Some(percent_decode_str(credential).decode_utf8_lossy().into_owned())
        });
    match scope.as_deref().and_then(|scope| scope.rsplit('/').nth(1)) {
        Some("s3") => Service::S3,
        Some("sqs") => Service::Sqs,
        Some("secretsmanager") => Service::SecretsManager,
        Some("lambda") => Service::Lambda,
        _ => Service::Other,
    }
}

fn s3(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Operation> {
    // Path style: /bucket, or /bucket/key
    let has_key = uri
        .path()
        .trim_start_matches('/')
        .split_once('/')
        .is_some_and(|(_, key)| !key.is_empty());
    match (method, has_key) {
        (&Method::GET | &Method::HEAD, true) => Some(Operation::S3Get),
        (&Method::GET, false) => Some(Operation::S3List),
        (&Method::PUT, true) if headers.contains_key("x-amz-copy-source") => Some(Operation::S3Copy),
        (&Method::PUT, true) => Some(Operation::S3Put),
        (&Method::DELETE, true) => Some(Operation::S3Delete),
        (&Method::POST, false) if parameter(uri, "delete").is_some() => Some(Operation::S3Delete),
        _ => None,
    }
}

fn target(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target")?.to_str().ok()
}

/// The value of a query parameter as it was sent; empty where it has none.
fn parameter<'a>(uri: &'a Uri, wanted: &str) -> Option<&'a str> {
    uri.query()?.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name == wanted).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, uri: &str, service: &str, extra: &[(&'static str, &str)]) -> Option<Operation> {
        let mut headers = HeaderMap::new();
        let credential = format!(
            "AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        );
        headers.insert(header::AUTHORIZATION, credential.parse().unwrap());
        for (name, value) in extra {
            headers.insert(*name, value.parse().unwrap());
        }
        Call::of(&method.parse().unwrap(), &uri.parse().unwrap(), &headers).operation
    }

    #[test]
    fn each_operation_is_recognised_by_its_services_own_protocol() {
        for (method, uri, expected) in [
            (
                "GET",
                "/bucket/records/a.json?x-id=GetObject",
                Some(Operation::S3Get),
            ),
            ("HEAD", "/bucket/a", Some(Operation::S3Get)),
            ("GET", "/bucket?list-type=2&prefix=a%2Fb", Some(Operation::S3List)),
            ("GET", "/bucket/?list-type=2", Some(Operation::S3List)),
            ("PUT", "/bucket/a/b?x-id=PutObject", Some(Operation::S3Put)),
            ("DELETE", "/bucket/a", Some(Operation::S3Delete)),
            ("POST", "/bucket?delete", Some(Operation::S3Delete)),
            ("POST", "/bucket/a?uploads", None),
            ("PUT", "/bucket", None),
        ] {
            assert_eq!(call(method, uri, "s3", &[]), expected, "{method} {uri}");
        }
        assert_eq!(
            call("PUT", "/b/a", "s3", &[("x-amz-copy-source", "b/c")]),
            Some(Operation::S3Copy)
        );
        for (service, target, expected) in [
            ("sqs", "AmazonSQS.SendMessage", Some(Operation::SqsSend)),
            ("sqs", "AmazonSQS.SendMessageBatch", Some(Operation::SqsSend)),
            (
                "sqs",
                "AmazonSQS.ChangeMessageVisibility",
                Some(Operation::SqsVisibility),
            ),
            ("sqs", "AmazonSQS.ReceiveMessage", None),
            (
                "secretsmanager",
                "secretsmanager.GetSecretValue",
                Some(Operation::SecretsGet),
            ),
            ("secretsmanager", "secretsmanager.DescribeSecret", None),
        ] {
            assert_eq!(
                call("POST", "/", service, &[("x-amz-target", target)]),
                expected,
                "{target}"
            );
        }
        let invoke = "/2015-03-31/functions/customer-lookup/invocations";
        assert_eq!(call("POST", invoke, "lambda", &[]), Some(Operation::LambdaInvoke));
        assert_eq!(call("GET", invoke, "lambda", &[]), None);
        assert_eq!(call("GET", "/bucket/a", "dynamodb", &[]), None);
    }

    #[test]
    fn a_presigned_address_is_signed_for_a_service_too() {
        let uri = "/bucket/a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20261120%2Fus-east-1%2Fs3%2Faws4_request";
        let found = Call::of(&Method::GET, &uri.parse().unwrap(), &HeaderMap::new());
        assert_eq!(
            found,
            Call {
                service: Service::S3,
                operation: Some(Operation::S3Get)
            }
        );
        let unsigned = Call::of(&Method::GET, &"/bucket/a".parse().unwrap(), &HeaderMap::new());
        assert_eq!(unsigned.operation, None);
    }
}
