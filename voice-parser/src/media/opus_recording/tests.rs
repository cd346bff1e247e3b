//! Pieces of the sample notes and of made-up files, read again.

use proptest::prelude::*;

use super::*;
use crate::media::ogg::{FIRST, LAST};
use crate::media::{MediaFormat, array_at, duration_seconds, ogg_writer, sniff};

const NOTE_1: &[u8] = include_bytes!("../../../../samples/voice-note-1.ogg");
const NOTE_2: &[u8] = include_bytes!("../../../../samples/voice-note-2.ogg");

const ANY_SIZE: u64 = u64::MAX;

fn at_most(seconds: f64) -> PieceLimit {
    PieceLimit {
        seconds,
        bytes: ANY_SIZE,
    }
}

/// Everything that the format asks of a file with one stream; gives its audio packets and its pre-skip.
fn checked(file: &[u8]) -> (Vec<Vec<u8>>, u16) {
    let mut pages = Vec::new();
    let mut at = 0;
    while at < file.len() {
        let page = Page::read(&file[at..]).unwrap();
        let bytes = file[at..at + page.len].to_vec();
        at += page.len;
        let mut blank = bytes.clone();
        blank[22..26].fill(0);
        let checksum = u32::from_le_bytes(array_at(&bytes, 22).unwrap());
        assert_eq!(ogg_writer::checksum(&blank), checksum, "page {}", pages.len());
        let sequence = u32::from_le_bytes(array_at(&bytes, 18).unwrap());
        assert_eq!(usize::try_from(sequence).unwrap(), pages.len());
        pages.push((page, bytes[5]));
    }
    let serial = pages[0].0.serial;
    assert!(pages.iter().all(|(page, _)| page.serial == serial));
    let firsts: Vec<bool> = pages.iter().map(|(_, flags)| flags & FIRST != 0).collect();
    let lasts: Vec<bool> = pages.iter().map(|(_, flags)| flags & LAST != 0).collect();
    assert_eq!(firsts.iter().position(|first| *first), Some(0));
    assert_eq!(firsts.iter().filter(|first| **first).count(), 1);
    assert_eq!(lasts.iter().position(|last| *last), Some(pages.len() - 1));
    assert!(pages[0].0.payload.starts_with(b"OpusHead"));
    assert_eq!(pages[1].0.payload, TAGS);
    assert!(pages[..2].iter().all(|(page, _)| page.granule == 0));

    let mut packets = Vec::new();
    let mut packet = Vec::new();
    let (mut position, mut packets_samples) = (0, 0);
    for (page, _) in &pages[2..] {
        assert_eq!(page.continues(), !packet.is_empty());
        let mut payload = page.payload;
        for segment in page.lacing {
            let (piece, rest) = payload.split_at(usize::from(*segment));
            packet.extend_from_slice(piece);
            payload = rest;
            if *segment < 255 {
                packets_samples += u64::from(opus_packet::samples(&packet));
                packets.push(std::mem::take(&mut packet));
            }
        }
        if page.granule != NO_POSITION {
            assert!(page.granule >= position && page.granule <= packets_samples);
            position = page.granule;
        }
    }
    assert!(packet.is_empty(), "a packet without an end");
    (
        packets,
        u16::from_le_bytes(array_at(pages[0].0.payload, PRE_SKIP_AT).unwrap()),
    )
}

fn seconds(file: &[u8]) -> f64 {
    duration_seconds(MediaFormat::OggOpus, file).unwrap()
}

/// The packets of a file as they are, without a word on whether it is a good one.
fn packets(file: &[u8]) -> Vec<Vec<u8>> {
    let recording = OpusRecording::read(file).unwrap();
    let links = recording.links.len();
    assert_eq!(links, 1);
    checked(&recording.file(recording.whole()).unwrap()).0
}

/// A recording of `minutes`, of the pages of a sample again and again.
pub(crate) fn long_recording(minutes: f64) -> Vec<u8> {
    let sample = OpusRecording::read(NOTE_1).unwrap();
    let mut writer = OggWriter::new(7, NOTE_1.len());
    writer.header(sample.links[0].head).unwrap();
    writer.header(TAGS).unwrap();
    let end = (minutes * 60.0 * RATE) as u64;
    let mut position = 0;
    while position < end {
        for block in &sample.blocks {
            let page = Page::read(&NOTE_1[block.start..]).unwrap();
            position += block.samples;
            let content = PageContent {
                flags: flags(false, false),
                granule: position,
                lacing: page.lacing,
                payload: page.payload,
            };
            writer.page(&content).unwrap();
        }
    }
    writer.finish()
}

