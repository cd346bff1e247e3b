//! Whose is a sender? No company may take another's: workers the office adds are looked at before the customer file, so
//! adding one for another company's number would send that company's notes elsewhere.

use shared::address::{Address, Channel, E164, SenderHash};
use shared::bucket::{ETag, Versioned};
use shared::customer::CustomerRecord;
use shared::ids::CustomerId;
use shared::keys;

use super::change::hashes;
use super::number::Known;
use crate::access::CompanyScope;
use crate::app::App;
use crate::error::ApiError;

/// Says nothing of whose it is.
const TAKEN: &str = "This number or user id is in use already. If it should be this company's, ask whoever runs this service.";

const OWN_OTHER: &str = "Another worker of this company has this number or user id.";

/// What is stored under a worker's hash now.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) hash: SenderHash,
    /// The company's own record there.
    pub(super) own: Option<Versioned<CustomerRecord>>,
}

impl Place {
    /// The entity tag of the record that will be replaced.
    pub(super) fn etag(&self) -> Option<&ETag> {
        self.own.as_ref().map(|own| &own.etag)
    }
}

/// The places of `record`, when no other company may be reached under what it says. S3 calls: up to 4 GETs, and 1 for the
/// customer file.
///
/// # Errors
/// [`ApiError::Conflict`].
pub(super) async fn places(
    app: &App,
    scope: &CompanyScope,
    record: &CustomerRecord,
) -> Result<Vec<Place>, ApiError> {
    let mut places = Vec::new();
    for hash in hashes(record) {
        places.push(place(app, scope, hash, &record.customer_id).await?);
    }
    if record.to.is_some() {
        // Whoever may send to any address may send to this one.
        let anywhere = CustomerRecord {
            to: None,
            ..record.clone()
        };
        for hash in hashes(&anywhere) {
            place(app, scope, hash, &record.customer_id).await?;
        }
    }
    let senders = app.customer_file.senders().await?;
    let to = record.to.as_deref().and_then(Known::read);
    for known in [&record.phone_number, &record.user_id]
        .into_iter()
        .flatten()
        .filter_map(|text| Known::read(text))
    {
        let foreign = senders.of(&known).any(|listed| {
            let apart = matches!((listed.to, &to), (Some(theirs), Some(ours)) if !theirs.may_be(ours));
            listed.company != scope.company_id() && !apart
        });
        if foreign {
            return Err(ApiError::Conflict(TAKEN));
        }
    }
    Ok(places)
}

async fn place(
    app: &App,
    scope: &CompanyScope,
    hash: SenderHash,
    worker: &CustomerId,
) -> Result<Place, ApiError> {
    let stored = app.bucket.read::<CustomerRecord>(&keys::worker(&hash)).await?;
    match &stored {
        Some(stored) if stored.value.company_id != *scope.company_id() => Err(ApiError::Conflict(TAKEN)),
        Some(stored) if stored.value.customer_id != *worker => Err(ApiError::Conflict(OWN_OTHER)),
        Some(_) | None => Ok(Place { hash, own: stored }),
    }
}

/// The company's own worker who may send as one of these, as customer-lookup would find them: the office's records first,
/// then the customer file. `None` when there is none, or when it is another company's.
///
/// # Errors
/// [`ApiError`].
pub async fn own_worker(app: &App, scope: &CompanyScope, sender: &Sender) -> Result<Option<Found>, ApiError> {
    match found(app, sender).await? {
        Holder::Office(key, record) if record.company_id == *scope.company_id() => Ok(Some(Found {
            customer_id: record.customer_id,
            active: record.active,
            key,
        })),
        Holder::File => {
            let rows = app.customer_file.rows(scope.company_id()).await?;
            let known = sender.known();
            let mine = rows.iter().find(|row| {
                let texts = [&row.phone_number, &row.user_id].into_iter().flatten();
                let mut knowns = texts.filter_map(|text| Known::read(text));
                let for_us = row.to.as_deref().and_then(Known::read).is_none_or(|to| {
                    sender
                        .to
                        .as_ref()
                        .is_none_or(|ours| to.may_be(&Known::of_number(ours)))
                });
                for_us && knowns.any(|one| known.iter().any(|sender| sender.may_be(&one)))
            });
            Ok(mine.map(|row| Found {
                customer_id: row.customer_id.clone(),
                active: row.active,
                key: app.config.customer_data_key.clone(),
            }))
        }
        Holder::Office(..) | Holder::Nobody => Ok(None),
    }
}

/// Whether a sender is some worker's, of whichever company.
///
/// # Errors
/// [`ApiError`].
pub async fn is_held(app: &App, sender: &Sender) -> Result<bool, ApiError> {
    Ok(!matches!(found(app, sender).await?, Holder::Nobody))
}

/// A worker of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Who.
    pub customer_id: CustomerId,
    /// False: not any more.
    pub active: bool,
    /// The object that says so.
    pub key: String,
}

/// Somebody who sent a message.
#[derive(Debug, Clone)]
pub struct Sender {
    /// By number and by user id.
    pub addresses: Vec<Address>,
    /// Which number they wrote to.
    pub to: Option<E164>,
}

impl Sender {
    fn known(&self) -> Vec<Known> {
        self.addresses
            .iter()
            .filter_map(|address| Known::read(address.as_str()))
            .collect()
    }
}

enum Holder {
    Office(String, Box<CustomerRecord>),
    File,
    Nobody,
}

async fn found(app: &App, sender: &Sender) -> Result<Holder, ApiError> {
    let to: Option<Address> = sender.to.as_ref().and_then(|to| to.as_str().parse().ok());
    let mut places = vec![to.as_ref(), None];
    places.dedup();
    for to in places {
        for address in &sender.addresses {
            let hash = SenderHash::of_worker(Channel::Whatsapp, address, to);
            let key = keys::worker(&hash);
            if let Some(record) = app.bucket.read::<CustomerRecord>(&key).await? {
                return Ok(Holder::Office(key, Box::new(record.value)));
            }
        }
    }
    let senders = app.customer_file.senders().await?;
    let to = sender.to.as_ref().map(Known::of_number);
    let listed = sender.known().iter().any(|known| {
        let mut listed = senders.of(known);
        listed.any(|one| {
            one.to
                .is_none_or(|theirs| to.as_ref().is_none_or(|ours| theirs.may_be(ours)))
        })
    });
    Ok(if listed { Holder::File } else { Holder::Nobody })
}
