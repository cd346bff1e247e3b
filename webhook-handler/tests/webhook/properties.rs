//! No valid request is refused and no forged one accepted: requests and alterations nobody thought of.
//!
//! An alteration counts when it provably changes the meaning: when the text that was signed is not among the texts
//! that the altered request could stand for, by the second implementation in [`crate::signer`].

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use secrecy::SecretString;
use webhook_handler::request::WebhookRequest;
use webhook_handler::signature::address::WebhookAddress;
use webhook_handler::signature::{Algorithm, KeyClaim, SigningKey};

use crate::app::Call;
use crate::signer;

const VALID_REQUESTS: u32 = 10_000;
const ALTERATIONS_EACH: usize = 13;
const ALTERATIONS: u32 = 100_000;

/// A request with the key that signed it.
#[derive(Debug, Clone)]
struct Signed {
    call: Call,
    public: Option<&'static str>,
    algorithm: Algorithm,
    key: &'static str,
}

impl Signed {
    fn is_accepted(&self) -> bool {
        let public = self.public.map(|url| url.parse().unwrap());
        let Ok(request) = WebhookRequest::from_event(self.call.event(), public.as_ref()) else {
            return false;
        };
        let claimed = match request.claim() {
            KeyClaim::AuthToken => Algorithm::HmacSha1,
            KeyClaim::SharedKey { algorithm, .. } => *algorithm,
            KeyClaim::Unknown => return false,
        };
        let key = SigningKey::new(self.algorithm, SecretString::from(self.key)).unwrap();
        let keys = if claimed == self.algorithm {
            vec![key]
        } else {
            Vec::new()
        };
        request.is_signed_by(
            &keys,
            &public.map_or(WebhookAddress::Gateway, WebhookAddress::Public),
        )
    }

    /// The addresses Twilio may have signed.
    fn addresses(&self) -> Vec<String> {
        let with_ports = |scheme: &str, host: &str, default: &str, path: &str| {
            let (bare, port) = host.split_once(':').unwrap_or((host, default));
            vec![
                format!("{scheme}://{bare}{path}"),
                format!("{scheme}://{bare}:{port}{path}"),
            ]
        };
        let call = &self.call;
        match self.public {
            Some(url) => {
                let (scheme, rest) = url.split_once("://").unwrap();
                let (host, path) = rest.split_once('/').unwrap();
                with_ports(
                    scheme,
                    host,
                    if scheme == "https" { "443" } else { "80" },
                    &format!("/{path}"),
                )
            }
            None if call.stage == "$default" => with_ports("https", &call.host, "443", &call.path),
            None => {
                let stage = format!("/{}", call.stage);
                let bare = call
                    .path
                    .strip_prefix(&stage)
                    .filter(|rest| rest.starts_with('/'));
                let bare = bare.unwrap_or(&call.path);
                [format!("{stage}{bare}"), bare.to_owned()]
                    .iter()
                    .flat_map(|path| with_ports("https", &call.host, "443", path))
                    .collect()
            }
        }
    }

    /// Every text the request could have been signed as.
    fn meanings(&self) -> Vec<String> {
        if !self.call.is_form() {
            let hash = signer::decode(&self.call.query)
                .into_iter()
                .find(|(name, _)| name == "bodySHA256")
                .map(|(_, hash)| hash);
            if hash != Some(signer::body_sha256(&self.call.body)) {
                return Vec::new();
            }
        }
        // A query that is parsed and written again says the same.
        let pairs = signer::decode(&self.call.query);
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let rewritten = self.call.clone().query(&signer::encode(&pairs));
        let addresses = self.addresses();
        addresses
            .iter()
            .flat_map(|address| [&self.call, &rewritten].map(|call| call.string_to_sign(address)))
            .collect()
    }
}

