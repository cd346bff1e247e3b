//! The two calls to OpenAI: what goes over the wire, and what becomes of every way to answer.

use std::time::{Duration, Instant as WallClock};

use bytes::Bytes;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::company::Language;
use shared::retry::{Classified as _, Retry};
use tokio::time::Instant;
use url::Url;
use voice_parser::http;
use voice_parser::openai::models::{StructuringModel, TranscriptionModel};
use voice_parser::openai::{
    OpenAi, OpenAiError, StructureAnswer, StructureRequest, Transcription, TranscriptionRequest,
};

use crate::secrets::{API_KEY, Secrets};
use crate::server::{Answer, Server};
use crate::wire::{Wire, WireServer};
use crate::{CANARY, shown, soon, within};

fn openai(origin: &Url, secrets: &Secrets) -> OpenAi {
    let base = origin.join("/v1").unwrap();
    OpenAi::new(http::client().unwrap(), base, secrets.get("api-key"))
}

async fn transcribe(openai: &OpenAi, model: &str, deadline: Instant) -> Result<Transcription, OpenAiError> {
    let keywords = [
        "Siobhán O’Reilly".to_owned(),
        "Nguyễn & Sons".to_owned(),
        " ".to_owned(),
    ];
    let languages: [Language; 2] = ["en-AU".parse().unwrap(), "vi".parse().unwrap()];
    let model = TranscriptionModel::named(model);
    let request = TranscriptionRequest {
        model: &model,
        file_name: "recording.ogg",
        content_type: "audio/ogg",
        audio: Bytes::from_static(b"OggS and so on"),
        keywords: &keywords,
        languages: &languages,
        preceding: "",
    };
    openai.transcribe(request, deadline).await
}

async fn structure(
    openai: &OpenAi,
    model: &StructuringModel,
    deadline: Instant,
) -> Result<StructureAnswer, OpenAiError> {
    let schema = json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false});
    let request = StructureRequest {
        model,
        instructions: "Make notes.",
        input: "Order a mixer.",
        schema_name: "notes",
        schema: &schema,
    };
    openai.structure(request, deadline).await
}

fn luna() -> StructuringModel {
    StructuringModel::named("gpt-6-luna", "low")
}

fn completion(message: &Value, finish_reason: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-6-luna-2026-09-22",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 900, "completion_tokens": 120, "total_tokens": 1020},
    })
}

fn notes() -> Value {
    completion(
        &json!({"role": "assistant", "content": "{\"notes\":[]}", "refusal": null}),
        "stop",
    )
}

fn error(code: &str) -> Value {
    json!({"error": {"message": format!("about {CANARY}"), "type": "x", "param": null, "code": code}})
}

/// What the form of a transcription request has, part by part.
async fn form(model: &str) -> Vec<String> {
    let secrets = Secrets::start().await;
    let server = Server::answering([Answer::json(200, &json!({"text": "Order a mixer."}))]).await;
    transcribe(&openai(&server.origin, &secrets), model, soon())
        .await
        .unwrap();
    let request = server.only_request();
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", "/v1/audio/transcriptions")
    );
    assert_eq!(request.header("authorization"), format!("Bearer {API_KEY}"));
    assert_eq!(request.header("content-length"), request.body.len().to_string());
    let show = |(name, file, content_type, content): (String, Option<String>, Option<String>, Bytes)| {
        let content = String::from_utf8(content.to_vec()).unwrap();
        let file = file.map_or(String::new(), |file| {
            format!(" [{file}, {}]", content_type.unwrap_or_default())
        });
        format!("{name}{file}: {content}")
    };
    request.parts().into_iter().map(show).collect()
}

#[tokio::test]
async fn a_transcription_request_has_what_the_model_takes() {
    insta::assert_json_snapshot!("transcription_gpt_transcribe", form("gpt-transcribe").await);
    insta::assert_json_snapshot!("transcription_gpt_4o", form("gpt-4o-transcribe").await);
    insta::assert_json_snapshot!("transcription_whisper_1", form("whisper-1").await);
    insta::assert_json_snapshot!("transcription_other", form("whisper-large-v3").await);
}

