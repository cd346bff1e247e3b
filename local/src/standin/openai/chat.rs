//! `POST /v1/chat/completions`: an answer in the shape that was asked for, made by word lists and labelled so.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::credentials::Authorized;
use super::error::OpenAiError;
use super::heuristics::{self, Prompt};
use super::models::{self, Task};
use super::{LABEL, fit, strict};
use crate::standin::world::World;

/// The usual rule of thumb for English.
const CHARS_PER_TOKEN: usize = 4;

const REASONING_EFFORTS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/// `POST /v1/chat/completions`
pub(super) async fn complete(
    _: Authorized,
    State(world): State<Arc<World>>,
    body: Bytes,
) -> Result<Response, OpenAiError> {
    let request: Value = serde_json::from_slice(&body).map_err(|error| {
        OpenAiError::bad_request(format!(
            "We could not parse the JSON body of your request: {error}"
        ))
    })?;
    let request = ChatRequest::parse(&request)?;
    let variation = world.variation();
    let mut content = match request.schema {
        Some(schema) => {
            let prompt = Prompt::parse(&request.user_text, world.clock.now());
            fit::fit(schema, &heuristics::answer(&prompt, variation)).to_string()
        }
        None => plain_answer(variation),
    };
    let mut finish_reason = "stop";
    if let Some(most) = request.max_tokens
        && tokens(&content) > most
    {
        finish_reason = "length";
        content = content.chars().take(most * CHARS_PER_TOKEN).collect();
    }
    let (input, output) = (request.input_tokens, tokens(&content));
    Ok(Json(json!({
        "id": format!("chatcmpl-{}", shared::ids::random_hex32()),
        "object": "chat.completion",
        "created": world.clock.now().as_second(),
        "model": format!("{}-{LABEL}", request.model),
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": content, "refusal": null, "annotations": [] },
            "logprobs": null,
            "finish_reason": finish_reason,
        }],
        "usage": {
            "prompt_tokens": input,
            "completion_tokens": output,
            "total_tokens": input + output,
            "prompt_tokens_details": { "cached_tokens": 0, "audio_tokens": 0 },
            "completion_tokens_details": { "reasoning_tokens": 0, "audio_tokens": 0 },
        },
        "service_tier": "default",
        "system_fingerprint": LABEL,
    }))
    .into_response())
}

fn plain_answer(variation: Option<u64>) -> String {
    let number = variation.map(|n| format!(" (answer {n})")).unwrap_or_default();
    format!("This is the local stand-in for a language model: it only fills in JSON schemas.{number}")
}

fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(CHARS_PER_TOKEN)
}

struct ChatRequest<'r> {
    model: &'static str,
    /// The words of the last user message.
    user_text: String,
    schema: Option<&'r Value>,
    max_tokens: Option<usize>,
    input_tokens: usize,
}

impl<'r> ChatRequest<'r> {
    fn parse(request: &'r Value) -> Result<Self, OpenAiError> {
        let model = request.get("model").and_then(Value::as_str);
        let model = model.ok_or_else(|| OpenAiError::bad_request("you must provide a model parameter"))?;
        let model = models::find(model, Task::Chat)?.id;
        let messages = request
            .get("messages")
            .and_then(Value::as_array)
            .filter(|m| !m.is_empty());
        let messages = messages.ok_or_else(|| {
            OpenAiError::bad_request("'messages' must be a list with one at least").param("messages")
        })?;
        if request.get("stream") == Some(&Value::Bool(true)) {
            return Err(OpenAiError::bad_request("This stand-in does not stream.").param("stream"));
        }
        if request.get("max_tokens").is_some_and(|m| !m.is_null()) {
            let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
                           'max_completion_tokens' instead.";
            return Err(OpenAiError::bad_request(message)
                .param("max_tokens")
                .code("unsupported_parameter"));
        }
        if let Some(effort) = request.get("reasoning_effort").filter(|e| !e.is_null())
            && !effort.as_str().is_some_and(|e| REASONING_EFFORTS.contains(&e))
        {
            let message = format!("Invalid value: {effort}. Supported values are: {REASONING_EFFORTS:?}.");
            return Err(OpenAiError::bad_request(message)
                .param("reasoning_effort")
                .code("invalid_value"));
        }
        let user = messages
            .iter()
            .rev()
            .find(|m| m.get("role").and_then(Value::as_str) == Some("user"));
        let max_tokens = request.get("max_completion_tokens").and_then(Value::as_u64);
        Ok(Self {
            model,
            user_text: user.map(text_of).unwrap_or_default(),
            schema: schema(request.get("response_format"))?,
            max_tokens: max_tokens.and_then(|most| usize::try_from(most).ok()),
            input_tokens: messages.iter().map(|m| tokens(&text_of(m))).sum(),
        })
    }
}

/// A message's words: its content, or the text parts of it.
fn text_of(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts
            .iter()
            .filter_map(|p| p.get("text").and_then(Value::as_str))
            .collect::<Vec<_>>()
            .join("\n"),
        _ => String::new(),
    }
}

fn schema(format: Option<&Value>) -> Result<Option<&Value>, OpenAiError> {
    let Some(format) = format.filter(|f| !f.is_null()) else {
        return Ok(None);
    };
    match format.get("type").and_then(Value::as_str) {
        Some("text") => return Ok(None),
        Some("json_schema") => {}
        _ => {
            let message =
                "Invalid value for 'response_format': this stand-in knows 'text' and 'json_schema'.";
            return Err(OpenAiError::bad_request(message)
                .param("response_format.type")
                .code("invalid_value"));
        }
    }
    let described = format.get("json_schema").unwrap_or(&Value::Null);
    let name = described.get("name").and_then(Value::as_str).unwrap_or_default();
    let named = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !named {
        let message = "Invalid 'response_format.json_schema.name': 1 to 64 characters of [a-zA-Z0-9_-].";
        return Err(OpenAiError::bad_request(message)
            .param("response_format.json_schema.name")
            .code("invalid_value"));
    }
    let schema = described.get("schema").ok_or_else(|| {
        OpenAiError::bad_request("Missing required parameter: 'response_format.json_schema.schema'.")
            .param("response_format.json_schema.schema")
            .code("missing_required_parameter")
    })?;
    if described.get("strict") == Some(&Value::Bool(true)) {
        strict::check(schema).map_err(|wrong| {
            OpenAiError::bad_request(format!("Invalid schema for response_format '{name}': {wrong}"))
                .param("response_format")
        })?;
    }
    Ok(Some(schema))
}
