//! Small files made here, and the samples of the repository.

use proptest::prelude::*;

use super::*;

fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/../samples/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

/// An Ogg page with whole packets of these sizes.
fn page(flags: u8, granule: u64, packets: &[&[u8]]) -> Vec<u8> {
    let mut segments = Vec::new();
    for packet in packets {
        segments.extend(std::iter::repeat_n(255, packet.len() / 255));
        segments.push(u8::try_from(packet.len() % 255).unwrap());
    }
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend(granule.to_le_bytes());
    page.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    page.push(u8::try_from(segments.len()).unwrap());
    page.extend(segments);
    page.extend(packets.concat());
    page
}

fn opus(pre_skip: u16, pages: &[(u64, usize)]) -> Vec<u8> {
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend(pre_skip.to_le_bytes());
    head.extend([0x80, 0xbb, 0, 0, 0, 0, 0]);
    let mut file = page(2, 0, &[&head]);
    file.extend(page(0, 0, &[b"OpusTags"]));
    for (granule, packets) in pages {
        file.extend(page(0, *granule, &vec![&b"frame"[..]; *packets]));
    }
    file
}

fn wav(byte_rate: u32, announced: u32, data: usize) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
    // A chunk of odd length before the format: skipped with its padding.
    file.extend(b"LIST\x03\0\0\0abc\0");
    file.extend(b"fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0");
    file.extend(byte_rate.to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(announced.to_le_bytes());
    file.resize(file.len() + data, 0);
    file
}

fn container(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(content.len() + 8).unwrap().to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(content);
    bytes
}

fn mp4(brand: &[u8; 4], handlers: &[&[u8; 4]], timescale: u32, duration: u32) -> Vec<u8> {
    let mut header = vec![0; 12];
    header.extend(timescale.to_be_bytes());
    header.extend(duration.to_be_bytes());
    let mut movie = container(b"mvhd", &header);
    for handler in handlers {
        let mut content = vec![0; 8];
        content.extend(*handler);
        let media = container(b"mdia", &container(b"hdlr", &content));
        movie.extend(container(b"trak", &media));
    }
    let mut file = container(b"ftyp", &[&brand[..], &[0; 4]].concat());
    file.extend(container(b"mdat", b"sound"));
    file.extend(container(b"moov", &movie));
    file
}

/// Enough of a WebM header to be one.
fn webm() -> Vec<u8> {
    let mut file = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm".to_vec();
    file.resize(512, 0);
    file
}

#[test]
fn a_file_is_what_its_bytes_say() {
    let cases: Vec<(&str, Vec<u8>, MediaFormat)> = vec![
        ("opus", opus(312, &[(48_000, 50)]), MediaFormat::OggOpus),
        ("vorbis", page(2, 0, &[b"\x01vorbis..."]), MediaFormat::OggVorbis),
        ("speex", page(2, 0, &[b"Speex   1.2"]), MediaFormat::OggOther),
        ("cut page", b"OggS\0\x02".to_vec(), MediaFormat::OggOther),
        ("amr", b"#!AMR\n\x3c".to_vec(), MediaFormat::Amr),
        ("amr-wb", b"#!AMR-WB\n".to_vec(), MediaFormat::AmrWb),
        ("wav", wav(16_000, 4, 4), MediaFormat::Wav),
        ("m4a", mp4(b"M4A ", &[], 1, 1), MediaFormat::Mp4Audio),
        (
            "mp4, sound",
            mp4(b"isom", &[b"soun"], 1, 1),
            MediaFormat::Mp4Audio,
        ),
        (
            "mp4, both",
            mp4(b"mp42", &[b"soun", b"vide"], 1, 1),
            MediaFormat::Mp4Video,
        ),
        ("quicktime", mp4(b"qt  ", &[b"vide"], 1, 1), MediaFormat::Mp4Video),
        ("3gp", mp4(b"3gp4", &[b"soun"], 1, 1), MediaFormat::ThreeGp),
        ("mp3 with tags", b"ID3\x03\0\0\0\0\0\0".to_vec(), MediaFormat::Mp3),
        ("mp3", vec![0xff, 0xfb, 0x90, 0x64], MediaFormat::Mp3),
        ("mp3, MPEG 2", vec![0xff, 0xf3, 0x84, 0xc4], MediaFormat::Mp3),
        ("adts", vec![0xff, 0xf1, 0x50, 0x80], MediaFormat::Aac),
        ("flac", b"fLaC\0\0\0\x22".to_vec(), MediaFormat::Flac),
        ("webm", webm(), MediaFormat::WebM),
        ("jpeg", vec![0xff, 0xd8, 0xff, 0xe0, 0, 0], MediaFormat::Jpeg),
        ("png", b"\x89PNG\r\n\x1a\n".to_vec(), MediaFormat::Png),
        ("webp", b"RIFF\0\0\0\0WEBPVP8 ".to_vec(), MediaFormat::WebP),
        ("gif", b"GIF89a".to_vec(), MediaFormat::Gif),
        (
            "heic",
            container(b"ftyp", b"heic\0\0\0\0heicmif1"),
            MediaFormat::Heic,
        ),
        ("pdf", b"%PDF-1.7\n".to_vec(), MediaFormat::Pdf),
        (
            "contact",
            b"\xef\xbb\xbfbegin:vcard\r\n".to_vec(),
            MediaFormat::VCard,
        ),
        ("nothing", Vec::new(), MediaFormat::Unknown),
        ("UTF-16", b"\xff\xfea\0b\0".to_vec(), MediaFormat::Unknown),
        (
            "reserved frame",
            vec![0xff, 0xeb, 0x90, 0x64],
            MediaFormat::Unknown,
        ),
        (
            "a program",
            b"\x7fELF\x02\x01\x01\0".to_vec(),
            MediaFormat::Unknown,
        ),
        (
            "script",
            b"<script>alert(1)</script>".to_vec(),
            MediaFormat::Unknown,
        ),
    ];
    for (name, bytes, format) in cases {
        for announced in [None, Some("audio/ogg; codecs=opus"), Some("image/jpeg"), Some("")] {
            assert_eq!(
                sniff(&bytes, announced),
                format,
                "{name}, announced as {announced:?}"
            );
        }
    }
}

