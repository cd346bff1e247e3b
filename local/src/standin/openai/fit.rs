//! Bends what the heuristics found into whatever JSON schema a request carries.
//!
//! The heuristics know what they would like to say under the usual names; the schema decides what is said. A property
//! the heuristics know nothing of becomes null, empty or its first allowed value. The result validates against the
//! schema, for the keywords strict mode knows (`pattern` excepted: nothing is invented to satisfy one).

use serde_json::{Map, Value, json};

/// How deep a schema that refers to itself is followed before its lists are left empty.
const MAX_DEPTH: usize = 24;

/// An answer that validates against `schema` and says as much of `wish` as fits.
pub(super) fn fit(schema: &Value, wish: &Value) -> Value {
    Fitting { root: schema }.value(schema, Some(wish), 0)
}

struct Fitting<'s> {
    root: &'s Value,
}

impl<'s> Fitting<'s> {
    fn value(&self, schema: &'s Value, wish: Option<&Value>, depth: usize) -> Value {
        let schema = self.resolve(schema);
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
            return choose(allowed, wish);
        }
        if let Some(branches) = branches(schema) {
            let best = branches
                .iter()
                .max_by_key(|branch| self.affinity(branch, wish, depth));
            // The last of equals wins above: strings before null, as schemas are written, want the first.
            let best = branches.iter().find(|b| {
                best.is_some_and(|best| self.affinity(b, wish, depth) == self.affinity(best, wish, depth))
            });
            return best.map_or(Value::Null, |branch| self.value(branch, wish, depth));
        }
        let kinds = kinds(schema);
        let nullable = kinds.contains(&"null");
        let wish = wish.filter(|w| !w.is_null());
        if nullable && (wish.is_none() || depth > MAX_DEPTH) {
            return Value::Null;
        }
        match kinds.into_iter().find(|kind| *kind != "null") {
            Some("object") => self.object(schema, wish, depth),
            Some("array") => self.array(schema, wish, depth),
            Some("string") => string(schema, wish),
            Some("integer") => integer(schema, wish),
            Some("number") => number(schema, wish),
            Some("boolean") => json!(wish.and_then(Value::as_bool).unwrap_or(false)),
            Some(_) | None => Value::Null,
        }
    }

    fn object(&self, schema: &'s Value, wish: Option<&Value>, depth: usize) -> Value {
        let wish = match wish {
            Some(Value::Array(items)) => items.first(),
            other => other,
        };
        let mut object = Map::new();
        for (name, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let wished = match wish {
                Some(Value::Object(wishes)) => wishes.get(name),
                // A plain word where an object is wanted is its name or text.
                Some(Value::String(_)) if matches!(name.as_str(), "name" | "text") => wish,
                _ => None,
            };
            object.insert(name.clone(), self.value(property, wished, depth + 1));
        }
        Value::Object(object)
    }

    fn array(&self, schema: &'s Value, wish: Option<&Value>, depth: usize) -> Value {
        let bound = |name| {
            schema
                .get(name)
                .and_then(Value::as_u64)
                .and_then(|n| usize::try_from(n).ok())
        };
        let (least, most) = (
            bound("minItems").unwrap_or(0),
            bound("maxItems").unwrap_or(usize::MAX),
        );
        let wished: &[Value] = match wish {
            Some(Value::Array(items)) => items,
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        let Some(item) = schema.get("items") else {
            return json!([]);
        };
        let wished = if depth > MAX_DEPTH { &[] } else { wished };
        let mut items: Vec<Value> = wished
            .iter()
            .take(most)
            .map(|w| self.value(item, Some(w), depth + 1))
            .collect();
        while items.len() < least {
            items.push(self.value(item, None, depth + 1));
        }
        Value::Array(items)
    }

    /// How well a branch takes the wish: a branch that says the same constants is the one that is meant.
    fn affinity(&self, schema: &'s Value, wish: Option<&Value>, depth: usize) -> i64 {
        let schema = self.resolve(schema);
        let wish = wish.filter(|w| !w.is_null());
        if depth > MAX_DEPTH {
            return i64::from(kinds(schema).contains(&"null"));
        }
        if let Some(constant) = schema.get("const") {
            return agreement(std::slice::from_ref(constant), wish);
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
            return agreement(allowed, wish);
        }
        if let Some(branches) = branches(schema) {
            return branches
                .iter()
                .map(|b| self.affinity(b, wish, depth + 1))
                .max()
                .unwrap_or(0);
        }
        let kinds = kinds(schema);
        let Some(wish) = wish else {
            return if kinds.contains(&"null") { 2 } else { 0 };
        };
        match (kinds.into_iter().find(|kind| *kind != "null"), wish) {
            (Some("object"), Value::Object(wishes)) => {
                let properties = schema.get("properties").and_then(Value::as_object);
                2 + properties
                    .into_iter()
                    .flatten()
                    .map(|(name, property)| match wishes.get(name) {
                        Some(wished) => self.affinity(property, Some(wished), depth + 1),
                        None => 0,
                    })
                    .sum::<i64>()
            }
            (Some("array"), Value::Array(_)) | (Some("string"), Value::String(_)) => 2,
            (Some("integer" | "number"), Value::Number(_)) | (Some("boolean"), Value::Bool(_)) => 2,
            (Some("array" | "object" | "string"), _) => 1,
            (_, _) => -1,
        }
    }

    fn resolve(&self, mut schema: &'s Value) -> &'s Value {
        // A reference that leads round in a circle is followed only so far.
        for _ in 0..MAX_DEPTH {
            let target = match (schema.get("$ref").and_then(Value::as_str), schema.get("allOf")) {
                (Some(reference), _) => self.root.pointer(reference.trim_start_matches('#')),
                (None, Some(Value::Array(all))) if all.len() == 1 => all.first(),
                (None, _) => return schema,
            };
            match target {
                Some(target) => schema = target,
                None => return schema,
            }
        }
        schema
    }
}

fn branches(schema: &Value) -> Option<&Vec<Value>> {
    ["anyOf", "oneOf"]
        .iter()
        .find_map(|keyword| schema.get(*keyword))
        .and_then(Value::as_array)
}

fn kinds(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ if schema.get("properties").is_some() => vec!["object"],
        _ if schema.get("items").is_some() => vec!["array"],
        _ => Vec::new(),
    }
}

