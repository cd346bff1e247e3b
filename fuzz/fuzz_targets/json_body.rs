//! A JSON body: the parameters of a form in another dress.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use webhook_handler::json;

fuzz_target!(|body: &[u8]| {
    let is_object = matches!(serde_json::from_slice(body), Ok(Value::Object(_)));
    let Ok(parameters) = json::parse(body) else {
        assert!(!is_object, "every object is read");
        return;
    };
    assert!(is_object, "nothing but objects is read");
    let mut written = Map::new();
    for (name, value) in parameters.pairs() {
        let values = written.entry(name).or_insert(Value::Array(Vec::new()));
        values.as_array_mut().unwrap().push(value.into());
    }
    let written = Value::Object(written).to_string();
    assert_eq!(
        json::parse(written.as_bytes()),
        Ok(parameters),
        "what is written is what is read"
    );
});
