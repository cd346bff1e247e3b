//! The formats told apart, and what each means for filing and transcribing.

use shared::records::note::MediaKind;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaFormat {
    /// Opus in Ogg: a WhatsApp voice note.
    OggOpus,
    /// Vorbis in Ogg.
    OggVorbis,
    /// Something else in Ogg.
    OggOther,
    /// MPEG layer III.
    Mp3,
    /// MP4 (ISO base media) with sound only; M4A.
    Mp4Audio,
    /// MP4 or QuickTime with pictures.
    Mp4Video,
    /// Adaptive multi-rate, narrow band.
    Amr,
    /// Adaptive multi-rate, wide band.
    AmrWb,
    /// 3GP, with or without pictures.
    ThreeGp,
    /// RIFF WAVE.
    Wav,
    /// WebM.
    WebM,
    /// FLAC.
    Flac,
    /// AAC in ADTS frames.
    Aac,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// HEIF with HEVC: what iPhones take pictures in.
    Heic,
    /// PDF.
    Pdf,
    /// Word before 2007.
    Doc,
    /// Word.
    Docx,
    /// Excel before 2007.
    Xls,
    /// Excel.
    Xlsx,
    /// PowerPoint before 2007.
    Ppt,
    /// PowerPoint.
    Pptx,
    /// A contact.
    VCard,
    /// Comma-separated values.
    Csv,
    /// Plain text.
    PlainText,
    /// Nothing known here.
    Unknown,
}

impl MediaFormat {
    /// How it is filed.
    #[must_use]
    pub fn kind(self) -> MediaKind {
        self.row().0
    }

    /// The content type it is kept and sent with.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        self.row().1
    }

    /// The extension of its key, without a dot. The transcription models know a format by it.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.row().2
    }

    /// Whether the transcription models read it: flac, mp3, mp4, m4a, ogg, wav, webm by their documentation. AMR, 3GP
    /// and bare AAC are refused.
    #[must_use]
    pub fn transcribable(self) -> bool {
        matches!(
            self,
            Self::OggOpus
                | Self::OggVorbis
                | Self::Mp3
                | Self::Mp4Audio
                | Self::Wav
                | Self::WebM
                | Self::Flac
        )
    }

    const fn row(self) -> (MediaKind, &'static str, &'static str) {
        use MediaKind::{Audio, Document, Image};
        match self {
            Self::OggOpus | Self::OggVorbis | Self::OggOther => (Audio, "audio/ogg", "ogg"),
            Self::Mp3 => (Audio, "audio/mpeg", "mp3"),
            Self::Mp4Audio => (Audio, "audio/mp4", "m4a"),
            Self::Mp4Video => (Document, "video/mp4", "mp4"),
            Self::Amr => (Audio, "audio/amr", "amr"),
            Self::AmrWb => (Audio, "audio/amr-wb", "awb"),
            Self::ThreeGp => (Audio, "audio/3gpp", "3gp"),
            Self::Wav => (Audio, "audio/wav", "wav"),
            Self::WebM => (Audio, "audio/webm", "webm"),
            Self::Flac => (Audio, "audio/flac", "flac"),
            Self::Aac => (Audio, "audio/aac", "aac"),
            Self::Jpeg => (Image, "image/jpeg", "jpg"),
            Self::Png => (Image, "image/png", "png"),
            Self::WebP => (Image, "image/webp", "webp"),
            Self::Gif => (Image, "image/gif", "gif"),
            Self::Heic => (Image, "image/heic", "heic"),
            Self::Pdf => (Document, "application/pdf", "pdf"),
            Self::Doc => (Document, "application/msword", "doc"),
            Self::Docx => (
                Document,
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "docx",
            ),
            Self::Xls => (Document, "application/vnd.ms-excel", "xls"),
            Self::Xlsx => (
                Document,
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "xlsx",
            ),
            Self::Ppt => (Document, "application/vnd.ms-powerpoint", "ppt"),
            Self::Pptx => (
                Document,
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                "pptx",
            ),
            Self::VCard => (Document, "text/vcard", "vcf"),
            Self::Csv => (Document, "text/csv", "csv"),
            Self::PlainText => (Document, "text/plain", "txt"),
            Self::Unknown => (Document, "application/octet-stream", "bin"),
        }
    }
}
