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
    /// Capture pattern, version, type, granule position, serial, sequence, checksum, segment count.
    const HEADER: usize = 27;
    const SAMPLES_PER_S: f64 = 48_000.0;
    let mut offset = 0;
    let mut pre_skip = 0;
    let mut last = None;
    while let Some(header) = bytes.get(offset..offset + HEADER) {
        if !header.starts_with(b"OggS") {
            return None;
        }
        let segments = usize::from(header[26]);
        let lacing = bytes.get(offset + HEADER..offset + HEADER + segments)?;
        let start = offset + HEADER + segments;
        let end = start + lacing.iter().map(|&length| usize::from(length)).sum::<usize>();
        // A page that is cut off holds no sound that can be used.
        let Some(page) = bytes.get(start..end) else { break };
        if page.starts_with(b"OpusHead") {
            pre_skip = u64::from(u16::from_le_bytes([*page.get(10)?, *page.get(11)?]));
        } else {
            let granule = u64::from_le_bytes(header[6..14].try_into().ok()?);
            // All ones: no packet ends on this page. Zero: the comments.
            if granule != u64::MAX && granule != 0 {
                last = Some(granule);
            }
        }
        offset = end;
    }
    last.map(|granule| granule.saturating_sub(pre_skip) as f64 / SAMPLES_PER_S)
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
