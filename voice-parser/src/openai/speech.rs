//! Transcription: one recording in, its words out.

use std::fmt;

use bytes::Bytes;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::Value;
use shared::company::Language;

use super::answer::{count, decode, seconds};
use super::error::OpenAiError;
use super::models::{Hints, TranscriptionModel};

/// Most names one request asks to listen for.
const MAX_KEYWORDS: usize = 200;

/// Longest prompt, characters. whisper-1 reads the last 224 tokens of it; names take some three characters a token.
const MAX_PROMPT_CHARS: usize = 600;

/// How a prompt introduces the names.
pub(crate) const NAMES_LEAD: &str = "Names";

/// Most of what was said before that goes into a prompt, characters: a sentence or two.
const MAX_PRECEDING_CHARS: usize = 200;

/// A recording to transcribe.
#[derive(Clone)]
pub struct TranscriptionRequest<'a> {
    /// Who is asked.
    pub model: &'a TranscriptionModel,
    /// With the extension the vendor knows the format by (Ogg/Opus is taken as `.ogg` only).
    pub file_name: &'a str,
    /// The format's content type.
    pub content_type: &'a str,
    /// The recording.
    pub audio: Bytes,
    /// Names to listen for, likeliest first.
    pub keywords: &'a [String],
    /// Languages it may be in; none means any.
    pub languages: &'a [Language],
    /// What was said just before, when this is a piece of a recording; for models that take it.
    pub preceding: &'a str,
}

/// What was heard.
#[derive(Clone, PartialEq)]
pub struct Transcription {
    /// The words, verbatim; empty when nothing was said.
    pub text: String,
    /// The languages heard, where the model says.
    pub languages: Vec<Language>,
    /// Seconds of audio, where the model says: what is billed.
    pub duration_s: Option<f64>,
    /// True when the text ends at the model's output limit: there was more.
    pub truncated: bool,
    /// Tokens read, where the model counts them.
    pub input_tokens: u64,
    /// Tokens written, where the model counts them.
    pub output_tokens: u64,
}

/// Without the names and the recording: `Debug` ends up in logs.
impl fmt::Debug for TranscriptionRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TranscriptionRequest")
            .field("model", &self.model)
            .field("content_type", &self.content_type)
            .field("bytes", &self.audio.len())
            .finish_non_exhaustive()
    }
}

/// Without the words: `Debug` ends up in logs.
impl fmt::Debug for Transcription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcription")
            .field("chars", &self.text.chars().count())
            .field("languages", &self.languages)
            .field("duration_s", &self.duration_s)
            .field("truncated", &self.truncated)
            .finish_non_exhaustive()
    }
}

