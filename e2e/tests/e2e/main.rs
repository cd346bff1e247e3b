//! The product from outside: real binaries, deployed by the real templates, with the vendors' stand-ins.

mod deployment;
mod duplicates;
mod filing;
mod integration;
mod local_stack;
mod poison;
mod promises;
mod questions;
mod strangers;
mod webhook;

use bytes::Bytes;

/// A recording of the made-up company, as no other test has it.
fn recording() -> anyhow::Result<Bytes> {
    e2e::recording::distinct(include_bytes!("../../../samples/voice-note-1.ogg"))
}
