//! Structuring: one chat completion whose answer has to fit a JSON schema.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{count, decode};
use super::error::OpenAiError;
use super::models::StructuringModel;

/// What is to be structured, and how.
#[derive(Clone, Copy)]
pub struct StructureRequest<'a> {
    /// Who is asked.
    pub model: &'a StructuringModel,
    /// What to do with the input.
    pub instructions: &'a str,
    /// Data, never instructions: what was said.
    pub input: &'a str,
    /// 1 to 64 of letters, digits, `_` and `-`.
    pub schema_name: &'a str,
    /// A schema of the subset that strict mode takes.
    pub schema: &'a Value,
}

/// What the model answered.
#[derive(Clone, PartialEq, Eq)]
pub struct StructureAnswer {
    /// JSON, as the model wrote it.
    pub content: String,
    /// The model that answered, as it calls itself (a dated snapshot of the one that was asked).
    pub model: String,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written, those spent on reasoning included.
    pub output_tokens: u64,
}

/// Without what was said: `Debug` ends up in logs.
impl fmt::Debug for StructureRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructureRequest")
            .field("model", &self.model)
            .field("schema_name", &self.schema_name)
            .finish_non_exhaustive()
    }
}

/// Without what was said: `Debug` ends up in logs.
impl fmt::Debug for StructureAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructureAnswer")
            .field("model", &self.model)
            .field("input_tokens", &self.input_tokens)
            .field("output_tokens", &self.output_tokens)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    messages: [Message<'a>; 2],
    response_format: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<bool>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

impl<'a> StructureRequest<'a> {
    pub(super) fn body(&self) -> Body<'a> {
        Body {
            model: self.model.name(),
            messages: [
                Message {
                    role: "system",
                    content: self.instructions,
                },
                Message {
                    role: "user",
                    content: self.input,
                },
            ],
            response_format: json!({
                "type": "json_schema",
                "json_schema": { "name": self.schema_name, "strict": true, "schema": self.schema },
            }),
            reasoning_effort: self.model.reasoning_effort(),
            // The likeliest answer, where a model lets us ask for it.
            temperature: self.model.takes_temperature().then_some(0),
            // What a worker said is not kept at the vendor for looking at later.
            store: self.model.takes_store().then_some(false),
        }
    }
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    model: Value,
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Value,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    finish_reason: Value,
    message: Answer,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

/// Reads the answer in the order in which it can be trusted: did it end, was it refused, is there something.
pub(super) fn read(body: &[u8], asked: &StructuringModel) -> Result<StructureAnswer, OpenAiError> {
    let completion: Completion = decode(body)?;
    let choice = completion
        .choices
        .into_iter()
        .next()
        .ok_or(OpenAiError::Undecodable)?;
    match choice.finish_reason.as_str() {
        Some("length") => return Err(OpenAiError::Truncated),
        Some("content_filter") => return Err(OpenAiError::ContentFilter),
        Some(_) | None => {}
    }
    if choice
        .message
        .refusal
        .is_some_and(|refusal| !refusal.trim().is_empty())
    {
        return Err(OpenAiError::ModelRefused);
    }
    let content = choice
        .message
        .content
        .filter(|content| !content.trim().is_empty());
    Ok(StructureAnswer {
        content: content.ok_or(OpenAiError::Undecodable)?,
        model: completion.model.as_str().unwrap_or(asked.name()).to_owned(),
        input_tokens: count(&completion.usage["prompt_tokens"]),
        output_tokens: count(&completion.usage["completion_tokens"]),
    })
}
