//! Ogg pages (RFC 3533) and Opus in them (RFC 7845): what is inside, and how long it plays.

use super::{MediaFormat, array_at};

/// Bytes of a page header before its segment table.
const HEADER: usize = 27;

/// Header flag: the page begins with the rest of a packet.
pub(super) const CONTINUED: u8 = 0x01;

/// Header flag: the first page of a stream.
pub(super) const FIRST: u8 = 0x02;

/// Header flag: the last page of a stream.
pub(super) const LAST: u8 = 0x04;

/// Opus positions count samples at this rate, whatever the recording's own.
const OPUS_RATE: f64 = 48_000.0;

/// The longest packet Opus has, seconds.
const LONGEST_PACKET: f64 = 0.120;

/// A position that says "no packet ends on this page" (RFC 3533, 6).
pub(super) const NO_POSITION: u64 = u64::MAX;

/// A page: a run of packets, the first and the last perhaps not whole.
pub(super) struct Page<'b> {
    flags: u8,
    /// Samples at 48 kHz up to the end of the last packet that ends here; [`NO_POSITION`] when none does.
    pub(super) granule: u64,
    /// Which stream of the file it belongs to.
    pub(super) serial: u32,
    /// One length per segment; a packet ends with the first below 255.
    pub(super) lacing: &'b [u8],
    pub(super) payload: &'b [u8],
    /// Bytes, header included.
    pub(super) len: usize,
}

impl<'b> Page<'b> {
    /// The page at the start of `bytes`, if a whole one is there.
    pub(super) fn read(bytes: &'b [u8]) -> Option<Self> {
        let header = bytes.get(..HEADER)?;
        if !header.starts_with(b"OggS\0") {
            return None;
        }
        let lacing = bytes.get(HEADER..HEADER + usize::from(header[26]))?;
        let start = HEADER + lacing.len();
        let len = start + lacing.iter().map(|segment| usize::from(*segment)).sum::<usize>();
        Some(Self {
            flags: header[5],
            granule: u64::from_le_bytes(array_at(header, 6)?),
            serial: u32::from_le_bytes(array_at(header, 14)?),
            lacing,
            payload: bytes.get(start..len)?,
            len,
        })
    }

    /// Begins with the rest of a packet of the page before.
    pub(super) fn continues(&self) -> bool {
        self.flags & CONTINUED != 0
    }

    pub(super) fn first_of_stream(&self) -> bool {
        self.flags & FIRST != 0
    }

    /// Packets that end on this page.
    pub(super) fn packets(&self) -> u32 {
        let ends = self.lacing.iter().filter(|segment| **segment < 255).count();
        u32::try_from(ends).unwrap_or(u32::MAX)
    }

    /// Its last packet does not go on on the next page.
    pub(super) fn ends_whole(&self) -> bool {
        self.lacing.last().is_none_or(|segment| *segment < 255)
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
        if page.first_of_stream() {
            finished += stream.seconds().unwrap_or(0.0);
            stream = Stream::beginning(page.payload);
        } else if page.granule != NO_POSITION {
            stream.last = Some(page.granule);
        }
        stream.packets = stream.packets.saturating_add(page.packets());
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
