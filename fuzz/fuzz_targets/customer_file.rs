//! The customer file, as people edit it and as it arrives.
#![no_main]

use customer_lookup::data_file::Fault;
use customer_lookup::directory::{Directory, DirectoryBuilder, MAX_REPORTED, Sender};
use customer_lookup::number::Number;
use libfuzzer_sys::fuzz_target;
use shared::address::E164;

fuzz_target!(|file: &[u8]| {
    let whole = read(file, file.len().max(1));
    let pieces = read(file, 7);
    let (whole, pieces) = match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => (whole, pieces),
        (whole, pieces) => {
            // A file with two faults is refused for the one that is read first.
            assert!(
                whole.is_err() && pieces.is_err(),
                "it does not matter how it arrives"
            );
            return;
        }
    };
    let report = whole.report();
    assert_eq!(report, pieces.report(), "it does not matter how it arrives");
    assert_eq!(report.records, report.usable + report.inactive + report.bad);
    assert!(report.bad_records.len() <= MAX_REPORTED.min(report.bad));
    assert!(report.duplicates.len() <= MAX_REPORTED.min(report.duplicate));

    for sender in senders(file) {
        let found = whole.candidates(&sender, None);
        assert_eq!(found, pieces.candidates(&sender, None));
        for candidate in found {
            let _: Option<_> = whole.entry(candidate);
        }
    }
});

/// Reads the file as if it arrived in pieces of so many bytes.
fn read(file: &[u8], piece: usize) -> Result<Directory, Fault> {
    let mut builder = DirectoryBuilder::reading_every(piece, Some(file.len()));
    for bytes in file.chunks(piece) {
        builder.push(bytes)?;
    }
    builder.finish()
}

/// Those who may be in it, as far as one can see from outside.
fn senders(file: &[u8]) -> impl Iterator<Item = Sender> {
    let strings = file
        .split(|&byte| byte == b'"')
        .filter_map(|text| std::str::from_utf8(text).ok());
    strings.take(64).filter_map(|text| {
        let number = E164::from_loose(text).ok();
        let user_id = text.parse().ok();
        (number.is_some() || user_id.is_some()).then(|| Sender {
            number: number.as_ref().map(Number::from),
            user_id,
        })
    })
}
