//! A validator for the JSON schemas strict mode knows: enough to hold the stand-in's answers against them, written
//! apart from the code that makes the answers.

use serde_json::Value;

/// What is wrong with `value`, by path; nothing when it validates.
pub(crate) fn errors(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return errors(
            root,
            root.pointer(reference.trim_start_matches('#')).unwrap(),
            value,
            path,
        );
    }
    let mut found = Vec::new();
    if let Some(branches) = schema.get("anyOf").and_then(Value::as_array)
        && !branches
            .iter()
            .any(|branch| errors(root, branch, value, path).is_empty())
    {
        found.push(format!("{path}: {value} is none of anyOf"));
    }
    if schema.get("const").is_some_and(|constant| constant != value) {
        found.push(format!("{path}: {value} is not the constant"));
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        found.push(format!("{path}: {value} is not in {allowed:?}"));
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().map(|kind| kind.as_str().unwrap()).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_a(value, kind)) {
        found.push(format!("{path}: {value} is not of type {kinds:?}"));
    }
    match value {
        Value::Object(object) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            for name in schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                if !object.contains_key(name.as_str().unwrap()) {
                    found.push(format!("{path}: {name} is missing"));
                }
            }
            for (name, value) in object {
                match properties.and_then(|p| p.get(name)) {
                    Some(property) => found.extend(errors(root, property, value, &format!("{path}/{name}"))),
                    None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                        found.push(format!("{path}: {name} is not a property"));
                    }
                    None => {}
                }
            }
        }
        Value::Array(items) => {
            let bound = |name: &str| {
                schema
                    .get(name)
                    .and_then(Value::as_u64)
                    .map(|n| usize::try_from(n).unwrap())
            };
            if bound("minItems").is_some_and(|n| items.len() < n)
                || bound("maxItems").is_some_and(|n| items.len() > n)
            {
                found.push(format!("{path}: {} items", items.len()));
            }
            for (index, item) in items.iter().enumerate() {
                found.extend(errors(root, &schema["items"], item, &format!("{path}/{index}")));
            }
        }
        Value::String(text) => {
            let bound = |name: &str| {
                schema
                    .get(name)
                    .and_then(Value::as_u64)
                    .map(|n| usize::try_from(n).unwrap())
            };
            let length = text.chars().count();
            if bound("minLength").is_some_and(|n| length < n)
                || bound("maxLength").is_some_and(|n| length > n)
            {
                found.push(format!("{path}: {length} characters"));
            }
            if schema.get("format").is_some_and(|f| f == "date") && text.parse::<jiff::civil::Date>().is_err()
            {
                found.push(format!("{path}: {text:?} is not a date"));
            }
        }
        Value::Number(number) => {
            let value = number.as_f64().unwrap();
            let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
            if bound("minimum").is_some_and(|n| value < n) || bound("maximum").is_some_and(|n| value > n) {
                found.push(format!("{path}: {value} is out of bounds"));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
    found
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("no such type: {other}"),
    }
}
