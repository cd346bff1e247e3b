//! OpenAI's API: transcriptions, structured answers, models.

use axum::http::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::app::{App, answer, sample, sha256};
use crate::schema::errors;

fn file(name: &str, bytes: Vec<u8>) -> Form {
    Form::new()
        .text("model", "gpt-transcribe")
        .part("file", Part::bytes(bytes).file_name(name.to_owned()))
}

async fn transcribe(app: &App, form: Form) -> (StatusCode, Value) {
    let request = app
        .http
        .post(app.url("/v1/audio/transcriptions"))
        .bearer_auth("sk-local")
        .multipart(form);
    answer(request.send().await.unwrap()).await
}

async fn chat(app: &App, body: Value) -> (StatusCode, Value) {
    let request = app
        .http
        .post(app.url("/v1/chat/completions"))
        .bearer_auth("sk-local")
        .json(&body);
    answer(request.send().await.unwrap()).await
}

#[tokio::test]
async fn told_to_it_hears_the_names_it_was_to_listen_for_and_nothing_else() {
    let app = App::start().await;
    app.ordered("settings", json!({ "echo_keywords": true })).await;
    let note = sample("voice-note-1.ogg");
    let biased = file("note.ogg", note.clone())
        .text("keywords[]", "Papadopoulos")
        .text("keywords[]", "mixer tap");
    let (_, heard) = transcribe(&app, biased).await;
    assert_eq!(heard["text"], "Papadopoulos, mixer tap");
    let (_, heard) = transcribe(&app, file("note.ogg", note)).await;
    assert!(heard["text"].as_str().unwrap().contains("cannot hear"), "{heard}");
}

#[tokio::test]
async fn a_recording_it_was_told_about_is_heard() {
    let app = App::start().await;
    let note = sample("voice-note-1.ogg");
    let words = sample("voice-note-1.txt");
    app.put(
        &format!("/_control/transcripts/{}", sha256(&note)),
        "text/plain",
        words.clone(),
    )
    .await;
    let form = file("note.ogg", note.clone())
        .text("keywords[]", "Papadopoulos")
        .text("keywords[]", "mixer tap")
        .text("languages[]", "en")
        .text("response_format", "json");
    let (status, heard) = transcribe(&app, form).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(heard["text"], String::from_utf8(words).unwrap().trim());
    assert_eq!(heard["usage"], json!({ "type": "duration", "seconds": 13.0 }));
    assert_eq!(app.count("openai.transcription").await, 1);

    let (_, text) = transcribe(
        &app,
        file("note.ogg", note.clone()).text("response_format", "text"),
    )
    .await;
    assert!(text.as_str().unwrap().starts_with("Hi, it's Mick."));
    app.ordered("settings", json!({ "vary_answers": true })).await;
    let (_, first) = transcribe(&app, file("note.ogg", note.clone())).await;
    let (_, second) = transcribe(&app, file("note.ogg", note)).await;
    assert_ne!(first["text"], second["text"]);
}

#[tokio::test]
async fn of_another_recording_it_says_that_it_cannot_hear() {
    let app = App::start().await;
    let (status, heard) = transcribe(&app, file("silence.ogg", sample("media/silence.ogg"))).await;
    assert_eq!(status, StatusCode::OK);
    assert!(heard["text"].as_str().unwrap().contains("cannot hear"));
}

#[tokio::test]
async fn what_is_no_recording_is_refused() {
    let app = App::start().await;
    let note = sample("voice-note-1.ogg");
    let with =
        |name: &'static str, value: &'static str| file("a.ogg", sample("voice-note-1.ogg")).text(name, value);
    for (form, param) in [
        (file("note.opus", note.clone()), "file"),
        (file("note.oga", note.clone()), "file"),
        (file("garbage.ogg", sample("media/garbage.ogg")), "file"),
        (file("picture.ogg", sample("media/picture.jpg")), "file"),
        (file("truncated.ogg", sample("media/truncated.ogg")), "file"),
        (file("empty.ogg", Vec::new()), "file"),
        (with("response_format", "verbose_json"), "response_format"),
        (with("language", "English"), "language"),
        (with("keyword", "x"), "keyword"),
        (Form::new().text("model", "gpt-transcribe"), "file"),
        (
            Form::new()
                .text("model", "gpt-6-luna")
                .part("file", Part::bytes(note).file_name("a.ogg")),
            "model",
        ),
    ] {
        let (status, body) = transcribe(&app, form).await;
        assert_eq!(
            (status, &body["error"]["param"]),
            (StatusCode::BAD_REQUEST, &json!(param))
        );
        assert_eq!(body["error"]["type"], "invalid_request_error");
    }
}

#[tokio::test]
async fn a_recording_over_the_limit_is_refused() {
    let app = App::start().await;
    let mut note = sample("voice-note-1.ogg");
    note.resize(25 * 1024 * 1024 + 1, 0);
    assert_eq!(
        transcribe(&app, file("long.ogg", note.clone())).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    note.resize(30 * 1024 * 1024, 0);
    let request = app
        .http
        .post(app.url("/v1/audio/transcriptions"))
        .bearer_auth("sk-local");
    match request.multipart(file("longer.ogg", note)).send().await {
        Ok(refused) => assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE),
        // The answer may come while the recording is still being sent, and the connection close under it.
        Err(error) => assert!(error.is_request(), "{error:?}"),
    }
}

