//! What is logged: one line for each refusal, and nothing that anybody wrote.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::app::{App, Call, MESSAGE, TOKEN};
use crate::aws::Fault;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn take(&self) -> Vec<serde_json::Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Everything the function and its crates say, down to the finest level of its own.
fn listen() -> (Lines, tracing::subscriber::DefaultGuard) {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt as _;
    let lines = Lines::default();
    let targets = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("webhook_handler", LevelFilter::TRACE)
        .with_target("shared", LevelFilter::TRACE);
    let layer = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_writer(lines.clone());
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(targets).with(layer));
    (lines, guard)
}

const CANARY: &str = "canary-in-the-mine";

/// A message with the canary wherever a person's words can be.
fn singing() -> Call {
    let mut pairs = MESSAGE.to_vec();
    pairs[2].1 = "whatsapp:+61491570999";
    pairs[4].1 = CANARY;
    pairs.extend([("ProfileName", CANARY), ("Label", CANARY), (CANARY, CANARY)]);
    Call::form(&pairs)
        .header("x-amzn-trace-id", CANARY)
        .header("user-agent", CANARY)
}

#[tokio::test]
async fn nothing_that_anybody_wrote_is_logged() {
    let (lines, _guard) = listen();
    let app = App::impatient().await;
    let mut accepted = 0;
    for fault in [
        Fault::None,
        Fault::Status(500),
        Fault::EmptyObject,
        Fault::Reset,
        Fault::NotJson,
    ] {
        app.aws.state.lock().unwrap().sqs = fault;
        let mut unusable = singing().query(CANARY);
        unusable.body = format!("Body={CANARY}&MessageSid={CANARY}").into_bytes();
        let mut not_utf8 = singing();
        not_utf8.body = format!("Body={CANARY}%ff").into_bytes();
        let calls = [
            singing().signed(),
            singing(),
            singing().header("x-twilio-signature", CANARY),
            singing().signed_with("another").query(CANARY),
            unusable.signed(),
            not_utf8.signed(),
            Call::json(&format!("{{\"{CANARY}\": {CANARY}")).signed(),
            Call::json(&format!("{{\"MessageSid\": \"{CANARY}/\"}}")).signed(),
        ];
        for call in calls {
            accepted += usize::from(app.status(&call).await == 200);
        }
    }
    assert_eq!(accepted, 1);
    assert!(
        app.queued()[0].to_string().contains(CANARY),
        "the canary sang where it should"
    );
    let logged = serde_json::to_string(&lines.take()).unwrap();
    assert!(
        logged.contains("enqueued") && logged.contains("refused"),
        "{logged}"
    );
    for never in [CANARY, "61491570", TOKEN] {
        assert!(!logged.contains(never), "{never} in {logged}");
    }
}

#[tokio::test]
async fn a_refusal_is_one_line_that_finds_the_request_and_names_the_reason() {
    let (lines, _guard) = listen();
    let app = App::start().await;
    for (call, reason) in [
        (Call::form(&MESSAGE), "not_signed"),
        (Call::form(&MESSAGE).signed_with("another"), "wrong_signature"),
        (Call::form(&MESSAGE[1..]).signed(), "parameter_missing"),
    ] {
        app.post(&call).await;
        let [line] = &lines.take()[..] else {
            panic!("one line")
        };
        assert_eq!(line["reason"], reason);
        assert_eq!(line["span"]["request_id"], "request-1");
        assert_eq!(
            line["span"]["message_sid"],
            serde_json::Value::Null,
            "not before it is verified"
        );
    }
}

#[tokio::test]
async fn a_message_that_is_verified_is_known_by_its_sid_even_when_it_cannot_be_kept() {
    let (lines, _guard) = listen();
    let app = App::start().await;
    for (fault, words) in [
        (Fault::None, "enqueued"),
        (Fault::Status(500), "not acknowledged"),
    ] {
        app.aws.state.lock().unwrap().sqs = fault;
        app.post(&Call::form(&MESSAGE).signed()).await;
        let lines = lines.take();
        let line = lines.iter().find(|line| line["message"] == words).unwrap();
        assert_eq!(line["span"]["message_sid"], MESSAGE[0].1, "{line}");
    }
}
