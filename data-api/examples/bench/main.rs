//! What the data API costs: time on the processor and calls to S3, for each of the routes that are asked most, in buckets of
//! growing size. `make bench-data-api`.
//!
//! Everything is in this process: the application on the main thread, asked with the HTTP API's own events, and on another
//! thread an S3 that answers from memory over loopback. *Own* is what the main thread spent (Linux's own count for it): this
//! API with the AWS SDK in it, whatever else the machine is doing. *Wall* has the round trips to the S3 in memory added; those
//! to the real one are longer.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for people at a terminal; what fails ends it"
)]

mod memory_s3;
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
#[path = "../../tests/api/support/seed.rs"]
mod seed;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use aws_sdk_s3::config::Credentials;
use axum::Router;
use data_api::app::{App, router};
use data_api::config::Config;
use data_api::gateway;
use jiff::SignedDuration;
use serde_json::json;
use shared::bucket::Bucket;
use shared::clock::SystemClock;
use shared::config::Env;

use crate::memory_s3::MemoryS3;
use crate::seed::{Seed, sid};

/// Files of a message of one note with a recording: recording, words, summary, note.
const FILES: usize = 4;

/// Requests measured, after a tenth as many that are not.
const ROUNDS: usize = 40;

/// Design figures, own time of a request.
const LIST_OF_1000: Duration = Duration::from_millis(5);
const BY_MESSAGE: Duration = Duration::from_millis(1);

/// One request, asked many times over.
struct Measured {
    own: Duration,
    wall: Duration,
    calls: usize,
    bytes: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    println!(
        "{:<44} {:>9} {:>9} {:>9} {:>7} {:>9}",
        "", "files", "own ms", "wall ms", "S3", "bytes"
    );
    let mut within = true;
    for files in [12, 1_000, 20_000] {
        let s3 = MemoryS3::start();
        let app = filled(&s3, files).await;
        let message = sid(files / FILES / 2);
        for (name, path, most) in [
            (
                "list, 1,000 a page",
                "/files/list?company_id=acme".to_owned(),
                Some(LIST_OF_1000),
            ),
            (
                "list, 100 messages a page",
                "/files/list?company_id=acme&output_format=ids".to_owned(),
                None,
            ),
            (
                "by-message",
                format!("/files/by-message?company_id=acme&message_id={message}"),
                Some(BY_MESSAGE),
            ),
            (
                "notes, 100 a page",
                "/notes?company_id=acme&limit=100".to_owned(),
                None,
            ),
            (
                "notes changed since",
                "/notes?company_id=acme&updated_since=2026-01-01".to_owned(),
                None,
            ),
            ("one note", format!("/notes/{message}?company_id=acme"), None),
            (
                "search that finds nothing",
                "/notes/search?company_id=acme&q=nowhere".to_owned(),
                None,
            ),
            (
                "get-download-url",
                format!(
                    "/files/get-download-url?key={}",
                    Seed::job("acme", 1, "order-mixer").audio_key()
                ),
                None,
            ),
        ] {
            let measured = measure(&s3, &app, &path).await;
            let over = most.filter(|most| measured.own > *most);
            within &= over.is_none();
            println!(
                "{name:<44} {files:>9} {:>9.2} {:>9.2} {:>7} {:>9}{}",
                milliseconds(measured.own),
                milliseconds(measured.wall),
                measured.calls,
                measured.bytes,
                over.map(|most| format!("  over {:.0} ms", milliseconds(most)))
                    .unwrap_or_default(),
            );
        }
    }
    if within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The application over a bucket with about this many files.
async fn filled(s3: &MemoryS3, files: usize) -> Router {
    let aws = aws(&s3.endpoint);
    let config = Config::from_env(Env::from([
        ("ENVIRONMENT_NAME", "bench"),
        ("VOICE_DATA_BUCKET", "voice"),
        ("DATA_API_KEY_SECRET_ARN", "key"),
        ("CUSTOMER_DATA_KEY", "customers.json"),
        ("QUEUE_URL", "http://127.0.0.1:9/queue"),
        ("TWILIO_ACCOUNT_SID_SECRET_ARN", "sid"),
        ("TWILIO_AUTH_TOKEN_SECRET_ARN", "token"),
    ]));
    let app = App::at(config.unwrap(), &aws, Arc::new(SystemClock)).unwrap();
    let bucket = Bucket::new(&aws, "voice");
    for number in 0..files / FILES {
        let mut seed = Seed::job("acme", number, "order-mixer");
        seed.received_at += SignedDuration::from_secs(i64::try_from(number).unwrap());
        seed.file(&bucket).await;
    }
    router(app)
}

fn aws(endpoint: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(aws_sdk_s3::config::SharedCredentialsProvider::new(
            Credentials::new("bench", "bench", None, None, "bench"),
        ))
        .build()
}

async fn measure(s3: &MemoryS3, app: &Router, path: &str) -> Measured {
    let (mut owns, mut walls) = (Vec::new(), Vec::new());
    let (mut calls, mut bytes) = (0, 0);
    for round in 0..ROUNDS + ROUNDS / 10 {
        let event = event(path);
        s3.take_calls();
        let (own, wall) = (processor_time(), Instant::now());
        let answer = gateway::answer(app.clone(), event).await;
        let (own, wall) = (processor_time() - own, wall.elapsed());
        assert_eq!(answer.status_code, 200, "{path}: {:?}", answer.body);
        calls = s3.take_calls();
        bytes = serde_json::to_vec(&answer.body).unwrap().len();
        if round >= ROUNDS / 10 {
            owns.push(own);
            walls.push(wall);
        }
    }
    Measured {
        own: median(owns),
        wall: median(walls),
        calls,
        bytes,
    }
}

fn event(path: &str) -> ApiGatewayV2httpRequest {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    serde_json::from_value(json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "headers": {"x-api-key": memory_s3::ADMIN_KEY},
        "requestContext": {"stage": "$default", "requestId": "JKJaXmPLvHcESHA=", "http":
            {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench"}},
        "isBase64Encoded": false
    }))
    .unwrap()
}

/// What this thread spent on a processor so far: the first number in its `schedstat` (Linux, `sched-stats.rst`), nanoseconds.
/// Elsewhere the time that passed.
fn processor_time() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = counted.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(since_start, Duration::from_nanos)
}

fn since_start() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
