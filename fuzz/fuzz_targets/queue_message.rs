//! What is in the queue: written by this version, by an earlier one, or by something else altogether.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::message::{Content, Decoded, QUEUE_MESSAGE_VERSION, QueueMessage};

fuzz_target!(|body: &str| {
    let Ok(Decoded::Known(message)) = QueueMessage::decode(body) else {
        return;
    };
    assert!((1..=QUEUE_MESSAGE_VERSION).contains(&message.version));
    let (Content::Message(_) | Content::Status(_)) = &message.content;
    let again = serde_json::to_string(&message).expect("a message can be written");
    let again = QueueMessage::decode(&again).expect("and read");
    assert_eq!(again, Decoded::Known(message), "what is written is what is read");
});
