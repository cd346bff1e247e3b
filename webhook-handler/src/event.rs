//! The wire shapes of an HTTP API (payload format 2.0): the event the gateway sends and the response it expects.
//!
//! Only the fields that are used, read leniently: whatever a stranger puts into a header or body must end in an answer
//! of this function and not in a failed invocation.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize};

/// A request as the gateway passes it on. No `Debug`: it holds what people wrote.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpApiEvent {
    /// The path with its stage, where the stage has a name.
    #[serde(default)]
    pub raw_path: String,
    /// The query exactly as received, without `?`.
    #[serde(default)]
    pub raw_query_string: String,
    /// Names in lower case; repeated headers are joined with commas.
    #[serde(default, deserialize_with = "null_as_default")]
    pub headers: HashMap<String, String>,
    /// What the gateway knows about the request.
    #[serde(default)]
    pub request_context: RequestContext,
    /// The body, as text or in base64; absent when there was none.
    #[serde(default)]
    pub body: Option<String>,
    /// Whether `body` is base64. Forms always are.
    #[serde(default)]
    pub is_base64_encoded: bool,
}

/// What the gateway knows about a request.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RequestContext {
    /// The host that was called, without port.
    #[serde(deserialize_with = "null_as_default")]
    pub domain_name: String,
    /// `$default` or the stage's name.
    #[serde(deserialize_with = "null_as_default")]
    pub stage: String,
    /// Finds the request in the gateway's log.
    #[serde(deserialize_with = "null_as_default")]
    pub request_id: String,
    /// The HTTP part.
    pub http: HttpDescription,
}

/// The HTTP part of the context.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct HttpDescription {
    /// `POST` and so on.
    #[serde(deserialize_with = "null_as_default")]
    pub method: String,
}

impl HttpApiEvent {
    /// A header's value, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.get(name).or_else(|| {
            let mut headers = self.headers.iter();
            headers
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        });
        found.map(String::as_str)
    }
}

fn null_as_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// An answer as the gateway expects it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpApiResponse {
    /// The HTTP status.
    pub status_code: u16,
    /// Names in lower case.
    pub headers: std::collections::BTreeMap<&'static str, &'static str>,
    /// Text.
    pub body: String,
    /// Never.
    pub is_base64_encoded: bool,
}
