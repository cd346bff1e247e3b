//! The key of an object, as a client of the data-api names it.
#![no_main]

use data_api::files::artifact::ArtifactName;
use data_api::object_key::{MAX_KEY_BYTES, ObjectKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(key) = ObjectKey::parse(text) else {
        return;
    };
    assert_eq!(key.as_str(), text, "a key is used as it was written");
    assert!(text.len() <= MAX_KEY_BYTES);
    let inside = text
        .strip_prefix(key.company().as_str())
        .and_then(|rest| rest.strip_prefix('/'));
    let inside = inside.expect("a key starts with its company");
    assert!(
        inside
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."))
    );
    assert!(!text.contains(['\\', '\0', '\n']));
    if let Some(name) = ArtifactName::parse(text) {
        assert!(text.contains(name.message().as_str()) && text.contains(name.tag.as_str()));
    }
});