const HOSTS: [&str; 2] = [
    "a1b2c3d4e5.execute-api.ap-southeast-2.amazonaws.com",
    "abcd1234.execute-api.localhost",
];
const PUBLIC: [&str; 3] = [
    "https://hooks.example.com/webhook",
    "https://hooks.example.com:8443/webhook",
    "http://127.0.0.1:4566/_aws/execute-api/abcd1234/$default/webhook",
];
const NAMES: [&str; 12] = [
    "AccountSid",
    "Body",
    "From",
    "To",
    "MessageSid",
    "NumMedia",
    "MediaUrl0",
    "ProfileName",
    "WaId",
    "SmsStatus",
    "Zoë",
    "a",
];
const KEYS: [&str; 3] = ["12345", "0123456789abcdef0123456789abcdef", "ключ with spaces"];

/// Something a person may write: plain words, everything a form has to escape, and everything Unicode has.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "",
            "0",
            "hello",
            "received",
            "whatsapp:+61491570156",
            "a+b&c=d%20#?;",
            "café 🚰\r\n",
            "audio/ogg"
        ])
        .prop_map(str::to_owned),
        vec(any::<char>(), 0..12).prop_map(String::from_iter),
        vec(32_u8..127, 0..40).prop_map(|bytes| String::from_utf8(bytes).unwrap()),
    ]
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![9 => select(&NAMES[..]).prop_map(str::to_owned), 1 => words()];
    vec((name, words()), 0..10)
}

/// A form in one of the ways it may be written, or a JSON body.
fn content() -> impl Strategy<Value = Call> {
    let form = (pairs(), any::<bool>()).prop_map(|(pairs, escape_all)| {
        let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let mut call = Call::form(&borrowed);
        if escape_all {
            let escaped = |text: &str| {
                text.bytes()
                    .map(|byte| format!("%{byte:02X}"))
                    .collect::<String>()
            };
            let pairs = borrowed
                .iter()
                .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
            call.body = pairs.collect::<Vec<_>>().join("&").into_bytes();
        }
        call
    });
    let json = words().prop_map(|text| Call::json(&serde_json::json!({"Body": text}).to_string()));
    prop_oneof![8 => form, 2 => json]
}

fn signed() -> impl Strategy<Value = Signed> {
    let place = (
        proptest::option::weighted(0.4, select(&PUBLIC[..])),
        select(&HOSTS[..]),
        select(vec!["$default", "dev"]),
        any::<bool>(),
        select(vec![
            "",
            "m=SM0123456789abcdef0123456789abcdef&p=1",
            "x=a%20b&y=%2B&z",
            "z=1&z=2",
        ]),
    );
    let key = (select(&KEYS[..]), any::<bool>());
    (content(), place, key, any::<u8>(), any::<bool>()).prop_map(|(call, place, key, which, base64)| {
        let (public, host, stage, stage_in_path, query) = place;
        let (key, is_shared) = key;
        let mut call = Call {
            host: host.into(),
            stage: stage.into(),
            base64,
            ..call
        };
        call.query = [query, &call.query]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("&");
        if stage_in_path && stage != "$default" {
            call.path = format!("/{stage}/webhook");
        }
        let mut algorithm = Algorithm::HmacSha1;
        if is_shared {
            algorithm = Algorithm::HmacSha256;
            call = call.header(
                "x-twilio-webhooks-signature-settings",
                "key=k,algorithm=HMAC_SHA256",
            );
        }
        let mut signed = Signed {
            call,
            public,
            algorithm,
            key,
        };
        let addresses = signed.addresses();
        let address = &addresses[usize::from(which) % addresses.len()];
        signed.call = signed.call.signed_for(address, algorithm, key);
        signed
    })
}