#[tokio::test]
async fn a_key_is_wanted() {
    let app = App::start().await;
    let (status, body) = answer(app.http.get(app.url("/v1/models")).send().await.unwrap()).await;
    assert_eq!(
        (status, &body["error"]["type"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_request_error"))
    );
}

#[tokio::test]
async fn faults_look_like_the_vendors() {
    let app = App::start().await;
    app.ordered(
        "faults",
        json!({ "on": "openai.chat", "times": 1, "status": 429 }),
    )
    .await;
    app.ordered(
        "faults",
        json!({ "on": "openai.chat", "times": 1, "status": 429, "code": "insufficient_quota" }),
    )
    .await;
    app.ordered(
        "faults",
        json!({ "on": "openai.chat", "times": 1, "body": "{\"choices\": [" }),
    )
    .await;
    let post = || {
        app.http
            .post(app.url("/v1/chat/completions"))
            .bearer_auth("sk-local")
            .json(&json!({}))
            .send()
    };
    let throttled = post().await.unwrap();
    assert_eq!(
        (throttled.status(), &throttled.headers()["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"1".parse().unwrap())
    );
    assert!(
        throttled.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .starts_with("req_")
    );
    assert_eq!(answer(throttled).await.1["error"]["code"], "rate_limit_exceeded");
    let quota = post().await.unwrap();
    assert!(!quota.headers().contains_key("retry-after"));
    assert_eq!(answer(quota).await.1["error"]["type"], "insufficient_quota");
    assert_eq!(
        answer(post().await.unwrap()).await,
        (StatusCode::OK, json!("{\"choices\": ["))
    );
}

#[tokio::test]
async fn models_say_until_when_they_are_there() {
    let app = App::start().await;
    let get =
        async |path: &str| answer(app.http.get(app.url(path)).bearer_auth("k").send().await.unwrap()).await;
    let (_, list) = get("/v1/models").await;
    let models = list["data"].as_array().unwrap();
    let find = |id: &str| models.iter().find(|m| m["id"] == id).unwrap();
    assert_eq!(find("gpt-transcribe")["shutdown_date"], json!(null));
    assert_eq!(find("whisper-1")["shutdown_date"], "2027-02-26");
    assert!(
        models
            .iter()
            .all(|m| m["created"].is_i64() && m["owned_by"].is_string())
    );
    assert_eq!(get("/v1/models/gpt-6-luna").await.1["object"], "model");
    assert_eq!(
        get("/v1/models/gpt-9").await.1["error"]["code"],
        "model_not_found"
    );
}

fn nullable(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn object(properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Something like the schema of a note, and something quite unlike it.
fn schemas() -> Vec<Value> {
    let text = json!({ "type": "string" });
    let mut notes = object(json!({
        "notes": { "type": "array", "items": { "$ref": "#/$defs/Note" }, "minItems": 1, "maxItems": 5 },
    }));
    notes["$defs"] = json!({
        "Note": object(json!({
            "intent": { "type": "string", "enum": ["job-to-be-done", "knowledge-document", "other"] },
            "tag": text,
            "title": nullable(text.clone()),
            "summary": nullable(text.clone()),
            "job": { "type": ["string", "null"] },
            "context": nullable(text.clone()),
            "client_id": nullable(text.clone()),
            "client": nullable(object(json!({ "client_id": text, "name": text, "heard": text, "by": { "type": "string", "enum": ["model"] } }))),
            "action_items": { "type": "array", "items": { "$ref": "#/$defs/Item" } },
            "languages": { "type": "array", "items": text },
        })),
        "Item": object(json!({
            "text": text,
            "due_date": nullable(json!({ "type": "string", "format": "date" })),
            "due_time": nullable(text.clone()),
            "due_text": nullable(text.clone()),
            "assignee": nullable(object(json!({ "name": text }))),
        })),
    });
    let by_kind = |intent: &str, field: Value| {
        let mut properties = json!({ "intent": { "type": "string", "const": intent } });
        properties
            .as_object_mut()
            .unwrap()
            .extend(field.as_object().unwrap().clone());
        object(properties)
    };
    let variants = object(json!({
        "notes": { "type": "array", "items": { "anyOf": [
            by_kind("job-to-be-done", json!({ "job": text, "action_items": { "type": "array", "items": text } })),
            by_kind("knowledge-document", json!({ "title": text })),
            by_kind("other", json!({ "reason": text })),
        ] } },
    }));
    let unknown = object(json!({
        "mood": { "type": "string", "enum": ["calm", "hurried"] },
        "sure": { "type": "boolean" },
        "stars": { "type": "integer", "minimum": 1, "maximum": 5 },
        "share": { "type": "number", "minimum": 0.25 },
        "code": { "type": "string", "minLength": 3, "maxLength": 8 },
        "day": { "type": "string", "format": "date" },
        "pairs": { "type": "array", "minItems": 2, "items": object(json!({ "left": text, "right": nullable(text) })) },
    }));
    vec![notes, variants, unknown]
}

fn request(schema: &Value, transcript: &str) -> Value {
    let message = json!({
        "received_at": "2026-11-20T01:30:00Z",
        "time_zone": "Australia/Melbourne",
        "calendar": [{ "date": "2026-11-20", "weekday": "Friday" }],
        "worker": { "name": "Mick" },
        "company": { "name": "Copperbilly Plumbing" },
        "candidates": [{ "client_id": "cl_001", "name": "Mrs Helena Papadopoulos", "heard": "Mrs Papadopoulos" }],
        "transcript": transcript,
    });
    json!({
        "model": "gpt-6-luna",
        "store": false,
        "reasoning_effort": "low",
        "messages": [
            { "role": "system", "content": "Write notes." },
            { "role": "user", "content": message.to_string() },
        ],
        "response_format": { "type": "json_schema", "json_schema": { "name": "notes", "strict": true, "schema": schema } },
    })
}

#[tokio::test]
async fn answers_validate_against_whatever_schema_was_sent() {
    let app = App::start().await;
    let transcripts = [
        String::from_utf8(sample("voice-note-1.txt")).unwrap(),
        String::from_utf8(sample("voice-note-2.txt")).unwrap(),
        "Morning all.".to_owned(),
        String::new(),
        "🚰 Привет".to_owned(),
        "Order a tap. Next job. Fix the drain. Another job. Call Bob. Separately, note that it leaks."
            .to_owned(),
    ];
    for schema in schemas() {
        for transcript in &transcripts {
            let (status, answer) = chat(&app, request(&schema, transcript)).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            let content: Value =
                serde_json::from_str(answer["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
            assert_eq!(
                errors(&schema, &schema, &content, ""),
                Vec::<String>::new(),
                "{transcript}: {content:#}"
            );
        }
    }
}

#[tokio::test]
async fn the_sample_becomes_a_note_and_says_who_made_it() {
    let app = App::start().await;
    let schema = &schemas()[0];
    let words = String::from_utf8(sample("voice-note-1.txt")).unwrap();
    let (_, completion) = chat(&app, request(schema, &words)).await;
    assert_eq!(completion["system_fingerprint"], "local-heuristics");
    assert_eq!(completion["model"], "gpt-6-luna-local-heuristics");
    assert_eq!(completion["choices"][0]["finish_reason"], "stop");
    assert!(completion["usage"]["prompt_tokens"].as_u64().unwrap() > 50);
    let content = completion["choices"][0]["message"]["content"].as_str().unwrap();
    let answer: Value = serde_json::from_str(content).unwrap();
    let note = &answer["notes"][0];
    assert_eq!(
        (&note["intent"], &note["client_id"]),
        (&json!("job-to-be-done"), &json!("cl_001"))
    );
    assert_eq!(note["action_items"][0]["due_date"], "2026-11-21");
    assert_eq!(note["action_items"][1]["due_date"], "2026-11-27");
    assert_eq!(note["languages"], json!(["en"]));

    let (_, again) = chat(&app, request(schema, &words)).await;
    assert_eq!(again["choices"], completion["choices"]);
    app.ordered("settings", json!({ "vary_answers": true })).await;
    let (_, first) = chat(&app, request(schema, &words)).await;
    let (_, second) = chat(&app, request(schema, &words)).await;
    assert_ne!(first["choices"], second["choices"]);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_cut_short_and_says_so() {
    let app = App::start().await;
    let mut request = request(&schemas()[0], "Order a tap.");
    request["max_completion_tokens"] = 10.into();
    let (_, completion) = chat(&app, request).await;
    assert_eq!(completion["choices"][0]["finish_reason"], "length");
    let content = completion["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(serde_json::from_str::<Value>(content).is_err());
}

#[tokio::test]
async fn a_request_the_vendor_would_refuse_is_refused() {
    let app = App::start().await;
    let base = request(&schemas()[0], "Order a tap.");
    let with = |pointer: &str, value: Value| {
        let mut changed = base.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap()[key] = value;
        changed
    };
    for (request, words) in [
        (with("/model", json!("gpt-9")), "does not exist"),
        (with("/model", json!("gpt-transcribe")), "does not serve"),
        (with("/messages", json!([])), "messages"),
        (with("/max_tokens", json!(5)), "max_completion_tokens"),
        (with("/reasoning_effort", json!("heroic")), "Invalid value"),
        (with("/stream", json!(true)), "stream"),
        (with("/response_format/type", json!("yaml")), "response_format"),
        (
            with("/response_format/json_schema/name", json!("no spaces")),
            "name",
        ),
        (
            with("/response_format/json_schema/schema/required", json!([])),
            "Missing 'notes'",
        ),
    ] {
        let (status, body) = chat(&app, request).await;
        assert!(status.is_client_error(), "{status}");
        assert!(
            body["error"]["message"].as_str().unwrap().contains(words),
            "{body}"
        );
    }
}
