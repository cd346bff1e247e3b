//! The customer-lookup function: who sent a message, and which of a company's clients its words mention.
//!
//! Invoked synchronously with one of the two questions of [`shared::lookup`]. Everything it knows comes from files in the
//! voice data bucket ([`store`]), which people edit: a bad record is reported and skipped, a broken version of a file leaves
//! the last good one in use, and a file that is missing or cannot be read is an error and never "a stranger".
//!
//! Not here: what to say to a stranger, and anything that writes.

mod client_index;
pub mod client_list;
mod clients;
mod companies;
pub mod config;
pub mod data_file;
pub mod directory;
mod download;
pub mod error;
pub mod linking;
mod list;
pub mod number;
pub mod reporter;
pub mod request;
pub mod row;
pub mod service;
mod shelf;
pub mod store;
mod workers;

pub use client_list::{BadClient, ClientFault};
