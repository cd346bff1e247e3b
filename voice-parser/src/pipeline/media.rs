//! Downloads every item and keeps it. What an item is, is sniffed; what cannot be had or read is noted and told, and keeps
//! nothing else from being filed.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use shared::address::hex;
use shared::keys;
use shared::limits::{MAX_MEDIA_BYTES, MAX_MEDIA_ITEMS};
use shared::message::MediaReference;
use shared::records::note::MediaKind;
use shared::records::pipeline::Step;
use shared::retry::{Classified as _, Retry};
use shared::telemetry::chain;

use super::Work;
use crate::allowance::{self, Admission, Candidate};
use crate::decisions::{KeptMedia, MediaProblem, PipelineRecord};
use crate::failure::StepFailure;
use crate::ledger::Held;
use crate::media::{MediaFormat, duration_seconds, sniff};
use crate::twilio::TwilioError;

/// The attempt in which a missing item counts as gone.
const MISSING_FOR_GOOD_ATTEMPTS: u32 = 3;

/// One item after the other: at most one is in memory.
pub(super) async fn keep(work: Work<'_>, held: &Held) -> Result<Vec<KeptMedia>, StepFailure> {
    let mut kept = held.record().await.decisions.media.unwrap_or_default();
    for item in work.inbound.media.iter().take(MAX_MEDIA_ITEMS) {
        if kept.iter().any(|done| done.index == item.index) {
            continue;
        }
        // Media are ready a few seconds after the webhook; what is missing in a third attempt was deleted.
        let record = held.record().await;
        let is_late = record.attempts >= MISSING_FOR_GOOD_ATTEMPTS;
        let mut item = keep_one(work, item, is_late).await?;
        if item.transcribable
            && let Some(problem) = over_limit(work, &record, &item).await?
        {
            item.problem = Some(problem);
            item.transcribable = false;
        }
        kept.push(item);
        let so_far = kept.clone();
        held.advance(|record| record.decisions.media = Some(so_far.clone()))
            .await?;
    }
    Ok(kept)
}

async fn keep_one(work: Work<'_>, item: &MediaReference, is_late: bool) -> Result<KeptMedia, StepFailure> {
    match work
        .services
        .twilio
        .download(&item.url, MAX_MEDIA_BYTES, work.deadline)
        .await
    {
        Ok(download) => {
            let announced = download.content_type.as_deref().unwrap_or(&item.content_type);
            store(work, item, download.body, announced).await
        }
        Err(error)
            if error.retry() == Retry::Never || (is_late && matches!(error, TwilioError::MediaMissing)) =>
        {
            tracing::warn!(index = item.index, error = %chain(&error), "a media item cannot be had");
            let problem = match error {
                TwilioError::TooLarge { .. } => MediaProblem::TooLarge,
                _ => MediaProblem::Unavailable,
            };
            Ok(absent(item, problem))
        }
        Err(error) => Err(error.into()),
    }
}

async fn store(
    work: Work<'_>,
    item: &MediaReference,
    body: Bytes,
    announced: &str,
) -> Result<KeptMedia, StepFailure> {
    let format = sniff(&body, Some(announced));
    let known = !matches!(format, MediaFormat::Unknown);
    let kind = if known {
        format.kind()
    } else {
        announced_kind(announced)
    };
    // A file nobody can read is an unsupported one; a document need not be read to be filed.
    let problem = (body.is_empty() || (kind == MediaKind::Audio && !format.transcribable()))
        .then_some(MediaProblem::Unsupported);
    let key = keys::inbox_media(&work.inbound.message_id, item.index, format.extension());
    let kept = KeptMedia {
        index: item.index,
        key: Some(key.clone()),
        kind,
        content_type: format.content_type().to_owned(),
        extension: format.extension().to_owned(),
        size: body.len() as u64,
        sha256: hex(&Sha256::digest(&body)),
        duration_s: duration_seconds(format, &body),
        transcribable: format.transcribable() && !body.is_empty(),
        problem,
    };
    work.services.bucket.put(&key, body, &kept.content_type).await?;
    Ok(kept)
}

/// Why a recording that a model can read is not given to one.
async fn over_limit(
    work: Work<'_>,
    record: &PipelineRecord,
    item: &KeptMedia,
) -> Result<Option<MediaProblem>, StepFailure> {
    let model = &work.services.config.transcription_model;
    let is_long = item.size > model.max_bytes()
        || item
            .duration_s
            .is_some_and(|seconds| seconds > model.max_whole_seconds());
    if is_long && item.content_type != MediaFormat::OggOpus.content_type() {
        return Ok(Some(MediaProblem::TooLong));
    }
    let customer = record
        .decisions
        .customer()
        .ok_or(StepFailure::MissingDecision(Step::Sender))?;
    let recording = Candidate {
        message_id: &work.inbound.message_id,
        index: item.index,
        duration_s: item.duration_s,
        size: item.size,
    };
    let admission = allowance::admit(&work.services.bucket, customer, work.received_at, recording).await?;
    Ok(match admission {
        Admission::Admitted => None,
        Admission::UsedUp { tell: true } => Some(MediaProblem::MinutesUsedUp),
        Admission::UsedUp { tell: false } => Some(MediaProblem::MinutesUsedUpToldAlready),
    })
}

fn absent(item: &MediaReference, problem: MediaProblem) -> KeptMedia {
    KeptMedia {
        index: item.index,
        key: None,
        kind: announced_kind(&item.content_type),
        content_type: "application/octet-stream".to_owned(),
        extension: "bin".to_owned(),
        size: 0,
        sha256: String::new(),
        duration_s: None,
        transcribable: false,
        problem: Some(problem),
    }
}

/// What the sender's phone said it is: only believed where nothing better is known, to choose the words of the reply.
fn announced_kind(content_type: &str) -> MediaKind {
    match content_type.split('/').next() {
        Some("audio") => MediaKind::Audio,
        Some("image") => MediaKind::Image,
        _ => MediaKind::Document,
    }
}

#[cfg(test)]
mod tests;