#[test]
fn pieces_are_whole_recordings_and_nothing_is_lost_between_them() {
    for note in [NOTE_1, NOTE_2] {
        let recording = OpusRecording::read(note).unwrap();
        let pieces = recording.pieces(recording.whole(), at_most(4.0));
        assert_eq!(pieces.len(), 4);
        let mut heard = Vec::new();
        let mut lasts = 0.0;
        let mut at = 0;
        for (number, piece) in pieces.iter().enumerate() {
            let file = recording.file(*piece).unwrap();
            assert_eq!(sniff(&file, None), MediaFormat::OggOpus);
            let (packets, pre_skip) = checked(&file);
            assert_eq!(pre_skip, if number == 0 { 312 } else { 0 });
            assert_eq!(piece.from, at);
            assert!(piece.seconds() <= 4.0 && piece.seconds() > 2.0, "{piece:?}");
            heard.extend(packets);
            lasts += seconds(&file);
            at = piece.to;
        }
        assert_eq!(heard, packets(note));
        assert!((lasts - seconds(note)).abs() < 1e-9, "{lasts}");
    }
}

#[test]
fn the_checksum_is_the_formats_own() {
    let page = Page::read(NOTE_1).unwrap();
    let mut blank = NOTE_1[..page.len].to_vec();
    let stored = u32::from_le_bytes(array_at(&blank, 22).unwrap());
    blank[22..26].fill(0);
    assert_eq!(ogg_writer::checksum(&blank), stored);
}

#[test]
fn pieces_are_about_equally_long_and_never_over_the_limit() {
    let file = long_recording(31.0);
    let recording = OpusRecording::read(&file).unwrap();
    let pieces = recording.pieces(recording.whole(), at_most(600.0));
    let lengths: Vec<f64> = pieces.iter().map(|piece| piece.seconds()).collect();
    assert_eq!(lengths.len(), 4, "{lengths:?}");
    assert!(
        lengths.iter().all(|length| (330.0..=600.0).contains(length)),
        "{lengths:?}"
    );
    let small = PieceLimit {
        seconds: 600.0,
        bytes: 300_000,
    };
    for piece in recording.pieces(recording.whole(), small) {
        let written = recording.file(piece).unwrap();
        assert!(written.len() <= 300_000, "{}", written.len());
    }
}

#[test]
fn a_piece_ends_in_a_pause() {
    // Four seconds in loud packets, with a quiet place a little before the middle.
    let loud = |_| vec![9 << 3; 60];
    let mut sounds: Vec<Vec<u8>> = (0..200).map(loud).collect();
    sounds[90] = vec![9 << 3; 3];
    sounds[91] = vec![9 << 3; 3];
    let file = written(&sounds, 1, 0);
    let recording = OpusRecording::read(&file).unwrap();
    let halves = recording.halves(recording.whole());
    let cuts: Vec<u64> = halves.iter().map(|half| half.to).collect();
    assert_eq!(cuts, [91 * 960, 200 * 960]);
}

/// A file of these packets, each page with so many, its end cut short by `trim` samples.
fn written(packets: &[Vec<u8>], per_page: usize, trim: u64) -> Vec<u8> {
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend([0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0]);
    let mut writer = OggWriter::new(1, 0);
    writer.header(&head).unwrap();
    writer.header(b"OpusTags\0\0\0\0\0\0\0\0").unwrap();
    let mut position = 0;
    let mut pages = packets.chunks(per_page).peekable();
    while let Some(page) = pages.next() {
        let mut lacing = Vec::new();
        for packet in page {
            lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
            lacing.push(u8::try_from(packet.len() % 255).unwrap());
            position += u64::from(opus_packet::samples(packet));
        }
        let is_last = pages.peek().is_none();
        let content = PageContent {
            flags: flags(false, is_last),
            granule: if is_last {
                position.saturating_sub(trim)
            } else {
                position
            },
            lacing: &lacing,
            payload: &page.concat(),
        };
        writer.page(&content).unwrap();
    }
    writer.finish()
}

#[test]
fn the_end_of_a_recording_stays_where_it_was() {
    let sounds = vec![vec![9 << 3; 40]; 100];
    let file = written(&sounds, 10, 700);
    let recording = OpusRecording::read(&file).unwrap();
    assert_eq!(recording.whole().to, 100 * 960 - 700);
    let last = *recording.pieces(recording.whole(), at_most(0.5)).last().unwrap();
    let written = recording.file(last).unwrap();
    assert!((seconds(&written) - last.seconds()).abs() < 1e-9);
    checked(&written);
}

