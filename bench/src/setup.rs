//! What is measured: release binaries with the variables the templates give them.

use std::path::PathBuf;

use anyhow::Context as _;
use bytes::Bytes;
use e2e::stack::Stack;
use serde_json::json;

use crate::Arguments;
use crate::fixed_aws::{Contents, FixedAws};
use crate::function::{Function, Variables};
use crate::samples::Samples;

/// The stack and where the binaries are.
pub(crate) struct Setup {
    pub(crate) stack: Stack,
    binaries: PathBuf,
}

impl Setup {
    /// The stack this runs beside.
    ///
    /// # Errors
    /// When there is none, or this is no release build.
    pub(crate) async fn of_running_stack() -> anyhow::Result<Self> {
        anyhow::ensure!(
            !cfg!(debug_assertions),
            "only release builds are measured: use `make bench`"
        );
        let own = std::env::current_exe().context("the path of this program cannot be read")?;
        let binaries = own.parent().context("a program is in a folder")?.to_owned();
        let stack = Stack::running().await?;
        Ok(Self { stack, binaries })
    }

    /// A function's release binary.
    pub(crate) fn binary(&self, function: &str) -> PathBuf {
        self.binaries.join(function)
    }

    /// The variables the template gives a function, with AWS at another address.
    pub(crate) async fn variables(&self, function: &str, aws: &FixedAws) -> anyhow::Result<Variables> {
        let deployed = self
            .stack
            .lambda
            .get_function_configuration()
            .function_name(format!("local-ai-voice-{function}"))
            .send()
            .await
            .with_context(|| format!("{function} is not deployed"))?;
        let mut variables: Variables = deployed
            .environment()
            .and_then(|environment| environment.variables())
            .with_context(|| format!("{function} has no variables"))?
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        variables.extend(credentials(aws));
        Ok(variables)
    }

    /// The floor of this run: what a start takes of a function that does nothing, and a call of it.
    pub(crate) async fn floor(&self, arguments: &Arguments, sends: bool) -> anyhow::Result<Floor> {
        let aws = FixedAws::start(Contents::default()).await?;
        let variables = credentials(&aws);
        let event = Bytes::from(json!({ "send": sends }).to_string());
        let program = std::env::current_exe().context("the path of this program cannot be read")?;
        let mut floor = Floor::default();
        for _ in 0..arguments.starts {
            let (_, start) =
                Function::start(&program, &["floor"], &variables, event.clone(), |_| Ok(())).await?;
            floor.start.add_time(start.elapsed);
            floor.start_cpu.add_time(start.cpu);
        }
        let (function, _) =
            Function::start(&program, &["floor"], &variables, event.clone(), |_| Ok(())).await?;
        for _ in 0..arguments.calls {
            let (_, took) = function.invoke(event.clone()).await?;
            floor.call.add_time(took);
        }
        floor.rss_mib = function.usage()?.peak_mib();
        Ok(floor)
    }
}

/// What every function takes.
#[derive(Debug, Default)]
pub(crate) struct Floor {
    /// Milliseconds.
    pub(crate) start: Samples,
    /// Milliseconds on a processor.
    pub(crate) start_cpu: Samples,
    /// Milliseconds.
    pub(crate) call: Samples,
    /// The most memory, MiB.
    pub(crate) rss_mib: f64,
}

/// Region, credentials and address of `aws`; they come after the template's own and so win.
fn credentials(aws: &FixedAws) -> Variables {
    [
        ("AWS_ENDPOINT_URL", aws.endpoint().as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}
