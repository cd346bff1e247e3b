//! What the tests of the promises share: a stack of their own, the controls of its vendors, messages put straight into the
//! queue, and pictures of what is in the bucket.
//!
//! Faults hold for a whole stack, so a test that orders some brings its own.

pub(crate) mod controls;
pub(crate) mod message;
pub(crate) mod own_stack;
pub(crate) mod parser;
pub(crate) mod settled;
pub(crate) mod snapshot;

use shared::config::Env;

/// Whether this is the long form (`make soak`): everything rather than what is most telling.
pub(crate) fn soaking() -> bool {
    Env::process().optional("SOAK").is_some()
}
