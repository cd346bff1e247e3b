//! What the tests stand on.

pub(crate) mod bench;
pub(crate) mod fake_s3;
pub(crate) mod ministack;
