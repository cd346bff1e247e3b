//! Continuation tokens and cursors: a company, a filter, a position and a token of the fuzzer's own, one a line.
#![no_main]

use data_api::seal::{Binding, MAX_TOKEN_CHARS, Seals};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(4, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (company, filter, position, invented) = (next(), next(), next(), next());

    let seals = Seals::derived_from(["the admin key"]);
    let list = |company, filter| Binding::to("list").and(Some(company)).and(filter);
    let here = list(company, Some(filter));
    let token = seals.seal(&here, position);
    assert_eq!(seals.open(&here, &token).as_deref(), Some(position));
    // S3's longest key has 1,024 bytes.
    assert!(position.len() > 1024 || token.len() <= MAX_TOKEN_CHARS);

    let elsewhere = [
        list(company, None),
        list(invented, Some(filter)),
        list(filter, Some(company)),
        Binding::to("list").and(Some(filter)),
        Binding::to("notes").and(Some(company)).and(Some(filter)),
    ];
    for other in elsewhere.iter().filter(|other| **other != here) {
        assert_eq!(seals.open(other, &token), None, "a token opens where it was made");
    }
    // The fuzzer learns real tokens from the comparisons it watches, so one that opens is not a forgery by itself.
    if let Some(position) = seals.open(&here, invented) {
        assert_eq!(seals.seal(&here, &position), invented, "a position has one token");
    }
    let mut altered = token.into_bytes();
    altered[0] = if altered[0] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).unwrap();
    assert_eq!(seals.open(&here, &altered), None, "no altered token opens");
});
