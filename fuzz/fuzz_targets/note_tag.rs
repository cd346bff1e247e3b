//! A tag of whatever the model called a note: the answer on the first line, what else is known on the others.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::records::note::{Intent, Tag};
use voice_parser::structure::tag::tag;

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let answered = lines.next().unwrap_or_default();
    let fallbacks: Vec<&str> = lines.collect();
    for intent in Intent::ALL {
        let made = tag(answered, &fallbacks, intent);
        assert_eq!(
            made.as_str().parse::<Tag>().as_ref(),
            Ok(&made),
            "it becomes part of a key"
        );
        let again = tag(made.as_str(), &fallbacks, intent);
        assert!(again.as_str().starts_with(made.as_str()), "a tag names itself");
    }
});
