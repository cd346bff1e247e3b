//! Deploying what is deployed already.

use std::path::Path;

use anyhow::Context;
use e2e::stack::Stack;
use tokio::process::Command;

#[tokio::test]
async fn deploying_the_same_tree_again_changes_nothing() -> anyhow::Result<()> {
    let stack = Stack::running().await?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the crate has a folder above it")?;
    let folder = stack.file.parent().context("the stack's file has a folder")?;
    let outcome = Command::new(root.join("infrastructure/deploy.sh"))
        .args(["local", "all"])
        .env("AWS_ENDPOINT_URL", &stack.aws_endpoint)
        .env("PARAMETERS_FILE", folder.join("parameters.json"))
        .env("BINARIES_DIR", binaries()?)
        .env("SKIP_MODEL_CHECK", "1")
        .output()
        .await
        .context("the deployment does not start")?;
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(
        outcome.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&outcome.stderr)
    );
    assert_eq!(said.matches("package unchanged").count(), 4, "{said}");
    assert_eq!(said.matches(": nothing changed").count(), 7, "{said}");
    Ok(())
}

/// Test binaries are in `deps` beside the others.
fn binaries() -> anyhow::Result<std::path::PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own
        .ancestors()
        .nth(2)
        .context("the test binary has a folder above its own")?
        .to_owned())
}
