//! Decoding of `application/x-www-form-urlencoded` (URL Living Standard, section 5.1), but strict about UTF-8: a
//! replacement character would be signed by nobody and read by everybody.

use percent_encoding::percent_decode;

use crate::parameters::Parameters;

/// The body is not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form is not UTF-8")]
pub struct NotUtf8;

/// Decodes a form body or a query. Values of a repeated name are sorted and unique; an empty name or value is kept; a
/// `%` that starts no escape stands for itself.
///
/// # Errors
/// [`NotUtf8`] when a decoded name or value is not UTF-8.
pub fn parse(encoded: &[u8]) -> Result<Parameters, NotUtf8> {
    let mut parameters = Parameters::default();
    for pair in encoded
        .split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        let middle = pair.iter().position(|&byte| byte == b'=');
        let (name, value) = match middle {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[][..]),
        };
        parameters.add(decode(name)?, decode(value)?);
    }
    Ok(parameters.canonical())
}

fn decode(encoded: &[u8]) -> Result<String, NotUtf8> {
    // The plus is replaced first: a plus sign that was sent is written %2B.
    let spaced: Vec<u8> = encoded
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    String::from_utf8(percent_decode(&spaced).collect()).map_err(|_| NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_as_browsers_and_the_vendor_do() {
        let parsed = parse(b"Body=caf%C3%A9+%26+50%25+%2B&Empty=&&NoValue&=NoName&Odd=%zz%4&x=a=b").unwrap();
        let pairs: Vec<_> = parsed.pairs().collect();
        assert_eq!(
            pairs,
            [
                ("", "NoName"),
                ("Body", "café & 50% +"),
                ("Empty", ""),
                ("NoValue", ""),
                ("Odd", "%zz%4"),
                ("x", "a=b"),
            ]
        );
    }

    #[test]
    fn repeated_values_are_sorted_and_unique() {
        let parsed = parse(b"D=5678&D=1234&D=1234").unwrap();
        assert_eq!(parsed.pairs().collect::<Vec<_>>(), [("D", "1234"), ("D", "5678")]);
    }

    #[test]
    fn what_is_not_utf8_is_refused_raw_and_escaped() {
        for body in [&b"Body=\xff"[..], b"Body=%ff", b"%c3=1", b"\xed\xa0\x80=1"] {
            assert_eq!(parse(body), Err(NotUtf8));
        }
    }
}
