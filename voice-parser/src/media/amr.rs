//! AMR storage format (RFC 4867 §5): frames of 20 ms, each with a header that gives its size.

use super::MediaFormat;

const NARROW: &[u8] = b"#!AMR\n";
const WIDE: &[u8] = b"#!AMR-WB\n";

/// Bytes after the frame header, by frame type. Types without a size of their own carry nothing.
const NARROW_SIZES: [u8; 16] = [12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0];
const WIDE_SIZES: [u8; 16] = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0];

const FRAME_SECONDS: f64 = 0.020;

pub(super) fn format(bytes: &[u8]) -> Option<MediaFormat> {
    if bytes.starts_with(NARROW) {
        Some(MediaFormat::Amr)
    } else if bytes.starts_with(WIDE) {
        Some(MediaFormat::AmrWb)
    } else {
        None
    }
}

/// Seconds of the whole frames that are there.
pub(super) fn seconds(format: MediaFormat, bytes: &[u8]) -> Option<f64> {
    let (magic, sizes) = match format {
        MediaFormat::AmrWb => (WIDE, &WIDE_SIZES),
        _ => (NARROW, &NARROW_SIZES),
    };
    let mut rest = bytes.strip_prefix(magic)?;
    let mut frames = 0_u32;
    while let Some(header) = rest.first() {
        let size = usize::from(sizes[usize::from(header >> 3 & 0x0f)]);
        let Some(next) = rest.get(1 + size..) else { break };
        rest = next;
        frames = frames.saturating_add(1);
    }
    Some(f64::from(frames) * FRAME_SECONDS)
}
