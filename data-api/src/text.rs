//! Short texts the office writes into records, checked once.

use std::collections::BTreeMap;

use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};

use crate::error::ApiError;

/// Most ids in other systems that one record has.
pub const MAX_EXTERNAL_IDS: usize = 20;

/// Longest name of another system, and longest id in one, characters.
pub const MAX_EXTERNAL_ID_CHARS: usize = 200;

/// A line of at most `most` characters, trimmed; `None` when nothing is left of it.
///
/// # Errors
/// When it is longer or has control characters, naming the parameter.
pub fn line(name: &str, given: Option<String>, most: usize) -> Result<Option<String>, ApiError> {
    let Some(text) = given else { return Ok(None) };
    let text = text.trim();
    if text.chars().count() > most || text.chars().any(char::is_control) {
        let why = format!("This is one line of at most {most} characters.");
        return Err(ApiError::parameter(name, why));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// Ids in other systems.
///
/// # Errors
/// When there are too many, or one is too long.
pub fn external_ids(given: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, ApiError> {
    let short = |text: &String| (1..=MAX_EXTERNAL_ID_CHARS).contains(&text.chars().count());
    if given.len() > MAX_EXTERNAL_IDS || !given.iter().all(|(name, id)| short(name) && short(id)) {
        return Err(ApiError::parameter(
            "external_ids",
            "At most 20 names and ids, each of 1 to 200 characters.",
        ));
    }
    Ok(given)
}

/// How the description shows ids in other systems.
pub(crate) fn external_ids_schema() -> Object {
    let short = || -> Schema {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX_EXTERNAL_ID_CHARS));
        text.build().into()
    };
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Ids in other systems, by the system's name."))
        .property_names(Some(short()))
        .additional_properties(Some(short()))
        .max_properties(Some(MAX_EXTERNAL_IDS))
        .build()
}