/// Alters one thing.
fn alter(signed: &mut Signed, what: u8, at: usize, with: u8) {
    let call = &mut signed.call;
    let flip = |bytes: &mut Vec<u8>| {
        if bytes.is_empty() {
            bytes.push(with);
        } else {
            let length = bytes.len();
            bytes[at % length] ^= with.max(1);
        }
    };
    match what % 14 {
        0 | 1 => flip(&mut call.body),
        2 => {
            let length = call.body.len();
            call.body.truncate(at % (length + 1));
        }
        3 => {
            let length = call.body.len();
            call.body.insert(at % (length + 1), with);
        }
        4 => call
            .body
            .extend(format!("&{}={with}", NAMES[at % NAMES.len()]).bytes()),
        5 => {
            let mut pairs: Vec<&[u8]> = call.body.split(|&byte| byte == b'&').collect();
            pairs.remove(at % pairs.len());
            call.body = pairs.join(&b'&');
        }
        6 => {
            let mut pairs: Vec<&[u8]> = call.body.split(|&byte| byte == b'&').collect();
            let (one, other) = (at % pairs.len(), usize::from(with) % pairs.len());
            pairs.swap(one, other);
            call.body = pairs.join(&b'&');
        }
        7 => call.query.push_str(["&x=1", "&p=2", "&", "=", "%20"][at % 5]),
        8 => {
            let length = call.query.len();
            call.query.truncate(at % (length + 1));
        }
        9 => match signed.public {
            Some(_) => signed.public = Some("https://hooks.example.net/webhook"),
            None => call.host.push_str(".example"),
        },
        10 => {
            let signature = &mut call
                .headers
                .iter_mut()
                .find(|(name, _)| name == "x-twilio-signature")
                .unwrap()
                .1;
            let mut bytes = std::mem::take(signature).into_bytes();
            let length = bytes.len();
            bytes[at % length] =
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= "[usize::from(with) % 66];
            *signature = String::from_utf8(bytes).unwrap();
        }
        11 => signed.key = KEYS[(KEYS.iter().position(|key| *key == signed.key).unwrap() + 1) % KEYS.len()],
        12 => {
            let (claim, algorithm) = match signed.algorithm {
                Algorithm::HmacSha1 => ("key=k,algorithm=HMAC_SHA256", Algorithm::HmacSha256),
                Algorithm::HmacSha256 => ("", Algorithm::HmacSha1),
            };
            signed.algorithm = algorithm;
            signed.call = call.clone().header("x-twilio-webhooks-signature-settings", claim);
        }
        _ => {
            let other = if call.is_form() {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            signed.call = call.clone().header("content-type", other);
        }
    }
    // A gateway passes a body that is no text on in base64.
    if std::str::from_utf8(&signed.call.body).is_err() {
        signed.call.base64 = true;
    }
}

fn signature(call: &Call) -> &str {
    &call
        .headers
        .iter()
        .find(|(name, _)| name == "x-twilio-signature")
        .unwrap()
        .1
}

#[test]
fn valid_requests_are_accepted_and_altered_ones_refused() {
    let altered_meanings = Cell::new(0_u32);
    let config = Config {
        cases: VALID_REQUESTS,
        ..Config::default()
    };
    let alterations = vec((any::<u8>(), any::<u16>(), any::<u8>()), ALTERATIONS_EACH);
    let outcome = TestRunner::new(config).run(&(signed(), alterations), |(original, alterations)| {
        prop_assert!(original.is_accepted());
        let meanings = original.meanings();
        for (what, at, with) in alterations {
            let mut altered = original.clone();
            alter(&mut altered, what, usize::from(at), with);
            let same_key = (altered.key, altered.algorithm) == (original.key, original.algorithm)
                && signature(&altered.call) == signature(&original.call);
            if same_key
                && altered
                    .meanings()
                    .iter()
                    .any(|meaning| meanings.contains(meaning))
            {
                continue;
            }
            altered_meanings.set(altered_meanings.get() + 1);
            prop_assert!(!altered.is_accepted(), "{what}: {:?}", altered);
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(
        altered_meanings.get() >= ALTERATIONS,
        "{} alterations",
        altered_meanings.get()
    );
}
