//! Workers the office added one by one: `workers/{hash}.json`, read before the customer file.
//!
//! A sender has at most four such files: by number and by user id, for messages to one address and to any. They are read at
//! once. Most senders have none, and that is remembered like anything else: for a minute, and for so many senders.

use std::sync::Arc;

use futures_util::future::join_all;
use shared::address::{Address, Channel, SenderHash};
use shared::customer::CustomerRecord;
use shared::keys;
use shared::limits::MAX_RECORD_BYTES;

use crate::data_file::{DataFile, Fault};
use crate::directory::CustomerEntry;
use crate::error::LookupError;
use crate::row;
use crate::shelf::Shelf;
use crate::store::{Cached, Presence, Store, fetch};

/// Most worker files held, those known to be absent among them: some hundred bytes each.
const MAX_WORKERS: usize = 8192;

/// Every worker the office added.
#[derive(Debug)]
pub(crate) struct Workers(Shelf<SenderHash, Cached<CustomerEntry>>);

impl Workers {
    pub(crate) fn new() -> Self {
        Self(Shelf::new(MAX_WORKERS))
    }

    /// The record of the sender with these `addresses`; one for messages to `to` comes before one for any address. It may
    /// be inactive, which says that the office has let the worker go.
    pub(crate) async fn find(
        &self,
        store: &Store,
        addresses: &[Address],
        to: Option<&Address>,
    ) -> Result<Option<Arc<CustomerEntry>>, LookupError> {
        let mut places: Vec<Option<&Address>> = vec![to, None];
        places.dedup();
        let hashes = places.iter().flat_map(|to| {
            addresses
                .iter()
                .map(|address| SenderHash::of_worker(Channel::Whatsapp, address, *to))
        });
        let mut unusable = None;
        for read in join_all(hashes.map(|hash| self.read(store, hash))).await {
            match read {
                Ok(None) => {}
                Ok(found) => return Ok(found),
                Err(error @ LookupError::DataUnusable { .. }) => unusable = unusable.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        unusable.map_or(Ok(None), Err)
    }

    async fn read(&self, store: &Store, hash: SenderHash) -> Result<Option<Arc<CustomerEntry>>, LookupError> {
        let cached = self
            .0
            .get_or_add(&hash, || Cached::new(DataFile::Worker, Presence::Optional));
        let key = keys::worker(&hash);
        cached
            .get(store, |known| {
                fetch(
                    &store.bucket,
                    &key,
                    known,
                    MAX_RECORD_BYTES,
                    |bytes| match row::full(bytes) {
                        Some((record, unusable)) => Ok(CustomerEntry { record, unusable }),
                        None => Err(whats_wrong(bytes)),
                    },
                )
            })
            .await
    }
}

fn whats_wrong(bytes: &[u8]) -> Fault {
    match serde_json::from_slice::<CustomerRecord>(bytes) {
        Err(error) => Fault::of_json(&error),
        Ok(_) => Fault::Shape { line: 1, column: 1 },
    }
}
