//! Recordings no other test uses: what is heard is known by a recording's digest, so sharing one would mix up the words.

use anyhow::ensure;
use bytes::Bytes;

/// Where the stream's serial number, the checksum and the segment count are in an Ogg page (RFC 3533, 6).
const SERIAL: std::ops::Range<usize> = 14..18;
const CHECKSUM: std::ops::Range<usize> = 22..26;
const SEGMENTS: usize = 26;

/// The same sound under another serial number, which players ignore.
///
/// # Errors
/// When `original` is no Ogg stream.
pub fn distinct(original: &[u8]) -> anyhow::Result<Bytes> {
    let digits = shared::ids::random_hex32();
    let mut bytes = original.to_vec();
    let mut start = 0;
    while start < bytes.len() {
        let end = start + page_length(&bytes[start..])?;
        let page = &mut bytes[start..end];
        page[SERIAL].copy_from_slice(&digits.as_bytes()[..4]);
        page[CHECKSUM].fill(0);
        let checksum = checksum(page);
        page[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        start = end;
    }
    Ok(bytes.into())
}

fn page_length(rest: &[u8]) -> anyhow::Result<usize> {
    ensure!(
        rest.starts_with(b"OggS") && rest.len() > SEGMENTS,
        "not an Ogg page"
    );
    let segments = usize::from(rest[SEGMENTS]);
    let table = SEGMENTS + 1..SEGMENTS + 1 + segments;
    ensure!(rest.len() >= table.end, "an Ogg page is cut off");
    let length = table.end + rest[table].iter().map(|&size| usize::from(size)).sum::<usize>();
    ensure!(rest.len() >= length, "an Ogg page is cut off");
    Ok(length)
}

/// Ogg's CRC-32: polynomial 0x04c11db7, not reflected, starting from 0.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |crc: u32, &byte| {
        (0..8).fold(crc ^ (u32::from(byte) << 24), |crc, _| {
            let carry = crc & 0x8000_0000 != 0;
            (crc << 1) ^ if carry { 0x04c1_1db7 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distinct_recording_is_a_valid_stream_of_other_bytes() {
        let original = include_bytes!("../../samples/voice-note-1.ogg");
        // The original's own checksums say that the algorithm is Ogg's.
        let length = page_length(original).unwrap();
        let mut page = original[..length].to_vec();
        let stored = u32::from_le_bytes(page[CHECKSUM].try_into().unwrap());
        page[CHECKSUM].fill(0);
        assert_eq!(checksum(&page), stored);

        let one = distinct(original).unwrap();
        assert_eq!(one.len(), original.len());
        assert_ne!(one, distinct(original).unwrap());
        assert!(distinct(b"ID3").is_err());
    }
}
