//! The configured address, and the spellings in which it may have been signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook_handler::signature::address::{Location, PublicUrl, WebhookAddress};

fuzz_target!(|text: &str| {
    let (url, query) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(public) = url.parse::<PublicUrl>() else {
        return;
    };
    assert!(public.path().is_empty() || public.path().starts_with('/'));
    assert!(!public.path().contains(['?', '#', ' ']));

    let here = |raw_query: &str| Location {
        raw_query: raw_query.to_owned(),
        ..Location::default()
    };
    let spellings = WebhookAddress::Public(public.clone()).spellings(&here(""));
    let [bare, with_port] = spellings.as_slice() else {
        panic!("without and with port");
    };
    assert!(with_port.len() > bare.len() && bare.ends_with(public.path()));
    for spelling in [bare, with_port] {
        let again: PublicUrl = spelling.parse().expect("a spelling is an address");
        assert_eq!(again.path(), public.path());
        let again = WebhookAddress::Public(again).spellings(&here(""));
        assert_eq!(again[0], *bare, "and one of the same address");
        assert!(spelling == bare || again == spellings);
    }
    let with_query = WebhookAddress::Public(public).spellings(&here(query));
    assert!(
        with_query
            .iter()
            .all(|spelling| spellings.iter().any(|bare| spelling.starts_with(bare)))
    );
});
