//! Wires the function: configuration, clients, runtime.

use std::sync::Arc;

use anyhow::Context as _;
use lambda_runtime::service_fn;
use shared::clock::SystemClock;
use shared::config::Env;
use webhook_handler::config::Config;
use webhook_handler::handler::{CALL_BUDGET, WebhookHandler};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_env(Env::process()).context("webhook-handler cannot start")?;
    shared::telemetry::init(&config.log_level);
    let sdk = shared::aws::config(CALL_BUDGET).await;
    let handler = WebhookHandler::new(config, &sdk, Arc::new(SystemClock));
    handler.prefetch().await;
    lambda_runtime::run(service_fn(|event| handler.invoke(event)))
        .await
        .map_err(anyhow::Error::from_boxed)
}
