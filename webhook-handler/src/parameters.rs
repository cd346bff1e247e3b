//! A request's parameters, decoded: what is signed and, after verification, what is interpreted. One decoding serves
//! both, so that nothing can be read from a request in another way than it was signed.

use std::collections::BTreeMap;
use std::fmt;

use shared::message::OtherParameters;

/// Decoded parameters in the byte order of their names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<String, Vec<String>>);

impl Parameters {
    /// Adds a value of a parameter.
    pub fn add(&mut self, name: String, value: String) {
        self.0.entry(name).or_default().push(value);
    }

    /// The same with each parameter's values sorted and unique, which is how Twilio signs a repeated one.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        for values in self.0.values_mut() {
            values.sort_unstable();
            values.dedup();
        }
        self
    }

    /// Name and value, once for each value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A parameter's first value that says something.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.get(name)?.iter();
        values.find(|value| !value.is_empty()).map(String::as_str)
    }

    /// Takes out a parameter's first value that says something. Further values stay behind, an empty one does not.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let mut values = self.0.remove(name)?;
        values.retain(|value| !value.is_empty());
        if values.is_empty() {
            return None;
        }
        let first = values.remove(0);
        if !values.is_empty() {
            self.0.insert(name.to_owned(), values);
        }
        Some(first)
    }

    /// Whatever was not taken.
    #[must_use]
    pub fn into_other(self) -> OtherParameters {
        self.0
    }
}

/// Shows how many there are: names may be as personal as values.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parameters({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        let mut parameters = Parameters::default();
        for (name, value) in pairs {
            parameters.add((*name).to_owned(), (*value).to_owned());
        }
        parameters
    }

    #[test]
    fn a_repeated_parameter_is_taken_once_and_the_rest_is_kept() {
        let mut given = parameters(&[("A", "2"), ("A", ""), ("A", "1")]).canonical();
        assert_eq!(given.take("A").as_deref(), Some("1"));
        assert_eq!(given.into_other()["A"], ["2"]);
    }

    #[test]
    fn an_empty_value_says_nothing_but_is_signed() {
        let mut given = parameters(&[("A", "")]);
        assert_eq!(given.pairs().collect::<Vec<_>>(), [("A", "")]);
        assert_eq!(given.get("A"), None);
        assert_eq!(given.take("A"), None);
        assert!(given.into_other().is_empty());
    }

    #[test]
    fn names_are_in_byte_order() {
        let given = parameters(&[
            ("a", "1"),
            ("B", "2"),
            ("\u{ffff}", "4"),
            ("\u{10000}", "5"),
            ("Ab", "3"),
        ]);
        assert_eq!(
            given.names().collect::<Vec<_>>(),
            ["Ab", "B", "a", "\u{ffff}", "\u{10000}"]
        );
    }
}
