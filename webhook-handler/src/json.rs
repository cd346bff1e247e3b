//! Parameters from a JSON body: one flat object with the names a form would have.

use serde_json::Value;

use crate::parameters::Parameters;

/// The body is not a JSON object. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the body is not a JSON object (line {line}, column {column})")]
pub struct NotAnObject {
    /// Where reading stopped; 0 when it is JSON of another kind.
    pub line: usize,
    /// Where reading stopped; 0 when it is JSON of another kind.
    pub column: usize,
}

/// Reads a JSON object. Numbers and booleans become their text, arrays repeated values, nested objects JSON text; null
/// is absence.
///
/// # Errors
/// [`NotAnObject`].
pub fn parse(body: &[u8]) -> Result<Parameters, NotAnObject> {
    let value: Value = serde_json::from_slice(body).map_err(|error| NotAnObject {
        line: error.line(),
        column: error.column(),
    })?;
    let Value::Object(object) = value else {
        return Err(NotAnObject { line: 0, column: 0 });
    };
    let mut parameters = Parameters::default();
    for (name, value) in object {
        match value {
            Value::Array(values) => {
                for value in values {
                    add(&mut parameters, &name, value);
                }
            }
            single => add(&mut parameters, &name, single),
        }
    }
    Ok(parameters)
}

fn add(parameters: &mut Parameters, name: &str, value: Value) {
    let text = match value {
        Value::Null => return,
        Value::String(text) => text,
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
    };
    parameters.add(name.to_owned(), text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_reads_like_a_form() {
        let parsed =
            parse(br#"{"Body":"hi","NumMedia":1,"Forwarded":true,"Gone":null,"A":["x","y"],"O":{"k":1}}"#);
        let parsed = parsed.unwrap();
        let pairs: Vec<_> = parsed.pairs().collect();
        assert_eq!(
            pairs,
            [
                ("A", "x"),
                ("A", "y"),
                ("Body", "hi"),
                ("Forwarded", "true"),
                ("NumMedia", "1"),
                ("O", r#"{"k":1}"#),
            ]
        );
    }

    #[test]
    fn anything_else_is_refused_without_repeating_it() {
        for body in [&b""[..], b"[]", b"\"secret\"", b"{\"secret\"", b"\xff", b"null"] {
            let error = parse(body).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
