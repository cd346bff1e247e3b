//! The local stack: everything the product runs against, on one machine and without an account anywhere.

pub mod standin;
