//! What the functions have in common: the domain, its stored records, and the adapters two of them need.
//!
//! The domain half ([`address`], [`ids`], [`message`], [`records`], [`customer`], [`client`], [`lookup`]) knows nothing
//! of AWS or HTTP. The adapter half ([`bucket`], [`notebook`], [`secrets`], [`telemetry`], [`config`]) knows the domain.
//! What only one function needs stays in that function's crate.

pub mod address;
pub mod aws;
pub mod bucket;
pub mod client;
pub mod clock;
pub mod company;
pub mod config;
pub mod customer;
pub mod ids;
pub mod keys;
pub mod limits;
pub mod lookup;
pub mod message;
pub mod metrics;
pub mod notebook;
pub mod problem;
pub mod records;
pub mod retry;
pub mod secrets;
pub mod telemetry;
