//! `POST /v1/audio/transcriptions`: the words of recordings it was told about; of any other it says that it cannot hear.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, State, multipart::MultipartError};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;

use super::audio::{self, Container};
use super::credentials::Authorized;
use super::error::OpenAiError;
use super::excerpt;
use super::models::{self, Task};
use crate::standin::world::{Media, World, sha256_hex};

/// What is heard in a recording nobody described.
const CANNOT_HEAR: &str = "This is the local stand-in for speech recognition and it cannot hear: no words are known for this recording.";

/// Largest recording, bytes: OpenAI's 25 MiB.
const MAX_FILE_BYTES: usize = 25 * 1024 * 1024;

/// Shortest recording OpenAI takes, seconds.
const MIN_DURATION_S: f64 = 0.1;

/// Longest recording the gpt-4o family takes, seconds.
const GPT_4O_MAX_DURATION_S: f64 = 1400.0;

/// Where the gpt-4o family stops writing, tokens, without a word about it.
const GPT_4O_MAX_OUTPUT_TOKENS: usize = 2000;

/// File name extensions OpenAI takes.
const EXTENSIONS: [&str; 9] = ["flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "ogg", "wav", "webm"];

/// `POST /v1/audio/transcriptions`
pub(super) async fn transcribe(
    _: Authorized,
    State(world): State<Arc<World>>,
    multipart: Multipart,
) -> Result<Response, OpenAiError> {
    let request = TranscriptionRequest::read(multipart).await?;
    let gpt_4o = request.model.starts_with("gpt-4o");
    let container = audio::container(&request.file).ok_or_else(corrupt)?;
    let duration_s = audio::duration_s(container, &request.file).ok_or_else(corrupt)?;
    if duration_s < MIN_DURATION_S {
        let message = "Audio file is too short. Minimum audio length is 0.1 seconds.";
        return Err(OpenAiError::bad_request(message)
            .param("file")
            .code("audio_too_short"));
    }
    if gpt_4o && duration_s > GPT_4O_MAX_DURATION_S {
        let message = format!(
            "audio duration {duration_s} seconds is longer than {GPT_4O_MAX_DURATION_S} seconds which is the maximum \
             for this model"
        );
        return Err(OpenAiError::bad_request(message)
            .param("file")
            .code("invalid_value"));
    }

    let echoes = world.state().behaviour.echo_keywords && !request.keywords.is_empty();
    let mut text = if echoes {
        request.keywords.join(", ")
    } else {
        words(&world, container, &request.file)
    };
    if let Some(number) = world.variation() {
        text.push_str(&format!(" Hearing number {number}."));
    }
    if gpt_4o {
        text = text
            .chars()
            .take(GPT_4O_MAX_OUTPUT_TOKENS * CHARS_PER_TOKEN)
            .collect();
    }
    let usage = if gpt_4o {
        let (input, output) = (input_tokens(duration_s), tokens(&text));
        json!({ "type": "tokens", "input_tokens": input, "output_tokens": output, "total_tokens": input + output })
    } else {
        json!({ "type": "duration", "seconds": duration_s.ceil() })
    };
    Ok(match request.format {
        Format::Text => format!("{text}\n").into_response(),
        Format::Json => Json(json!({ "text": text, "usage": usage })).into_response(),
        Format::Verbose => Json(json!({
            "task": "transcribe",
            "language": "english",
            "duration": duration_s,
            "text": text,
            "segments": [],
            "usage": usage,
        }))
        .into_response(),
    })
}

fn words(world: &World, container: Container, file: &[u8]) -> String {
    let digest = sha256_hex(file);
    let told = world.state().transcripts.get(&digest).cloned();
    let known = told
        .or_else(|| world.known_transcripts.get(&digest).cloned())
        .map(|words| words.trim().to_owned());
    known
        .or_else(|| (container == Container::Ogg).then(|| words_of_part(world, file))?)
        .unwrap_or_else(|| CANNOT_HEAR.to_owned())
}

/// The words of a part that was cut out of a recording whose words are known.
fn words_of_part(world: &World, part: &[u8]) -> Option<String> {
    let whole: Vec<(Bytes, String)> = {
        let state = world.state();
        let known = |media: &Media| {
            let words = state.transcripts.get(&sha256_hex(&media.bytes))?;
            Some((media.bytes.clone(), words.clone()))
        };
        state.media.values().filter_map(known).collect()
    };
    whole
        .iter()
        .find_map(|(recording, words)| excerpt::words_of_part(part, recording, words))
}

/// The usual rule of thumb for English.
const CHARS_PER_TOKEN: usize = 4;

fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(CHARS_PER_TOKEN)
}

