//! Which ports are free, and who has those that are not.

use std::io;
use std::net::TcpListener;

use anyhow::{Context, bail};

use crate::processes;
use crate::settings::{FixedPorts, loopback};

/// Refuses ports that are taken or set twice, all of them at once.
///
/// # Errors
/// Names each port, its setting, and where it can be known the process that has it.
pub fn check(ports: &FixedPorts) -> anyhow::Result<()> {
    let named = ports.named();
    let mut problems = Vec::new();
    for (index, (setting, port)) in named.iter().enumerate() {
        if *port == 0 {
            problems.push(format!("{setting} is 0: it must be a port's number"));
            continue;
        }
        if let Some((other, _)) = named[..index].iter().find(|(_, earlier)| earlier == port) {
            problems.push(format!("{setting} and {other} are both {port}: they must differ"));
            continue;
        }
        if let Err(error) = TcpListener::bind(loopback(*port)) {
            problems.push(taken(setting, *port, &error));
        }
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(())
}

fn taken(setting: &str, port: u16, error: &io::Error) -> String {
    if error.kind() != io::ErrorKind::AddrInUse {
        return format!("port {port} ({setting}) cannot be used: {error}");
    }
    let holder = match processes::listening_on(port) {
        Some(process) => format!(" by {process}"),
        None => String::new(),
    };
    format!("port {port} is taken{holder}: free it, or choose another with {setting}=…")
}

/// A port nobody listens on. Somebody else may take it before it is used; the caller tries again then.
///
/// # Errors
/// When loopback gives no port at all.
pub fn free() -> anyhow::Result<u16> {
    let probe = TcpListener::bind(loopback(0)).context("loopback has no free port")?;
    Ok(probe.local_addr().context("loopback has no free port")?.port())
}
