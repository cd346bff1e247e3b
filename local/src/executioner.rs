//! Ends the function process that made a call, as a crash in the middle of it would.

use std::io;
use std::net::SocketAddr;
use std::sync::OnceLock;

use crate::processes::{self, Process};
use crate::standin::interference::{Caller, Killer};

/// Knows the emulator all functions descend from, once it runs, and where calls arrive.
#[derive(Debug, Default)]
pub struct Executioner {
    ancestor: OnceLock<i32>,
    listeners: OnceLock<Vec<SocketAddr>>,
}

impl Executioner {
    /// From now on descendants of `ancestor` that call one of `listeners` can be killed.
    pub fn learn(&self, ancestor: i32, listeners: Vec<SocketAddr>) {
        // Learned once per stack; a second time would be the same.
        self.ancestor.set(ancestor).ok();
        self.listeners.set(listeners).ok();
    }
}

impl Killer for Executioner {
    fn kill(&self, caller: &Caller) -> io::Result<()> {
        let (Some(ancestor), Some(listeners)) = (self.ancestor.get(), self.listeners.get()) else {
            return Err(io::Error::other("the emulator is not running yet"));
        };
        let callers: Vec<Process> = listeners
            .iter()
            .flat_map(|listener| processes::connected_from(caller.peer, listener.port()))
            .collect();
        if callers.is_empty() {
            return Err(io::Error::other(
                "no process is found at the other end of the connection; this needs Linux's /proc",
            ));
        }
        let functions: Vec<&Process> = callers
            .iter()
            .filter(|p| p.pid != *ancestor && processes::descends(p.pid, *ancestor))
            .collect();
        if functions.is_empty() {
            return Err(io::Error::other(format!(
                "the caller is {}, which is none of the functions",
                callers[0]
            )));
        }
        for function in functions {
            processes::kill(function.pid)?;
        }
        Ok(())
    }
}