impl TranscriptionRequest<'_> {
    pub(super) fn form(&self) -> Result<Form, OpenAiError> {
        let length = self.audio.len() as u64;
        // Shares the recording's bytes instead of copying them for each attempt.
        let file = Part::stream_with_length(Body::from(self.audio.clone()), length)
            .file_name(self.file_name.to_owned())
            .mime_str(self.content_type)
            .map_err(|_| OpenAiError::UnsupportedAudio)?;
        let mut form = Form::new().text("model", self.model.name().to_owned());
        if let Some(format) = self.model.response_format() {
            form = form.text("response_format", format);
        }
        if let Some(strategy) = self.model.chunking_strategy() {
            form = form.text("chunking_strategy", strategy);
        }
        form = match self.model.hints() {
            Hints::KeywordsAndLanguages => {
                let form = self
                    .primary_languages()
                    .into_iter()
                    .fold(form, |form, language| form.text("languages[]", language));
                self.names()
                    .fold(form, |form, name| form.text("keywords[]", name))
            }
            Hints::PromptAndLanguage => {
                let form = match self.primary_languages().as_slice() {
                    // A hint for one language would spoil a recording in another.
                    [only] => form.text("language", only.clone()),
                    [] | [_, _, ..] => form,
                };
                match self.prompt() {
                    Some(prompt) => form.text("prompt", prompt),
                    None => form,
                }
            }
            Hints::None => form,
        };
        Ok(form.part("file", file))
    }

    /// ISO 639-1 codes, each once.
    fn primary_languages(&self) -> Vec<String> {
        let mut codes = Vec::new();
        for code in self.languages.iter().map(Language::primary) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }

    fn names(&self) -> impl Iterator<Item = String> {
        let one_line = |name: &String| name.split_whitespace().collect::<Vec<_>>().join(" ");
        let names = self.keywords.iter().map(one_line);
        names.filter(|name| !name.is_empty()).take(MAX_KEYWORDS)
    }

    /// The likeliest names that fit, as a sentence; the likeliest last, because only the end of a prompt is read when
    /// it is too long after all. Then what was said before, which the model goes on from.
    fn prompt(&self) -> Option<String> {
        let preceding = end_of(self.preceding, MAX_PRECEDING_CHARS);
        let room = MAX_PROMPT_CHARS - preceding.chars().count();
        let mut fitting = Vec::new();
        let mut chars = 0;
        for name in self.names() {
            chars += name.chars().count() + 2;
            if chars > room {
                break;
            }
            fitting.push(name);
        }
        fitting.reverse();
        let names = (!fitting.is_empty()).then(|| format!("{NAMES_LEAD}: {}.", fitting.join(", ")));
        let said = (!preceding.is_empty()).then_some(preceding);
        let parts: Vec<String> = names.into_iter().chain(said).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

/// The last words of a text, on one line, at most so many characters.
fn end_of(text: &str, chars: usize) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut length = 0;
    for word in text.split_whitespace().rev() {
        length += word.chars().count() + 1;
        if length > chars {
            break;
        }
        words.push(word);
    }
    words.reverse();
    words.join(" ")
}

#[derive(Deserialize)]
struct Wire {
    text: String,
    #[serde(default)]
    languages: Value,
    #[serde(default)]
    language: Value,
    #[serde(default)]
    duration: Value,
    #[serde(default)]
    usage: Value,
}

pub(super) fn read(body: &[u8], model: &TranscriptionModel) -> Result<Transcription, OpenAiError> {
    let wire: Wire = decode(body)?;
    let output_tokens = count(&wire.usage["output_tokens"]);
    Ok(Transcription {
        languages: languages(&wire),
        duration_s: seconds(&wire.usage["seconds"]).or_else(|| seconds(&wire.duration)),
        truncated: model
            .max_output_tokens()
            .is_some_and(|most| output_tokens >= most),
        input_tokens: count(&wire.usage["input_tokens"]),
        output_tokens,
        text: wire.text,
    })
}

/// `languages: [{"code": "en"}]` (gpt-transcribe), a list of codes, or `language: "english"` (whisper-1).
fn languages(wire: &Wire) -> Vec<Language> {
    let listed = wire.languages.as_array().into_iter().flatten();
    let named = listed
        .filter_map(|item| item.as_str().or_else(|| item["code"].as_str()))
        .chain(wire.language.as_str());
    let mut languages = Vec::new();
    for name in named {
        if let Some(language) = language(name)
            && !languages.contains(&language)
        {
            languages.push(language);
        }
    }
    languages
}

fn language(name: &str) -> Option<Language> {
    let name = name.trim().to_ascii_lowercase();
    let by_name = WHISPER_NAMES.iter().find(|(english, _)| *english == name);
    by_name.map_or(name.as_str(), |(_, code)| code).parse().ok()
}

