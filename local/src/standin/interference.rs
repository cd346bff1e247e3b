//! What stands between a call and its effect: counting, faults and simulated latency.
//!
//! Shared by the stand-ins and by whatever proxies other services, so that one set of controls governs all of them. It
//! knows nothing of any protocol: it says *that* a call fails, the owner of the protocol says how that looks.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::counters::Counters;
use super::faults::{Fault, FaultAnswer, FaultTable, Outcome};
use super::operation::Operation;

/// Who made a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The caller's end of the connection: on loopback it leads to the process.
    pub peer: SocketAddr,
    /// What it called.
    pub operation: Operation,
}

/// Ends the process that made a call, as a crash would (`SIGKILL`).
pub trait Killer: Send + Sync {
    /// Kills the caller. Runs on a thread where blocking is allowed, while the caller waits for its answer.
    fn kill(&self, caller: &Caller) -> std::io::Result<()>;
}

/// Counts, faults and latencies of one local stack.
#[derive(Default)]
pub struct Interference {
    /// How often each call arrived.
    pub counters: Counters,
    /// Which of the next calls fail.
    pub faults: FaultTable,
    latencies: Mutex<BTreeMap<Operation, Duration>>,
    killer: Option<Arc<dyn Killer>>,
}

impl Interference {
    /// Nothing counted, nothing failing. Without a killer, no fault can ask for a kill.
    #[must_use]
    pub fn new(killer: Option<Arc<dyn Killer>>) -> Self {
        Self {
            killer,
            ..Self::default()
        }
    }

    /// Whether a fault may ask for a kill.
    #[must_use]
    pub fn can_kill(&self) -> bool {
        self.killer.is_some()
    }

    /// From now on answers to `operation` take this much longer.
    pub fn set_latency(&self, operation: Operation, latency: Duration) {
        self.latencies().insert(operation, latency);
    }

    /// Forgets everything.
    pub fn reset(&self) {
        self.counters.reset();
        self.faults.reset();
        self.latencies().clear();
    }

    /// Counts a call that has just arrived and says what becomes of it.
    #[must_use]
    pub fn arrive(&self, operation: Operation, peer: SocketAddr) -> Passage {
        self.counters.count(operation);
        Passage {
            caller: Caller { peer, operation },
            fault: self.faults.next(operation),
            latency: self.latencies().get(&operation).copied().unwrap_or_default(),
            killer: self.killer.clone(),
        }
    }

    fn latencies(&self) -> MutexGuard<'_, BTreeMap<Operation, Duration>> {
        self.latencies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call on its way: [`Passage::before`], then the effect, then [`Passage::after`].
pub struct Passage {
    caller: Caller,
    fault: Option<Fault>,
    latency: Duration,
    killer: Option<Arc<dyn Killer>>,
}

/// What to do with a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Go on as if nothing were wrong.
    Proceed,
    /// Answer this, in the protocol's own words.
    Answer(FaultAnswer),
    /// Reset the connection.
    Reset,
}

impl Passage {
    /// To be asked before the effect. Anything but [`Verdict::Proceed`] means that the effect must not happen.
    pub async fn before(&self) -> Verdict {
        match &self.fault {
            Some(fault) if !fault.after => self.suffer(fault).await,
            Some(_) | None => Verdict::Proceed,
        }
    }

    /// To be asked between the effect and the answer.
    pub async fn after(&self) -> Verdict {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        match &self.fault {
            Some(fault) if fault.after => self.suffer(fault).await,
            Some(_) | None => Verdict::Proceed,
        }
    }

    async fn suffer(&self, fault: &Fault) -> Verdict {
        if !fault.delay.is_zero() {
            tokio::time::sleep(fault.delay).await;
        }
        match &fault.outcome {
            Outcome::Slow => Verdict::Proceed,
            Outcome::Answer(answer) => Verdict::Answer(answer.clone()),
            Outcome::Reset => Verdict::Reset,
            Outcome::Kill => {
                self.kill().await;
                Verdict::Reset
            }
        }
    }

    async fn kill(&self) {
        let Some(killer) = self.killer.clone() else { return };
        let caller = self.caller;
        let killed = tokio::task::spawn_blocking(move || killer.kill(&caller)).await;
        match killed {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(operation = %caller.operation, %error, "the caller was not killed")
            }
            Err(error) => tracing::error!(operation = %caller.operation, %error, "the killer panicked"),
        }
    }
}
