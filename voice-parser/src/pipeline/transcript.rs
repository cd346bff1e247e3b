//! Transcribes each recording once. What was heard is kept in `inbox/` after every answer, so that a retry asks only for what
//! is missing; text and captions pass through.

mod echo;
mod hearing;
mod stored;

use shared::keys;
use shared::limits::MAX_MEDIA_BYTES;
use shared::records::pipeline::Step;

use self::hearing::Hearing;
pub(super) use self::stored::Transcript;
use super::{Decided, Heard, Work};
use crate::decisions::{KeptMedia, PipelineRecord, SenderDecision, TranscriptDecision};
use crate::failure::StepFailure;

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
    let mut transcript = read(work).await?;
    for item in media.iter().filter(|item| item.transcribable) {
        if !transcript.is_finished(item.index) {
            transcribe(work, record, item, &mut transcript).await?;
        }
    }
    let heard = Heard {
        audio_s: transcript.audio_s(),
        usd: transcript.usd(),
    };
    let decision = TranscriptDecision {
        has_words: transcript.text(work.inbound).chars().any(char::is_alphanumeric),
        languages: transcript.languages(),
        model: transcript.model(),
        too_long: transcript.is_cut_short(),
    };
    Ok(Decided::Transcript(decision, heard))
}

async fn transcribe(
    work: Work<'_>,
    record: &PipelineRecord,
    item: &KeptMedia,
    transcript: &mut Transcript,
) -> Result<(), StepFailure> {
    let limit = usize::try_from(MAX_MEDIA_BYTES).unwrap_or(usize::MAX);
    let kept = match &item.key {
        Some(key) => work.services.bucket.get(key, limit).await?,
        None => None,
    };
    let audio = kept.ok_or(StepFailure::MissingDecision(Step::Media))?.body;
    let names = match &record.decisions.sender {
        Some(SenderDecision::Worker { names, .. }) => names.as_slice(),
        Some(SenderDecision::Stranger { .. }) | None => &[],
    };
    Hearing::of(work, item, &audio, names).finish(transcript).await
}

/// Writes what was heard so far.
async fn keep(work: Work<'_>, transcript: &Transcript) -> Result<(), StepFailure> {
    let key = keys::inbox_transcript(&work.inbound.message_id);
    work.services.bucket.write(&key, transcript).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