fn agreement(allowed: &[Value], wish: Option<&Value>) -> i64 {
    match wish {
        None => i64::from(allowed.iter().any(Value::is_null)) * 2,
        Some(wish) if allowed.iter().any(|value| same(value, wish)) => 8,
        Some(_) => -8,
    }
}

fn choose(allowed: &[Value], wish: Option<&Value>) -> Value {
    let wished = wish.and_then(|wish| allowed.iter().find(|value| same(value, wish)));
    let fallback = || {
        allowed
            .iter()
            .find(|value| value.is_null())
            .or_else(|| allowed.first())
    };
    wished.or_else(fallback).cloned().unwrap_or(Value::Null)
}

/// Equal, or the same word in another spelling: `job_to_be_done`, `JobToBeDone`.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => letters(a) == letters(b),
        _ => a == b,
    }
}

fn letters(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn string(schema: &Value, wish: Option<&Value>) -> Value {
    let mut text = match wish {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        // An object where a word is wanted gives its id or name.
        Some(Value::Object(object)) => ["client_id", "name", "text", "note"]
            .iter()
            .find_map(|key| object.get(*key).and_then(Value::as_str))
            .unwrap_or_default()
            .to_owned(),
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" "),
        Some(Value::Bool(_) | Value::Null) | None => String::new(),
    };
    match schema.get("format").and_then(Value::as_str) {
        Some("date") if text.parse::<jiff::civil::Date>().is_err() => text = "1970-01-01".to_owned(),
        Some("time") if text.parse::<jiff::civil::Time>().is_err() => text = "00:00:00".to_owned(),
        Some("date-time") if text.parse::<jiff::Timestamp>().is_err() => {
            text = "1970-01-01T00:00:00Z".to_owned()
        }
        _ => {}
    }
    let bound = |name| {
        schema
            .get(name)
            .and_then(Value::as_u64)
            .and_then(|n| usize::try_from(n).ok())
    };
    if let Some(most) = bound("maxLength") {
        text = text.chars().take(most).collect();
    }
    let missing = bound("minLength")
        .unwrap_or(0)
        .saturating_sub(text.chars().count());
    text.push_str(&"-".repeat(missing));
    Value::String(text)
}

fn integer(schema: &Value, wish: Option<&Value>) -> Value {
    let bound = |name| schema.get(name).and_then(Value::as_i64);
    let wished = wish.and_then(Value::as_i64).unwrap_or(0);
    json!(
        wished
            .max(bound("minimum").unwrap_or(i64::MIN))
            .min(bound("maximum").unwrap_or(i64::MAX))
    )
}

fn number(schema: &Value, wish: Option<&Value>) -> Value {
    let bound = |name| schema.get(name).and_then(Value::as_f64);
    let wished = wish.and_then(Value::as_f64).unwrap_or(0.0);
    json!(
        wished
            .max(bound("minimum").unwrap_or(f64::MIN))
            .min(bound("maximum").unwrap_or(f64::MAX))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wish_is_said_where_the_schema_has_a_place_for_it() {
        let schema = json!({
            "type": "object",
            "properties": {
                "notes": { "type": "array", "minItems": 1, "maxItems": 1, "items": { "$ref": "#/$defs/Note" } },
                "mood": { "type": "string", "enum": ["calm", "hurried"] },
            },
            "$defs": {
                "Note": {
                    "type": "object",
                    "properties": {
                        "intent": { "type": "string", "enum": ["job_to_be_done", "other"] },
                        "client_id": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
                        "tag": { "type": "string", "maxLength": 5 },
                        "due": { "type": ["string", "null"] },
                        "score": { "type": "integer", "minimum": 1 },
                    },
                },
            },
        });
        let wish = json!({
            "notes": [
                { "intent": "job-to-be-done", "client_id": { "client_id": "cl_1", "name": "Ann" }, "tag": "mixer-tap" },
                { "intent": "other" },
            ],
        });
        assert_eq!(
            fit(&schema, &wish),
            json!({
                "notes": [
                    { "intent": "job_to_be_done", "client_id": "cl_1", "tag": "mixer", "due": null, "score": 1 },
                ],
                "mood": "calm",
            })
        );
    }

    #[test]
    fn of_several_shapes_the_one_with_the_same_constant_is_taken() {
        let shape = |intent: &str, field: &str| {
            let mut properties = Map::new();
            properties.insert("intent".into(), json!({ "const": intent }));
            properties.insert(field.into(), json!({ "type": "string" }));
            json!({ "type": "object", "properties": properties })
        };
        let schema = json!({ "anyOf": [shape("job-to-be-done", "job"), shape("other", "summary")] });
        let wish = json!({ "intent": "other", "summary": "hello", "job": "no" });
        assert_eq!(
            fit(&schema, &wish),
            json!({ "intent": "other", "summary": "hello" })
        );
    }

    #[test]
    fn a_schema_that_refers_to_itself_comes_to_an_end() {
        let schema = json!({
            "type": "object",
            "properties": { "next": { "anyOf": [{ "$ref": "#" }, { "type": "null" }] } },
        });
        assert_eq!(fit(&schema, &json!({})), json!({ "next": null }));
    }
}