#[tokio::test]
async fn a_structuring_request_has_what_the_model_takes() {
    let secrets = Secrets::start().await;
    for (name, model) in [
        ("chat_gpt_6_luna", luna()),
        (
            "chat_gpt_4_1_mini",
            StructuringModel::named("gpt-4.1-mini", "low"),
        ),
        ("chat_other", StructuringModel::named("llama-4", "low")),
    ] {
        let server = Server::answering([Answer::json(200, &notes())]).await;
        structure(&openai(&server.origin, &secrets), &model, soon())
            .await
            .unwrap();
        let request = server.only_request();
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/v1/chat/completions")
        );
        assert_eq!(request.header("authorization"), format!("Bearer {API_KEY}"));
        insta::assert_json_snapshot!(name, request.json());
    }
}

#[tokio::test]
async fn answers_are_read() {
    let secrets = Secrets::start().await;
    let heard = json!({"text": "Order a mixer.", "languages": [{"code": "en"}], "usage": {"type": "duration", "seconds": 13}});
    let server = Server::answering([Answer::json(200, &heard), Answer::json(200, &notes())]).await;
    let openai = openai(&server.origin, &secrets);
    let heard = transcribe(&openai, "gpt-transcribe", soon()).await.unwrap();
    assert_eq!(heard.text, "Order a mixer.");
    assert_eq!(heard.languages, ["en".parse().unwrap()]);
    assert_eq!((heard.duration_s, heard.truncated), (Some(13.0), false));
    let answer = structure(&openai, &luna(), soon()).await.unwrap();
    assert_eq!(answer.content, "{\"notes\":[]}");
    assert_eq!(answer.model, "gpt-6-luna-2026-09-22");
    assert_eq!((answer.input_tokens, answer.output_tokens), (900, 120));
    assert!(
        !format!("{heard:?}{answer:?}").contains("notes\\\":"),
        "words in debug output"
    );
}

/// The error that a server that always answers so leads to, and how often it was asked.
async fn failing(secrets: &Secrets, answer: Answer) -> (OpenAiError, usize) {
    let server = Server::answering([answer]).await;
    let failed = structure(&openai(&server.origin, secrets), &luna(), soon())
        .await
        .unwrap_err();
    assert!(!shown(&failed).contains("Okonkwo"), "{failed:?}");
    (failed, server.requests().len())
}

#[tokio::test]
async fn every_status_is_repeated_or_not_as_it_deserves() {
    let secrets = Secrets::start().await;
    let statuses = [
        (400, 1),
        (401, 1),
        (402, 1),
        (403, 1),
        (404, 1),
        (408, 3),
        (409, 3),
        (412, 1),
        (413, 1),
        (415, 1),
        (422, 1),
        (429, 3),
        (500, 3),
        (502, 3),
        (503, 3),
        (504, 3),
        (302, 1),
    ];
    let outcomes =
        join_all(statuses.map(|(status, _)| failing(&secrets, Answer::json(status, &error("x"))))).await;
    for ((status, attempts), (error, asked)) in statuses.into_iter().zip(outcomes) {
        assert_eq!(asked, attempts, "{status} {error:?}");
    }
}

#[tokio::test]
async fn an_empty_account_is_asked_once() {
    let secrets = Secrets::start().await;
    let (error, asked) = failing(&secrets, Answer::json(429, &error("insufficient_quota"))).await;
    assert_eq!((error.retry(), asked), (Retry::Billing, 1));
}

