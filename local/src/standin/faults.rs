//! Which of the next calls fail, and how.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::fields::Fields;
use super::operation::Operation;
use super::problem::Problem;

/// One way for a call to go wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Waited before the outcome.
    pub delay: Duration,
    /// The effect happens and only then this; otherwise the effect never happens.
    pub after: bool,
    /// What the caller sees.
    pub outcome: Outcome,
}

/// What the caller of a failing call sees.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing but the delay.
    Slow,
    /// An answer, in the shape of the vendor asked.
    Answer(FaultAnswer),
    /// The connection is reset without an answer.
    Reset,
    /// The caller's process is killed.
    Kill,
}

/// The answer of a failing call.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultAnswer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The vendor's error code, when it is not the usual one for the status.
    pub code: Option<String>,
    /// `Retry-After`, seconds, when it is not what the vendor would send.
    pub retry_after_s: Option<u64>,
    /// Sent as it is in place of the vendor's error: a string as text, anything else as JSON.
    pub body: Option<Value>,
}

impl FaultAnswer {
    /// The usual answer of this status.
    #[must_use]
    pub fn of(status: StatusCode) -> Self {
        Self {
            status,
            code: None,
            retry_after_s: None,
            body: None,
        }
    }
}

/// An order for faults, as `POST /_control/faults` takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultOrder {
    /// Which calls.
    pub on: Operation,
    /// How many of them, from the next one on.
    pub times: u64,
    /// How they fail.
    pub fault: Fault,
}

impl FaultOrder {
    /// Reads an order.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::parse(body)?;
        let on = fields
            .string("on")?
            .ok_or_else(|| Problem::about("on", "is missing"))?;
        let on: Operation = on
            .parse()
            .map_err(|e| Problem::about("on", &format!("cannot be used: {e}")))?;
        let times = match fields.number("times")? {
            Some(0) => return Err(Problem::about("times", "must be at least 1")),
            given => given.unwrap_or(1),
        };
        let delay = fields.number("delay_ms")?.map(Duration::from_millis);
        let status = fields.number("status")?.map(status).transpose()?;
        let code = code(&mut fields)?;
        let retry_after_s = fields.number("retry_after_s")?;
        let reset = fields.boolean("reset")?.unwrap_or(false);
        let after = fields.boolean("after")?;
        let kill = fields.string("kill")?;
        let body = fields.take("body").filter(|b| !b.is_null());
        fields.finish()?;

        if let Some(moment) = kill {
            if status.is_some() || reset || body.is_some() {
                return Err(Problem::about(
                    "kill",
                    "leaves no answer: no status, body or reset beside it",
                ));
            }
            let after = match (moment.as_str(), after) {
                ("before", None | Some(false)) => false,
                ("after", None | Some(true)) => true,
                ("before" | "after", Some(_)) => return Err(Problem::about("after", "contradicts \"kill\"")),
                _ => return Err(Problem::about("kill", "must be \"before\" or \"after\"")),
            };
            let fault = Fault {
                delay: delay.unwrap_or_default(),
                after,
                outcome: Outcome::Kill,
            };
            return Ok(Self { on, times, fault });
        }
        if reset && (status.is_some() || body.is_some()) {
            return Err(Problem::about(
                "reset",
                "leaves no answer: no status or body beside it",
            ));
        }
        let after = after.unwrap_or(false);
        let answers = status.is_some() || body.is_some() || code.is_some() || retry_after_s.is_some();
        let outcome = if answers {
            let usual = if body.is_some() {
                StatusCode::OK
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            };
            Outcome::Answer(FaultAnswer {
                status: status.unwrap_or(usual),
                code,
                retry_after_s,
                body,
            })
        } else if reset || after {
            Outcome::Reset
        } else if delay.is_some() {
            Outcome::Slow
        } else {
            Outcome::Answer(FaultAnswer::of(StatusCode::INTERNAL_SERVER_ERROR))
        };
        Ok(Self {
            on,
            times,
            fault: Fault {
                delay: delay.unwrap_or_default(),
                after,
                outcome,
            },
        })
    }
}