#[test]
fn documents_that_look_alike_are_named_as_announced() {
    let zip = b"PK\x03\x04\x14\0\0\0";
    let compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    for format in [MediaFormat::Docx, MediaFormat::Xlsx, MediaFormat::Pptx] {
        assert_eq!(sniff(zip, Some(format.content_type())), format);
        assert_eq!(sniff(compound, Some(format.content_type())), MediaFormat::Unknown);
    }
    for format in [MediaFormat::Doc, MediaFormat::Xls, MediaFormat::Ppt] {
        assert_eq!(sniff(compound, Some(format.content_type())), format);
        assert_eq!(sniff(zip, Some(format.content_type())), MediaFormat::Unknown);
    }
    assert_eq!(sniff(zip, Some("audio/ogg")), MediaFormat::Unknown);
    assert_eq!(
        sniff(b"a;b\n1;2\n", Some("text/csv; charset=utf-8")),
        MediaFormat::Csv
    );
    assert_eq!(
        sniff("Überweisung".as_bytes(), Some("Text/Plain")),
        MediaFormat::PlainText
    );
    assert_eq!(sniff(b"a\0b", Some("text/plain")), MediaFormat::Unknown);
    assert_eq!(sniff(b"\xff\xfe\xfd", Some("text/plain")), MediaFormat::Unknown);
}

#[test]
fn a_voice_note_lasts_from_its_pre_skip_to_its_last_position() {
    let seconds = |file: &[u8]| duration_seconds(MediaFormat::OggOpus, file);
    assert_eq!(
        seconds(&opus(312, &[(312 + 48_000, 50), (312 + 96_000, 50)])),
        Some(2.0)
    );
    // A page on which no packet ends has no position.
    assert_eq!(seconds(&opus(0, &[(48_000, 50), (u64::MAX, 1)])), Some(1.0));
    // Two recordings, one after the other in one file.
    let twice = [opus(312, &[(48_312, 50)]), opus(0, &[(24_000, 25)])].concat();
    assert_eq!(seconds(&twice), Some(1.5));
    // Cut off in the middle of the last page.
    let whole = opus(312, &[(48_312, 50), (96_312, 50)]);
    assert_eq!(seconds(&whole[..whole.len() - 9]), Some(1.0));
    // No sound at all.
    assert_eq!(seconds(&opus(312, &[])), None);
    assert_eq!(seconds(b"OggS"), None);
}

#[test]
fn a_position_is_not_believed_beyond_what_the_packets_can_hold() {
    let seconds = duration_seconds(MediaFormat::OggOpus, &opus(0, &[(1 << 62, 100)])).unwrap();
    assert!(seconds <= 102.0 * 0.120, "{seconds}");
}

