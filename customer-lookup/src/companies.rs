//! Companies' settings: `companies/{company_id}.json`, with the deployment's defaults for what is absent.

use std::sync::Arc;

use shared::company::CompanyRecord;
use shared::ids::CompanyId;
use shared::keys;
use shared::limits::MAX_RECORD_BYTES;

use crate::data_file::{DataFile, Fault};
use crate::error::LookupError;
use crate::shelf::Shelf;
use crate::store::{Cached, Presence, Store, fetch};

/// Most companies whose settings are held; each takes a kilobyte or two.
const MAX_COMPANIES: usize = 1024;

/// Every company's settings as the office wrote them.
#[derive(Debug)]
pub(crate) struct Companies(Shelf<CompanyId, Cached<CompanyRecord>>);

impl Companies {
    pub(crate) fn new() -> Self {
        Self(Shelf::new(MAX_COMPANIES))
    }

    /// The company's record; `None` when there is none, or none that is usable: the deployment's defaults apply then, and
    /// somebody has been told.
    pub(crate) async fn get(
        &self,
        store: &Store,
        company: &CompanyId,
    ) -> Result<Option<Arc<CompanyRecord>>, LookupError> {
        let cached = self.0.get_or_add(company, || {
            Cached::new(DataFile::Company(company.clone()), Presence::Optional)
        });
        let key = keys::company(company);
        let read = cached.get(store, |known| {
            fetch(&store.bucket, &key, known, MAX_RECORD_BYTES, |bytes| {
                parse(bytes, company)
            })
        });
        match read.await {
            Err(LookupError::DataUnusable { .. }) => Ok(None),
            other => other,
        }
    }
}

fn parse(bytes: &[u8], company: &CompanyId) -> Result<CompanyRecord, Fault> {
    let record: CompanyRecord = serde_json::from_slice(bytes).map_err(|error| Fault::of_json(&error))?;
    if record.company_id == *company {
        Ok(record)
    } else {
        Err(Fault::OtherCompany)
    }
}
