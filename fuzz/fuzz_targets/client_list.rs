//! A company's client list, as the office uploads it.
#![no_main]

use customer_lookup::client_list::parse;
use libfuzzer_sys::fuzz_target;
use shared::client::ClientList;

fuzz_target!(|file: &[u8]| {
    let company = "acme".parse().unwrap();
    // The plain reading, of a file that is text: serde_json does not look at all of what it skips.
    let strict = std::str::from_utf8(file)
        .ok()
        .and_then(|text| serde_json::from_str::<ClientList>(text).ok());
    let Ok(read) = parse(file, &company) else {
        assert!(
            strict.is_none_or(|list| list.company_id != company),
            "a good list is read"
        );
        return;
    };
    assert!(read.first_skipped.len() <= read.skipped);
    for (at, client) in read.clients.iter().enumerate() {
        assert!(client.name.chars().any(char::is_alphanumeric));
        assert!(
            read.clients[..at]
                .iter()
                .all(|earlier| earlier.client_id != client.client_id)
        );
    }
    if let Some(strict) = strict {
        assert_eq!(read.clients.len() + read.skipped, strict.clients.len());
        let kept = |client| strict.clients.contains(client);
        assert!(read.clients.iter().all(kept), "a good client is read as it is");
    }
});
