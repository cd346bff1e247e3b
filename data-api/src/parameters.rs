//! Parameters in the query and in the path: each parsed once into its type, each error naming its parameter.
//!
//! What is documented is what is accepted: the names come from the OpenAPI description of the same struct. An unknown or
//! repeated parameter is refused rather than ignored, because a filter with a typing error would answer with everything.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use percent_encoding::percent_decode_str;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::error::ApiError;
use crate::seal::MAX_TOKEN_CHARS;

/// Longest value of any parameter, bytes: the longest sensible one is a continuation token.
pub const MAX_VALUE_BYTES: usize = MAX_TOKEN_CHARS;

/// The parameters of one request, taken out one by one.
#[derive(Debug, Default)]
pub struct Given(BTreeMap<String, String>);

impl Given {
    /// Reads a query string.
    fn of_query(query: &str, known: &[String]) -> Result<Self, ApiError> {
        let mut given = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).unwrap_or_default();
            if !known.contains(&name) {
                let known = known.join(", ");
                let why = match known.as_str() {
                    "" => "This route has no query parameters.".to_owned(),
                    known => format!("This route has no such parameter; it has {known}."),
                };
                return Err(ApiError::parameter(shown(&name), why));
            }
            if value.len() > 3 * MAX_VALUE_BYTES {
                return Err(too_long(name));
            }
            let Some(value) = decode(value) else {
                return Err(ApiError::parameter(name, "The value is not UTF-8."));
            };
            if value.len() > MAX_VALUE_BYTES {
                return Err(too_long(name));
            }
            if given.insert(name.clone(), value).is_some() {
                return Err(ApiError::parameter(
                    name,
                    "This parameter is given more than once.",
                ));
            }
        }
        Ok(Self(given))
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// When it is absent or not a `T`.
    pub fn required<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Result<T, ApiError> {
        self.optional(name)?
            .ok_or_else(|| ApiError::parameter(name, "This parameter is required."))
    }

    /// A parameter that may be absent; an empty one counts as absent.
    ///
    /// # Errors
    /// When it is not a `T`.
    pub fn optional<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Result<Option<T>, ApiError> {
        let Some(text) = self.0.remove(name).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|why: T::Err| ApiError::parameter(name, why))
    }
}

/// A struct of parameters that knows how to read itself.
pub trait FromGiven: IntoParams + Sized {
    /// Takes its parameters out.
    ///
    /// # Errors
    /// Naming the first parameter that cannot be used.
    fn from_given(given: &mut Given) -> Result<Self, ApiError>;
}

/// The parameters of both, which have no name in common.
#[derive(Debug)]
pub struct Both<A, B>(pub A, pub B);

impl<A: IntoParams, B: IntoParams> IntoParams for Both<A, B> {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = A::into_params(&parameter_in);
        parameters.extend(B::into_params(&parameter_in));
        parameters
    }
}

impl<A: FromGiven, B: FromGiven> FromGiven for Both<A, B> {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self(A::from_given(given)?, B::from_given(given)?))
    }
}

/// The query of a request as a `P`.
#[derive(Debug)]
pub struct Query<P>(pub P);

impl<P: FromGiven, S: Send + Sync> FromRequestParts<S> for Query<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let known: Vec<String> = P::into_params(|| None)
            .into_iter()
            .map(|parameter| parameter.name)
            .collect();
        let mut given = Given::of_query(parts.uri.query().unwrap_or_default(), &known)?;
        P::from_given(&mut given).map(Self)
    }
}

/// For routes without query parameters: any is refused.
#[derive(Debug)]
pub struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Given::of_query(parts.uri.query().unwrap_or_default(), &[]).map(|_| Self)
    }
}

/// The parameters in the path.
#[derive(Debug)]
pub struct PathParameters(Given);

impl PathParameters {
    /// One of them.
    ///
    /// # Errors
    /// When it is not a `T`.
    pub fn get<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Result<T, ApiError> {
        self.0.required(name)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathParameters {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        // The one way this fails is an escape that is not UTF-8, and no id is anything but ASCII.
        let raw = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NoRoute)?;
        let given = raw
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Self(Given(given.collect())))
    }
}

fn too_long(name: String) -> ApiError {
    ApiError::parameter(name, format!("The value is longer than {MAX_VALUE_BYTES} bytes."))
}

/// `application/x-www-form-urlencoded` (WHATWG URL, 5.1), but strict about UTF-8.
fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(String::from)
}

/// An unknown parameter's name, safe to show.
fn shown(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .take(40)
        .collect();
    if plain.is_empty() {
        "query".to_owned()
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Given, ApiError> {
        Given::of_query(query, &["key".to_owned(), "limit".to_owned()])
    }

    fn parameter_named(query: &str) -> String {
        match read(query).unwrap_err() {
            ApiError::Parameter { name, .. } => name,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_are_decoded_once() {
        let mut given = read("key=a%2Fb+c%2525&limit=").unwrap();
        assert_eq!(given.required::<String>("key").unwrap(), "a/b c%25");
        assert_eq!(given.optional::<u32>("limit").unwrap(), None);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        assert_eq!(parameter_named("key=%ff"), "key");
        assert_eq!(parameter_named("key=1&key=2"), "key");
        assert_eq!(parameter_named("kye=1"), "kye");
        assert_eq!(parameter_named("%00<script>=1"), "script");
        assert_eq!(parameter_named(&format!("limit={}", "9".repeat(10_000))), "limit");
        assert!(matches!(
            read("limit=soon").unwrap().optional::<u32>("limit"),
            Err(ApiError::Parameter { name, .. }) if name == "limit"
        ));
    }
}
