//! A company's clients, as an index of what they may be called: built from the office's list and from what workers taught,
//! and built again when either changes.

use std::sync::Arc;

use shared::client::LearnedAliases;
use shared::ids::CompanyId;
use shared::keys;
use shared::limits::MAX_RECORD_BYTES;
use tokio::sync::Mutex;

use crate::client_index::ClientIndex;
use crate::client_list::{self, ClientsRead};
use crate::data_file::{DataFile, Fault};
use crate::error::LookupError;
use crate::reporter::Finding;
use crate::shelf::Shelf;
use crate::store::{Cached, Presence, Store, fetch};

/// Most companies whose clients are held. An index of 10,000 clients takes some ten megabytes.
const MAX_COMPANIES: usize = 16;

/// Largest client list read, bytes: 100,000 clients with addresses and jobs.
const MAX_CLIENT_FILE_BYTES: usize = 32 * 1024 * 1024;

/// Every company's clients.
#[derive(Debug)]
pub(crate) struct Clients(Shelf<CompanyId, CompanyClients>);

#[derive(Debug)]
struct CompanyClients {
    list: Cached<ClientsRead>,
    learned: Cached<LearnedAliases>,
    built: Mutex<Option<Built>>,
}

/// An index and the versions it was built from.
#[derive(Debug)]
struct Built {
    list: Option<Arc<ClientsRead>>,
    learned: Option<Arc<LearnedAliases>>,
    index: Arc<ClientIndex>,
}

impl Clients {
    pub(crate) fn new() -> Self {
        Self(Shelf::new(MAX_COMPANIES))
    }

    /// The index of the company's clients. A list that cannot be used counts as empty when there was no usable one before:
    /// somebody has been told, and notes are filed without a client rather than not at all.
    pub(crate) async fn index(
        &self,
        store: &Store,
        company: &CompanyId,
    ) -> Result<Arc<ClientIndex>, LookupError> {
        let clients = self.0.get_or_add(company, || CompanyClients::new(company));
        let (list, learned) = tokio::join!(clients.list(store, company), clients.learned(store, company));
        let (list, learned) = (or_none(list)?, or_none(learned)?);
        let mut built = clients.built.lock().await;
        if let Some(built) = built.as_ref()
            && same(built.list.as_ref(), list.as_ref())
            && same(built.learned.as_ref(), learned.as_ref())
        {
            return Ok(Arc::clone(&built.index));
        }
        if let Some(read) = list.as_ref().filter(|read| read.skipped > 0)
            && !built
                .as_ref()
                .is_some_and(|built| same(built.list.as_ref(), Some(read)))
        {
            store.reporter.report(&Finding::ClientsSkipped {
                company_id: company,
                count: read.skipped,
                first: &read.first_skipped,
            });
        }
        let records = list
            .as_ref()
            .map(|read| read.clients.as_slice())
            .unwrap_or_default();
        let aliases = learned
            .as_ref()
            .map(|learned| learned.aliases.as_slice())
            .unwrap_or_default();
        let index = Arc::new(ClientIndex::build(records, aliases));
        *built = Some(Built {
            list,
            learned,
            index: Arc::clone(&index),
        });
        Ok(index)
    }
}

impl CompanyClients {
    fn new(company: &CompanyId) -> Self {
        Self {
            list: Cached::new(DataFile::Clients(company.clone()), Presence::Optional),
            learned: Cached::new(DataFile::LearnedAliases(company.clone()), Presence::Optional),
            built: Mutex::new(None),
        }
    }

    async fn list(
        &self,
        store: &Store,
        company: &CompanyId,
    ) -> Result<Option<Arc<ClientsRead>>, LookupError> {
        let key = keys::clients(company);
        let read = self.list.get(store, |known| {
            fetch(&store.bucket, &key, known, MAX_CLIENT_FILE_BYTES, |bytes| {
                client_list::parse(bytes, company)
            })
        });
        read.await
    }

    async fn learned(
        &self,
        store: &Store,
        company: &CompanyId,
    ) -> Result<Option<Arc<LearnedAliases>>, LookupError> {
        let key = keys::learned_aliases(company);
        let read = self.learned.get(store, |known| {
            fetch(&store.bucket, &key, known, MAX_RECORD_BYTES, |bytes| {
                serde_json::from_slice(bytes).map_err(|error| Fault::of_json(&error))
            })
        });
        read.await
    }
}

fn or_none<T>(read: Result<Option<Arc<T>>, LookupError>) -> Result<Option<Arc<T>>, LookupError> {
    match read {
        Err(LookupError::DataUnusable { .. }) => Ok(None),
        other => other,
    }
}

fn same<T>(one: Option<&Arc<T>>, other: Option<&Arc<T>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}
