//! A client list as the office sends it, checked row by row before anything of it is stored.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};
use shared::client::ClientRecord;
use shared::ids::{ClientId, random_hex32};

use crate::error::{ApiError, RowFault};

/// Most clients of a company.
pub const MAX_CLIENTS: usize = 50_000;
/// Most other names of one client.
pub const MAX_ALIASES: usize = 50;
/// Longest name, characters: longer ones are not listened for.
pub const MAX_NAME_CHARS: usize = 100;
/// Longest address or number, characters.
pub const MAX_DETAIL_CHARS: usize = 300;

/// A client's fields, those that nobody here knows among them.
pub type Fields = Map<String, Value>;

/// A row and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// For the person who sent it.
    pub number: usize,
    /// What it says.
    pub fields: Fields,
}

/// The clients of `rows`, each with an id, no id twice. A client without an id is the one of that name in `before`, else a
/// new one.
///
/// # Errors
/// [`ApiError::Rows`] with everything that is wrong.
pub fn checked(rows: Vec<Row>, before: &[Fields]) -> Result<Vec<Fields>, ApiError> {
    if rows.len() > MAX_CLIENTS {
        let why = format!("A client list has at most {MAX_CLIENTS} clients.");
        return Err(ApiError::parameter("body", why));
    }
    let mut faults = Vec::new();
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let mut nameless = Vec::new();
    let mut clients = Vec::with_capacity(rows.len());
    for Row { number, mut fields } in rows {
        // As everywhere in stored records, null is absent.
        fields.retain(|_, value| !value.is_null());
        if fields
            .get("client_id")
            .and_then(Value::as_str)
            .is_some_and(|id| id.trim().is_empty())
        {
            fields.remove("client_id");
        }
        if let Err((column, detail)) = usable(&mut fields) {
            faults.push(fault(number, Some(column), detail));
            continue;
        }
        match id_of(&fields) {
            Some(id) => {
                if let Some(first) = by_id.insert(id.to_owned(), number) {
                    let detail = format!("Row {first} has the same client_id.");
                    faults.push(fault(number, Some("client_id"), detail));
                }
            }
            None => nameless.push((clients.len(), number)),
        }
        clients.push(fields);
    }
    name(
        &mut clients,
        &nameless,
        by_id.keys().cloned().collect(),
        before,
        &mut faults,
    );
    if faults.is_empty() {
        Ok(clients)
    } else {
        faults.sort_by_key(|fault| fault.row);
        Err(ApiError::Rows(faults))
    }
}

/// What is wrong with a row.
pub(super) fn fault(row: usize, column: Option<&str>, detail: impl Into<String>) -> RowFault {
    RowFault {
        row,
        column: column.map(str::to_owned),
        detail: detail.into(),
    }
}

/// A client's id.
pub(super) fn id_of(fields: &Fields) -> Option<&str> {
    fields.get("client_id").and_then(Value::as_str)
}

fn name_of(fields: &Fields) -> String {
    let name = fields.get("name").and_then(Value::as_str).unwrap_or_default();
    name.trim().to_lowercase()
}

/// Gives ids to the clients that have none.
fn name(
    clients: &mut [Fields],
    nameless: &[(usize, usize)],
    mut taken: HashSet<String>,
    before: &[Fields],
    faults: &mut Vec<RowFault>,
) {
    let mut known: HashMap<String, Vec<&str>> = HashMap::new();
    for fields in before {
        known.entry(name_of(fields)).or_default().extend(id_of(fields));
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, number) in nameless {
        let Some(fields) = clients.get_mut(*at) else {
            continue;
        };
        let name = name_of(fields);
        if let Some(first) = seen.insert(name.clone(), *number) {
            let detail = format!("Row {first} has the same name. Give both a client_id to tell them apart.");
            faults.push(fault(*number, Some("name"), detail));
            continue;
        }
        let id = match known.get(&name).map(Vec::as_slice) {
            Some([id]) if !taken.contains(*id) => (*id).to_owned(),
            Some(_) | None => format!("cl_{}", random_hex32().get(..12).unwrap_or_default()),
        };
        taken.insert(id.clone());
        fields.insert("client_id".to_owned(), json!(id));
    }
}

