//! The shape the model has to answer in: Rust types, and the JSON schema generated from them for OpenAI's strict
//! structured outputs (guide "Structured model outputs": a root object, every property required, no further properties,
//! optional as a union with null, a subset of JSON Schema's keywords).

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The schema's name in the request.
pub const SCHEMA_NAME: &str = "notes";

/// What the model answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelAnswer {
    /// The languages spoken, as BCP 47 tags, most spoken first.
    pub spoken_languages: Vec<String>,
    /// One to five notes, split by client, job or intent; never by topic within one job.
    pub notes: Vec<ModelNote>,
}

/// One note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelNote {
    /// What the note is for.
    pub intent: ModelIntent,
    /// Two to five words that name the subject, in kebab case.
    pub tag: String,
    /// A headline. Only for knowledge-document.
    pub title: Option<String>,
    /// What was said, in one to three sentences.
    pub summary: Option<String>,
    /// The job in a few words. Only for job-to-be-done.
    pub job: Option<String>,
    /// Circumstances one has to know, such as access, parts or constraints.
    pub context: Option<String>,
    /// The client_id of each candidate this note is about; empty when it is none of them.
    pub client_ids: Vec<String>,
    /// Everything that was said to be done.
    pub action_items: Vec<ModelItem>,
}

/// What a note is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ModelIntent {
    /// Something has to be done.
    JobToBeDone,
    /// Something worth knowing later.
    KnowledgeDocument,
    /// Neither.
    Other,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelItem {
    /// What, as an instruction.
    pub text: String,
    /// The day as YYYY-MM-DD, only when one was said.
    pub due_date: Option<String>,
    /// The time as HH:MM, only when one was said.
    pub due_time: Option<String>,
    /// When, in the words that were said.
    pub due_text: Option<String>,
    /// Who is to do it, only when somebody was named.
    pub assignee: Option<String>,
}

/// The schema of [`ModelAnswer`] in the strict subset.
#[must_use]
pub fn strict_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<ModelAnswer>()
        .to_value();
    make_strict(&mut schema);
    schema
}

/// Keywords the strict subset does not have or that say nothing to the model.
const DROPPED: [&str; 4] = ["title", "format", "default", "$schema"];

fn make_strict(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let is_schema = ["type", "anyOf", "oneOf"]
                .iter()
                .any(|keyword| object.contains_key(*keyword));
            if is_schema {
                for keyword in DROPPED {
                    // A property may be called "title"; its own schema is an object, the keyword is a string.
                    if object.get(keyword).is_some_and(|value| !value.is_object()) {
                        object.remove(keyword);
                    }
                }
                flatten_constants(object);
            }
            if let Some(Value::Object(properties)) = object.get("properties") {
                let names = properties.keys().cloned().map(Value::String).collect();
                object.insert("required".into(), Value::Array(names));
                object.insert("additionalProperties".into(), Value::Bool(false));
            }
            object.values_mut().for_each(make_strict);
        }
        Value::Array(items) => items.iter_mut().for_each(make_strict),
        _ => {}
    }
}

/// Enum variants with documentation are generated as a `oneOf` of constants; the strict subset wants `enum`.
fn flatten_constants(object: &mut Map<String, Value>) {
    let Some(Value::Array(variants)) = object.get("oneOf") else {
        return;
    };
    let constants: Vec<Value> = variants
        .iter()
        .filter_map(|variant| variant.get("const").cloned())
        .collect();
    if constants.len() == variants.len() {
        object.remove("oneOf");
        object.insert("type".into(), "string".into());
        object.insert("enum".into(), Value::Array(constants));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(schema: &Value, path: &str, visit: &mut impl FnMut(&str, &Map<String, Value>)) {
        match schema {
            Value::Object(object) => {
                visit(path, object);
                for (name, value) in object {
                    walk(value, &format!("{path}/{name}"), visit);
                }
            }
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(i, item)| walk(item, &format!("{path}/{i}"), visit));
            }
            _ => {}
        }
    }

    #[test]
    fn the_schema_is_in_the_strict_subset() {
        let schema = strict_schema();
        assert_eq!(schema["type"], "object");
        let mut objects = 0;
        walk(&schema, "", &mut |path, object| {
            assert!(!object.contains_key("$ref"), "{path}");
            assert!(!object.contains_key("oneOf"), "{path}");
            if object.get("type") == Some(&Value::from("object")) {
                objects += 1;
                assert_eq!(object["additionalProperties"], false, "{path}");
                let properties: Vec<&String> = object["properties"].as_object().unwrap().keys().collect();
                assert_eq!(
                    object["required"].as_array().unwrap().len(),
                    properties.len(),
                    "{path}"
                );
            }
        });
        assert_eq!(objects, 3, "the answer, a note, an item");
    }

    #[test]
    fn the_schema_does_not_change_unnoticed() {
        insta::assert_json_snapshot!(strict_schema());
    }
}
