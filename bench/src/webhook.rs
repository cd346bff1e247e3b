//! webhook-handler: a signed text message, from the gateway's event to the queue.

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use e2e::stack::Stack;
use e2e::{people, twilio};
use serde_json::{Value, json};
use url::Url;

use crate::Arguments;
use crate::fixed_aws::{Contents, FixedAws};
use crate::function::Function;
use crate::report::Report;
use crate::samples::Samples;
use crate::setup::Setup;

const FUNCTION: &str = "webhook-handler";

/// Budgets: milliseconds to the first answer, of them on a processor, of a warm call, and MiB.
const START_MS: f64 = 12.0;
const START_CPU_MS: f64 = 8.0;
const CALL_MS: f64 = 0.3;
const RSS_MIB: f64 = 14.0;

pub(crate) async fn measure(setup: &Setup, arguments: &Arguments, report: &mut Report) -> anyhow::Result<()> {
    let contents = Contents {
        secret: setup.stack.twilio.auth_token.clone(),
        ..Contents::default()
    };
    let aws = FixedAws::start(contents).await?;
    let variables = setup.variables(FUNCTION, &aws).await?;
    let program = setup.binary(FUNCTION);
    let floor = setup.floor(arguments, true).await?;

    let (mut start, mut cpu) = (Samples::default(), Samples::default());
    for _ in 0..arguments.starts {
        let event = event(&setup.stack)?;
        let (_, took) = Function::start(&program, &[], &variables, event, accepted).await?;
        start.add_time(took.elapsed);
        cpu.add_time(took.cpu);
    }
    let (function, _) = Function::start(&program, &[], &variables, event(&setup.stack)?, accepted).await?;
    let before = aws.calls();
    let mut call = Samples::default();
    for _ in 0..arguments.calls {
        let (answer, took) = function.invoke(event(&setup.stack)?).await?;
        accepted(&answer)?;
        call.add_time(took);
    }
    let made: u64 = aws.calls().values().sum::<u64>() - before.values().sum::<u64>();

    report.add(
        "webhook-handler: start to first answer",
        start.median(),
        "ms",
        START_MS,
        Some(floor.start.median()),
    );
    report.add(
        "webhook-handler: processor time of a start",
        cpu.median(),
        "ms",
        START_CPU_MS,
        Some(floor.start_cpu.median()),
    );
    report.add(
        "webhook-handler: warm, p50",
        call.median(),
        "ms",
        CALL_MS,
        Some(floor.call.median()),
    );
    report.note("webhook-handler: warm, p99", call.quantile(99, 100), "ms");
    report.add(
        "webhook-handler: memory at most",
        function.usage()?.peak_mib(),
        "MiB",
        RSS_MIB,
        Some(floor.rss_mib),
    );
    #[expect(clippy::cast_precision_loss, reason = "a few thousand calls")]
    let each = made as f64 / arguments.calls as f64;
    report.add(
        "webhook-handler: calls of AWS per message, warm",
        each,
        "",
        1.0,
        None,
    );
    Ok(())
}

/// A message nobody has sent before, as the HTTP API hands it over.
fn event(stack: &Stack) -> anyhow::Result<Bytes> {
    let parameters = stack.twilio.text_message(
        &twilio::fresh_sid("SM"),
        &people::fresh_address(),
        "Order a new mixer tap for the kitchen tomorrow, and call Mrs Papadopoulos on Friday.",
    );
    let signature = stack.twilio.sign(&parameters)?;
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&parameters)
        .finish();
    let url = Url::parse(&stack.twilio.webhook_url)?;
    let host = url.host_str().context("the webhook's address has no host")?;
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": url.path(),
        "rawQueryString": url.query().unwrap_or_default(),
        "headers": {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "host": host,
            "user-agent": "TwilioProxy/1.1",
            "x-twilio-signature": signature,
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "bench",
            "domainName": host,
            "domainPrefix": "bench",
            "http": {"method": "POST", "path": url.path(), "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "TwilioProxy/1.1"},
            "requestId": "bench",
            "routeKey": "$default",
            "stage": "$default",
            "time": "20/Nov/2026:01:02:03 +0000",
            "timeEpoch": 1_795_136_523_000_u64,
        },
        "body": STANDARD.encode(body),
        "isBase64Encoded": true,
    });
    Ok(event.to_string().into())
}

fn accepted(answer: &Bytes) -> anyhow::Result<()> {
    let answer: Value = serde_json::from_slice(answer)?;
    ensure!(answer["statusCode"] == 200, "the webhook answered {answer}");
    Ok(())
}
