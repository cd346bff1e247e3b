//! The function with a stand-in of AWS behind it and Twilio in front of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::ManualClock;
use shared::config::Env;
use webhook_handler::config::Config;
use webhook_handler::event::{HttpApiEvent, HttpApiResponse};
use webhook_handler::handler::WebhookHandler;
use webhook_handler::signature::Algorithm;

use crate::aws::{FakeAws, StoredSecret};
use crate::signer;

pub(crate) const TOKEN: &str = "c0ffee00c0ffee11c0ffee22c0ffee33";
pub(crate) const TOKEN_SECRET: &str =
    "arn:aws:secretsmanager:ap-southeast-2:111122223333:secret:test/twilio/auth-token-AbCdEf";
pub(crate) const SHARED_KEYS_SECRET: &str =
    "arn:aws:secretsmanager:ap-southeast-2:111122223333:secret:test/twilio/keys-AbCdEf";
pub(crate) const HOST: &str = "a1b2c3d4e5.execute-api.ap-southeast-2.amazonaws.com";
pub(crate) const URL: &str = "https://a1b2c3d4e5.execute-api.ap-southeast-2.amazonaws.com/webhook";
pub(crate) const NOW: &str = "2026-11-20T01:02:03Z";

/// A text message with the least that Twilio sends.
pub(crate) const MESSAGE: [(&str, &str); 7] = [
    ("MessageSid", "SM0123456789abcdef0123456789abcdef"),
    ("AccountSid", "AC00000000000000000000000000000001"),
    ("From", "whatsapp:+61491570156"),
    ("To", "whatsapp:+61491570110"),
    ("Body", "order a mixer tap"),
    ("NumMedia", "0"),
    ("SmsStatus", "received"),
];

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) struct App {
    pub(crate) aws: FakeAws,
    pub(crate) clock: ManualClock,
    pub(crate) handler: WebhookHandler,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With further settings.
    pub(crate) async fn with(settings: &[(&'static str, &str)]) -> Self {
        Self::waiting(Duration::from_secs(5), Duration::from_secs(10), settings).await
    }

    /// With clients that give up soon enough for a test.
    pub(crate) async fn impatient() -> Self {
        Self::waiting(Duration::from_millis(500), Duration::from_millis(1200), &[]).await
    }

    /// With clients that wait so long for an attempt and for a call. The auth token was put a month ago.
    pub(crate) async fn waiting(
        attempt: Duration,
        operation: Duration,
        settings: &[(&'static str, &str)],
    ) -> Self {
        let aws = FakeAws::start().await;
        let a_month_ago = now() - jiff::SignedDuration::from_hours(30 * 24);
        aws.state.lock().unwrap().secrets.insert(
            TOKEN_SECRET.to_owned(),
            StoredSecret {
                current: TOKEN.to_owned(),
                since: a_month_ago,
                previous: None,
            },
        );
        let sdk = aws.sdk(attempt, operation).await;
        let setting = |name: &str| {
            settings
                .iter()
                .find(|(n, _)| *n == name)
                .map_or("", |(_, value)| value)
        };
        let env = Env::from([
            ("ENVIRONMENT_NAME", "test"),
            (
                "QUEUE_URL",
                "https://sqs.ap-southeast-2.amazonaws.com/111122223333/test-ai-voice-messages",
            ),
            ("TWILIO_AUTH_TOKEN_SECRET_ARN", TOKEN_SECRET),
            (
                "TWILIO_SHARED_KEYS_SECRET_ARN",
                setting("TWILIO_SHARED_KEYS_SECRET_ARN"),
            ),
            ("PUBLIC_WEBHOOK_URL", setting("PUBLIC_WEBHOOK_URL")),
            ("PREVIOUS_TOKEN_HOURS", setting("PREVIOUS_TOKEN_HOURS")),
        ]);
        let clock = ManualClock::at(now());
        let handler = WebhookHandler::new(Config::from_env(env).unwrap(), &sdk, Arc::new(clock.clone()));
        Self { aws, clock, handler }
    }

    pub(crate) async fn post(&self, call: &Call) -> HttpApiResponse {
        self.handler.handle(call.event(), None).await
    }

    pub(crate) async fn status(&self, call: &Call) -> u16 {
        self.post(call).await.status_code
    }

    /// What is in the queue.
    pub(crate) fn queued(&self) -> Vec<Value> {
        let state = self.aws.state.lock().unwrap();
        state.sent.iter().map(|sent| sent.body.clone()).collect()
    }

    pub(crate) fn put_secret(&self, name: &str, current: &str, previous: Option<&str>) {
        use shared::clock::Clock as _;
        let stored = StoredSecret {
            current: current.to_owned(),
            since: self.clock.now(),
            previous: previous.map(str::to_owned),
        };
        self.aws
            .state
            .lock()
            .unwrap()
            .secrets
            .insert(name.to_owned(), stored);
    }
}

/// A request on its way to the function.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) stage: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) base64: bool,
}

impl Call {
    pub(crate) fn form(pairs: &[(&str, &str)]) -> Self {
        Self {
            method: "POST".into(),
            host: HOST.into(),
            stage: "$default".into(),
            path: "/webhook".into(),
            query: String::new(),
            headers: vec![("content-type".into(), "application/x-www-form-urlencoded".into())],
            body: signer::encode(pairs).into_bytes(),
            base64: true,
        }
    }

    /// A JSON body with its hash in the query.
    pub(crate) fn json(body: &str) -> Self {
        let mut call = Self::form(&[]);
        call.query = format!("bodySHA256={}", signer::body_sha256(body.as_bytes()));
        call.body = body.as_bytes().to_vec();
        call.base64 = false;
        call.header("content-type", "application/json")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(n, _)| n != name);
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn query(mut self, query: &str) -> Self {
        self.query = query.into();
        self
    }

    pub(crate) fn is_form(&self) -> bool {
        self.headers
            .iter()
            .any(|(name, value)| name == "content-type" && value.contains("form-urlencoded"))
    }

    /// Signed by Twilio with the account's token, called at the gateway's address.
    pub(crate) fn signed(self) -> Self {
        self.signed_with(TOKEN)
    }

    pub(crate) fn signed_with(self, token: &str) -> Self {
        let url = format!("https://{}{}", self.host, self.path);
        self.signed_for(&url, Algorithm::HmacSha1, token)
    }

    /// Signed as a call of `url` (its query is the call's).
    pub(crate) fn signed_for(self, url: &str, algorithm: Algorithm, key: &str) -> Self {
        let text = self.string_to_sign(url);
        let signature = signer::sign(algorithm, key, &text);
        self.header("x-twilio-signature", &signature)
    }

    pub(crate) fn string_to_sign(&self, url: &str) -> String {
        let url = if self.query.is_empty() {
            url.to_owned()
        } else {
            format!("{url}?{}", self.query)
        };
        let pairs = if self.is_form() {
            signer::decode(&String::from_utf8_lossy(&self.body))
        } else {
            Vec::new()
        };
        signer::string_to_sign(&url, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))
    }

    /// As the gateway passes it on.
    pub(crate) fn event(&self) -> HttpApiEvent {
        use base64::Engine as _;
        let body = if self.base64 {
            base64::engine::general_purpose::STANDARD.encode(&self.body)
        } else {
            String::from_utf8(self.body.clone()).unwrap()
        };
        serde_json::from_value(json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "requestContext": {
                "domainName": self.host,
                "stage": self.stage,
                "requestId": "request-1",
                "http": {"method": self.method, "path": self.path},
            },
            "body": body,
            "isBase64Encoded": self.base64,
        }))
        .unwrap()
    }
}