#[tokio::test]
async fn what_the_model_does_not_finish_is_told_apart() {
    let secrets = Secrets::start().await;
    let refusal =
        json!({"role": "assistant", "content": null, "refusal": format!("I can't help with {CANARY}")});
    let cut = json!({"role": "assistant", "content": format!("{{\"notes\":[{{\"client\":\"{CANARY}")});
    let empty = json!({"role": "assistant", "content": ""});
    let one = |body: &Value| failing(&secrets, Answer::json(200, body));
    assert!(matches!(
        one(&completion(&refusal, "stop")).await,
        (OpenAiError::ModelRefused, 1)
    ));
    assert!(matches!(
        one(&completion(&cut, "length")).await,
        (OpenAiError::Truncated, 1)
    ));
    assert!(matches!(
        one(&completion(&cut, "content_filter")).await,
        (OpenAiError::ContentFilter, 1)
    ));
    assert!(matches!(
        one(&completion(&empty, "stop")).await,
        (OpenAiError::Undecodable, _)
    ));
    assert!(matches!(
        one(&json!({"choices": []})).await,
        (OpenAiError::Undecodable, _)
    ));
}

#[tokio::test]
async fn an_answer_that_is_cut_off_or_no_json_is_no_answer_and_is_not_shown() {
    let secrets = Secrets::start().await;
    for body in [
        format!("{{\"choices\":[{{\"message\":{{\"content\":\"{CANARY}"),
        format!("<html>{CANARY}</html>"),
        String::new(),
        format!("\"{CANARY}\""),
    ] {
        let (error, _) = failing(&secrets, Answer::status(200).body(body)).await;
        assert!(matches!(error, OpenAiError::Undecodable), "{error:?}");
        assert!(error.retry().is_later());
    }
}

async fn recovery(secrets: &Secrets, failure: Answer) -> Duration {
    let server = Server::answering([failure, Answer::json(200, &notes())]).await;
    let started = WallClock::now();
    structure(&openai(&server.origin, secrets), &luna(), soon())
        .await
        .unwrap();
    assert_eq!(server.requests().len(), 2);
    started.elapsed()
}

#[tokio::test]
async fn what_the_vendor_asks_to_wait_is_waited() {
    let secrets = Secrets::start().await;
    let busy = || Answer::json(429, &error("rate_limit_exceeded"));
    assert!(recovery(&secrets, busy().with("retry-after", "1")).await >= Duration::from_secs(1));
    assert!(recovery(&secrets, busy().with("retry-after-ms", "700")).await >= Duration::from_millis(700));
    let date = busy()
        .with("date", "Fri, 20 Nov 2026 01:02:03 GMT")
        .with("retry-after", "Fri, 20 Nov 2026 01:02:04 GMT");
    assert!(recovery(&secrets, date).await >= Duration::from_secs(1));
    recovery(&secrets, Answer::status(400).with("x-should-retry", "true")).await;
}

