//! What the system tells about processes: who is behind a connection, who listens, who works in a folder.
//!
//! Reads Linux's `/proc`; elsewhere nothing is found, and callers say so.

use std::fmt;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// State of a listening socket in `/proc/net/tcp` (`include/net/tcp_states.h`).
const LISTEN: &str = "0A";

/// State of a socket with both ends open.
const ESTABLISHED: &str = "01";

/// A process and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: i32,
    /// Its name, at most 15 characters.
    pub name: String,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({})", self.pid, self.name)
    }
}

/// The process that listens on a local port, where that can be seen.
#[must_use]
pub fn listening_on(port: u16) -> Option<Process> {
    let inode = inode(|local, _, state| state == LISTEN && local == port)?;
    owners(inode).into_iter().next()
}

/// The processes that hold `end` of a connection to the local port `to`.
#[must_use]
pub fn connected_from(end: SocketAddr, to: u16) -> Vec<Process> {
    inode(|local, remote, state| state == ESTABLISHED && local == end.port() && remote == to)
        .map(owners)
        .unwrap_or_default()
}

/// The processes whose working directory is `folder` or below it.
#[must_use]
pub fn working_in(folder: &Path) -> Vec<Process> {
    let Ok(folder) = folder.canonicalize() else {
        return Vec::new();
    };
    pids()
        .filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&folder)))
        .map(describe)
        .collect()
}

/// Whether `pid` is `ancestor` or descends from it.
#[must_use]
pub fn descends(pid: i32, ancestor: i32) -> bool {
    // Process ids only ever lead up to 1; the bound is against a table that changes underneath.
    let mut current = pid;
    for _ in 0..64 {
        if current == ancestor {
            return true;
        }
        match Stat::of(current).map(|stat| stat.parent) {
            Some(next) if next > 1 => current = next,
            _ => return false,
        }
    }
    false
}

/// Whether there is a process with this id.
#[must_use]
pub fn exists(pid: i32) -> bool {
    // One that may not be signalled is there, too.
    Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

/// Whether a process group has a member that still runs.
#[must_use]
pub fn group_lives(group: i32) -> bool {
    pids().any(|pid| Stat::of(pid).is_some_and(|stat| stat.group == group) && lives(pid))
}

/// Whether a process still runs, or holds on to anything: one that has ended and waits to be collected does not, unless
/// a thread of it is not through yet.
#[must_use]
pub fn lives(pid: i32) -> bool {
    let Some(stat) = Stat::of(pid) else { return false };
    let threads = fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    stat.state != "Z" || threads > 1
}

/// Ends a process as a crash would.
///
/// # Errors
/// What the system said; a process that has already ended is no error.
pub fn kill(pid: i32) -> io::Result<()> {
    let pid = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidInput)?;
    match kill_process(pid, Signal::KILL) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Parts of `/proc/{pid}/stat` (proc(5)).
struct Stat {
    state: String,
    parent: i32,
    group: i32,
}

impl Stat {
    fn of(pid: i32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the name in parentheses, which may itself contain some.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        Some(Self {
            state: fields.next()?.to_owned(),
            parent: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
        })
    }
}

fn describe(pid: i32) -> Process {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Process {
        pid,
        name: name.trim().to_owned(),
    }
}

fn pids() -> impl Iterator<Item = i32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The inode of the first socket whose local port, remote port and state fit.
fn inode(fits: impl Fn(u16, u16, &str) -> bool) -> Option<u64> {
    ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().find_map(|table| {
        let table = fs::read_to_string(table).ok()?;
        table.lines().skip(1).find_map(|line| {
            let mut fields = line.split_whitespace();
            let (local, remote, state) = (port(fields.nth(1)?)?, port(fields.next()?)?, fields.next()?);
            // An orphaned socket, in TIME_WAIT for example, has inode 0.
            let inode: u64 = fields.nth(5)?.parse().ok()?;
            (inode != 0 && fits(local, remote, state)).then_some(inode)
        })
    })
}

/// The port of `0100007F:11D6`.
fn port(address: &str) -> Option<u16> {
    u16::from_str_radix(address.rsplit_once(':')?.1, 16).ok()
}

/// The processes that have a socket open.
fn owners(inode: u64) -> Vec<Process> {
    let wanted = format!("socket:[{inode}]");
    pids()
        .filter(|pid| {
            fs::read_dir(format!("/proc/{pid}/fd"))
                .into_iter()
                .flatten()
                .flatten()
                .any(|fd| fs::read_link(fd.path()).is_ok_and(|target| target.as_os_str() == wanted.as_str()))
        })
        .map(describe)
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_connection_leads_to_the_process_at_its_other_end() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let own = i32::try_from(std::process::id()).unwrap();
        let found = connected_from(client.local_addr().unwrap(), port);
        assert_eq!(found.iter().map(|p| p.pid).collect::<Vec<_>>(), [own]);
        assert_eq!(listening_on(port).unwrap().pid, own);
    }

    #[test]
    fn descent_is_followed_upwards_only() {
        let own = i32::try_from(std::process::id()).unwrap();
        let parent = Stat::of(own).unwrap().parent;
        assert!(descends(own, own));
        assert!(descends(own, parent));
        assert!(!descends(parent, own));
    }
}
