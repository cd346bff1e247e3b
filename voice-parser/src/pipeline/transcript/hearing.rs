//! Has one recording transcribed: whole when the model takes it whole, otherwise in pieces, one after the other. An answer
//! that is not whole is asked for again in smaller pieces.

use std::time::Duration;

use bytes::Bytes;
use shared::retry::{Classified as _, Retry};
use shared::telemetry::chain;
use tokio::time::Instant;

use super::echo::Asked;
use super::stored::{Piece, PieceResult, Transcript};
use super::{Work, keep};
use crate::decisions::KeptMedia;
use crate::failure::StepFailure;
use crate::media::{OpusRecording, PieceLimit, Span};
use crate::openai::models::TranscriptionModel;
use crate::openai::{OpenAiError, TranscriptionRequest};

/// How often a piece is cut in two: the smallest are an eighth of what the model should take, about a minute.
const MAX_CUTS: u32 = 3;

/// Most pieces a recording is cut into at first: six hours. Nobody says that much.
const MAX_PIECES: usize = 36;

/// All of a recording that cannot be cut.
const UNCUT: Span = Span { from: 0, to: 0 };

/// A recording that is being transcribed.
pub(super) struct Hearing<'a> {
    work: Work<'a>,
    item: &'a KeptMedia,
    audio: &'a Bytes,
    opus: Option<OpusRecording<'a>>,
    names: &'a [String],
    model: &'a TranscriptionModel,
}

/// A part that is to be heard, and how often it was cut.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    part: Span,
    cuts: u32,
}

impl<'a> Hearing<'a> {
    pub(super) fn of(work: Work<'a>, item: &'a KeptMedia, audio: &'a Bytes, names: &'a [String]) -> Self {
        Self {
            work,
            item,
            audio,
            opus: OpusRecording::read(audio),
            names,
            model: &work.services.config.transcription_model,
        }
    }

    /// Hears what has not been heard of it, and finishes it in the transcript.
    pub(super) async fn finish(&self, transcript: &mut Transcript) -> Result<(), StepFailure> {
        let index = self.item.index;
        let first = self.first_parts();
        if first.len() > MAX_PIECES {
            transcript.add(self.piece(UNCUT, PieceResult::TooLong));
            transcript.finish(index, self.model.name(), &[UNCUT]);
            return keep(self.work, transcript).await;
        }
        // The next one is at the end.
        let mut waiting: Vec<Waiting> = first
            .into_iter()
            .rev()
            .map(|part| Waiting { part, cuts: 0 })
            .collect();
        let mut parts: Vec<Span> = Vec::new();
        let mut slowest = None;
        while let Some(next) = waiting.pop() {
            let known = transcript.piece(index, next.part).map(|piece| piece.result);
            let result = match known {
                Some(result) => result,
                None => {
                    if let Some(slowest) = slowest {
                        self.check_time(next.part, slowest)?;
                    }
                    let preceding = parts.last().and_then(|part| transcript.piece(index, *part));
                    let began = Instant::now();
                    let piece = self.hear(next.part, preceding.map_or("", Piece::words)).await?;
                    let result = piece.result;
                    transcript.add(piece);
                    slowest = slowest.max(Some(began.elapsed()));
                    result
                }
            };
            let smaller = self.smaller(next, result);
            if smaller.is_empty() {
                parts.push(next.part);
            }
            waiting.extend(smaller);
            if known.is_none() && !waiting.is_empty() {
                keep(self.work, transcript).await?;
            }
        }
        transcript.finish(index, self.model.name(), &parts);
        keep(self.work, transcript).await
    }

    /// What is asked for first.
    fn first_parts(&self) -> Vec<Span> {
        let Some(opus) = &self.opus else {
            return vec![UNCUT];
        };
        let limit = PieceLimit {
            seconds: self.model.max_piece_seconds(),
            bytes: self.model.max_bytes(),
        };
        let whole = opus.whole();
        if whole.seconds() <= limit.seconds && self.audio.len() as u64 <= limit.bytes {
            return vec![whole];
        }
        opus.pieces(whole, limit)
    }