/// Trims what is text and checks every field. Names the field that cannot be used.
fn usable(fields: &mut Fields) -> Result<(), (&'static str, String)> {
    for (name, most) in [
        ("client_id", MAX_DETAIL_CHARS),
        ("name", MAX_NAME_CHARS),
        ("phone_number", MAX_DETAIL_CHARS),
        ("address", MAX_DETAIL_CHARS),
    ] {
        let Some(value) = fields.get_mut(name) else {
            continue;
        };
        let text = value
            .as_str()
            .ok_or_else(|| (name, "This is a text.".to_owned()))?;
        let trimmed = line(text, most).map_err(|why| (name, why))?;
        *value = json!(trimmed);
    }
    if let Some(id) = id_of(fields) {
        let why =
            "A client_id has 1 to 128 letters, digits, dots, - or _, and starts with a letter or digit.";
        id.parse::<ClientId>()
            .map_err(|_| ("client_id", why.to_owned()))?;
    }
    let heard = fields.get("name").and_then(Value::as_str);
    if !heard.is_some_and(|name| name.chars().any(char::is_alphanumeric)) {
        return Err(("name", "A client needs a name with letters in it.".to_owned()));
    }
    if let Some(aliases) = fields.get_mut("aliases") {
        *aliases = json!(names(aliases).map_err(|why| ("aliases", why))?);
    }
    whole(fields)
}

fn line(text: &str, most: usize) -> Result<String, String> {
    let trimmed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if trimmed.chars().count() > most || trimmed.chars().any(char::is_control) {
        return Err(format!("This is text of at most {most} characters."));
    }
    Ok(trimmed)
}

fn names(value: &Value) -> Result<Vec<String>, String> {
    let why = || "Other names are a list of texts.".to_owned();
    let list = value.as_array().ok_or_else(why)?;
    if list.len() > MAX_ALIASES {
        return Err(format!("A client has at most {MAX_ALIASES} other names."));
    }
    let read = |name: &Value| line(name.as_str().ok_or_else(why)?, MAX_NAME_CHARS);
    let names = list.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().filter(|name| !name.is_empty()).collect())
}

/// Whether what is stored can be read again; if not, which field is to blame.
fn whole(fields: &Fields) -> Result<(), (&'static str, String)> {
    let reads = |fields: &Fields| {
        let mut fields = fields.clone();
        fields.entry("client_id").or_insert(json!("cl_0"));
        serde_json::from_value::<ClientRecord>(Value::Object(fields)).is_ok()
    };
    if reads(fields) {
        return Ok(());
    }
    let known = ["active", "sites", "jobs", "external_ids"];
    let culprit = known.into_iter().find(|name| {
        let mut alone = Fields::new();
        alone.insert("name".to_owned(), json!("x"));
        alone.extend(fields.get(*name).map(|value| ((*name).to_owned(), value.clone())));
        !reads(&alone)
    });
    Err((
        culprit.unwrap_or("name"),
        "This is not of the shape it has in the list.".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(list: Value) -> Vec<Row> {
        let list: Vec<Fields> = serde_json::from_value(list).unwrap();
        list.into_iter()
            .zip(1..)
            .map(|(fields, number)| Row { number, fields })
            .collect()
    }

    #[test]
    fn a_client_keeps_its_id_by_name_and_a_new_one_gets_one() {
        let before = rows(
            json!([{"client_id": "cl_1", "name": "Mrs Wen"}, {"client_id": "cl_2", "name": "Page"},
            {"client_id": "cl_3", "name": "page"}]),
        );
        let before: Vec<Fields> = before.into_iter().map(|row| row.fields).collect();
        let list = json!([{"name": " mrs  wen "}, {"name": "Page", "client_id": ""}, {"name": "New", "later": {"kept": 1}}]);
        let clients = checked(rows(list), &before).unwrap();
        assert_eq!(id_of(&clients[0]), Some("cl_1"));
        assert_eq!(clients[0]["name"], "mrs wen");
        for client in &clients[1..] {
            assert_eq!(id_of(client).unwrap().len(), 15, "{client:?}");
        }
        assert_eq!(clients[2]["later"]["kept"], 1);
    }

    #[test]
    fn every_faulty_row_is_named() {
        let list = json!([{"client_id": "cl_1", "name": "A"}, {"client_id": "cl_1", "name": "B"}, {"name": "  "},
            {"client_id": "../x", "name": "C"}, {"name": "D", "aliases": "d"}, {"name": "E", "jobs": [{"job_id": 7}]},
            {"name": "F"}, {"name": "f"}, {"name": 7}, {"name": "G", "active": "yes"}, {"name": "x".repeat(101)}]);
        let ApiError::Rows(faults) = checked(rows(list), &[]).unwrap_err() else {
            panic!()
        };
        let named: Vec<_> = faults
            .iter()
            .map(|fault| (fault.row, fault.column.as_deref().unwrap()))
            .collect();
        let expected = [
            (2, "client_id"),
            (3, "name"),
            (4, "client_id"),
            (5, "aliases"),
            (6, "jobs"),
            (8, "name"),
            (9, "name"),
            (10, "active"),
            (11, "name"),
        ];
        assert_eq!(named, expected);
    }
}
