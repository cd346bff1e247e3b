//! How often each call arrived, as `GET /_control/requests` shows it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::operation::Operation;

/// Counted when credentials arrive at the media origin, where none belong.
pub const CREDENTIALS_LEAKED: &str = "twilio.media.credentials_leaked";

/// Counts by name. Every operation is there from the start, at 0.
#[derive(Debug)]
pub struct Counters(Mutex<BTreeMap<&'static str, u64>>);

impl Default for Counters {
    fn default() -> Self {
        Self(Mutex::new(zeroes()))
    }
}

impl Counters {
    /// Counts one call.
    pub fn count(&self, operation: Operation) {
        self.add(operation.name());
    }

    /// Counts one occurrence of something that is not an operation.
    pub fn add(&self, name: &'static str) {
        *self.lock().entry(name).or_default() += 1;
    }

    /// The counts now.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<&'static str, u64> {
        self.lock().clone()
    }

    /// Back to 0.
    pub fn reset(&self) {
        *self.lock() = zeroes();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn zeroes() -> BTreeMap<&'static str, u64> {
    Operation::ALL
        .iter()
        .map(|o| o.name())
        .chain([CREDENTIALS_LEAKED])
        .map(|name| (name, 0))
        .collect()
}
