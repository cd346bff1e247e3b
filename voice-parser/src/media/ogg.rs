//! Ogg pages (RFC 3533) and Opus in them (RFC 7845): what is inside, and how long it plays.

use super::{MediaFormat, array_at};

/// Bytes of a page header before its segment table.
const HEADER: usize = 27;

/// Opus positions count samples at this rate, whatever the recording's own.
const OPUS_RATE: f64 = 48_000.0;

/// The longest packet Opus has, seconds.
const LONGEST_PACKET: f64 = 0.120;

struct Page<'b> {
    first_of_stream: bool,
    granule: u64,
    /// Packets that end on this page.
    packets: u32,
    payload: &'b [u8],
    len: usize,
}

impl<'b> Page<'b> {
    /// The page at the start of `bytes`, if a whole one is there.
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let header = bytes.get(..HEADER)?;
        if !header.starts_with(b"OggS\0") {
            return None;
        }
        let segments = bytes.get(HEADER..HEADER + usize::from(header[26]))?;
        let start = HEADER + segments.len();
        let len = start + segments.iter().map(|lacing| usize::from(*lacing)).sum::<usize>();
        let packets = segments.iter().filter(|lacing| **lacing < 255).count();
        Some(Self {
            first_of_stream: header[5] & 0x02 != 0,
            granule: u64::from_le_bytes(array_at(header, 6)?),
            packets: u32::try_from(packets).unwrap_or(u32::MAX),
            payload: bytes.get(start..len)?,
            len,
        })
    }
}

pub(super) fn format(bytes: &[u8]) -> Option<MediaFormat> {
    if !bytes.starts_with(b"OggS") {
        return None;
    }
    let payload = Page::read(bytes).map_or(&[][..], |page| page.payload);
    Some(if payload.starts_with(b"OpusHead") {
        MediaFormat::OggOpus
    } else if payload.starts_with(b"\x01vorbis") {
        MediaFormat::OggVorbis
    } else {
        MediaFormat::OggOther
    })
}

/// Seconds of sound in all streams of the file, one after another: each one's last position less its pre-skip.
pub(super) fn opus_seconds(bytes: &[u8]) -> Option<f64> {
    let mut rest = bytes;
    let mut finished = 0.0;
    let mut stream = Stream::default();
    while let Some(page) = Page::read(rest) {
        if page.first_of_stream {
            finished += stream.seconds().unwrap_or(0.0);
            stream = Stream::beginning(page.payload);
        } else if page.granule != u64::MAX {
            // All ones: no packet ends on this page.
            stream.last = Some(page.granule);
        }
        stream.packets = stream.packets.saturating_add(page.packets);
        rest = rest.get(page.len..)?;
    }
    let last = stream.seconds();
    (last.is_some() || finished > 0.0).then(|| finished + last.unwrap_or(0.0))
}

#[derive(Default)]
struct Stream {
    pre_skip: u64,
    last: Option<u64>,
    packets: u32,
}

impl Stream {
    fn beginning(head: &[u8]) -> Self {
        let pre_skip = array_at(head, 10).map_or(0, u16::from_le_bytes);
        Self {
            pre_skip: u64::from(pre_skip),
            ..Self::default()
        }
    }

    /// Positions are the writer's word; no more can have been said than its packets hold.
    #[expect(clippy::cast_precision_loss, reason = "seconds, not samples, matter here")]
    fn seconds(&self) -> Option<f64> {
        let samples = self.last?.checked_sub(self.pre_skip)?;
        let most = f64::from(self.packets) * LONGEST_PACKET;
        Some((samples as f64 / OPUS_RATE).min(most))
    }
}
