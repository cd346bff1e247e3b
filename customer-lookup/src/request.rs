//! Reading a request: one of two questions, and a clear word about anything else.
//!
//! Messages name fields and never repeat values, because they end up in the caller's log.

use serde_json::{Map, Value};
use shared::ids::CompanyId;
use shared::lookup::{ClientQuery, MAX_CANDIDATES, MAX_VOCABULARY, SenderQuery};

use crate::error::LookupError;

const SENDER_FIELDS: [&str; 4] = ["phone_number", "user_id", "to", "vocabulary"];
const CLIENT_FIELDS: [&str; 3] = ["company_id", "text", "limit"];

/// Candidates returned when the request does not say how many.
const DEFAULT_LIMIT: usize = 5;

/// A question this function answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Who is this sender?
    Sender(SenderQuery),
    /// Which clients do these words mention?
    Clients(ClientQuery),
}

impl Request {
    /// Reads a request. A field that is `null` counts as absent; counts above the contract's limits are lowered to them.
    ///
    /// # Errors
    /// [`LookupError::InvalidRequest`] naming what is wrong.
    pub fn parse(payload: Value) -> Result<Self, LookupError> {
        let Value::Object(mut fields) = payload else {
            return Err(invalid("the request is not a JSON object"));
        };
        fields.retain(|_, value| !value.is_null());
        if let Some(unknown) = fields
            .keys()
            .find(|name| !SENDER_FIELDS.contains(&name.as_str()) && !CLIENT_FIELDS.contains(&name.as_str()))
        {
            return Err(invalid(unknown_field(unknown)));
        }
        let about_clients = CLIENT_FIELDS.iter().any(|name| fields.contains_key(*name));
        let about_sender = SENDER_FIELDS.iter().any(|name| fields.contains_key(*name));
        match (about_sender, about_clients) {
            (true, false) => sender(&mut fields).map(Self::Sender),
            (false, true) => clients(&mut fields).map(Self::Clients),
            (true, true) => Err(invalid(
                "the request mixes the fields of a sender query with those of a client query",
            )),
            (false, false) => Err(invalid(
                "the request is empty: give phone_number or user_id, or company_id and text",
            )),
        }
    }
}

fn sender(fields: &mut Map<String, Value>) -> Result<SenderQuery, LookupError> {
    let query = SenderQuery {
        phone_number: text(fields, "phone_number")?,
        user_id: text(fields, "user_id")?,
        to: text(fields, "to")?,
        vocabulary: count(fields, "vocabulary", MAX_VOCABULARY)?,
    };
    if query.phone_number.is_none() && query.user_id.is_none() {
        return Err(invalid("phone_number or user_id is missing"));
    }
    Ok(query)
}

fn clients(fields: &mut Map<String, Value>) -> Result<ClientQuery, LookupError> {
    let company_id = text(fields, "company_id")?.ok_or_else(|| invalid("company_id is missing"))?;
    let company_id =
        CompanyId::try_from(company_id).map_err(|why| invalid(format!("company_id is {why}")))?;
    Ok(ClientQuery {
        company_id,
        text: text(fields, "text")?.ok_or_else(|| invalid("text is missing"))?,
        limit: count(fields, "limit", MAX_CANDIDATES)?.unwrap_or(DEFAULT_LIMIT),
    })
}

fn text(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, LookupError> {
    match fields.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(format!("{name} is not a string"))),
    }
}

fn count(fields: &mut Map<String, Value>, name: &str, most: usize) -> Result<Option<usize>, LookupError> {
    match fields.remove(name) {
        None => Ok(None),
        Some(value) => match value.as_u64() {
            Some(count) => Ok(Some(usize::try_from(count).unwrap_or(most).min(most))),
            None => Err(invalid(format!("{name} is not a whole number from 0"))),
        },
    }
}