/// whisper-1 names languages in English. The commonest; another one is left out rather than guessed.
const WHISPER_NAMES: [(&str, &str); 32] = [
    ("afrikaans", "af"),
    ("arabic", "ar"),
    ("bulgarian", "bg"),
    ("chinese", "zh"),
    ("croatian", "hr"),
    ("czech", "cs"),
    ("danish", "da"),
    ("dutch", "nl"),
    ("english", "en"),
    ("finnish", "fi"),
    ("french", "fr"),
    ("german", "de"),
    ("greek", "el"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("hungarian", "hu"),
    ("indonesian", "id"),
    ("italian", "it"),
    ("japanese", "ja"),
    ("korean", "ko"),
    ("norwegian", "no"),
    ("persian", "fa"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("romanian", "ro"),
    ("russian", "ru"),
    ("serbian", "sr"),
    ("spanish", "es"),
    ("swedish", "sv"),
    ("turkish", "tr"),
    ("ukrainian", "uk"),
    ("vietnamese", "vi"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(model: &str, body: &str) -> Transcription {
        read(body.as_bytes(), &TranscriptionModel::named(model)).unwrap()
    }

    fn codes(heard: &Transcription) -> Vec<&str> {
        heard.languages.iter().map(Language::as_str).collect()
    }

    #[test]
    fn languages_are_read_however_they_are_written() {
        let objects = heard(
            "gpt-transcribe",
            r#"{"text":"a","languages":[{"code":"en"},{"code":"DE"},{"code":"en"}]}"#,
        );
        assert_eq!(codes(&objects), ["en", "de"]);
        assert_eq!(codes(&heard("x", r#"{"text":"a","languages":["pl"]}"#)), ["pl"]);
        assert_eq!(
            codes(&heard("whisper-1", r#"{"text":"a","language":"english"}"#)),
            ["en"]
        );
        assert!(
            codes(&heard(
                "x",
                r#"{"text":"a","languages":"en","language":"klingon!"}"#
            ))
            .is_empty()
        );
    }

    #[test]
    fn what_was_billed_is_read_from_either_kind_of_usage() {
        let seconds = heard(
            "gpt-transcribe",
            r#"{"text":"a","usage":{"type":"duration","seconds":12}}"#,
        );
        assert_eq!((seconds.duration_s, seconds.truncated), (Some(12.0), false));
        let verbose = heard("whisper-1", r#"{"text":"a","duration":"8.47"}"#);
        assert_eq!(verbose.duration_s, Some(8.47));
        let odd = heard("x", r#"{"text":"a","usage":"none","duration":-1}"#);
        assert_eq!((odd.duration_s, odd.input_tokens), (None, 0));
    }

    #[test]
    fn an_answer_at_the_models_output_limit_is_not_whole() {
        let usage = |tokens: u32| {
            format!(r#"{{"text":"a","usage":{{"type":"tokens","input_tokens":9,"output_tokens":{tokens}}}}}"#)
        };
        assert!(!heard("gpt-4o-transcribe", &usage(1999)).truncated);
        assert!(heard("gpt-4o-transcribe", &usage(2000)).truncated);
        assert!(!heard("gpt-transcribe", &usage(2000)).truncated);
    }

    #[test]
    fn a_prompt_has_the_likeliest_names_last_and_an_end() {
        let model = TranscriptionModel::named("whisper-1");
        let keywords: Vec<String> = (0..500).map(|n| format!("Name\n{n}")).collect();
        let request = TranscriptionRequest {
            model: &model,
            file_name: "note.ogg",
            content_type: "audio/ogg",
            audio: Bytes::new(),
            keywords: &keywords,
            languages: &[],
            preceding: "",
        };
        let prompt = request.prompt().unwrap();
        assert!(
            prompt.ends_with("Name 1, Name 0.") && prompt.len() <= MAX_PROMPT_CHARS + 8,
            "{prompt}"
        );
        assert_eq!(request.names().count(), MAX_KEYWORDS);
        let said = format!("{} turned off at\nthe mains.", "and then ".repeat(90));
        let piece = TranscriptionRequest {
            preceding: &said,
            ..request
        };
        let prompt = piece.prompt().unwrap();
        assert!(
            prompt.contains("Name 0. and then") && prompt.ends_with("turned off at the mains."),
            "{prompt}"
        );
        assert!(prompt.len() <= MAX_PROMPT_CHARS + 8, "{}", prompt.len());
    }
}
