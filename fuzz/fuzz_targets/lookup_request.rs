//! What customer-lookup is asked.
#![no_main]

use customer_lookup::request::Request;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use shared::lookup::{MAX_CANDIDATES, MAX_VOCABULARY};

fuzz_target!(|payload: &[u8]| {
    let Ok(payload) = serde_json::from_slice::<Value>(payload) else {
        return;
    };
    match Request::parse(payload) {
        Ok(Request::Sender(query)) => {
            assert!(query.phone_number.is_some() || query.user_id.is_some());
            assert!(query.vocabulary.is_none_or(|names| names <= MAX_VOCABULARY));
        }
        Ok(Request::Clients(query)) => assert!(query.limit <= MAX_CANDIDATES),
        Err(why) => assert_eq!(why.error_type(), "InvalidRequest"),
    }
});
