//! The webhook-handler against a recording stand-in of AWS: who is believed, what is enqueued, what is answered, and
//! that nothing is acknowledged that is not safe.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what the tests share may fail as a test does"
)]

mod app;
mod aws;
mod signer;

mod answers;
mod durability;
mod enqueued;
mod limits;
mod logs;
mod properties;
mod rotation;
mod vectors;
