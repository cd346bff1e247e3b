//! Where the pieces of the repository and of the build are.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// The function binaries a local stack needs beside its own.
pub const FUNCTIONS: [&str; 4] = ["webhook-handler", "voice-parser", "customer-lookup", "data-api"];

/// The repository this was built from, and the folder the binaries are in.
#[derive(Debug, Clone)]
pub struct Checkout {
    root: PathBuf,
    binaries: PathBuf,
}

impl Checkout {
    /// Finds the repository around the working directory, and the binaries beside the running one.
    ///
    /// # Errors
    /// When there is no repository around, or something in it has not been made yet; the error says how to make it.
    pub fn find() -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("the working directory cannot be read")?;
        let Some(root) = here
            .ancestors()
            .find(|folder| folder.join("infrastructure/deploy.sh").is_file())
        else {
            bail!(
                "{} is not inside a checkout of this repository: run it from there",
                here.display()
            );
        };
        let own = std::env::current_exe().context("the path of this program cannot be read")?;
        let binaries = own.parent().unwrap_or(Path::new("/")).to_owned();
        let checkout = Self {
            root: root.to_owned(),
            binaries,
        };
        checkout.check()?;
        Ok(checkout)
    }

    fn check(&self) -> anyhow::Result<()> {
        if !self.ministack().is_file() {
            bail!(
                "{} is not there: `make venv` installs it (`make run` does so by itself)",
                self.ministack().display()
            );
        }
        let missing: Vec<&str> = FUNCTIONS
            .into_iter()
            .filter(|name| !self.binaries.join(name).is_file())
            .collect();
        if !missing.is_empty() {
            bail!(
                "not built yet: {} (looked in {}): `cargo build --workspace` builds them (`make run` does so by itself)",
                missing.join(", "),
                self.binaries.display()
            );
        }
        Ok(())
    }

    /// The repository's root.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the functions' binaries are: beside this one, so that they are of the same profile.
    #[must_use]
    pub fn binaries(&self) -> &Path {
        &self.binaries
    }

    /// Cargo's target directory: packages are kept there between runs.
    #[must_use]
    pub fn target(&self) -> &Path {
        self.binaries.parent().unwrap_or(&self.binaries)
    }

    /// The emulator of AWS.
    #[must_use]
    pub fn ministack(&self) -> PathBuf {
        self.root.join(".venv/bin/ministack")
    }

    /// The deployment script.
    #[must_use]
    pub fn deploy_script(&self) -> PathBuf {
        self.root.join("infrastructure/deploy.sh")
    }

    /// The local environment's parameters.
    #[must_use]
    pub fn parameters(&self) -> PathBuf {
        self.root.join("infrastructure/parameters/local.json")
    }

    /// The made-up company and what its workers send.
    #[must_use]
    pub fn samples(&self) -> PathBuf {
        self.root.join("samples")
    }
}
