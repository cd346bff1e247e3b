//! Whether trying again can help: the one classification every adapter's errors are reduced to.

use std::time::Duration;

/// What a failure means for a retry. An adapter that cannot tell says [`Retry::Never`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same request may succeed later (429, 5xx, timeouts, resets); not before `after` when the vendor said so.
    Later {
        /// What `retry-after` asked for.
        after: Option<Duration>,
    },
    /// The same request will fail again.
    Never,
    /// The account cannot pay (`insufficient_quota`): later may help, soon will not.
    Billing,
}

impl Retry {
    /// May succeed later, nothing known about when.
    pub const LATER: Self = Self::Later { after: None };

    /// True for [`Retry::Later`].
    #[must_use]
    pub fn is_later(self) -> bool {
        matches!(self, Self::Later { .. })
    }
}

/// An error that knows whether a retry can help.
pub trait Classified {
    /// What the failure means for a retry.
    fn retry(&self) -> Retry;
}
