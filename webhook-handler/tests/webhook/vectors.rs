//! Requests whose signatures others computed: the vendor's published ones and its Python library's.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Deserialize;
use webhook_handler::request::WebhookRequest;
use webhook_handler::signature::address::{PublicUrl, WebhookAddress};
use webhook_handler::signature::{Algorithm, SigningKey};

use crate::app::Call;
use crate::signer;

/// Whether the function takes this request for Twilio's. The algorithm is the one of the key, as the keyring has it.
fn is_authentic(url: &str, content_type: &str, body: &str, key: (&str, Algorithm), signature: &str) -> bool {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let public: PublicUrl = address.parse().unwrap();
    let mut call = Call::form(&[])
        .header("content-type", content_type)
        .header("x-twilio-signature", signature)
        .query(query);
    call.path = public.path().to_owned();
    call.body = body.as_bytes().to_vec();
    let key = SigningKey::new(key.1, SecretString::from(key.0)).unwrap();
    WebhookRequest::from_event(call.event(), Some(&public))
        .is_ok_and(|request| request.is_signed_by(&[key], &WebhookAddress::Public(public)))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    token: String,
    url: String,
    params: Option<BTreeMap<String, Values>>,
    body: Option<String>,
    signature: String,
    algorithm: String,
    valid: bool,
}

#[test]
fn published_vectors_are_judged_as_published() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../fixtures/twilio_signature_vectors.json")).unwrap();
    assert_eq!(vectors.len(), 19);
    for vector in vectors {
        let (content_type, body) = match (&vector.params, vector.body) {
            (Some(params), None) => ("application/x-www-form-urlencoded", form_of(params)),
            (_, body) => ("application/json", body.unwrap_or_default()),
        };
        let key = (
            vector.token.as_str(),
            Algorithm::parse(&vector.algorithm).unwrap(),
        );
        let judged = is_authentic(&vector.url, content_type, &body, key, &vector.signature);
        assert_eq!(judged, vector.valid, "{}", vector.name);
    }
}

fn form_of(params: &BTreeMap<String, Values>) -> String {
    let mut pairs = Vec::new();
    for (name, values) in params {
        match values {
            Values::One(value) => pairs.push((name.as_str(), value.as_str())),
            Values::Many(values) => pairs.extend(values.iter().map(|value| (name.as_str(), value.as_str()))),
        }
    }
    signer::encode(&pairs)
}

/// Further published values that are not in the file of vectors.
#[test]
fn credentials_ports_and_old_encodings_of_the_address_are_known() {
    const FORM: &str =
        "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
    const EMPTY_OBJECT: &str = "bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let form = |url: &str, signature| {
        let kind = "application/x-www-form-urlencoded";
        is_authentic(url, kind, FORM, ("12345", Algorithm::HmacSha1), signature)
    };
    let json = |signature| {
        let url = format!("https://mycompany.com/myapp.php?foo=1&bar=2&{EMPTY_OBJECT}");
        is_authentic(
            &url,
            "application/json",
            "{}",
            ("12345", Algorithm::HmacSha1),
            signature,
        )
    };
    assert!(form(
        "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2",
        "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="
    ));
    assert!(form(
        "https://user@mycompany.com/myapp.php?foo=1&bar=2",
        "2YRLlVAflCqxaNicjMpJcSTgzSs="
    ));
    assert!(form(
        "http://mycompany.com/myapp.php?foo=1&bar=2",
        "OyGYPqTF6ztdbRNCvuQO/oPvqQ4="
    ));
    let apostrophe = "https://mycompany.com/myapp.php?foo=1&bar=2&Body=It's+amazing";
    for signature in ["TfZzewPq8wqrGlMfyAud8+/IvJ0=", "dsq4Ehbj6cs+KdTkpF5sSSplOWw="] {
        assert!(form(apostrophe, signature), "{signature}");
    }
    for signature in ["Ldidvp12m26NI7eqEvxnEpkd9Hc=", "rw/jVviOgicj2+kHZULvebnA4ag="] {
        assert!(json(signature), "{signature}");
    }
}

#[derive(Deserialize)]
struct VendorRequest {
    token: String,
    algorithm: String,
    url: String,
    content_type: String,
    body: String,
    signature: String,
    valid: bool,
}

/// `tests/vendor/generate.py` makes the file.
#[test]
fn the_vendors_own_library_judges_the_same() {
    let requests: Vec<VendorRequest> =
        serde_json::from_str(include_str!("../fixtures/vendor_requests.json")).unwrap();
    let valid = requests.iter().filter(|request| request.valid).count();
    assert!(valid >= 200 && requests.len() - valid >= 100);
    for (index, request) in requests.iter().enumerate() {
        let key = (
            request.token.as_str(),
            Algorithm::parse(&request.algorithm).unwrap(),
        );
        let judged = is_authentic(
            &request.url,
            &request.content_type,
            &request.body,
            key,
            &request.signature,
        );
        assert_eq!(judged, request.valid, "request {index}: {}", request.url);
    }
}
