//! What several targets check.

use shared::message::{Content, Decoded, QueueMessage};

/// Degrees by which a place may move on its way: a tenth of a millimetre. serde_json reads a decimal fraction to within
/// its last binary digit, unless it is built to take longer over it.
const A_PLACE: f64 = 1e-9;

/// Checks that a message is read from the queue as it was written.
///
/// # Panics
/// When it is not.
pub fn assert_survives(written: QueueMessage) {
    let queued = serde_json::to_string(&written).expect("a message can be written");
    let mut read = QueueMessage::decode(&queued).expect("and read");
    if let (Decoded::Known(read), Content::Message(written)) = (&mut read, &written.content)
        && let Content::Message(read) = &mut read.content
        && let (Some(read), Some(written)) = (&mut read.location, &written.location)
    {
        assert!((read.latitude - written.latitude).abs() <= A_PLACE);
        assert!((read.longitude - written.longitude).abs() <= A_PLACE);
        read.clone_from(written);
    }
    assert_eq!(read, Decoded::Known(written), "what is written is what is read");
}
