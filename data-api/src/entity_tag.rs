//! Entity tags in requests (RFC 9110, 8.8.3 and 13.1): has the client seen what there is now?

use http::HeaderMap;
use http::header::{IF_MATCH, IF_NONE_MATCH};

use crate::error::ApiError;

/// Whether `If-Match` names the entity tag of what is about to be changed. `*` does not: it is said by who has not looked.
///
/// # Errors
/// [`ApiError::PreconditionRequired`] or [`ApiError::PreconditionFailed`].
pub fn matches(headers: &HeaderMap, etag: &str) -> Result<(), ApiError> {
    if !headers.contains_key(IF_MATCH) {
        return Err(ApiError::PreconditionRequired);
    }
    // A gateway or a client may have lost the quotes; what is between them is what counts.
    if named(headers, IF_MATCH).any(|tag| bare(tag) == bare(etag)) {
        Ok(())
    } else {
        Err(ApiError::PreconditionFailed)
    }
}

/// Whether `If-None-Match` names this entity tag, so that it need not be sent again. A proxy that compresses answers makes
/// their tags weak; those count too.
#[must_use]
pub fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    named(headers, IF_NONE_MATCH).any(|tag| bare(tag.trim_start_matches("W/")) == bare(etag))
}

fn named(headers: &HeaderMap, header: http::HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(header).into_iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
}

fn bare(tag: &str) -> &str {
    tag.trim_matches('"')
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: http::HeaderName, values: &[&'static str]) -> HeaderMap {
        let pairs = values
            .iter()
            .map(|value| (name.clone(), HeaderValue::from_static(value)));
        pairs.collect()
    }

    #[test]
    fn a_change_needs_the_very_tag() {
        for good in ["\"a\"", "a", "\"x\", \"a\""] {
            assert!(matches(&headers(IF_MATCH, &[good]), "\"a\"").is_ok(), "{good}");
        }
        for other in ["\"b\"", "", "*", "W/\"a\"", "\"ab\""] {
            let refused = matches(&headers(IF_MATCH, &[other]), "\"a\"");
            assert!(matches!(refused, Err(ApiError::PreconditionFailed)), "{other}");
        }
        let silent = matches(&HeaderMap::new(), "\"a\"");
        assert!(matches!(silent, Err(ApiError::PreconditionRequired)));
    }

    #[test]
    fn what_is_known_is_known_by_a_weak_tag_too() {
        for known in [
            &["\"a\""][..],
            &["W/\"a\""],
            &["\"x\", W/\"a\""],
            &["\"x\"", "\"a\""],
        ] {
            assert!(is_known(&headers(IF_NONE_MATCH, known), "\"a\""), "{known:?}");
        }
        assert!(!is_known(&headers(IF_NONE_MATCH, &["\"b\""]), "\"a\""));
        assert!(!is_known(&HeaderMap::new(), "\"a\""));
    }
}
