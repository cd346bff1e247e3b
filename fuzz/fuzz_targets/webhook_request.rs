//! A signed request all the way to the queue: a query on the first line, the body after it.
#![no_main]

use std::sync::{Arc, OnceLock};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::config::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::clock::ManualClock;
use shared::limits::MAX_MEDIA_ITEMS;
use shared::message::Content;
use webhook_handler::config::Config;
use webhook_handler::content::interpret;
use webhook_handler::event::HttpApiEvent;
use webhook_handler::form;
use webhook_handler::keyring::Keyring;
use webhook_handler::request::WebhookRequest;
use webhook_handler::verified::Verifier;

const TOKEN: &str = "the account's auth token";

fuzz_target!(|request: &[u8]| {
    let line = request.iter().position(|&byte| byte == b'\n').unwrap_or(0);
    let Ok(query) = std::str::from_utf8(&request[..line]) else {
        return;
    };
    let body = request[line..].strip_prefix(b"\n").unwrap_or(request);
    let is_json = body.starts_with(b"{");
    let Some((event, signature)) = signed(query, body, is_json) else {
        return;
    };
    let webhook = verify(&event, &signature).expect("a signed request is believed");
    let forged = STANDARD.encode([0; 20]);
    assert!(verify(&event, &forged).is_none(), "another signature is not");

    let Ok(message) = interpret(webhook, now()) else {
        return;
    };
    match &message.content {
        Content::Message(message) => {
            assert!(message.message_id.as_str().len() <= 34);
            assert!(message.media.len() <= MAX_MEDIA_ITEMS);
        }
        Content::Status(status) => assert!(status.outbound_id.as_str().len() <= 34),
    }
    fuzz::assert_survives(message);
});

/// A request, and the signature its sender would have given it; `None` when no sender could.
fn signed(query: &str, body: &[u8], is_json: bool) -> Option<(serde_json::Value, String)> {
    let query = if is_json {
        format!("bodySHA256={}", shared::address::hex(&Sha256::digest(body)))
    } else {
        query.to_owned()
    };
    let mut text = "https://hooks.example.com/webhook".to_owned();
    if !query.is_empty() {
        text += &format!("?{query}");
    }
    if !is_json {
        for (name, value) in form::parse(body).ok()?.pairs() {
            text.extend([name, value]);
        }
    }
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    let event = json!({
        "rawPath": "/webhook",
        "rawQueryString": query,
        "headers": {"content-type": if is_json { "application/json" } else { "application/x-www-form-urlencoded" }},
        "requestContext": {"domainName": "hooks.example.com", "stage": "$default", "http": {"method": "POST"}},
        "body": STANDARD.encode(body),
        "isBase64Encoded": true,
    });
    Some((event, STANDARD.encode(mac.finalize().into_bytes())))
}

fn verify(event: &serde_json::Value, signature: &str) -> Option<webhook_handler::verified::VerifiedWebhook> {
    let mut event: HttpApiEvent = serde_json::from_value(event.clone()).unwrap();
    event
        .headers
        .insert("x-twilio-signature".to_owned(), signature.to_owned());
    let request = WebhookRequest::from_event(event, None).ok()?;
    // Nothing is waited for: the secret is known and the clock stands still.
    verifier()
        .verify(request)
        .now_or_never()
        .expect("no waiting")
        .ok()
}

fn now() -> Timestamp {
    Timestamp::from_second(1_795_136_523).unwrap()
}

/// The product's own verifier, with a secret that is fetched once from a stand-in.
fn verifier() -> &'static Verifier {
    static VERIFIER: OnceLock<Verifier> = OnceLock::new();
    VERIFIER.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let sdk = aws_config::defaults(BehaviorVersion::latest())
                .region(Region::from_static("eu-central-1"))
                .credentials_provider(Credentials::new("none", "none", None, None, "none"))
                .http_client(http_client_fn(|_, _| SharedHttpConnector::new(TheSecret)))
                .load()
                .await;
            let config = Config {
                environment: "fuzz".to_owned(),
                log_level: "info".to_owned(),
                queue_url: "none".to_owned(),
                auth_token_secret: "auth-token".to_owned(),
                shared_keys_secret: None,
                public_url: None,
                previous_token_for: SignedDuration::ZERO,
            };
            let client = aws_sdk_secretsmanager::Client::new(&sdk);
            let keyring = Keyring::new(&client, &config, Arc::new(ManualClock::at(now())));
            keyring.prefetch().await.expect("the secret is there");
            Verifier::new(None, keyring)
        })
    })
}

/// Answers every call with the token.
#[derive(Debug)]
struct TheSecret;

impl HttpConnector for TheSecret {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let body = json!({"SecretString": TOKEN, "CreatedDate": 1_700_000_000}).to_string();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(
            200.try_into().unwrap(),
            SdkBody::from(body),
        )))
    }
}
