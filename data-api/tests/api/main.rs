//! The API as its clients see it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and its harness reads the environment"
)]

mod access;
mod bad_input;
mod clients;
mod corrections;
mod deletion;
mod docs;
mod edge;
mod export;
mod files;
mod isolation;
mod keys;
mod notes;
mod races;
mod search;
mod support;
mod unknown;
mod workers;
