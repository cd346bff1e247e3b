//! MPEG audio frames and AAC in ADTS frames: both begin with a sync word that other data has by chance, so the frame
//! header has to make sense too.

use super::MediaFormat;

pub(super) fn format(bytes: &[u8]) -> Option<MediaFormat> {
    if bytes.starts_with(b"ID3") {
        return Some(MediaFormat::Mp3);
    }
    let [0xff, second, third, ..] = *bytes else {
        return None;
    };
    if second & 0xf6 == 0xf0 {
        // ADTS: layer 0; of the sixteen sampling rates the last three are not used.
        return (third >> 2 & 0x0f < 13).then_some(MediaFormat::Aac);
    }
    let (version, layer) = (second >> 3 & 0x03, second >> 1 & 0x03);
    let (bit_rate, sampling) = (third >> 4, third >> 2 & 0x03);
    let sensible =
        second & 0xe0 == 0xe0 && version != 1 && layer == 1 && !matches!(bit_rate, 0 | 15) && sampling != 3;
    sensible.then_some(MediaFormat::Mp3)
}
