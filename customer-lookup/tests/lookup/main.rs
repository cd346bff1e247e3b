//! The function as its caller sees it, on a real local S3 and on one that fails.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod clients;
mod failures;
mod files;
mod senders;
mod support;
