//! Retries in place: a failed call is repeated within the invocation while that can help and still fits.
//!
//! Only for calls whose repetition is harmless. What may have taken effect although its answer was lost (a message sent)
//! is not repeated here: that takes evidence first.

use std::time::Duration;

use shared::retry::{Classified, Retry};
use tokio::time::{Instant, sleep};

/// How often and how patiently a call is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The longest wait before the second attempt; doubles with each further one.
    pub base: Duration,
    /// The longest wait before any attempt, unless the other side asked for more.
    pub cap: Duration,
    /// Attempts in all, the first included.
    pub attempts: u32,
}

impl Backoff {
    /// For calls to a vendor, as the vendors' own clients do it: two retries, after half a second to eight.
    pub const VENDOR: Self = Self {
        base: Duration::from_millis(500),
        cap: Duration::from_secs(8),
        attempts: 3,
    };

    /// How long to wait after the `attempt`th attempt (from 1) failed. Full jitter: anything up to the doubled base, so
    /// that callers who failed together do not come back together. What the other side asked for is waited out first.
    fn wait(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let doubled = self
            .base
            .saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
        match asked {
            Some(asked) => asked.saturating_add(self.base.min(self.cap).mul_f64(random_fraction())),
            None => doubled.min(self.cap).mul_f64(random_fraction()),
        }
    }
}

/// 0 inclusive to 1 exclusive.
fn random_fraction() -> f64 {
    // 52 of the 122 random bits of a fresh identifier: as many as a fraction holds exactly.
    let bits = u64::from_str_radix(&shared::ids::random_hex32()[19..32], 16).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "52 bits are exact")]
    let fraction = bits as f64 / (1_u64 << 52) as f64;
    fraction
}

/// Calls `op` until it succeeds. Waits between attempts, and honours what the other side asked for.
///
/// # Errors
/// The last error, as soon as retrying cannot help, the attempts are used up, or the next wait would end at or after
/// `deadline`.
pub async fn retry<T, E, F>(policy: &Backoff, deadline: Instant, mut op: impl FnMut() -> F) -> Result<T, E>
where
    E: Classified,
    F: Future<Output = Result<T, E>>,
{
    let mut attempt = 1;
    loop {
        // Boxed, so that what a call needs is not part of every future that may make one.
        let error = match Box::pin(op()).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let Retry::Later { after } = error.retry() else {
            return Err(error);
        };
        let wait = policy.wait(attempt, after);
        let fits = Instant::now()
            .checked_add(wait)
            .is_some_and(|then| then < deadline);
        if attempt >= policy.attempts || !fits {
            return Err(error);
        }
        sleep(wait).await;
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Failed(Retry);

    impl Classified for Failed {
        fn retry(&self) -> Retry {
            self.0
        }
    }

    const POLICY: Backoff = Backoff {
        base: Duration::from_millis(100),
        cap: Duration::from_millis(250),
        attempts: 4,
    };

    async fn failing(policy: &Backoff, budget: Duration, with: Retry) -> (u32, Duration) {
        let started = Instant::now();
        let mut calls = 0;
        let result: Result<(), Failed> = retry(policy, started + budget, || {
            calls += 1;
            async { Err(Failed(with)) }
        })
        .await;
        assert_eq!(result, Err(Failed(with)));
        (calls, started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_passing_failure_is_survived() {
        let mut calls = 0;
        let result = retry(&POLICY, Instant::now() + Duration::from_secs(9), || {
            calls += 1;
            let answer = if calls < 3 {
                Err(Failed(Retry::LATER))
            } else {
                Ok("done")
            };
            async { answer }
        })
        .await;
        assert_eq!((result, calls), (Ok("done"), 3));
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_and_waits_are_bounded() {
        for _ in 0..200 {
            let (calls, took) = failing(&POLICY, Duration::from_secs(9), Retry::LATER).await;
            assert_eq!(calls, 4);
            assert!(took <= Duration::from_millis(100 + 200 + 250 + 10), "{took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_differ_from_one_another() {
        let mut waits = std::collections::BTreeSet::new();
        for _ in 0..50 {
            waits.insert(POLICY.wait(3, None));
        }
        assert!(waits.len() > 40, "{waits:?}");
        assert!(waits.iter().any(|wait| *wait < Duration::from_millis(100)));
        assert!(waits.iter().any(|wait| *wait > Duration::from_millis(150)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_succeed_is_not_repeated() {
        for hopeless in [Retry::Never, Retry::Billing] {
            let (calls, took) = failing(&POLICY, Duration::from_secs(9), hopeless).await;
            assert_eq!((calls, took), (1, Duration::ZERO));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_other_side_asked_for_is_waited_out() {
        let asked = Retry::Later {
            after: Some(Duration::from_secs(2)),
        };
        let (calls, took) = failing(&POLICY, Duration::from_secs(60), asked).await;
        assert_eq!(calls, 4);
        assert!(
            took >= Duration::from_secs(6) && took <= Duration::from_millis(6400),
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_waited_for_that_ends_after_the_deadline() {
        let asked = Retry::Later {
            after: Some(Duration::from_secs(2)),
        };
        let (calls, took) = failing(&POLICY, Duration::from_secs(5), asked).await;
        assert_eq!(calls, 3);
        assert!(took < Duration::from_secs(5), "{took:?}");
        let for_ever = Retry::Later {
            after: Some(Duration::MAX),
        };
        assert_eq!(failing(&POLICY, Duration::from_secs(5), for_ever).await.0, 1);
    }
}
