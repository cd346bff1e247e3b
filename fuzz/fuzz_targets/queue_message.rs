//! What is in the queue: written by this version, by an earlier one, or by something else altogether.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::message::{Decoded, QUEUE_MESSAGE_VERSION, QueueMessage};

fuzz_target!(|body: &str| {
    let Ok(Decoded::Known(message)) = QueueMessage::decode(body) else {
        return;
    };
    assert!((1..=QUEUE_MESSAGE_VERSION).contains(&message.version));
    fuzz::assert_survives(message);
});
