//! Reading a client list: every client that can be used, and a word about each that cannot.

use std::collections::HashSet;

use serde_json::{Map, Value};
use shared::client::ClientRecord;
use shared::ids::{ClientId, CompanyId};

use crate::data_file::Fault;
use crate::list::{ListReader, Step};

/// Most skipped clients that are reported one by one.
const MAX_REPORTED: usize = 20;

/// A client that was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadClient {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Which client, if it says so.
    pub client_id: Option<ClientId>,
    /// What is wrong with it.
    pub fault: ClientFault,
}

/// What makes a client unusable. Names fields, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientFault {
    /// It is no JSON object, or has a field twice.
    #[error("it is not a JSON object, or it has a field twice")]
    NotAnObject,
    /// A required field is not there or not usable.
    #[error("{0} is missing or not usable")]
    Field(String),
    /// The name has no letters to be heard.
    #[error("name is blank")]
    BlankName,
    /// An earlier client has the same id.
    #[error("an earlier client has the same client_id")]
    Duplicate,
}

/// The usable clients of a list, in its order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientsRead {
    /// Those that can be used.
    pub clients: Vec<ClientRecord>,
    /// How many were skipped.
    pub skipped: usize,
    /// The first of them.
    pub first_skipped: Vec<BadClient>,
}

impl ClientsRead {
    fn skip(&mut self, index: usize, client_id: Option<ClientId>, fault: ClientFault) {
        self.skipped += 1;
        if self.first_skipped.len() < MAX_REPORTED {
            self.first_skipped.push(BadClient {
                index,
                client_id,
                fault,
            });
        }
    }
}

#[derive(serde::Deserialize)]
struct Head {
    company_id: CompanyId,
}

/// Reads `clients/{company}.json`. Of two clients with one id the first counts.
///
/// # Errors
/// When the file is not a list of clients, or another company's.
pub fn parse(bytes: &[u8], company: &CompanyId) -> Result<ClientsRead, Fault> {
    let head: Head = serde_json::from_slice(bytes).map_err(|error| Fault::of_json(&error))?;
    if head.company_id != *company {
        return Err(Fault::OtherCompany);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Fault::Syntax {
        byte: error.valid_up_to(),
        what: "UTF-8 is expected",
    })?;
    let mut read = ClientsRead::default();
    let mut seen = HashSet::new();
    let mut reader = ListReader::new("clients");
    let mut cursor = 0;
    while let Step::Item {
        index,
        start,
        end,
        record,
    } = reader.next::<ClientRecord>(text, &mut cursor, true)?
    {
        match record.map_or_else(|| mend(&text[start..end]), Ok) {
            Err((client_id, fault)) => read.skip(index, client_id, fault),
            Ok(client) if !client.name.chars().any(char::is_alphanumeric) => {
                read.skip(index, Some(client.client_id), ClientFault::BlankName);
            }
            Ok(client) if !seen.insert(client.client_id.clone()) => {
                read.skip(index, Some(client.client_id), ClientFault::Duplicate);
            }
            Ok(client) => read.clients.push(client),
        }
    }
    Ok(read)
}

/// Reads a client in which `null` stands for "absent", or says what is wrong with it.
fn mend(text: &str) -> Result<ClientRecord, (Option<ClientId>, ClientFault)> {
    let Ok(Value::Object(mut fields)) = serde_json::from_str(text) else {
        return Err((None, ClientFault::NotAnObject));
    };
    fields.retain(|_, value| !value.is_null());
    if let Some(client) = usable(&fields) {
        return Ok(client);
    }
    let client_id: Option<ClientId> = fields
        .get("client_id")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok());
    if client_id.is_none() {
        return Err((None, ClientFault::Field("client_id".to_owned())));
    }
    if !fields.get("name").is_some_and(Value::is_string) {
        return Err((client_id, ClientFault::Field("name".to_owned())));
    }
    let culprit = [
        "aliases",
        "phone_number",
        "address",
        "sites",
        "active",
        "jobs",
        "external_ids",
    ]
    .into_iter()
    .find(|name| {
        let mut with = Map::new();
        for kept in ["client_id", "name", name] {
            with.extend(fields.get(kept).map(|value| (kept.to_owned(), value.clone())));
        }
        usable(&with).is_none()
    });
    let fault = culprit.map_or(ClientFault::NotAnObject, |name| {
        ClientFault::Field(name.to_owned())
    });
    Err((client_id, fault))
}

fn usable(fields: &Map<String, Value>) -> Option<ClientRecord> {
    serde_json::from_value(Value::Object(fields.clone())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(list: &Value) -> Result<ClientsRead, Fault> {
        parse(list.to_string().as_bytes(), &"acme".parse().unwrap())
    }

    #[test]
    fn what_can_be_used_is_used_and_the_rest_is_named() {
        let read = read(&json!({"company_id": "acme", "clients": [
            {"client_id": "cl_1", "name": "Mrs Wen", "aliases": null},
            {"client_id": "cl_2", "name": "  "},
            {"client_id": "cl_1", "name": "Somebody else"},
            {"name": "Nobody"},
            {"client_id": "cl_3"},
            {"client_id": "cl_4", "name": "Page", "aliases": "Pages"},
            {"client_id": "cl_5", "name": "Will", "jobs": [{"job_id": 7}]},
            "cl_6",
            {"client_id": "cl_7", "name": "May", "unknown": {"kept": "elsewhere"}},
        ]}))
        .unwrap();
        let ids: Vec<_> = read
            .clients
            .iter()
            .map(|client| client.client_id.as_str())
            .collect();
        assert_eq!(ids, ["cl_1", "cl_7"]);
        let said: Vec<_> = read
            .first_skipped
            .iter()
            .map(|bad| format!("{} {}", bad.index, bad.fault))
            .collect();
        assert_eq!(
            said,
            [
                "1 name is blank",
                "2 an earlier client has the same client_id",
                "3 client_id is missing or not usable",
                "4 name is missing or not usable",
                "5 aliases is missing or not usable",
                "6 jobs is missing or not usable",
                "7 it is not a JSON object, or it has a field twice",
            ]
        );
    }

    #[test]
    fn another_companys_list_is_not_read() {
        assert_eq!(
            read(&json!({"company_id": "other", "clients": []})),
            Err(Fault::OtherCompany)
        );
        assert!(read(&json!([])).is_err());
        assert!(read(&json!({"company_id": "acme"})).is_err());
    }
}
