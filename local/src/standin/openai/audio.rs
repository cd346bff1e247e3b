//! What a recording's bytes say about it: its container, and how long it plays.

/// A container the transcription takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Ogg,
    Flac,
    Wav,
    Mp3,
    Mp4,
    WebM,
}

/// The container by its first bytes; none for what no decoder here would take.
pub(super) fn container(bytes: &[u8]) -> Option<Container> {
    match bytes {
        [b'O', b'g', b'g', b'S', ..] => Some(Container::Ogg),
        [b'f', b'L', b'a', b'C', ..] => Some(Container::Flac),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Container::Wav),
        [b'I', b'D', b'3', ..] => Some(Container::Mp3),
        // An MPEG frame: eleven bits of sync, then a layer that is not reserved.
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Some(Container::Mp3),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Container::Mp4),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Container::WebM),
        _ => None,
    }
}

/// Bytes per second assumed where the container is not read further: voice at 16 kbit/s.
const ASSUMED_BYTES_PER_S: f64 = 2000.0;

/// How long a recording plays, seconds. None for an Ogg file that ends before its first sound.
pub(super) fn duration_s(container: Container, bytes: &[u8]) -> Option<f64> {
    match container {
        Container::Ogg => ogg_duration_s(bytes),
        Container::Wav => wav_duration_s(bytes).or_else(|| assumed(bytes)),
        Container::Flac | Container::Mp3 | Container::Mp4 | Container::WebM => assumed(bytes),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a recording has far fewer than 2^52 bytes"
)]
fn assumed(bytes: &[u8]) -> Option<f64> {
    Some(bytes.len() as f64 / ASSUMED_BYTES_PER_S)
}

/// Opus in Ogg (RFC 7845): the last page's granule position less the pre-skip, at 48 kHz.
#[expect(
    clippy::cast_precision_loss,
    reason = "a recording has far fewer than 2^52 samples"
)]
fn ogg_duration_s(bytes: &[u8]) -> Option<f64> {
    const SAMPLES_PER_S: f64 = 48_000.0;
    let mut pre_skip = 0;
    let mut last = None;
    for page in ogg_pages(bytes) {
        if page.payload.starts_with(b"OpusHead") {
            pre_skip = u64::from(u16::from_le_bytes([
                *page.payload.get(10)?,
                *page.payload.get(11)?,
            ]));
        } else if page.granule != u64::MAX && page.granule != 0 {
            // All ones: no packet ends on this page. Zero: the comments.
            last = Some(page.granule);
        }
    }
    last.map(|granule: u64| granule.saturating_sub(pre_skip) as f64 / SAMPLES_PER_S)
}

/// A page of an Ogg file.
pub(super) struct OggPage<'b> {
    /// Zero for the headers.
    pub(super) granule: u64,
    pub(super) payload: &'b [u8],
}

/// The pages of an Ogg file up to the first that is cut off, which holds no sound that can be used.
pub(super) fn ogg_pages(bytes: &[u8]) -> impl Iterator<Item = OggPage<'_>> {
    /// Capture pattern, version, type, granule position, serial, sequence, checksum, segment count.
    const HEADER: usize = 27;
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let header = rest.get(..HEADER).filter(|header| header.starts_with(b"OggS"))?;
        let lacing = rest.get(HEADER..HEADER + usize::from(header[26]))?;
        let start = HEADER + lacing.len();
        let end = start + lacing.iter().map(|&length| usize::from(length)).sum::<usize>();
        let payload = rest.get(start..end)?;
        rest = &rest[end..];
        Some(OggPage {
            granule: u64::from_le_bytes(header[6..14].try_into().ok()?),
            payload,
        })
    })
}

/// The data rate stands at a fixed place in the usual header.
fn wav_duration_s(bytes: &[u8]) -> Option<f64> {
    let rate = u32::from_le_bytes(bytes.get(28..32)?.try_into().ok()?);
    let data = u32::try_from(bytes.len().checked_sub(44)?).ok()?;
    (rate > 0).then(|| f64::from(data) / f64::from(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/../samples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn the_samples_are_what_they_are() {
        let note = sample("voice-note-1.ogg");
        assert_eq!(container(&note), Some(Container::Ogg));
        let seconds = duration_s(Container::Ogg, &note).unwrap();
        assert!((12.5..13.5).contains(&seconds), "{seconds}");
        assert_eq!(
            duration_s(Container::Ogg, &sample("media/silence.ogg")),
            Some(2.0)
        );
        assert_eq!(duration_s(Container::Ogg, &sample("media/truncated.ogg")), None);
        assert_eq!(container(&sample("media/garbage.ogg")), None);
        assert_eq!(container(&sample("media/picture.jpg")), None);
        assert_eq!(container(b"#!AMR\n"), None);
    }
}