fn status(number: u64) -> Result<StatusCode, Problem> {
    u16::try_from(number)
        .ok()
        .filter(|n| (200..=599).contains(n))
        .and_then(|n| StatusCode::from_u16(n).ok())
        .ok_or_else(|| Problem::about("status", "must be an HTTP status from 200 to 599"))
}

fn code(fields: &mut Fields) -> Result<Option<String>, Problem> {
    match fields.take("code") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(code)) => Ok(Some(code)),
        Some(Value::Number(code)) => Ok(Some(code.to_string())),
        Some(_) => Err(Problem::about(
            "code",
            "must be a vendor's error code: a string or a number",
        )),
    }
}

/// The orders not yet used up, first come first served per operation.
#[derive(Debug, Default)]
pub struct FaultTable(Mutex<BTreeMap<Operation, VecDeque<(u64, Fault)>>>);

impl FaultTable {
    /// Adds an order behind those that are there.
    pub fn add(&self, order: FaultOrder) {
        self.lock()
            .entry(order.on)
            .or_default()
            .push_back((order.times, order.fault));
    }

    /// The fault for a call that arrives now, if one is due.
    pub fn next(&self, operation: Operation) -> Option<Fault> {
        let mut orders = self.lock();
        let queue = orders.get_mut(&operation)?;
        let (left, fault) = queue.front_mut()?;
        *left -= 1;
        if *left > 0 {
            return Some(fault.clone());
        }
        queue.pop_front().map(|(_, fault)| fault)
    }

    /// Forgets all orders.
    pub fn reset(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Operation, VecDeque<(u64, Fault)>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(value: Value) -> FaultOrder {
        FaultOrder::parse(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn what_is_left_open_is_filled_in_by_what_was_said() {
        let outcome = |value| order(value).fault.outcome;
        assert_eq!(
            outcome(json!({"on": "openai.chat", "times": 1})),
            Outcome::Answer(FaultAnswer::of(StatusCode::INTERNAL_SERVER_ERROR))
        );
        assert_eq!(
            outcome(json!({"on": "openai.chat", "times": 1, "delay_ms": 5})),
            Outcome::Slow
        );
        assert_eq!(
            outcome(json!({"on": "twilio.send", "times": 1, "after": true})),
            Outcome::Reset
        );
        assert_eq!(
            outcome(json!({"on": "twilio.send", "times": 1, "after": true, "status": 503})),
            Outcome::Answer(FaultAnswer::of(StatusCode::SERVICE_UNAVAILABLE))
        );
        let killed = order(json!({"on": "s3.put", "times": 1, "kill": "after"})).fault;
        assert_eq!((killed.after, killed.outcome), (true, Outcome::Kill));
    }

    #[test]
    fn a_wrong_order_is_refused_by_the_name_of_its_field() {
        for (body, field) in [
            (json!({"times": 1}), "on"),
            (json!({"on": "s3.move", "times": 1}), "on"),
            (json!({"on": "s3.get", "times": 0}), "times"),
            (json!({"on": "s3.get", "times": -1}), "times"),
            (json!({"on": "s3.get", "times": 1, "status": 99}), "status"),
            (json!({"on": "s3.get", "times": 1, "delay": 9}), "delay"),
            (json!({"on": "s3.get", "times": 1, "kill": "now"}), "kill"),
            (
                json!({"on": "s3.get", "times": 1, "kill": "before", "after": true}),
                "after",
            ),
            (
                json!({"on": "s3.get", "times": 1, "reset": true, "status": 500}),
                "reset",
            ),
        ] {
            let refused = format!(
                "{:?}",
                FaultOrder::parse(body.to_string().as_bytes()).unwrap_err()
            );
            assert!(
                refused.contains(&format!("field: Some({field:?})")),
                "{body}: {refused}"
            );
        }
    }

    #[test]
    fn orders_are_used_up_in_turn() {
        let table = FaultTable::default();
        table.add(order(json!({"on": "s3.get", "times": 2, "status": 500})));
        table.add(order(json!({"on": "s3.get", "times": 1, "reset": true})));
        let mut seen = Vec::new();
        while let Some(fault) = table.next(Operation::S3Get) {
            seen.push(matches!(fault.outcome, Outcome::Reset));
        }
        assert_eq!(seen, [false, false, true]);
        assert_eq!(table.next(Operation::S3Put), None);
    }
}
