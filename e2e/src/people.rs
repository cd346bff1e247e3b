//! A company and a worker that no other test knows.

use serde_json::json;
use shared::address::{Address, Channel, SenderHash};
use shared::client::{ClientList, ClientRecord};
use shared::ids::{ClientId, CompanyId};
use shared::keys;

use crate::stack::Stack;

/// A worker the office has added.
#[derive(Debug, Clone)]
pub struct Worker {
    /// With `whatsapp:`.
    pub address: String,
    /// Their company, which has nobody else.
    pub company_id: String,
}

/// An address nobody has: a country code that is not assigned (ITU-T E.164, "Spare code") and ten random digits.
#[must_use]
pub fn fresh_address() -> String {
    let digits: String = shared::ids::random_hex32()
        .bytes()
        .map(|byte| char::from(b'0' + byte % 10))
        .take(10)
        .collect();
    format!("whatsapp:+999{digits}")
}

/// Adds a worker of a new company with these clients.
///
/// # Errors
/// When the bucket does not take the records.
pub async fn worker(stack: &Stack, clients: &[&str]) -> anyhow::Result<Worker> {
    let address = fresh_address();
    let company_id = format!("e2e-{}", shared::ids::random_hex32());
    let company: CompanyId = company_id.parse()?;
    let list = ClientList {
        company_id: company.clone(),
        clients: clients
            .iter()
            .enumerate()
            .map(|(index, name)| client(index, name))
            .collect::<anyhow::Result<_>>()?,
    };
    stack.objects.put_json(&keys::clients(&company), &list).await?;
    let parsed: Address = address.parse()?;
    let record = json!({
        "customer_id": "cu_1",
        "company_id": company_id,
        "company_name": "End to End Plumbing",
        "phone_number": address,
        "name": "Robin Tester",
        "locale": "en",
    });
    let key = keys::worker(&SenderHash::of_worker(Channel::Whatsapp, &parsed, None));
    stack.objects.put_json(&key, &record).await?;
    Ok(Worker { address, company_id })
}

fn client(index: usize, name: &str) -> anyhow::Result<ClientRecord> {
    let id: ClientId = format!("cl_{}", index + 1).parse()?;
    Ok(serde_json::from_value(json!({ "client_id": id, "name": name }))?)
}