/// Ten tokens a second, as the gpt-4o family counts sound.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a duration is small and positive"
)]
fn input_tokens(duration_s: f64) -> usize {
    (duration_s * 10.0).ceil() as usize
}

fn corrupt() -> OpenAiError {
    OpenAiError::bad_request("Audio file might be corrupted or unsupported")
        .param("file")
        .code("invalid_value")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Text,
    Verbose,
}

struct TranscriptionRequest {
    file: Bytes,
    model: &'static str,
    format: Format,
    /// Names to listen for.
    keywords: Vec<String>,
}

impl TranscriptionRequest {
    async fn read(mut multipart: Multipart) -> Result<Self, OpenAiError> {
        let mut file = None;
        let mut model = None;
        let mut format = None;
        let mut biased = None;
        let mut keywords = Vec::new();
        while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            match name.as_str() {
                "file" => {
                    let file_name = field.file_name().unwrap_or_default().to_owned();
                    check_name(&file_name)?;
                    let bytes = field.bytes().await.map_err(unreadable)?;
                    if bytes.len() > MAX_FILE_BYTES {
                        let message = format!(
                            "Maximum content size limit ({MAX_FILE_BYTES}) exceeded ({} bytes read)",
                            bytes.len()
                        );
                        return Err(OpenAiError::new(StatusCode::PAYLOAD_TOO_LARGE, message));
                    }
                    file = Some(bytes);
                }
                "model" => model = Some(field.text().await.map_err(unreadable)?),
                "response_format" => format = Some(field.text().await.map_err(unreadable)?),
                "keywords[]" => {
                    keywords.push(field.text().await.map_err(unreadable)?);
                    biased = Some(name);
                }
                "languages[]" => {
                    field.text().await.map_err(unreadable)?;
                    biased = Some(name);
                }
                "language" => {
                    let language = field.text().await.map_err(unreadable)?;
                    if !(2..=3).contains(&language.len()) || !language.bytes().all(|b| b.is_ascii_lowercase())
                    {
                        let message =
                            format!("Invalid language '{language}'. Language must be an ISO-639-1 code.");
                        return Err(OpenAiError::bad_request(message).param("language"));
                    }
                }
                "prompt"
                | "temperature"
                | "chunking_strategy"
                | "include[]"
                | "timestamp_granularities[]" => {
                    field.text().await.map_err(unreadable)?;
                }
                "stream" => {
                    if field.text().await.map_err(unreadable)? == "true" {
                        return Err(
                            OpenAiError::bad_request("This stand-in does not stream.").param("stream")
                        );
                    }
                }
                other => {
                    let message = format!("Unknown parameter: '{other}'.");
                    return Err(OpenAiError::bad_request(message)
                        .param(other)
                        .code("unknown_parameter"));
                }
            }
        }
        let model = model.ok_or_else(|| missing("model"))?;
        let model = models::find(&model, Task::Transcription)?.id;
        let file = file.ok_or_else(|| missing("file"))?;
        if let Some(name) = biased
            && model != "gpt-transcribe"
        {
            let message = format!("'{name}' is not supported with this model.");
            return Err(OpenAiError::bad_request(message)
                .param(name)
                .code("unsupported_parameter"));
        }
        let format = match (format.as_deref(), model) {
            (None | Some("json"), _) => Format::Json,
            (Some("text"), _) => Format::Text,
            (Some("verbose_json"), "whisper-1") => Format::Verbose,
            (Some(other), _) => {
                let message = format!("response_format '{other}' is not compatible with model '{model}'.");
                return Err(OpenAiError::bad_request(message)
                    .param("response_format")
                    .code("unsupported_value"));
            }
        };
        Ok(Self {
            file,
            model,
            format,
            keywords,
        })
    }
}

fn missing(name: &str) -> OpenAiError {
    OpenAiError::bad_request(format!("you must provide a {name} parameter")).param(name)
}

fn unreadable(error: MultipartError) -> OpenAiError {
    OpenAiError::new(
        error.status(),
        format!("Could not parse multipart form: {}", error.body_text()),
    )
}

/// The name decides what OpenAI takes the bytes for: Ogg/Opus is taken as `.ogg` and refused as `.opus` or `.oga`.
fn check_name(file_name: &str) -> Result<(), OpenAiError> {
    let extension = file_name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    if extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str())) {
        return Ok(());
    }
    let message = format!("Invalid file format. Supported formats: {EXTENSIONS:?}");
    Err(OpenAiError::bad_request(message)
        .param("file")
        .code("unsupported_value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_taken_by_its_name() {
        assert!(check_name("note.ogg").is_ok() && check_name("a.b.M4A").is_ok());
        for refused in ["note.opus", "note.oga", "note.amr", "note", ""] {
            assert!(check_name(refused).is_err(), "{refused}");
        }
    }
}
