//! The queue's event source mapping: mends what the emulator makes of the template.
//!
//! CloudFormation hands `MaximumConcurrency` over as text, since it comes from a parameter. AWS reads the number in it; the
//! emulator keeps the text and its poller then fails on comparing it, so that no message is ever delivered.

use anyhow::Context;
use serde_json::{Value, json};

use crate::http::Http;

/// Sets each of a function's mappings to the number its template meant.
///
/// # Errors
/// When the emulator refuses.
pub async fn mend_concurrency(endpoint: &str, function: &str) -> anyhow::Result<()> {
    let http = Http::new()?;
    let mappings = format!("{endpoint}/2015-03-31/event-source-mappings");
    let found: Value = http
        .get(&format!("{mappings}/?FunctionName={function}"))
        .await?
        .successful()?
        .json()?;
    for mapping in found["EventSourceMappings"].as_array().into_iter().flatten() {
        let Some(text) = mapping
            .pointer("/ScalingConfig/MaximumConcurrency")
            .and_then(Value::as_str)
        else {
            continue;
        };
        let number: u32 = text
            .parse()
            .with_context(|| format!("MaximumConcurrency is {text:?}"))?;
        let id = mapping["UUID"].as_str().context("a mapping has no id")?;
        let change = json!({ "ScalingConfig": { "MaximumConcurrency": number } }).to_string();
        http.send(http.client().put(format!("{mappings}/{id}")).body(change))
            .await?
            .successful()
            .context("the event source mapping cannot be set")?;
    }
    Ok(())
}