/// Names a field only when it looks like one: a mixed-up request may have a number or a name in its place.
fn unknown_field(name: &str) -> String {
    let looks_like_one = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if looks_like_one {
        format!("unknown field {name:?}")
    } else {
        "unknown field".to_owned()
    }
}

pub(crate) fn invalid(what: impl Into<String>) -> LookupError {
    LookupError::InvalidRequest(what.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(payload: Value) -> String {
        let error = Request::parse(payload).unwrap_err();
        assert_eq!(error.error_type(), "InvalidRequest");
        error.to_string()
    }

    #[test]
    fn the_two_questions_are_read() {
        let asked = Request::parse(json!({"phone_number": "whatsapp:+61 400 000 001", "vocabulary": 100}));
        let Request::Sender(query) = asked.unwrap() else {
            panic!("a sender query")
        };
        assert_eq!(query.phone_number.as_deref(), Some("whatsapp:+61 400 000 001"));
        assert_eq!(query.vocabulary, Some(100));

        let asked = Request::parse(json!({"company_id": "acme", "text": "order the mixer"}));
        let Request::Clients(query) = asked.unwrap() else {
            panic!("a client query")
        };
        assert_eq!((query.company_id.as_str(), query.limit), ("acme", 5));
    }

    #[test]
    fn null_is_absent_and_counts_have_a_ceiling() {
        let payload =
            json!({"phone_number": null, "user_id": "US.1", "to": null, "vocabulary": 4_000_000_000_u64});
        let Request::Sender(query) = Request::parse(payload).unwrap() else {
            panic!("a sender query")
        };
        assert_eq!(
            (query.phone_number, query.to, query.vocabulary),
            (None, None, Some(MAX_VOCABULARY))
        );
        let Request::Clients(query) =
            Request::parse(json!({"company_id": "acme", "text": "", "limit": 1000})).unwrap()
        else {
            panic!("a client query")
        };
        assert_eq!(query.limit, MAX_CANDIDATES);
    }

    #[test]
    fn anything_else_is_told_what_is_wrong_with_it() {
        for (payload, part) in [
            (json!(null), "not a JSON object"),
            (json!([1]), "not a JSON object"),
            (json!("whatsapp:+61400000001"), "not a JSON object"),
            (json!({}), "empty"),
            (json!({"phone_number": null}), "empty"),
            (
                json!({"to": "+61491570110"}),
                "phone_number or user_id is missing",
            ),
            (json!({"phone_number": 61400}), "phone_number is not a string"),
            (
                json!({"phone_number": "+61400000001", "vocabulary": -1}),
                "vocabulary is not a whole number",
            ),
            (json!({"phone_number": "+61400000001", "text": "hi"}), "mixes"),
            (
                json!({"phone_number": "+61400000001", "phone": "x"}),
                "unknown field \"phone\"",
            ),
            (json!({"text": "hi"}), "company_id is missing"),
            (json!({"company_id": "acme"}), "text is missing"),
            (
                json!({"company_id": "records", "text": "hi"}),
                "company_id is not a valid company_id",
            ),
            (
                json!({"company_id": "acme", "text": {"a": 1}}),
                "text is not a string",
            ),
            (
                json!({"company_id": "acme", "text": "hi", "limit": 1.5}),
                "limit is not a whole number",
            ),
        ] {
            let message = refusal(payload);
            assert!(message.contains(part), "{part} in {message}");
        }
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        for payload in [
            json!({"phone_number": ["+61400000001"]}),
            json!({"company_id": "Mrs Papadopoulos", "text": "hi"}),
            json!({"company_id": 61_400_000_001_u64, "text": "hi"}),
        ] {
            let message = refusal(payload);
            assert!(
                !message.contains("61400000001") && !message.contains("Papadopoulos"),
                "{message}"
            );
        }
        assert_eq!(refusal(json!({"+61400000001": 1})), "unknown field");
        assert_eq!(refusal(json!({"x".repeat(5000): 1})), "unknown field");
    }
}
