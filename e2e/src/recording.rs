//! Recordings no other test uses: what is heard is known by a recording's digest, so sharing one would mix up the words. And
//! recordings of any length.

use std::ops::Range;

use anyhow::{Context as _, ensure};
use bytes::Bytes;

/// Where the flags, the position, the stream's serial number, the page's number, the checksum and the segment count are in an Ogg
/// page (RFC 3533, 6).
const FLAGS: usize = 5;
const GRANULE: Range<usize> = 6..14;
const SERIAL: Range<usize> = 14..18;
const NUMBER: Range<usize> = 18..22;
const CHECKSUM: Range<usize> = 22..26;
const SEGMENTS: usize = 26;

/// Flag of the last page of a stream.
const LAST: u8 = 4;

/// An Opus recording's positions count so many a second.
const POSITIONS_PER_MINUTE: u64 = 60 * 48_000;

/// The same sound under another serial number, which players ignore.
///
/// # Errors
/// When `original` is no Ogg stream.
pub fn distinct(original: &[u8]) -> anyhow::Result<Bytes> {
    let digits = shared::ids::random_hex32();
    let mut bytes = original.to_vec();
    for page in pages(original)? {
        let page = &mut bytes[page];
        page[SERIAL].copy_from_slice(&digits.as_bytes()[..4]);
        seal(page);
    }
    Ok(bytes.into())
}

/// At least so many minutes of an Opus recording's sound, again and again, under another serial number. Every page says its
/// number in its last bytes too, so that no part of the sound is like another; it is not meant to be listened to.
///
/// # Errors
/// When `original` is no Ogg stream of one recording, or has no sound.
pub fn long(original: &[u8], minutes: u64) -> anyhow::Result<Bytes> {
    let (headers, sound): (Vec<_>, Vec<_>) = pages(original)?
        .into_iter()
        .partition(|page| position(&original[page.clone()]) == 0);
    let lasts = sound.last().map(|page| position(&original[page.clone()]));
    let lasts = lasts.context("a recording without sound")?;
    let times = (minutes * POSITIONS_PER_MINUTE).div_ceil(lasts);
    let mut bytes = Vec::new();
    let mut number = 0_u32;
    let mut add = |page: &Range<usize>, before: u64, is_last: bool| {
        let mut page = original[page.clone()].to_vec();
        if position(&page) > 0 {
            let position = position(&page) + before;
            page[GRANULE].copy_from_slice(&position.to_le_bytes());
            page[FLAGS] &= !LAST;
            page[FLAGS] |= if is_last { LAST } else { 0 };
            let end = page.len();
            page[end - 4..].copy_from_slice(&number.to_le_bytes());
        }
        page[NUMBER].copy_from_slice(&number.to_le_bytes());
        number += 1;
        bytes.extend(page);
    };
    for page in &headers {
        add(page, 0, false);
    }
    for time in 0..times {
        for (at, page) in sound.iter().enumerate() {
            add(page, time * lasts, time + 1 == times && at + 1 == sound.len());
        }
    }
    distinct(&bytes)
}

fn position(page: &[u8]) -> u64 {
    page[GRANULE]
        .iter()
        .rev()
        .fold(0, |position, byte| position << 8 | u64::from(*byte))
}

/// Where each page is.
fn pages(bytes: &[u8]) -> anyhow::Result<Vec<Range<usize>>> {
    let mut pages = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let end = start + page_length(&bytes[start..])?;
        pages.push(start..end);
        start = end;
    }
    Ok(pages)
}

/// Writes a page's checksum.
fn seal(page: &mut [u8]) {
    page[CHECKSUM].fill(0);
    let checksum = checksum(page);
    page[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
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

    #[test]
    fn a_long_recording_goes_on_to_its_end_and_no_page_is_like_another() {
        let original = include_bytes!("../../samples/voice-note-1.ogg");
        let long = long(original, 25).unwrap();
        let pages = pages(&long).unwrap();
        let positions: Vec<u64> = pages.iter().map(|page| position(&long[page.clone()])).collect();
        assert!(positions.is_sorted() && positions.last().unwrap() / POSITIONS_PER_MINUTE == 25);
        let lasts = pages.iter().filter(|page| long[page.start + FLAGS] & LAST != 0);
        assert_eq!(lasts.collect::<Vec<_>>(), [pages.last().unwrap()]);
        let mut sounds: Vec<&[u8]> = pages.iter().map(|page| &long[page.end - 4..page.end]).collect();
        sounds.sort_unstable();
        sounds.dedup();
        assert_eq!(sounds.len(), pages.len());
    }
}
