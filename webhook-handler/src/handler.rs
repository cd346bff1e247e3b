//! One request from event to answer: verify, interpret, enqueue, and only then acknowledge.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use lambda_runtime::LambdaEvent;
use shared::aws::CallBudget;
use shared::clock::Clock;
use shared::message::{Content, QueueMessage};
use shared::metrics::{Metric, Metrics};
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::answer::{Refusal, accepted};
use crate::config::Config;
use crate::content::interpret;
use crate::event::{HttpApiEvent, HttpApiResponse};
use crate::keyring::Keyring;
use crate::queue::MessageQueue;
use crate::request::WebhookRequest;
use crate::trace::TraceHeader;
use crate::verified::Verifier;

/// Calls to AWS. SQS and Secrets Manager answer within tens of milliseconds; what has not answered in one and a half
/// seconds is better asked again.
pub const CALL_BUDGET: CallBudget = CallBudget {
    attempt: Duration::from_millis(1500),
    operation: Duration::from_secs(4),
    attempts: 3,
};

/// When a request is answered, come what may. Twilio allows 15 s for a request and its retries together: this leaves
/// room for a second try.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(6);

/// How long a start may wait for secrets. A slow Secrets Manager delays the first request no less later.
const PREFETCH_WITHIN: Duration = Duration::from_secs(3);

/// Answers webhooks.
#[derive(Debug)]
pub struct WebhookHandler {
    verifier: Verifier,
    queue: MessageQueue,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    answer_within: Duration,
}

impl WebhookHandler {
    /// The handler of a configuration. Calls nobody yet.
    #[must_use]
    pub fn new(config: Config, sdk: &SdkConfig, clock: Arc<dyn Clock>) -> Self {
        let secrets = aws_sdk_secretsmanager::Client::new(sdk);
        let keyring = Keyring::new(&secrets, &config, Arc::clone(&clock));
        Self {
            verifier: Verifier::new(config.public_url, keyring),
            queue: MessageQueue::new(sdk, config.queue_url),
            metrics: Metrics::new(config.environment, "webhook-handler", Arc::clone(&clock)),
            clock,
            answer_within: ANSWER_WITHIN,
        }
    }

    /// The same with another limit than [`ANSWER_WITHIN`].
    #[must_use]
    pub fn answering_within(mut self, limit: Duration) -> Self {
        self.answer_within = limit;
        self
    }

    /// Fetches the secrets while the function starts, so that the first request finds them. A failure is no reason not
    /// to start: the first request tries again and answers for itself.
    pub async fn prefetch(&self) {
        let fetching = self.verifier.keyring().prefetch();
        match tokio::time::timeout(PREFETCH_WITHIN, fetching).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = %error, "secrets are not there yet"),
            Err(_) => tracing::warn!("secrets are slow to come"),
        }
    }

    /// Answers an invocation. Never fails: what goes wrong is an answer too.
    ///
    /// # Errors
    /// None.
    pub async fn invoke(&self, event: LambdaEvent<HttpApiEvent>) -> Result<HttpApiResponse, Infallible> {
        let platform_trace = event.context.xray_trace_id.as_deref();
        Ok(self.handle(event.payload, platform_trace).await)
    }

    /// Answers a request. `platform_trace` is the trace header Lambda gave for the invocation.
    pub async fn handle(&self, event: HttpApiEvent, platform_trace: Option<&str>) -> HttpApiResponse {
        let request_id = event.request_context.request_id.clone();
        let span = tracing::info_span!("webhook", request_id, message_sid = Empty);
        let started = Instant::now();
        let answering = async {
            let outcome = tokio::time::timeout(self.answer_within, self.accept(event, platform_trace)).await;
            match outcome.unwrap_or(Err(Refusal::TooSlow)) {
                Ok(kind) => {
                    let duration_ms = started.elapsed().as_secs_f64() * 1000.0;
                    tracing::info!(kind, duration_ms, "enqueued");
                    accepted()
                }
                Err(refusal) => {
                    self.report(&refusal);
                    refusal.response(&request_id)
                }
            }
        };
        answering.instrument(span.clone()).await
    }

    /// Takes a request as far as the queue; returns the kind of message it was.
    async fn accept(
        &self,
        event: HttpApiEvent,
        platform_trace: Option<&str>,
    ) -> Result<&'static str, Refusal> {
        let received_at = self.clock.now();
        let trace = TraceHeader::first_of([platform_trace, event.header("x-amzn-trace-id")]);
        let request = WebhookRequest::from_event(event, self.verifier.public_url())?;
        let webhook = self.verifier.verify(request).await?;
        let message = interpret(webhook, received_at)?;
        let (kind, sid) = kind_and_sid(&message);
        tracing::Span::current().record("message_sid", sid);
        self.queue.send(&message, trace.as_ref()).await?;
        Ok(kind)
    }

    /// One line and one count for a refusal; nothing of what was sent.
    fn report(&self, refusal: &Refusal) {
        let (status, reason) = (refusal.status(), refusal.reason());
        match status {
            404 | 405 => tracing::info!(status, reason, "not served"),
            503 => {
                tracing::error!(status, reason, error = refusal.chain(), "not acknowledged");
                self.metrics.count(Metric::WebhookUnavailable);
            }
            _ => {
                tracing::warn!(status, reason, error = refusal.chain(), "refused");
                self.metrics.count(Metric::WebhookRefused);
            }
        }
    }
}

fn kind_and_sid(message: &QueueMessage) -> (&'static str, &str) {
    match &message.content {
        Content::Message(message) => ("message", message.message_id.as_str()),
        Content::Status(status) => ("status", status.outbound_id.as_str()),
    }
}