#[tokio::test]
async fn what_would_end_after_the_deadline_is_not_waited_for() {
    let secrets = Secrets::start().await;
    let server = Server::answering([Answer::status(429).with("retry-after", "30")]).await;
    let started = WallClock::now();
    let error = structure(
        &openai(&server.origin, &secrets),
        &luna(),
        within(Duration::from_secs(5)),
    )
    .await
    .unwrap_err();
    assert_eq!(
        error.retry(),
        Retry::Later {
            after: Some(Duration::from_secs(30))
        }
    );
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_at_the_deadline() {
    let secrets = Secrets::start().await;
    let server = Server::answering([Answer::Hang]).await;
    let started = WallClock::now();
    let error = transcribe(
        &openai(&server.origin, &secrets),
        "gpt-transcribe",
        within(Duration::from_millis(800)),
    )
    .await;
    assert!(
        matches!(error, Err(OpenAiError::Unavailable { status: None, .. })),
        "{error:?}"
    );
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_broken_connection_is_made_again() {
    let secrets = Secrets::start().await;
    let whole = notes().to_string();
    let (begun, length) = (&whole[..40], whole.len() as u64);
    for broken in [
        Wire::Reset(Wire::announcing(length, begun)),
        Wire::Close(Wire::announcing(length, begun)),
        Wire::Reset(Vec::new()),
        Wire::Close(b"HTTP/1.1 2".to_vec()),
        Wire::Close(b"what?\r\n\r\n".to_vec()),
    ] {
        let server = WireServer::answering([broken, Wire::ok(&whole)]).await;
        structure(&openai(&server.origin, &secrets), &luna(), soon())
            .await
            .unwrap();
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn an_endless_answer_is_left() {
    let secrets = Secrets::start().await;
    let server = WireServer::answering([Wire::Endless]).await;
    let error = structure(&openai(&server.origin, &secrets), &luna(), soon())
        .await
        .unwrap_err();
    assert!(matches!(error, OpenAiError::Undecodable), "{error:?}");
    let per_connection = server.written() / server.connections();
    assert!(per_connection < 16 * 1024 * 1024, "{per_connection}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_answer() {
    let secrets = Secrets::start().await;
    let origin = Server::answering([]).await.origin.clone();
    let error = structure(
        &openai(&origin, &secrets),
        &luna(),
        within(Duration::from_secs(2)),
    )
    .await
    .unwrap_err();
    assert!(
        matches!(error, OpenAiError::Unavailable { status: None, .. }),
        "{error:?}"
    );
    assert!(!shown(&error).contains("/v1/"), "{}", shown(&error));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_key() {
    let secrets = Secrets::start().await;
    let elsewhere = Server::answering([Answer::json(200, &notes())]).await;
    let (error, _) = failing(&secrets, Answer::redirect(elsewhere.at("/v1/chat/completions"))).await;
    assert!(
        matches!(error, OpenAiError::Misconfigured { status: 307, .. }),
        "{error:?}"
    );
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_rotated_key_is_fetched_when_the_old_one_is_refused() {
    let secrets = Secrets::start().await;
    let server = Server::answering([Answer::json(200, &notes())]).await;
    let openai = openai(&server.origin, &secrets);
    structure(&openai, &luna(), soon()).await.unwrap();
    secrets.rotate("api-key", "sk-second");
    server.answer([
        Answer::json(401, &error("invalid_api_key")),
        Answer::json(200, &notes()),
    ]);
    structure(&openai, &luna(), soon()).await.unwrap();
    let keys: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.header("authorization").to_owned())
        .collect();
    assert_eq!(keys, ["Bearer sk-first", "Bearer sk-first", "Bearer sk-second"]);
    server.answer([Answer::json(401, &error("invalid_api_key"))]);
    let refused = structure(&openai, &luna(), soon()).await.unwrap_err();
    assert!(
        matches!(refused, OpenAiError::Misconfigured { status: 401, .. }),
        "{refused:?}"
    );
    assert_eq!(server.requests().len(), 4, "the same key is not tried twice");
}

#[tokio::test]
async fn what_is_wrong_with_a_recording_is_said() {
    let secrets = Secrets::start().await;
    let bad = |message: &str, code: &str| {
        let body = json!({"error": {"message": message, "type": "invalid_request_error", "param": "file", "code": code}});
        Answer::json(400, &body)
    };
    let one = async |answer: Answer| {
        let server = Server::answering([answer]).await;
        transcribe(&openai(&server.origin, &secrets), "gpt-transcribe", soon())
            .await
            .unwrap_err()
    };
    let corrupt = one(bad(
        "Audio file might be corrupted or unsupported",
        "invalid_value",
    ))
    .await;
    assert!(matches!(corrupt, OpenAiError::UnsupportedAudio), "{corrupt:?}");
    let long = one(bad(
        "audio duration 1500.1 seconds is longer than 1400 seconds which is the maximum",
        "invalid_value",
    ))
    .await;
    assert!(matches!(long, OpenAiError::AudioTooLong), "{long:?}");
    let short = one(bad(
        "Audio file is too short. Minimum audio length is 0.1 seconds.",
        "audio_too_short",
    ))
    .await;
    assert!(matches!(short, OpenAiError::AudioTooShort), "{short:?}");
}

#[tokio::test]
async fn calls_can_be_spawned() {
    let secrets = Secrets::start().await;
    let server = Server::answering([Answer::json(200, &notes())]).await;
    let openai = openai(&server.origin, &secrets);
    let spawned = tokio::spawn(async move { structure(&openai, &luna(), soon()).await.is_ok() });
    assert!(spawned.await.unwrap());
}
