//! A JSON body, read into its type, with errors that name the field.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// A request's body as a `T`.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let media_type = content_type
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        if !(media_type == "application/json" || media_type.ends_with("+json")) {
            return Err(ApiError::UnsupportedMediaType("application/json"));
        }
        let bytes = bytes(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// Longest sentence about a body that cannot be read, characters: serde's name the fields there are, and repeat one that is not.
const MAX_REASON_CHARS: usize = 300;

/// Longest name of a field that is repeated, characters.
const MAX_FIELD_CHARS: usize = 60;

/// A JSON object as a `T`.
///
/// # Errors
/// Naming the field, when it is one: `action_items[0].text`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // Serde takes a list for a struct's fields in their order, which is no promise of this API's.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(ApiError::parameter("body", "The body is a JSON object."));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = field(error.path(), error.inner());
        refused(&field, error.inner())
    })?;
    reader.end().map_err(|error| refused("body", &error))?;
    Ok(read)
}

fn refused(field: &str, error: &serde_json::Error) -> ApiError {
    let reason: String = error.to_string().chars().take(MAX_REASON_CHARS).collect();
    ApiError::parameter(field, reason)
}

/// A request's body, whatever it is.
///
/// # Errors
/// [`ApiError::TooLarge`].
pub async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|_| ApiError::TooLarge)
}

/// The field an error is about: where it happened, or the missing or unknown one that serde names in backticks.
fn field(path: &serde_path_to_error::Path, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let named = (text.starts_with("missing field") || text.starts_with("unknown field"))
        .then(|| text.split('`').nth(1))
        .flatten();
    let path = path.to_string();
    let place = match (path.as_str(), named) {
        (".", None) => "body",
        // The path ends with an unknown field, and before a missing one.
        (".", Some(name)) => name,
        (path, _) => path,
    };
    if error.is_syntax() || error.is_eof() || place.chars().count() > MAX_FIELD_CHARS {
        return "body".to_owned();
    }
    place.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read")]
        items: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "only read")]
        text: String,
    }

    #[test]
    fn an_error_names_its_field() {
        for (body, field) in [
            ("", "body"),
            ("[]", "body"),
            ("[[]]", "body"),
            ("{", "body"),
            ("{}", "items"),
            ("{\"items\": []} 1", "body"),
            ("{\"item\": []}", "item"),
            ("{\"items\": 7}", "items"),
            ("{\"items\": [{\"text\": 7}]}", "items[0].text"),
            ("{\"items\": [{}]}", "items[0]"),
        ] {
            let error = parse::<Outer>(body.as_bytes()).unwrap_err();
            assert!(
                matches!(&error, ApiError::Parameter { name, .. } if name == field),
                "{body}: {error}"
            );
        }
    }

    #[test]
    fn little_of_what_was_sent_is_repeated() {
        let body = format!("{{\"{}\": 1}}", "x".repeat(100_000));
        let ApiError::Parameter { name, why } = parse::<Outer>(body.as_bytes()).unwrap_err() else {
            panic!()
        };
        assert_eq!(name, "body");
        assert!(why.chars().count() <= MAX_REASON_CHARS);
    }
}
