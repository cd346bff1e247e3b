//! The API's description of itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::seed::Seed;

#[test]
fn the_description_is_generated_from_the_code_and_says_what_it_said() {
    let document = serde_json::to_value(data_api::app::openapi()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    insta::assert_json_snapshot!(document);
}

#[test]
fn every_reference_leads_somewhere_and_every_route_has_a_name_of_its_own() {
    let document = serde_json::to_value(data_api::app::openapi()).unwrap();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(
                names.insert(operation["operationId"].as_str().unwrap()),
                "{method} {path}"
            );
            let tag = operation["tags"][0].as_str().unwrap();
            assert!(
                document["tags"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|known| known["name"] == tag),
                "{tag}"
            );
        }
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().filter(|_| name == "$ref") {
                    Some(reference) => _ = references.insert(reference.to_owned()),
                    None => collect(value, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[test]
fn the_records_are_described_field_by_field() {
    let document = serde_json::to_value(data_api::app::openapi()).unwrap();
    let seed = Seed::job("acme", 1, "order-mixer").about("cl_1");
    let mut note = serde_json::to_value(seed.note(1)).unwrap();
    note.as_object_mut().unwrap().remove("later_version");
    let row = shared::records::index::TimelineEntry::of(&seed.note(1), &seed.note_key(1));
    for (name, record) in [("Note", note), ("NoteRow", serde_json::to_value(row).unwrap())] {
        check(
            &document,
            &json!({"$ref": format!("#/components/schemas/{name}")}),
            &record,
            name,
        );
    }
}

/// Every field is described, everything required is there, and the types agree.
fn check(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(document, document.pointer(&reference[1..]).unwrap(), value, at);
    }
    if let Some(members) = schema["oneOf"].as_array() {
        let member = members.iter().find(|member| member["type"] != "null").unwrap();
        return check(document, member, value, at);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let found = match value {
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() && !types.contains(&"number") => "integer",
        Value::Number(_) => "number",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Null => "null",
    };
    assert!(types.contains(&found), "{at}: {found} is described as {types:?}");
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| check(document, &schema["items"], item, at)),
        Value::Object(fields) if schema["properties"].is_object() => {
            for (name, value) in fields {
                let described = &schema["properties"][name];
                assert!(described.is_object(), "{at}/{name} is not described");
                check(document, described, value, &format!("{at}/{name}"));
            }
            for required in schema["required"].as_array().into_iter().flatten() {
                assert!(
                    fields.contains_key(required.as_str().unwrap()),
                    "{at} lacks {required}"
                );
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_page_of_the_description_needs_no_other_host_and_no_script() {
    let app = TestApp::start().await;
    let page = app.get("/docs").await;
    assert_eq!(page.status, 200);
    let html = String::from_utf8(page.body.clone()).unwrap();
    for outside in ["<script", "http://", "https://", "src=", "@import", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    for route in ["/files/by-message", "/notes/{note_id}", "record-ProblemDocument"] {
        assert!(html.contains(route), "{route}");
    }
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; style-src 'sha256-")
    );
}
