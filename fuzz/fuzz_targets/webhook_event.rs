//! The gateway's event, as far as it is read before its signature is checked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;
use webhook_handler::event::HttpApiEvent;
use webhook_handler::request::WebhookRequest;
use webhook_handler::signature::address::WebhookAddress;
use webhook_handler::signature::{Algorithm, SigningKey};

fuzz_target!(|event: &[u8]| {
    let Ok(event) = serde_json::from_slice::<HttpApiEvent>(event) else {
        return;
    };
    let (method, path) = (event.request_context.http.method.clone(), event.raw_path.clone());
    let Ok(request) = WebhookRequest::from_event(event, None) else {
        return;
    };
    assert!(method == "POST" && path.ends_with("/webhook"));
    let keys = [Algorithm::HmacSha1, Algorithm::HmacSha256]
        .map(|algorithm| SigningKey::new(algorithm, SecretString::from("known to nobody")).unwrap());
    assert!(
        !request.is_signed_by(&keys, &WebhookAddress::Gateway),
        "nothing here is signed"
    );
});
