//! The local stack itself: it gives what it promises and leaves nothing behind.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Output, Stdio};

use anyhow::Context;
use e2e::stack::Stack;
use e2e::wait;
use local::stack_env::NAMES;
use tokio::process::{Child, Command};

/// The program under test, in a folder and on ports of its own.
struct Local {
    folder: tempfile::TempDir,
    ports: [(&'static str, u16); 4],
}

impl Local {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            ports: [
                ("LOCAL_AWS_PORT", local::ports::free()?),
                ("LOCAL_STANDIN_PORT", local::ports::free()?),
                ("LOCAL_MEDIA_PORT", local::ports::free()?),
                ("LOCAL_AWS_PROXY_PORT", local::ports::free()?),
            ],
        })
    }

    /// Its own folder, below one that is there before and after.
    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("stack")
    }

    fn command(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let own = std::env::current_exe()?;
        let binaries = own
            .ancestors()
            .nth(2)
            .context("the test binary has a folder above its own")?;
        let mut command = Command::new(binaries.join("local"));
        command
            .args(arguments)
            .env("LOCAL_DIR", self.path())
            .env_remove("OPENAI_API_KEY")
            .kill_on_drop(true);
        for (setting, port) in self.ports {
            command.env(setting, port.to_string());
        }
        Ok(command)
    }

    fn start(&self, arguments: &[&str]) -> anyhow::Result<Child> {
        Ok(self
            .command(arguments)?
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?)
    }

    async fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        Ok(self.command(arguments)?.stdin(Stdio::null()).output().await?)
    }

    async fn announced(&self) -> anyhow::Result<()> {
        let file = self.path().join("stack.env");
        wait::until("stack.env", async || Ok(file.exists().then_some(()))).await
    }

    fn listening(&self) -> Vec<u16> {
        self.ports
            .iter()
            .map(|(_, port)| *port)
            .filter(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok())
            .collect()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn a_command_gets_a_stack_of_its_own_which_ends_with_it() -> anyhow::Result<()> {
    let local = Local::new()?;
    let ran = local
        .run(&["exec", "--", "sh", "-c", "cat \"$STACK_ENV\"; exit 7"])
        .await?;
    assert_eq!(ran.status.code(), Some(7), "{}", text(&ran.stderr));
    let said = text(&ran.stdout);
    let names: Vec<&str> = said
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect();
    assert_eq!(names, NAMES);

    let endpoint = said
        .lines()
        .find_map(|line| line.strip_prefix("AWS_ENDPOINT_URL=http://"))
        .context("no endpoint")?;
    assert!(
        TcpStream::connect(endpoint).is_err(),
        "the emulator still listens"
    );
    // A command that failed is a reason to keep the logs, and nothing else.
    let kept = std::fs::read_dir(local.path())?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let [folder] = kept.as_slice() else {
        panic!("{kept:?}")
    };
    assert_eq!(entries(folder)?, ["log"]);
    Ok(())
}

#[tokio::test]
async fn a_stack_that_was_killed_is_cleared_away_by_the_next_one() -> anyhow::Result<()> {
    let local = Local::new()?;
    let mut first = local.start(&["up"])?;
    local.announced().await?;

    let second = local.run(&["up", "--once"]).await?;
    assert_eq!(second.status.code(), Some(1));
    let refused = text(&second.stderr);
    let pid = first.id().context("the first one is gone")?;
    assert!(
        refused.contains("running already") && refused.contains(&pid.to_string()),
        "{refused}"
    );

    first.kill().await?;
    assert!(
        local.path().join("secrets.env").exists(),
        "killed: it could not tidy up"
    );
    let third = local.run(&["up", "--once"]).await?;
    assert_eq!(third.status.code(), Some(0), "{}", text(&third.stderr));
    let said = text(&third.stdout);
    for part in [
        "Transcript",
        "Note",
        "Reply to the worker",
        "GET /files/by-message",
        "came out whole",
    ] {
        assert!(said.contains(part), "{part} is missing from: {said}");
    }
    assert!(!local.path().exists());
    assert_eq!(local.listening(), Vec::<u16>::new());
    Ok(())
}

#[tokio::test]
async fn a_stack_that_is_told_to_stop_leaves_nothing() -> anyhow::Result<()> {
    let local = Local::new()?;
    let mut running = local.start(&["up"])?;
    local.announced().await?;
    let stack = Stack::at(local.path().join("stack.env")).await?;
    stack
        .phone
        .send_text("whatsapp:+61491570157", "Order a tap tomorrow.")
        .await?;

    let pid = running.id().context("it is gone")?.to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .await?
            .success()
    );
    assert_eq!(running.wait().await?.code(), Some(0));
    assert!(!local.path().exists());
    assert_eq!(local.listening(), Vec::<u16>::new());
    Ok(())
}

fn entries(folder: &Path) -> anyhow::Result<Vec<String>> {
    std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}
