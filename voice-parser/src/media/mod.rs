//! What a downloaded file is and how long it plays, read from its bytes. What was announced is not believed: it only
//! names documents that look alike from outside.
//!
//! Nothing here decodes sound or pictures. Every reader is bounded by the length of the file it is given, allocates
//! nothing that depends on what the file says, and answers "unknown" rather than guess.

mod amr;
mod boxes;
mod document;
mod format;
mod mpeg;
mod ogg;
mod ogg_writer;
mod opus_packet;
mod opus_recording;
mod wav;

pub use format::MediaFormat;
#[cfg(test)]
pub(crate) use opus_recording::tests::long_recording;
pub use opus_recording::{OpusRecording, PieceLimit, Span};

/// What the file is, by its magic. `announced` is the content type it came with.
#[must_use]
pub fn sniff(bytes: &[u8], announced: Option<&str>) -> MediaFormat {
    let announced = announced.map(essence).unwrap_or_default();
    ogg::format(bytes)
        .or_else(|| amr::format(bytes))
        .or_else(|| boxes::format(bytes, &announced))
        .or_else(|| wav::is_wave(bytes).then_some(MediaFormat::Wav))
        .or_else(|| known_magic(bytes))
        .or_else(|| mpeg::format(bytes))
        .or_else(|| document::format(bytes, &announced))
        .unwrap_or(MediaFormat::Unknown)
}

/// How long the recording plays, seconds, where the file says so: Ogg/Opus, WAV, AMR, MP4.
#[must_use]
pub fn duration_seconds(format: MediaFormat, bytes: &[u8]) -> Option<f64> {
    let seconds = match format {
        MediaFormat::OggOpus => ogg::opus_seconds(bytes),
        MediaFormat::Wav => wav::seconds(bytes),
        MediaFormat::Amr | MediaFormat::AmrWb => amr::seconds(format, bytes),
        MediaFormat::Mp4Audio | MediaFormat::Mp4Video | MediaFormat::ThreeGp => boxes::seconds(bytes),
        MediaFormat::OggVorbis
        | MediaFormat::OggOther
        | MediaFormat::Mp3
        | MediaFormat::WebM
        | MediaFormat::Flac
        | MediaFormat::Aac
        | MediaFormat::Jpeg
        | MediaFormat::Png
        | MediaFormat::WebP
        | MediaFormat::Gif
        | MediaFormat::Heic
        | MediaFormat::Pdf
        | MediaFormat::Doc
        | MediaFormat::Docx
        | MediaFormat::Xls
        | MediaFormat::Xlsx
        | MediaFormat::Ppt
        | MediaFormat::Pptx
        | MediaFormat::VCard
        | MediaFormat::Csv
        | MediaFormat::PlainText
        | MediaFormat::Unknown => None,
    };
    seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

/// Formats whose magic is unmistakable.
fn known_magic(bytes: &[u8]) -> Option<MediaFormat> {
    match infer::get(bytes)?.mime_type() {
        "image/jpeg" => Some(MediaFormat::Jpeg),
        "image/png" => Some(MediaFormat::Png),
        "image/webp" => Some(MediaFormat::WebP),
        "image/gif" => Some(MediaFormat::Gif),
        "image/heif" => Some(MediaFormat::Heic),
        "video/webm" => Some(MediaFormat::WebM),
        "audio/x-flac" => Some(MediaFormat::Flac),
        "application/pdf" => Some(MediaFormat::Pdf),
        // Everything else is either told apart better here, or nothing a worker's file is filed as.
        _ => None,
    }
}

/// `type/subtype` of a content type, in lower case, without parameters.
fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Big- and little-endian numbers at a position, where the file is long enough.
fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests;
