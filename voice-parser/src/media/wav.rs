//! RIFF WAVE: its chunks, as far as a duration needs them.

use super::array_at;

pub(super) fn is_wave(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WAVE")
}

/// Seconds: what is there of the data, by the byte rate that the format chunk gives.
pub(super) fn seconds(bytes: &[u8]) -> Option<f64> {
    let mut at = 12;
    let mut byte_rate = None;
    // Each turn moves on by at least a chunk header.
    loop {
        let id: [u8; 4] = array_at(bytes, at)?;
        let size = u32::from_le_bytes(array_at(bytes, at + 4)?);
        let size = usize::try_from(size).ok()?;
        let start = at + 8;
        match &id {
            b"fmt " => byte_rate = array_at(bytes, start + 8).map(u32::from_le_bytes),
            b"data" => {
                // A writer that could not seek back says 0 or the largest number.
                let there = bytes.len().saturating_sub(start);
                let data = if size == 0 { there } else { size.min(there) };
                let rate = byte_rate.filter(|rate| *rate > 0)?;
                return Some(f64::from(u32::try_from(data).ok()?) / f64::from(rate));
            }
            _ => {}
        }
        // Chunks are padded to an even length.
        at = start.checked_add(size)?.checked_add(size & 1)?;
    }
}
