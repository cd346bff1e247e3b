//! A recording that is cut: any bytes at all that begin like one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use voice_parser::media::{MediaFormat, OpusRecording, PieceLimit, Span, sniff};

/// By length and by size, each far below what a model takes, so that small inputs are cut too.
const LIMITS: [PieceLimit; 2] = [
    PieceLimit {
        seconds: 0.5,
        bytes: u64::MAX,
    },
    PieceLimit {
        seconds: 600.0,
        bytes: 1_500,
    },
];

/// Bytes of headers that a piece may have beside what it was cut from: the longest that fit on a page each, and their tables.
const HEADERS: usize = 2 * (27 + 255) + 64 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let Some(recording) = OpusRecording::read(bytes) else {
        return;
    };
    let whole = recording.whole();
    for limit in LIMITS {
        check(&recording, whole, &recording.pieces(whole, limit), bytes.len());
    }
    check(&recording, whole, &recording.halves(whole), bytes.len());
});

fn check(recording: &OpusRecording<'_>, whole: Span, pieces: &[Span], length: usize) {
    let mut at = whole.from;
    for piece in pieces {
        assert_eq!(piece.from, at, "nothing between two pieces, and nothing twice");
        assert!(piece.to > piece.from, "a piece has sound");
        at = piece.to;
        let Some(file) = recording.file(*piece) else {
            continue;
        };
        assert!(file.len() <= length + HEADERS);
        assert_eq!(sniff(&file, None), MediaFormat::OggOpus);
        let again = OpusRecording::read(&file).expect("a piece is a recording");
        // More where the recording's own positions cut off its end and a piece's need not: they are nonsense then.
        assert!(
            again.whole().to >= piece.to - piece.from,
            "and has all of its sound"
        );
    }
    assert_eq!(at, whole.to, "the pieces are all of it");
}
