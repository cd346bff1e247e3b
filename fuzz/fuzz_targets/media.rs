//! A downloaded file: what it is and how long it plays.
#![no_main]

use libfuzzer_sys::fuzz_target;
use voice_parser::media::{MediaFormat, duration_seconds, sniff};

/// Announcements that are believed to some degree, and some that are not.
const ANNOUNCED: [Option<&str>; 5] = [
    None,
    Some("audio/ogg; codecs=opus"),
    Some("text/csv"),
    Some("text/plain"),
    Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
];

/// Formats that say how long they play, and the most that a byte of them can be said to play, seconds: an Opus packet of
/// 120 ms takes a byte of its page's table, a frame of AMR 20 ms and a byte, and the slowest WAV has a byte a second.
const WITH_A_DURATION: [(MediaFormat, f64); 5] = [
    (MediaFormat::OggOpus, 0.120),
    (MediaFormat::Amr, 0.020),
    (MediaFormat::AmrWb, 0.020),
    (MediaFormat::Wav, 1.0),
    // A film's header says what it likes.
    (MediaFormat::Mp4Audio, f64::INFINITY),
];

fuzz_target!(|bytes: &[u8]| {
    for announced in ANNOUNCED {
        let format = sniff(bytes, announced);
        assert!(
            format
                .extension()
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric())
        );
        if let Some(seconds) = duration_seconds(format, bytes) {
            assert!(seconds.is_finite() && seconds >= 0.0);
        }
    }
    for (format, most) in WITH_A_DURATION {
        if let Some(seconds) = duration_seconds(format, bytes) {
            assert!(seconds.is_finite() && seconds >= 0.0);
            // A little more for the rounding of many small steps.
            assert!(
                seconds <= most * bytes.len() as f64 * 1.001,
                "{format:?}: {seconds} s"
            );
        }
    }
});
