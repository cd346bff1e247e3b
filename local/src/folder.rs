//! The running stack's folder: locked while it runs, emptied afterwards of what was put there and nothing else.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::processes;

/// Everything this program puts into the folder.
const LOCK: &str = "lock";
const STACK_ENV: &str = "stack.env";
const SECRETS: &str = "secrets.env";
const PARAMETERS: &str = "parameters.json";
const OUTPUTS: &str = "outputs.json";
const EMULATOR: &str = "ministack";
const LOGS: &str = "log";

/// How long the system may take to remove killed processes.
const REMOVAL: Duration = Duration::from_secs(5);

/// A folder that no other stack uses at the same time. Dropping it empties it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    lock: File,
    keep_logs: bool,
}

impl Folder {
    /// Makes the folder where it is missing, takes it, and removes what a stack that was killed left there.
    ///
    /// # Errors
    /// When another stack runs from it, or it cannot be written.
    pub fn take(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("the folder {} cannot be made", path.display()))?;
        let path = path
            .canonicalize()
            .with_context(|| format!("the folder {} cannot be used", path.display()))?;
        let lock = lock(&path)?;
        let mut folder = Self {
            path,
            lock,
            keep_logs: false,
        };
        folder.end_leftovers();
        folder.clear();
        folder.sign()?;
        for made in [folder.emulator(), folder.logs()] {
            fs::create_dir_all(&made).with_context(|| format!("{} cannot be made", made.display()))?;
        }
        Ok(folder)
    }

    fn sign(&mut self) -> anyhow::Result<()> {
        self.lock
            .set_len(0)
            .and_then(|()| writeln!(self.lock, "{}", std::process::id()))
            .with_context(|| format!("{} cannot be written", self.path.join(LOCK).display()))
    }

    /// Nobody holds the lock, so whoever still works here belongs to a stack that was killed. Ends them, and waits until
    /// they have let go of their ports.
    fn end_leftovers(&self) {
        let leftovers = processes::working_in(&self.emulator());
        for process in &leftovers {
            if let Err(error) = processes::kill(process.pid) {
                tracing::warn!(%process, %error, "a process of an earlier stack could not be ended");
            }
        }
        let deadline = Instant::now() + REMOVAL;
        while leftovers.iter().any(|process| processes::lives(process.pid)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Addresses and names for whoever uses the stack.
    #[must_use]
    pub fn stack_env(&self) -> PathBuf {
        self.path.join(STACK_ENV)
    }

    /// The secrets the deployment puts into Secrets Manager.
    #[must_use]
    pub fn secrets(&self) -> PathBuf {
        self.path.join(SECRETS)
    }

    /// What the templates are deployed with.
    #[must_use]
    pub fn parameters(&self) -> PathBuf {
        self.path.join(PARAMETERS)
    }

    /// What the deployment reports.
    #[must_use]
    pub fn outputs(&self) -> PathBuf {
        self.path.join(OUTPUTS)
    }

    /// The emulator's own folder: working directory, temporary files, state.
    #[must_use]
    pub fn emulator(&self) -> PathBuf {
        self.path.join(EMULATOR)
    }

    /// Where logs are.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.path.join(LOGS)
    }

    /// The logs stay when the folder is emptied: somebody will want to know what went wrong.
    pub fn keep_logs(&mut self) {
        self.keep_logs = true;
    }

    /// Writes a file only its owner may read, whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_private(&self, path: &Path, content: &str) -> anyhow::Result<()> {
        let scratch = path.with_extension("part");
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&scratch)?;
            file.write_all(content.as_bytes())?;
            fs::rename(&scratch, path)
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }

    fn clear(&self) {
        for file in [STACK_ENV, SECRETS, PARAMETERS, OUTPUTS] {
            forget(fs::remove_file(self.path.join(file)), file);
        }
        forget(fs::remove_dir_all(self.emulator()), EMULATOR);
        if !self.keep_logs {
            forget(fs::remove_dir_all(self.logs()), LOGS);
        }
    }
}

fn forget(removed: std::io::Result<()>, what: &str) {
    if let Err(error) = removed
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(what, %error, "not removed");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.clear();
        forget(fs::remove_file(self.path.join(LOCK)), LOCK);
        // Stays when there is anything else in it.
        drop(fs::remove_dir(&self.path));
    }
}

/// Takes the folder's lock file, which the one before may be removing at this moment.
fn lock(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join(LOCK);
    loop {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("{} cannot be written", folder.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who has it is told where it can be read; that somebody has it is known.
                drop(file.read_to_string(&mut holder));
                bail!(
                    "a local stack is running already{} from {}: stop it with Ctrl-C where it runs, or start another one \
                     beside it with LOCAL_DIR, LOCAL_AWS_PORT, LOCAL_STANDIN_PORT, LOCAL_MEDIA_PORT and \
                     LOCAL_AWS_PROXY_PORT set",
                    match holder.trim() {
                        "" => String::new(),
                        pid => format!(" (process {pid})"),
                    },
                    folder.display()
                );
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} cannot be locked", path.display()));
            }
        }
        let locked = file
            .metadata()
            .with_context(|| format!("{} cannot be read", path.display()))?
            .ino();
        if fs::metadata(&path).is_ok_and(|there| there.ino() == locked) {
            return Ok(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_used_by_one_stack_at_a_time_and_left_as_it_was() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("stack");
        let folder = Folder::take(&path).unwrap();
        folder.write_private(&folder.secrets(), "A=b\n").unwrap();
        let refused = Folder::take(&path).unwrap_err().to_string();
        assert!(
            refused.contains(&format!("process {}", std::process::id())),
            "{refused}"
        );
        assert!(
            folder.secrets().exists(),
            "the second one must not clear the first one's files"
        );
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn what_others_put_there_stays_and_so_do_the_logs_when_asked() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join("mine.txt"), "mine").unwrap();
        let mut folder = Folder::take(parent.path()).unwrap();
        fs::write(folder.logs().join("a.log"), "why").unwrap();
        folder.keep_logs();
        drop(folder);
        let mut left: Vec<_> = fs::read_dir(parent.path())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["log", "mine.txt"]);
    }
}
