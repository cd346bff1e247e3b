//! How long an Opus packet plays, from its first bytes (RFC 6716, 3.1 and 3.2).

/// The most a packet may play, samples at 48 kHz: 120 ms.
const LONGEST: u32 = 5760;

/// Samples at 48 kHz.
pub(super) fn samples(packet: &[u8]) -> u32 {
    let Some(toc) = packet.first() else { return 0 };
    let frames = match toc & 0b11 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1).map_or(0, |count| u32::from(count & 0b11_1111)),
    };
    (frames * samples_per_frame(toc >> 3)).min(LONGEST)
}

/// By configuration: SILK 0 to 11, hybrid 12 to 15, CELT 16 to 31.
fn samples_per_frame(configuration: u8) -> u32 {
    let (lengths, at): (&[u32], u8) = match configuration {
        0..=11 => (&[480, 960, 1920, 2880], configuration % 4),
        12..=15 => (&[480, 960], configuration % 2),
        _ => (&[120, 240, 480, 960], configuration % 4),
    };
    lengths.get(usize::from(at)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_plays_as_long_as_its_first_bytes_say() {
        // 20 ms of SILK wideband: what voice notes are made of.
        assert_eq!(samples(&[9 << 3]), 960);
        assert_eq!(samples(&[11 << 3 | 1]), 5760);
        assert_eq!(samples(&[13 << 3]), 960);
        assert_eq!(samples(&[16 << 3 | 3, 4]), 480);
        // More than a packet may hold, a count that is missing, nothing at all.
        assert_eq!(samples(&[11 << 3 | 3, 63]), LONGEST);
        assert_eq!(samples(&[11 << 3 | 3]), 0);
        assert_eq!(samples(&[]), 0);
    }
}
