//! The voice-parser function: wires configuration, clients and the runtime.

use std::sync::Arc;

use anyhow::Context as _;
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;
use shared::aws::{self, CallBudget};
use shared::config::Env;
use voice_parser::config::Config;
use voice_parser::handler;
use voice_parser::services::Services;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_env(Env::process())?;
    shared::telemetry::init(&config.log_level);
    let aws = aws::config(CallBudget::BACKGROUND).await;
    let services = Arc::new(Services::new(config, &aws).context("setting up the HTTP client")?);
    run(service_fn(|event: LambdaEvent<Value>| {
        handler::handle(Arc::clone(&services), event)
    }))
    .await
    .map_err(|error| anyhow::anyhow!(error))
}
