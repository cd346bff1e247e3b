//! Transcribes each recording once. What was heard is kept in `inbox/` after every recording, so that a retry transcribes
//! only what is missing; text and captions pass through.

use serde::{Deserialize, Serialize};
use shared::company::Language;
use shared::keys;
use shared::limits::MAX_MEDIA_BYTES;
use shared::message::InboundMessage;
use shared::retry::{Classified as _, Retry};
use shared::telemetry::chain;

use super::{Decided, Heard, Work};
use crate::decisions::{KeptMedia, PipelineRecord, SenderDecision, TranscriptDecision};
use crate::failure::StepFailure;
use crate::openai::{OpenAiError, TranscriptionRequest};

/// `inbox/{message_id}/transcript.json`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Transcript {
    /// `transcript/1`
    schema: TranscriptSchema,
    /// One per recording that was sent to the model, in order.
    recordings: Vec<Recording>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum TranscriptSchema {
    #[default]
    #[serde(rename = "transcript/1")]
    Current,
}

#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Recording {
    /// The media item.
    index: u32,
    /// Verbatim; empty when nothing was heard.
    text: String,
    #[serde(default)]
    languages: Vec<Language>,
    /// Seconds, for the bill.
    audio_s: f64,
    /// Dollars.
    usd: f64,
    model: String,
    /// The model would not or could not.
    #[serde(default)]
    refused: bool,
    /// The answer stopped at the model's token cap.
    #[serde(default)]
    truncated: bool,
}

impl Transcript {
    /// Everything that was written or said, in the order it was sent.
    pub(super) fn text(&self, inbound: &InboundMessage) -> String {
        let said = self.recordings.iter().map(|recording| recording.text.as_str());
        let parts = std::iter::once(inbound.text.as_str()).chain(said);
        parts
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n")
    }

    /// True when the model could not transcribe that item.
    pub(super) fn was_refused(&self, index: u32) -> bool {
        self.recordings
            .iter()
            .any(|recording| recording.index == index && recording.refused)
    }
}

/// What is kept of a message's recordings; empty when there are none.
pub(super) async fn read(work: Work<'_>) -> Result<Transcript, StepFailure> {
    if work.inbound.media.is_empty() {
        return Ok(Transcript::default());
    }
    let kept = work
        .services
        .bucket
        .read(&keys::inbox_transcript(&work.inbound.message_id))
        .await?;
    Ok(kept.map(|kept| kept.value).unwrap_or_default())
}

pub(super) async fn decide(work: Work<'_>, record: &PipelineRecord) -> Result<Decided, StepFailure> {
    let media = record.decisions.media.as_deref().unwrap_or_default();
    let recordings: Vec<&KeptMedia> = media.iter().filter(|item| item.transcribable).collect();
    let mut transcript = read(work).await?;
    for item in recordings {
        if transcript.recordings.iter().any(|done| done.index == item.index) {
            continue;
        }
        transcript.recordings.push(transcribe(work, record, item).await?);
        let key = keys::inbox_transcript(&work.inbound.message_id);
        work.services.bucket.write(&key, &transcript).await?;
    }
    let heard = Heard {
        audio_s: transcript
            .recordings
            .iter()
            .map(|recording| recording.audio_s)
            .sum(),
        usd: transcript.recordings.iter().map(|recording| recording.usd).sum(),
    };
    Ok(Decided::Transcript(decision(work, &transcript), heard))
}

fn decision(work: Work<'_>, transcript: &Transcript) -> TranscriptDecision {
    let mut languages: Vec<Language> = Vec::new();
    for language in transcript
        .recordings
        .iter()
        .flat_map(|recording| &recording.languages)
    {
        if !languages.contains(language) {
            languages.push(language.clone());
        }
    }
    TranscriptDecision {
        has_words: transcript.text(work.inbound).chars().any(char::is_alphanumeric),
        languages,
        model: transcript
            .recordings
            .first()
            .map(|recording| recording.model.clone()),
    }
}

async fn transcribe(
    work: Work<'_>,
    record: &PipelineRecord,
    item: &KeptMedia,
) -> Result<Recording, StepFailure> {
    let services = work.services;
    let model = &services.config.transcription_model;
    let limit = usize::try_from(MAX_MEDIA_BYTES).unwrap_or(usize::MAX);
    let kept = match &item.key {
        Some(key) => services.bucket.get(key, limit).await?,
        None => None,
    };
    let audio = kept
        .ok_or(StepFailure::MissingDecision(
            shared::records::pipeline::Step::Media,
        ))?
        .body;
    let names = match &record.decisions.sender {
        Some(SenderDecision::Worker { names, .. }) => names.as_slice(),
        Some(SenderDecision::Stranger { .. }) | None => &[],
    };
    let file_name = format!("recording.{}", item.extension);
    let request = TranscriptionRequest {
        model,
        file_name: &file_name,
        content_type: &item.content_type,
        audio,
        keywords: names,
        languages: &[],
    };
    let unheard = Recording {
        index: item.index,
        text: String::new(),
        languages: Vec::new(),
        audio_s: item.duration_s.unwrap_or(0.0),
        usd: 0.0,
        model: model.name().to_owned(),
        refused: false,
        truncated: false,
    };
    match services.openai.transcribe(request, work.deadline).await {
        Ok(answer) => {
            let audio_s = answer.duration_s.or(item.duration_s).unwrap_or(0.0);
            Ok(Recording {
                text: answer.text,
                languages: answer.languages,
                audio_s,
                usd: model.cost(audio_s),
                truncated: answer.truncated,
                ..unheard
            })
        }
        // Less than a word fits into it: heard, and nothing said.
        Err(OpenAiError::AudioTooShort) => Ok(unheard),
        Err(error) if error.retry() == Retry::Never => {
            tracing::warn!(index = item.index, error = %chain(&error), "a recording cannot be transcribed");
            Ok(Recording {
                refused: true,
                audio_s: 0.0,
                ..unheard
            })
        }
        Err(error) => Err(error.into()),
    }
}