#[test]
fn a_packet_that_goes_on_on_the_next_page_is_not_cut() {
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend([0; 9]);
    let mut writer = OggWriter::new(1, 0);
    writer.header(&head).unwrap();
    writer.header(TAGS).unwrap();
    let page = |flags, granule, lacing: &'static [u8], payload: &'static [u8]| PageContent {
        flags,
        granule,
        lacing,
        payload,
    };
    static SOUND: [u8; 600] = [9 << 3; 600];
    writer.page(&page(0, 960, &[10, 255], &SOUND[..265])).unwrap();
    writer.page(&page(1, NO_POSITION, &[255], &SOUND[..255])).unwrap();
    writer.page(&page(1, 1920, &[9], &SOUND[..9])).unwrap();
    writer.page(&page(LAST, 2880, &[10], &SOUND[..10])).unwrap();
    let file = writer.finish();
    let recording = OpusRecording::read(&file).unwrap();
    let pieces = recording.pieces(recording.whole(), at_most(0.02));
    let ends: Vec<u64> = pieces.iter().map(|piece| piece.to).collect();
    assert_eq!(ends, [1920, 2880]);
    assert_eq!(checked(&recording.file(pieces[0]).unwrap()).0.len(), 2);
}

#[test]
fn two_recordings_in_one_file_are_two_pieces() {
    let file = [NOTE_1, NOTE_2].concat();
    let recording = OpusRecording::read(&file).unwrap();
    let pieces = recording.pieces(recording.whole(), at_most(600.0));
    let lengths: Vec<f64> = pieces
        .iter()
        .map(|piece| seconds(&recording.file(*piece).unwrap()))
        .collect();
    assert_eq!(lengths, [seconds(NOTE_1), seconds(NOTE_2)]);
}

#[test]
fn what_has_no_sound_cannot_be_cut() {
    for file in [&b""[..], b"OggS", b"ID3", &NOTE_1[..200]] {
        assert!(OpusRecording::read(file).is_none(), "{}", file.len());
    }
    let recording = OpusRecording::read(NOTE_1).unwrap();
    assert!(recording.file(Span { from: 5, to: 5 }).is_none());
    let block = recording.pieces(recording.whole(), at_most(0.001));
    assert_eq!(
        recording.halves(block[0]),
        [block[0]],
        "one page is as small as it gets"
    );
}

fn any_packet() -> impl Strategy<Value = Vec<u8>> {
    (any::<u8>(), prop::collection::vec(any::<u8>(), 0..300))
        .prop_map(|(toc, rest)| [vec![toc], rest].concat())
}

proptest! {
    #[test]
    fn pieces_put_together_are_the_recording(
        sounds in prop::collection::vec(any_packet(), 1..120),
        per_page in 1_usize..40,
        trim in 0_u64..2000,
        limit in 0.01_f64..3.0,
        bytes in 1_500_u64..20_000,
    ) {
        let file = written(&sounds, per_page, trim);
        let Some(recording) = OpusRecording::read(&file) else { return Ok(()) };
        let limit = PieceLimit { seconds: limit, bytes };
        let pieces = recording.pieces(recording.whole(), limit);
        prop_assert_eq!(pieces[0].from, 0);
        prop_assert_eq!(pieces.last().unwrap().to, recording.whole().to);
        let mut heard = Vec::new();
        for (piece, next) in pieces.iter().zip(pieces.iter().skip(1).map(Some).chain([None])) {
            prop_assert!(next.is_none_or(|next| next.from == piece.to));
            let written = recording.file(*piece).unwrap();
            let blocks = recording.blocks_in(*piece).len();
            prop_assert!(blocks == 1 || (piece.seconds() <= limit.seconds && written.len() as u64 <= limit.bytes));
            heard.extend(checked(&written).0);
        }
        let all = checked(&recording.file(recording.whole()).unwrap()).0;
        prop_assert_eq!(&heard, &all);
    }

    #[test]
    fn no_bytes_are_too_strange_to_cut(
        cut in 0_usize..4000,
        noise in prop::collection::vec((0_usize..6000, any::<u8>()), 0..40),
        limit in 0.0_f64..5.0,
    ) {
        let mut file = [&NOTE_1[..NOTE_1.len() - cut], NOTE_2].concat();
        for (at, byte) in noise {
            file[at] = byte;
        }
        let Some(recording) = OpusRecording::read(&file) else { return Ok(()) };
        for piece in recording.pieces(recording.whole(), at_most(limit)) {
            let written = recording.file(piece).unwrap();
            // None where the pre-skip leaves nothing of the first page.
            let seconds = duration_seconds(MediaFormat::OggOpus, &written);
            prop_assert!(seconds.is_none_or(|seconds| seconds <= piece.seconds() + 1e-9));
        }
    }
}
