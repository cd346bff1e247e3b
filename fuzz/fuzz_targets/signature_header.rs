//! The headers anybody may write: one a line, in the order signature, another signature, settings, trace.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook_handler::signature::{KeyClaim, PresentedSignature};
use webhook_handler::trace::TraceHeader;

fuzz_target!(|headers: &str| {
    let mut lines = headers.split('\n');
    let mut next = || lines.next();
    let [one, other] = [next(), next()].map(Option::unwrap_or_default);

    let nothing = PresentedSignature::parse("");
    let signature = PresentedSignature::parse(one);
    if one != other && signature == PresentedSignature::parse(other) {
        assert_eq!(signature, nothing, "a signature has one spelling");
    }

    if let KeyClaim::SharedKey { id, .. } = KeyClaim::parse(next()) {
        assert!(!id.is_empty() && id == id.trim() && !id.contains(','));
    }

    let trace = next().unwrap_or_default();
    if let Some(header) = TraceHeader::parse(trace) {
        assert_eq!(header.as_str(), trace, "passed on as it came");
        assert!(trace.len() <= 256 && trace.bytes().all(|byte| byte.is_ascii_graphic()));
    }
});