    /// What an incomplete answer is asked for again in, the first part last; nothing when that is no use.
    fn smaller(&self, heard: Waiting, result: PieceResult) -> Vec<Waiting> {
        let Some(opus) = &self.opus else { return Vec::new() };
        if !result.is_incomplete() || heard.cuts >= MAX_CUTS {
            return Vec::new();
        }
        let cuts = heard.cuts + 1;
        let halves = opus.halves(heard.part);
        if halves.len() < 2 {
            return Vec::new();
        }
        halves
            .into_iter()
            .rev()
            .map(|part| Waiting { part, cuts })
            .collect()
    }

    /// A piece that would be cut off in its middle is left to another invocation, unless none was heard in this one: it may
    /// take as long as the slowest of them.
    fn check_time(&self, part: Span, slowest: Duration) -> Result<(), StepFailure> {
        let left = self.work.deadline.saturating_duration_since(Instant::now());
        let needed = TranscriptionModel::expected_answer(part.seconds());
        if left < needed.max(slowest) {
            return Err(StepFailure::Unfinished);
        }
        Ok(())
    }

    /// The part's own file.
    fn file(&self, part: Span) -> Option<Bytes> {
        match &self.opus {
            Some(opus) if part != opus.whole() => opus.file(part),
            Some(_) | None => Some(self.audio.clone()),
        }
    }

    async fn hear(&self, part: Span, preceding: &str) -> Result<Piece, StepFailure> {
        let Some(audio) = self.file(part) else {
            return Ok(self.piece(part, PieceResult::Refused));
        };
        let duration_s = match &self.opus {
            Some(_) => Some(part.seconds()),
            None => self.item.duration_s,
        };
        let request = TranscriptionRequest {
            model: self.model,
            file_name: &format!("recording.{}", self.item.extension),
            content_type: &self.item.content_type,
            audio,
            keywords: self.names,
            languages: &[],
            preceding,
        };
        match self
            .work
            .services
            .openai
            .transcribe(request, self.work.deadline)
            .await
        {
            Ok(answer) => {
                let audio_s = answer.duration_s.or(duration_s).unwrap_or(0.0);
                let asked = Asked {
                    names: self.names,
                    preceding,
                    seconds: answer.duration_s.or(duration_s),
                };
                let result = if asked.is_echoed_by(&answer.text) {
                    tracing::warn!(
                        index = self.item.index,
                        "the model repeats what it was to listen for; that counts as no words"
                    );
                    PieceResult::Echoed
                } else if answer.truncated {
                    PieceResult::Truncated
                } else {
                    PieceResult::Heard
                };
                Ok(Piece {
                    text: answer.text,
                    languages: answer.languages,
                    audio_s,
                    usd: self.model.cost(audio_s),
                    ..self.piece(part, result)
                })
            }
            // Less than a word fits into it: heard, and nothing said.
            Err(OpenAiError::AudioTooShort) => Ok(self.piece(part, PieceResult::Heard)),
            Err(error @ OpenAiError::AudioTooLong) => {
                self.warn(&error);
                Ok(self.piece(part, PieceResult::TooLong))
            }
            Err(error) if error.retry() == Retry::Never => {
                self.warn(&error);
                Ok(self.piece(part, PieceResult::Refused))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn warn(&self, error: &OpenAiError) {
        tracing::warn!(index = self.item.index, error = %chain(error), "a recording cannot be transcribed");
    }

    /// A piece that nothing was heard in and that costs nothing.
    fn piece(&self, part: Span, result: PieceResult) -> Piece {
        Piece {
            index: self.item.index,
            from: part.from,
            to: part.to,
            result,
            text: String::new(),
            languages: Vec::new(),
            audio_s: 0.0,
            usd: 0.0,
        }
    }
}
