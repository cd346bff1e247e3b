//! Documents that look alike from outside (office files in one kind of container, text): here the announced type is
//! believed as far as the bytes allow it.

use super::MediaFormat;

const ZIP: &[u8] = b"PK\x03\x04";
/// Compound File Binary: Office before 2007.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

pub(super) fn format(bytes: &[u8], announced: &str) -> Option<MediaFormat> {
    if bytes.starts_with(ZIP) {
        return zipped(bytes, announced);
    }
    if bytes.starts_with(COMPOUND) {
        let formats = [MediaFormat::Doc, MediaFormat::Xls, MediaFormat::Ppt];
        return by_name(&formats, announced);
    }
    text(bytes, announced)
}

fn zipped(bytes: &[u8], announced: &str) -> Option<MediaFormat> {
    let formats = [MediaFormat::Docx, MediaFormat::Xlsx, MediaFormat::Pptx];
    let inside = infer::get(bytes).map(|kind| kind.mime_type()).unwrap_or_default();
    by_name(&formats, inside).or_else(|| by_name(&formats, announced))
}

fn text(bytes: &[u8], announced: &str) -> Option<MediaFormat> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    if text.is_empty() || text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return None;
    }
    match announced {
        _ if starts_with_ignoring_case(text, "BEGIN:VCARD") => Some(MediaFormat::VCard),
        "text/csv" => Some(MediaFormat::Csv),
        "text/plain" => Some(MediaFormat::PlainText),
        _ => None,
    }
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn by_name(formats: &[MediaFormat], content_type: &str) -> Option<MediaFormat> {
    formats
        .iter()
        .copied()
        .find(|format| format.content_type() == content_type)
}
