//! What OpenAI checks of a schema before it promises to follow it (`strict: true`).
//!
//! A schema that passes here may still be refused by the real one, whose rules are not all written down; a schema that
//! is refused here has no chance.

use serde_json::{Map, Value};

/// Keywords strict mode has no answer to.
const REFUSED_KEYWORDS: [&str; 14] = [
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "oneOf",
    "default",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "contains",
    "uniqueItems",
];

/// Formats of strings strict mode knows; number formats such as `uint8` are not among them.
const FORMATS: [&str; 9] = [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
];

/// Deepest nesting of a schema.
const MAX_DEPTH: usize = 10;

/// Most properties of all objects of a schema together.
const MAX_PROPERTIES: usize = 5000;

/// The first thing wrong with a schema, with the place.
pub(super) fn check(schema: &Value) -> Result<(), String> {
    if schema.get("type").and_then(Value::as_str) != Some("object") || schema.get("anyOf").is_some() {
        return Err(
            "In context=(), schema must have type 'object' and not 'anyOf' at the top level.".to_owned(),
        );
    }
    let mut properties = 0;
    visit(schema, &mut Vec::new(), 0, &mut properties)?;
    if properties > MAX_PROPERTIES {
        return Err(format!(
            "the schema has {properties} properties, more than {MAX_PROPERTIES}."
        ));
    }
    Ok(())
}

fn visit(schema: &Value, path: &mut Vec<String>, depth: usize, properties: &mut usize) -> Result<(), String> {
    let Value::Object(schema) = schema else {
        return Err(wrong(path, "a schema must be an object."));
    };
    if depth > MAX_DEPTH {
        return Err(wrong(
            path,
            &format!("the schema is nested deeper than {MAX_DEPTH} levels."),
        ));
    }
    if let Some(keyword) = REFUSED_KEYWORDS.iter().find(|k| schema.contains_key(**k)) {
        return Err(wrong(path, &format!("'{keyword}' is not permitted.")));
    }
    if let Some(reference) = schema.get("$ref") {
        if schema.len() > 1 {
            return Err(wrong(
                path,
                &format!("$ref cannot have keywords beside it: {reference}."),
            ));
        }
        return Ok(());
    }
    if let Some(format) = schema.get("format").and_then(Value::as_str)
        && !FORMATS.contains(&format)
    {
        return Err(wrong(path, &format!("'{format}' is not a valid format.")));
    }
    let typed = ["type", "anyOf", "enum", "const"]
        .iter()
        .any(|k| schema.contains_key(*k));
    if !typed {
        return Err(wrong(path, "schema must have a 'type' key."));
    }
    if is_object(schema) {
        visit_object(schema, path, depth, properties)?;
    }
    for (keyword, branches) in [("anyOf", schema.get("anyOf"))] {
        for (index, branch) in branches
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            nested(branch, path, &format!("{keyword}[{index}]"), depth, properties)?;
        }
    }
    match schema.get("items") {
        Some(items) => nested(items, path, "items", depth, properties)?,
        None if has_type(schema, "array") => return Err(wrong(path, "array schema missing items.")),
        None => {}
    }
    for keyword in ["$defs", "definitions"] {
        for (name, definition) in schema
            .get(keyword)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            // Definitions count from where they are used, not from where they stand.
            path.push(format!("{keyword}.{name}"));
            visit(definition, path, 0, properties)?;
            path.pop();
        }
    }
    Ok(())
}

fn visit_object(
    schema: &Map<String, Value>,
    path: &mut Vec<String>,
    depth: usize,
    properties: &mut usize,
) -> Result<(), String> {
    if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        return Err(wrong(
            path,
            "'additionalProperties' is required to be supplied and to be false.",
        ));
    }
    let declared = schema.get("properties").and_then(Value::as_object);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, property) in declared.into_iter().flatten() {
        *properties += 1;
        if !required.contains(&name.as_str()) {
            let message = format!(
                "'required' is required to be supplied and to be an array including every key in properties. Missing \
                 '{name}'."
            );
            return Err(wrong(path, &message));
        }
        nested(property, path, name, depth, properties)?;
    }
    match required
        .iter()
        .find(|name| declared.is_none_or(|d| !d.contains_key(**name)))
    {
        Some(extra) => Err(wrong(path, &format!("Extra required key '{extra}' supplied."))),
        None => Ok(()),
    }
}

fn nested(
    schema: &Value,
    path: &mut Vec<String>,
    step: &str,
    depth: usize,
    properties: &mut usize,
) -> Result<(), String> {
    path.push(step.to_owned());
    visit(schema, path, depth + 1, properties)?;
    path.pop();
    Ok(())
}

fn is_object(schema: &Map<String, Value>) -> bool {
    has_type(schema, "object") || schema.contains_key("properties")
}

fn has_type(schema: &Map<String, Value>, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == wanted,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == wanted),
        _ => false,
    }
}

fn wrong(path: &[String], message: &str) -> String {
    let context: Vec<String> = path.iter().map(|step| format!("'{step}'")).collect();
    format!("In context=({}), {message}", context.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(properties: Value, required: Value) -> Value {
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }

    #[test]
    fn a_strict_schema_passes() {
        let mut schema = object(
            json!({
                "notes": { "type": "array", "items": { "$ref": "#/$defs/Note" } },
                "due": { "anyOf": [{ "type": "string", "format": "date" }, { "type": "null" }] },
                "intent": { "type": ["string", "null"], "enum": ["a", "b", null] },
            }),
            json!(["notes", "due", "intent"]),
        );
        schema["$defs"] = json!({ "Note": object(json!({ "text": { "type": "string" } }), json!(["text"])) });
        assert_eq!(check(&schema), Ok(()));
    }

    #[test]
    fn what_strict_mode_cannot_follow_is_refused_with_its_place() {
        let text = json!({ "type": "string" });
        for (schema, words) in [
            (json!({ "type": "array", "items": text }), "type 'object'"),
            (object(json!({ "a": text }), json!([])), "Missing 'a'"),
            (
                object(json!({ "a": text }), json!(["a", "b"])),
                "Extra required key 'b'",
            ),
            (
                json!({ "type": "object", "properties": {}, "required": [] }),
                "additionalProperties",
            ),
            (
                object(
                    json!({ "a": { "type": "integer", "format": "uint8" } }),
                    json!(["a"]),
                ),
                "'uint8'",
            ),
            (
                object(json!({ "a": { "type": "string", "default": "" } }), json!(["a"])),
                "'default'",
            ),
            (
                object(
                    json!({ "a": { "$ref": "#/$defs/A", "description": "" } }),
                    json!(["a"]),
                ),
                "$ref",
            ),
            (
                object(json!({ "a": { "type": "array" } }), json!(["a"])),
                "missing items",
            ),
            (
                object(json!({ "a": { "oneOf": [text] } }), json!(["a"])),
                "('a'), 'oneOf'",
            ),
            (object(json!({ "a": {} }), json!(["a"])), "must have a 'type'"),
        ] {
            let refused = check(&schema).unwrap_err();
            assert!(refused.contains(words), "{schema}: {refused}");
        }
    }
}
