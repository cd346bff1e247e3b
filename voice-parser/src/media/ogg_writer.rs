//! Writes Ogg pages (RFC 3533): one stream, its pages numbered and with their checksums.

use super::ogg::{FIRST, LAST};

/// Where the checksum is in a page.
const CHECKSUM_AT: std::ops::Range<usize> = 22..26;

/// Longest packet that fits on a page of its own, bytes: 255 segments, the last below 255.
const MAX_LONE_PACKET: usize = 254 * 255 + 254;

/// A stream that is being written.
pub(super) struct OggWriter {
    serial: u32,
    sequence: u32,
    file: Vec<u8>,
}

/// One page's header fields and content.
pub(super) struct PageContent<'b> {
    /// [`FIRST`], [`LAST`] and so on.
    pub(super) flags: u8,
    /// Samples up to its end.
    pub(super) granule: u64,
    /// One length per segment, at most 255 of them.
    pub(super) lacing: &'b [u8],
    /// As long as the segments together.
    pub(super) payload: &'b [u8],
}

impl OggWriter {
    pub(super) fn new(serial: u32, capacity: usize) -> Self {
        Self {
            serial,
            sequence: 0,
            file: Vec::with_capacity(capacity),
        }
    }

    /// A header packet on a page of its own. `None` when it does not fit on one.
    pub(super) fn header(&mut self, packet: &[u8]) -> Option<()> {
        if packet.len() > MAX_LONE_PACKET {
            return None;
        }
        let mut lacing = vec![255; packet.len() / 255];
        lacing.push(u8::try_from(packet.len() % 255).ok()?);
        self.page(&PageContent {
            flags: if self.sequence == 0 { FIRST } else { 0 },
            granule: 0,
            lacing: &lacing,
            payload: packet,
        })
    }

    /// `None` for more segments than a page has.
    pub(super) fn page(&mut self, page: &PageContent<'_>) -> Option<()> {
        let segments = u8::try_from(page.lacing.len()).ok()?;
        let start = self.file.len();
        self.file.extend(b"OggS\0");
        self.file.push(page.flags);
        self.file.extend(page.granule.to_le_bytes());
        self.file.extend(self.serial.to_le_bytes());
        self.file.extend(self.sequence.to_le_bytes());
        self.file.extend([0; CHECKSUM_AT.end - CHECKSUM_AT.start]);
        self.file.push(segments);
        self.file.extend(page.lacing);
        self.file.extend(page.payload);
        self.sequence = self.sequence.wrapping_add(1);
        let written = self.file.get_mut(start..)?;
        let checksum = checksum(written);
        written
            .get_mut(CHECKSUM_AT)?
            .copy_from_slice(&checksum.to_le_bytes());
        Some(())
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.file
    }
}

/// The flags of a page that goes on or ends as these say.
pub(super) fn flags(continues: bool, last: bool) -> u8 {
    let continued = if continues { super::ogg::CONTINUED } else { 0 };
    continued | if last { LAST } else { 0 }
}

/// CRC-32 with the polynomial 0x04c11db7, not reflected, from zero (RFC 3533, 6): of a page whose checksum is zeros.
pub(super) fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |crc: u32, byte| {
        let index = (crc >> 24) as u8 ^ byte;
        (crc << 8) ^ CRC_TABLE[usize::from(index)]
    })
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000_0000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x04c1_1db7
            };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};
