//! Wires the function.

use std::sync::Arc;
use std::time::Duration;

use customer_lookup::config::Config;
use customer_lookup::reporter::LogReporter;
use customer_lookup::service::Service;
use customer_lookup::store::Store;
use lambda_runtime::service_fn;
use shared::aws::{self, CallBudget};
use shared::bucket::Bucket;
use shared::clock::SystemClock;
use shared::metrics::Metrics;

/// Of the ten seconds Lambda gives a function to start.
const PREFETCH_BUDGET: Duration = Duration::from_secs(8);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Config::from_env(shared::config::Env::process())?;
    shared::telemetry::init(&config.log_level);
    let clock = Arc::new(SystemClock);
    let metrics = Metrics::new(&config.environment, "customer-lookup", clock.clone());
    let store = Store {
        bucket: Bucket::new(&aws::config(CallBudget::INTERACTIVE).await, &config.bucket),
        clock,
        reporter: Arc::new(LogReporter::new(metrics)),
    };
    let service = &Service::new(&config, store);
    // A start that takes longer goes on without: the first question reads the file itself.
    tokio::time::timeout(PREFETCH_BUDGET, service.prefetch())
        .await
        .ok();
    lambda_runtime::run(service_fn(|event| service.handle(event))).await
}
