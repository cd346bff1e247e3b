//! Configuration from the environment: read once at start-up, every problem named by its variable and all of them
//! reported together, so that one failed start is enough to mend a deployment.

use std::collections::BTreeMap;
use std::str::FromStr;

/// One or more variables are missing or unusable.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {}", .0.join("; "))]
pub struct ConfigError(pub Vec<String>);

/// Reads variables and collects what is wrong with them.
///
/// ```
/// # use shared::config::Env;
/// let mut env = Env::from([("QUEUE_URL", "https://queue"), ("HOURS", "24")]);
/// let queue = env.required("QUEUE_URL");
/// let hours: u32 = env.parsed_or("HOURS", 1);
/// env.finish().unwrap();
/// assert_eq!((queue.as_str(), hours), ("https://queue", 24));
/// ```
#[derive(Debug)]
pub struct Env {
    variables: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl<const N: usize> From<[(&str, &str); N]> for Env {
    fn from(variables: [(&str, &str); N]) -> Self {
        let variables = variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        Self {
            variables,
            problems: Vec::new(),
        }
    }
}

impl Env {
    /// The environment of this process. Variables that are not UTF-8 count as absent.
    #[must_use]
    pub fn process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        Self {
            variables,
            problems: Vec::new(),
        }
    }

    /// The variable's value; absent when it is unset or empty (a template cannot leave a variable out).
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        self.variables
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    }

    /// The variable's value; a missing one is a problem.
    pub fn required(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.problems.push(format!("{name} is not set"));
            String::new()
        })
    }

    /// The variable parsed, or `default` when it is absent; an unparsable one is a problem.
    pub fn parsed_or<T: FromStr>(&mut self, name: &str, default: T) -> T
    where
        T::Err: std::fmt::Display,
    {
        let Some(text) = self.optional(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|why| {
            self.problems.push(format!("{name} is not usable: {why}"));
            default
        })
    }

    /// Adds a problem that is not about one variable alone, such as two settings that contradict each other.
    pub fn problem(&mut self, what: impl Into<String>) {
        self.problems.push(what.into());
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// With every problem found.
    pub fn finish(self) -> Result<(), ConfigError> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(ConfigError(self.problems))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_named_at_once() {
        let mut env = Env::from([("LEASE_SECONDS", "soon"), ("EMPTY", "  ")]);
        let _ = env.required("QUEUE_URL");
        let _ = env.required("EMPTY");
        let _: u32 = env.parsed_or("LEASE_SECONDS", 60);
        let message = env.finish().unwrap_err().to_string();
        for part in [
            "QUEUE_URL is not set",
            "EMPTY is not set",
            "LEASE_SECONDS is not usable",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }
}
