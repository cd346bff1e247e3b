//! Reads a control's JSON object field by field, so that every refusal names the field it is about.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::problem::Problem;

/// The fields of a control's body that nobody has taken yet.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Parses a body that must be one JSON object.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "the body must be a JSON object",
            )),
            Err(error) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                format!("the body is not JSON: {error}"),
            )),
        }
    }

    /// The field's value if it was sent, `null` included.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// A string; absent and `null` are none.
    pub(super) fn string(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::about(name, "must be a string")),
        }
    }

    /// True or false; absent and `null` are none.
    pub(super) fn boolean(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(Problem::about(name, "must be true or false")),
        }
    }

    /// A whole number, not negative; absent and `null` are none.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<u64>, Problem> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| Problem::about(name, "must be a whole number, not negative")),
        }
    }

    /// What is left.
    pub(super) fn rest(self) -> Map<String, Value> {
        self.0
    }

    /// Refuses what is left.
    pub(super) fn finish(self) -> Result<(), Problem> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(Problem::about(name, "is not a field of this control")),
        }
    }
}
