//! `inbox/{message_id}/transcript.json`: what was heard, as the model answered it.

use serde::{Deserialize, Serialize};
use shared::company::Language;
use shared::message::InboundMessage;

use crate::media::Span;

/// What stands in a transcript for a part that nobody could write down.
const GAP: &str = "[…]";

/// `inbox/{message_id}/transcript.json`: `schema, recordings[], pieces[]?`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::pipeline) struct Transcript {
    /// `transcript/1`
    schema: TranscriptSchema,
    /// One per recording that was heard to its end, in order.
    recordings: Vec<Recording>,
    /// What was heard of a recording that is not finished; in it, each piece once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum TranscriptSchema {
    #[default]
    #[serde(rename = "transcript/1")]
    Current,
}

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
    /// The model would not or could not, at least with a part.
    #[serde(default)]
    refused: bool,
    /// An answer stopped at the model's token cap, and what it was about could not be cut further.
    #[serde(default)]
    truncated: bool,
    /// A part was longer than the model takes, and could not be cut further.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    too_long: bool,
    /// The model repeated what it was to listen for, at least where there was a part with nothing else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    echoed: bool,
}

/// An answer about a part of a recording, or all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// The media item.
    pub(super) index: u32,
    /// Where it begins, samples at 48 kHz.
    pub(super) from: u64,
    /// Where it ends.
    pub(super) to: u64,
    pub(super) result: PieceResult,
    /// Verbatim.
    pub(super) text: String,
    #[serde(default)]
    pub(super) languages: Vec<Language>,
    /// Seconds, for the bill.
    pub(super) audio_s: f64,
    /// Dollars.
    pub(super) usd: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PieceResult {
    /// To its end.
    Heard,
    /// The answer stopped at the model's token cap.
    Truncated,
    /// Longer than the model takes.
    TooLong,
    /// The model would not or could not.
    Refused,
    /// What the model was asked to listen for, and not what was said ([`super::echo`]).
    Echoed,
}

impl PieceResult {
    /// Smaller pieces may do better.
    pub(super) fn is_incomplete(self) -> bool {
        match self {
            Self::Truncated | Self::TooLong => true,
            Self::Heard | Self::Refused | Self::Echoed => false,
        }
    }

    /// Something is missing that may have been said.
    fn leaves_gap(self) -> bool {
        match self {
            Self::Truncated | Self::TooLong | Self::Refused => true,
            Self::Heard | Self::Echoed => false,
        }
    }
}

impl Piece {
    /// What was said, as far as it was heard.
    pub(super) fn words(&self) -> &str {
        match self.result {
            PieceResult::Echoed => "",
            PieceResult::Heard | PieceResult::Truncated | PieceResult::TooLong | PieceResult::Refused => {
                self.text.trim()
            }
        }
    }
}

impl Transcript {
    /// Everything that was written or said, in the order it was sent.
    pub(in crate::pipeline) fn text(&self, inbound: &InboundMessage) -> String {
        let said = self.recordings.iter().map(|recording| recording.text.as_str());
        let parts = std::iter::once(inbound.text.as_str()).chain(said);
        parts
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n")
    }

    /// True when the model could not transcribe that item, or not all of it.
    pub(in crate::pipeline) fn was_refused(&self, index: u32) -> bool {
        self.recordings
            .iter()
            .any(|recording| recording.index == index && recording.refused)
    }

    /// True when a recording was not transcribed to its end because of its length.
    pub(super) fn is_cut_short(&self) -> bool {
        self.recordings
            .iter()
            .any(|recording| recording.truncated || recording.too_long)
    }

    pub(super) fn is_finished(&self, index: u32) -> bool {
        self.recordings.iter().any(|recording| recording.index == index)
    }

    pub(super) fn audio_s(&self) -> f64 {
        self.recordings.iter().map(|recording| recording.audio_s).sum()
    }

    pub(super) fn usd(&self) -> f64 {
        self.recordings.iter().map(|recording| recording.usd).sum()
    }

    /// Each once, in the order heard.
    pub(super) fn languages(&self) -> Vec<Language> {
        each_once(self.recordings.iter().flat_map(|recording| &recording.languages))
    }

    pub(super) fn model(&self) -> Option<String> {
        let first = self.recordings.first();
        first.map(|recording| recording.model.clone())
    }

    /// What was heard of that part.
    pub(super) fn piece(&self, index: u32, part: Span) -> Option<&Piece> {
        self.pieces
            .iter()
            .find(|piece| (piece.index, piece.from, piece.to) == (index, part.from, part.to))
    }

    pub(super) fn add(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }

    /// Puts an item's parts together, in this order. What else was heard of it was paid for as well.
    pub(super) fn finish(&mut self, index: u32, model: &str, parts: &[Span]) {
        let pieces: Vec<&Piece> = parts.iter().filter_map(|part| self.piece(index, *part)).collect();
        let has = |result| pieces.iter().any(|piece| piece.result == result);
        let all = self.pieces.iter().filter(|piece| piece.index == index);
        let recording = Recording {
            index,
            text: joined(&pieces),
            languages: each_once(
                pieces
                    .iter()
                    .filter(|piece| !piece.words().is_empty())
                    .flat_map(|piece| &piece.languages),
            ),
            audio_s: all.clone().map(|piece| piece.audio_s).sum(),
            usd: all.map(|piece| piece.usd).sum(),
            model: model.to_owned(),
            refused: has(PieceResult::Refused),
            truncated: has(PieceResult::Truncated),
            too_long: has(PieceResult::TooLong),
            echoed: has(PieceResult::Echoed),
        };
        self.recordings.push(recording);
        self.pieces.retain(|piece| piece.index != index);
    }
}

/// The words of the pieces; of a recording that was heard in part, with marks where something is missing.
fn joined(pieces: &[&Piece]) -> String {
    if pieces.iter().all(|piece| piece.words().is_empty()) {
        return String::new();
    }
    let mut texts = Vec::new();
    for piece in pieces {
        texts.extend(Some(piece.words()).filter(|text| !text.is_empty()));
        if piece.result.leaves_gap() && texts.last() != Some(&GAP) {
            texts.push(GAP);
        }
    }
    texts.join(" ")
}

fn each_once<'l>(languages: impl Iterator<Item = &'l Language>) -> Vec<Language> {
    let mut once: Vec<Language> = Vec::new();
    for language in languages {
        if !once.contains(language) {
            once.push(language.clone());
        }
    }
    once
}
