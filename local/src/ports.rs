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

#[cfg(test)]
mod tests {
    use super::*;

    fn ports() -> FixedPorts {
        let [aws, standin, media, aws_proxy] = std::array::from_fn(|_| free().unwrap());
        FixedPorts {
            aws,
            standin,
            media,
            aws_proxy,
        }
    }

    #[test]
    fn every_taken_port_is_named_with_its_setting_and_who_has_it() {
        let ports = ports();
        check(&ports).unwrap();
        let taken = [
            TcpListener::bind(loopback(ports.standin)),
            TcpListener::bind(loopback(ports.media)),
        ];
        let refused = check(&ports).unwrap_err().to_string();
        drop(taken);
        for part in [
            "LOCAL_STANDIN_PORT",
            "LOCAL_MEDIA_PORT",
            &ports.standin.to_string(),
            &ports.media.to_string(),
        ] {
            assert!(refused.contains(part), "{refused}");
        }
        assert!(!refused.contains("LOCAL_AWS_PORT"), "{refused}");
        if cfg!(target_os = "linux") {
            assert!(
                refused.contains(&format!("process {}", std::process::id())),
                "{refused}"
            );
        }
    }

    #[test]
    fn one_port_for_two_is_refused() {
        let mut ports = ports();
        ports.media = ports.aws;
        let refused = check(&ports).unwrap_err().to_string();
        assert!(
            refused.contains("LOCAL_MEDIA_PORT and LOCAL_AWS_PORT are both"),
            "{refused}"
        );
        ports.media = 0;
        assert!(
            check(&ports)
                .unwrap_err()
                .to_string()
                .contains("LOCAL_MEDIA_PORT is 0")
        );
    }
}
