//! Metrics: CloudWatch embedded metric format, one raw JSON line each on stdout (a logging layer that nests the line
//! hides it). Dimensions are the environment and the function only: every further value of a dimension is billed.

use std::io::Write as _;
use std::sync::Arc;

use serde_json::json;

use crate::clock::Clock;

/// The namespace of every metric.
pub const NAMESPACE: &str = "AiVoice";

/// What is counted and measured. The one list: alarms and dashboards name these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// A webhook was refused: no or a wrong signature.
    WebhookRefused,
    /// A webhook could not be enqueued.
    WebhookUnavailable,
    /// A message was filed.
    MessageFiled,
    /// From receipt to the end of the pipeline, milliseconds.
    MessageLatency,
    /// An attempt failed and will be repeated.
    AttemptFailed,
    /// A message was given up on.
    MessageFailed,
    /// The vendor says the account cannot pay.
    BillingFailure,
    /// A delivery of a message that is done or being worked on.
    DuplicateDelivery,
    /// A queue message of a kind this version does not handle.
    UnknownKind,
    /// A stranger wrote.
    StrangerMessage,
    /// A customer or client file could not be used; the last good one is.
    BrokenCustomerData,
    /// Reconciliation found a message that the webhook had not delivered.
    Reconciled,
}

impl Metric {
    /// The metric's name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WebhookRefused => "WebhookRefused",
            Self::WebhookUnavailable => "WebhookUnavailable",
            Self::MessageFiled => "MessageFiled",
            Self::MessageLatency => "MessageLatency",
            Self::AttemptFailed => "AttemptFailed",
            Self::MessageFailed => "MessageFailed",
            Self::BillingFailure => "BillingFailure",
            Self::DuplicateDelivery => "DuplicateDelivery",
            Self::UnknownKind => "UnknownKind",
            Self::StrangerMessage => "StrangerMessage",
            Self::BrokenCustomerData => "BrokenCustomerData",
            Self::Reconciled => "Reconciled",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::MessageLatency => "Milliseconds",
            _ => "Count",
        }
    }
}

/// Writes metrics of one function.
#[derive(Debug, Clone)]
pub struct Metrics {
    environment: String,
    function: &'static str,
    clock: Arc<dyn Clock>,
}

impl Metrics {
    /// Metrics of `function` in `environment`.
    #[must_use]
    pub fn new(environment: impl Into<String>, function: &'static str, clock: Arc<dyn Clock>) -> Self {
        Self {
            environment: environment.into(),
            function,
            clock,
        }
    }

    /// Counts one.
    pub fn count(&self, metric: Metric) {
        self.put(metric, 1.0);
    }

    /// Records a value in the metric's unit.
    pub fn put(&self, metric: Metric, value: f64) {
        let line = self.line(metric, value);
        // Nothing can be done about a closed stdout, and a metric is not worth failing for.
        std::io::stdout().lock().write_all(line.as_bytes()).ok();
    }

    fn line(&self, metric: Metric, value: f64) -> String {
        let document = json!({
            "_aws": {
                "Timestamp": self.clock.now().as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["Environment", "Function"]],
                    "Metrics": [{"Name": metric.name(), "Unit": metric.unit()}],
                }],
            },
            "Environment": self.environment,
            "Function": self.function,
            metric.name(): value,
        });
        format!("{document}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn a_metric_is_one_raw_line_of_the_embedded_format() {
        let clock = Arc::new(ManualClock::at("2026-11-20T00:00:00Z".parse().unwrap()));
        let line = Metrics::new("dev", "voice-parser", clock).line(Metric::MessageFiled, 1.0);
        assert!(line.ends_with('\n') && line.matches('\n').count() == 1);
        let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(parsed["MessageFiled"], 1.0);
        assert_eq!(
            parsed["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"],
            "Count"
        );
    }
}
