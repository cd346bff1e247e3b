//! ISO base media (ISO 14496-12): MP4, M4A, 3GP, QuickTime. Boxes are walked only where tracks and durations are.

use super::{MediaFormat, array_at};

/// Most boxes looked at on one level; real files have some ten.
const MAX_BOXES: usize = 256;

pub(super) fn format(bytes: &[u8], announced: &str) -> Option<MediaFormat> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    match bytes.get(8..12)? {
        b"M4A " | b"M4B " => Some(MediaFormat::Mp4Audio),
        [b'3', b'g', b'p' | b'2', _] => Some(MediaFormat::ThreeGp),
        // Pictures in the same container; somebody else's to tell apart.
        b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"avis" => None,
        _ => Some(match tracks(bytes) {
            Tracks { pictures: true, .. } => MediaFormat::Mp4Video,
            Tracks { sound: true, .. } => MediaFormat::Mp4Audio,
            // No track list to be seen, as in a file cut off before it.
            Tracks { .. } if announced.starts_with("audio/") => MediaFormat::Mp4Audio,
            Tracks { .. } => MediaFormat::Mp4Video,
        }),
    }
}

/// The movie header's duration.
#[expect(clippy::cast_precision_loss, reason = "seconds, not ticks, matter here")]
pub(super) fn seconds(bytes: &[u8]) -> Option<f64> {
    let header = child(child(bytes, b"moov")?, b"mvhd")?;
    let (timescale, duration) = match header.first()? {
        0 => {
            let duration = u32::from_be_bytes(array_at(header, 16)?);
            (
                array_at(header, 12)?,
                (duration != u32::MAX).then_some(u64::from(duration))?,
            )
        }
        1 => {
            let duration = u64::from_be_bytes(array_at(header, 24)?);
            (array_at(header, 20)?, (duration != u64::MAX).then_some(duration)?)
        }
        _ => return None,
    };
    let timescale = u32::from_be_bytes(timescale);
    (timescale > 0 && duration > 0).then(|| duration as f64 / f64::from(timescale))
}

#[derive(Default)]
struct Tracks {
    sound: bool,
    pictures: bool,
}

fn tracks(bytes: &[u8]) -> Tracks {
    let mut tracks = Tracks::default();
    let Some(movie) = child(bytes, b"moov") else {
        return tracks;
    };
    for (_, track) in boxes(movie).filter(|(kind, _)| kind == b"trak") {
        let handler = child(track, b"mdia").and_then(|media| child(media, b"hdlr"));
        match handler.and_then(|handler| handler.get(8..12)) {
            Some(b"soun") => tracks.sound = true,
            Some(b"vide") => tracks.pictures = true,
            Some(_) | None => {}
        }
    }
    tracks
}

fn child<'b>(bytes: &'b [u8], wanted: &[u8; 4]) -> Option<&'b [u8]> {
    boxes(bytes)
        .find(|(kind, _)| kind == wanted)
        .map(|(_, content)| content)
}

/// The boxes on this level. A box that claims more than there is ends the walk with what there is.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let size = u32::from_be_bytes(array_at(rest, 0)?);
        let kind: [u8; 4] = array_at(rest, 4)?;
        let (header, size) = match size {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(array_at(rest, 8)?)).ok()?),
            size => (8, usize::try_from(size).ok()?),
        };
        let end = size.min(rest.len());
        let content = rest.get(header..end)?;
        rest = rest.get(end..)?;
        Some((kind, content))
    })
    .take(MAX_BOXES)
}
