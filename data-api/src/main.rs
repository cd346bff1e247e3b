//! Wires the function: configuration, logs, clients, and the loop that takes requests from the HTTP API.

use anyhow::Context as _;
use data_api::config::Config;
use data_api::{app, gateway};
use shared::aws::{self, CallBudget};
use shared::config::Env;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_env(Env::process()).context("the function cannot start")?;
    telemetry::init(&config.log_level);
    let aws = aws::config(CallBudget::INTERACTIVE).await;
    let app = app::App::new(config, &aws).context("the function cannot start")?;
    // The first caller should not pay for the first TLS handshake. What fails here is reported when it is needed.
    app.warm_up().await;
    gateway::run(app::router(app)).await
}