#[test]
fn other_recordings_last_as_long_as_their_bytes() {
    let seconds = |format, bytes: &[u8]| duration_seconds(format, bytes);
    assert_eq!(seconds(MediaFormat::Wav, &wav(16_000, 8_000, 8_000)), Some(0.5));
    assert_eq!(
        seconds(MediaFormat::Wav, &wav(16_000, u32::MAX, 8_000)),
        Some(0.5)
    );
    assert_eq!(seconds(MediaFormat::Wav, &wav(16_000, 0, 8_000)), Some(0.5));
    assert_eq!(seconds(MediaFormat::Wav, &wav(0, 8_000, 8_000)), None);
    assert_eq!(seconds(MediaFormat::Wav, b"RIFF\0\0\0\0WAVE"), None);
    // 12.2 kbit/s speech: a header and 31 bytes; then silence descriptors; then half a frame.
    let mut amr = b"#!AMR\n".to_vec();
    for _ in 0..50 {
        amr.extend([&[0x3c][..], &[0; 31]].concat());
    }
    amr.extend([&[0x44][..], &[0; 5], &[0x3c, 0, 0]].concat());
    let seconds_amr = seconds(MediaFormat::Amr, &amr).unwrap();
    assert!((seconds_amr - 1.02).abs() < 1e-9, "{seconds_amr}");
    assert_eq!(
        seconds(MediaFormat::Mp4Audio, &mp4(b"M4A ", &[b"soun"], 1_000, 12_500)),
        Some(12.5)
    );
    assert_eq!(
        seconds(MediaFormat::Mp4Audio, &mp4(b"M4A ", &[b"soun"], 0, 12_500)),
        None
    );
    assert_eq!(
        seconds(MediaFormat::Mp4Audio, &mp4(b"M4A ", &[b"soun"], 1_000, u32::MAX)),
        None
    );
    assert_eq!(seconds(MediaFormat::Mp3, b"ID3"), None);
}

#[test]
fn the_samples_are_what_their_readme_says() {
    let cases = [
        ("voice-note-1.ogg", MediaFormat::OggOpus, Some(12.9)),
        ("voice-note-2.ogg", MediaFormat::OggOpus, Some(12.2)),
        ("media/silence.ogg", MediaFormat::OggOpus, Some(2.0)),
        ("media/truncated.ogg", MediaFormat::OggOpus, None),
        ("media/garbage.ogg", MediaFormat::Unknown, None),
        ("media/picture.jpg", MediaFormat::Jpeg, None),
        ("media/docket.pdf", MediaFormat::Pdf, None),
    ];
    for (name, format, seconds) in cases {
        let bytes = sample(name);
        assert_eq!(sniff(&bytes, Some("audio/ogg")), format, "{name}");
        let found = duration_seconds(format, &bytes);
        assert_eq!(found.map(|s| (s * 10.0).round() / 10.0), seconds, "{name}");
    }
}

#[test]
fn what_the_models_read_has_the_extension_they_know() {
    let accepted = ["flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"];
    for format in [
        MediaFormat::OggOpus,
        MediaFormat::OggVorbis,
        MediaFormat::Mp3,
        MediaFormat::Mp4Audio,
        MediaFormat::Wav,
        MediaFormat::WebM,
        MediaFormat::Flac,
    ] {
        assert!(
            format.transcribable() && accepted.contains(&format.extension()),
            "{format:?}"
        );
    }
    for format in [
        MediaFormat::Amr,
        MediaFormat::ThreeGp,
        MediaFormat::Aac,
        MediaFormat::Mp4Video,
        MediaFormat::Unknown,
    ] {
        assert!(!format.transcribable(), "{format:?}");
    }
}

const WITH_A_DURATION: [MediaFormat; 5] = [
    MediaFormat::OggOpus,
    MediaFormat::Wav,
    MediaFormat::Amr,
    MediaFormat::AmrWb,
    MediaFormat::Mp4Audio,
];

proptest! {
    #[test]
    fn no_bytes_are_too_strange(
        start in prop::sample::select(vec![
            opus(312, &[(48_000, 50)]), wav(16_000, 9, 9), mp4(b"isom", &[b"soun"], 9, 9), b"#!AMR\n\x3c".to_vec(), vec![],
        ]),
        cut in 0_usize..200,
        noise in prop::collection::vec((0_usize..200, any::<u8>()), 0..12),
        tail in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut bytes = start;
        bytes.truncate(bytes.len().saturating_sub(cut));
        bytes.extend(tail);
        for (at, byte) in noise {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        let format = sniff(&bytes, Some("audio/ogg"));
        for format in WITH_A_DURATION.into_iter().chain([format]) {
            if let Some(seconds) = duration_seconds(format, &bytes) {
                prop_assert!(seconds.is_finite() && seconds >= 0.0);
            }
        }
    }
}
