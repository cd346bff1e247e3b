//! A form, as Twilio sends it and as anybody may.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook_handler::form;

fuzz_target!(|body: &[u8]| {
    let Ok(parameters) = form::parse(body) else {
        return;
    };
    let pairs: Vec<_> = parameters.pairs().collect();
    assert!(pairs.is_sorted(), "in the order in which they are signed");
    assert!(pairs.windows(2).all(|two| two[0] != two[1]), "each value once");
    let again = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    assert_eq!(
        form::parse(again.as_bytes()),
        Ok(parameters),
        "what is written is what is read"
    );
});
