//! What the developer sees: short lines on standard output, problems on standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Output that can be silent, for stacks that run beside something else.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    started: Instant,
    quiet: bool,
}

impl Terminal {
    /// Starts the clock its progress lines show.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        Self {
            started: Instant::now(),
            quiet,
        }
    }

    /// A step of the work, with the seconds since the start.
    pub fn progress(&self, line: impl Display) {
        if !self.quiet {
            say(format_args!("{:>6.1} s  {line}", self.elapsed().as_secs_f64()));
        }
    }

    /// How long it has been running.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// A heading with an empty line above.
    pub fn heading(&self, title: impl Display) {
        if !self.quiet {
            say(format_args!("\n{title}"));
        }
    }

    /// Text, each line indented.
    pub fn block(&self, text: &str) {
        if !self.quiet {
            for line in text.lines() {
                say(format_args!("    {line}"));
            }
        }
    }
}

/// One line on standard output. Whoever closed it does not want to know.
pub fn say(line: impl Display) {
    drop(writeln!(io::stdout().lock(), "{line}"));
}

/// A problem, on standard error.
pub fn complain(problem: impl Display) {
    drop(writeln!(io::stderr().lock(), "{problem}"));
}
