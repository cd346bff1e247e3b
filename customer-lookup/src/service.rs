//! Answers the two questions.

use std::collections::HashSet;
use std::sync::Arc;

use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::Value;
use shared::address::Address;
use shared::company::CompanyDefaults;
use shared::customer::{Customer, CustomerRecord};
use shared::limits::MAX_STRUCTURED_CHARS;
use shared::lookup::{ClientAnswer, ClientQuery, SenderAnswer, SenderQuery};

use crate::clients::Clients;
use crate::companies::Companies;
use crate::config::Config;
use crate::data_file::DataFile;
use crate::directory::{Directory, Sender};
use crate::download;
use crate::error::LookupError;
use crate::number::{self, Number, Written};
use crate::reporter::Finding;
use crate::request::{Request, invalid};
use crate::row::RowFault;
use crate::store::{Cached, Fetched, Presence, Store};
use crate::workers::Workers;

/// Longest name listened for, in characters: what is longer is not a name.
const MAX_NAME_CHARS: usize = 100;

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To "who is this sender?".
    Sender(Box<SenderAnswer>),
    /// To "which clients do these words mention?".
    Clients(ClientAnswer),
}

/// Everything that is held between questions.
#[derive(Debug)]
pub struct Service {
    store: Store,
    customer_data_key: String,
    defaults: CompanyDefaults,
    customers: Cached<Directory>,
    workers: Workers,
    companies: Companies,
    clients: Clients,
}

impl Service {
    /// Holds nothing yet.
    #[must_use]
    pub fn new(config: &Config, store: Store) -> Self {
        Self {
            store,
            customer_data_key: config.customer_data_key.clone(),
            defaults: config.defaults.clone(),
            customers: Cached::new(DataFile::Customers, Presence::Required),
            workers: Workers::new(),
            companies: Companies::new(),
            clients: Clients::new(),
        }
    }

    /// Reads the customer file before it is asked for: starting up is not throttled, answering is. A failure is only told;
    /// the first question tries again.
    pub async fn prefetch(&self) {
        if let Err(error) = self.directory().await {
            let error = shared::telemetry::chain(&error);
            tracing::warn!(error, "the customer file was not read at the start");
        }
    }

    /// Answers an invocation; what was not answered is in the log with the request's id.
    ///
    /// # Errors
    /// As [`Service::answer`].
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Answer, LookupError> {
        let answered = self.answer(event.payload).await;
        if let Err(error) = &answered {
            let (request_id, error_type) = (&event.context.request_id, error.error_type());
            let error = shared::telemetry::chain(error);
            tracing::error!(request_id, error_type, error, "a question was not answered");
        }
        answered
    }

    /// Answers a request.
    ///
    /// # Errors
    /// [`LookupError`]; never for a stranger, who is an answer.
    pub async fn answer(&self, payload: Value) -> Result<Answer, LookupError> {
        match Request::parse(payload)? {
            Request::Sender(query) => Ok(Answer::Sender(Box::new(self.sender(&query).await?))),
            Request::Clients(query) => Ok(Answer::Clients(self.mentioned(&query).await?)),
        }
    }

    async fn mentioned(&self, query: &ClientQuery) -> Result<ClientAnswer, LookupError> {
        let index = self.clients.index(&self.store, &query.company_id).await?;
        // As much as is structured of it: what comes after an hour and a half of speech names nobody new.
        let text = query
            .text
            .char_indices()
            .nth(MAX_STRUCTURED_CHARS)
            .map_or(query.text.as_str(), |(end, _)| &query.text[..end]);
        Ok(index.link(text, query.limit))
    }

    async fn sender(&self, query: &SenderQuery) -> Result<SenderAnswer, LookupError> {
        let asked = Asked::parse(query, &self.defaults)?;
        let Some(record) = self.find(&asked).await? else {
            return Ok(SenderAnswer {
                customer: None,
                names: None,
            });
        };
        let customer = self.customer(record).await?;
        let names = match query.vocabulary {
            Some(limit) => Some(self.names(&customer, limit).await?),
            None => None,
        };
        Ok(SenderAnswer {
            customer: Some(customer),
            names,
        })
    }

    /// The active worker who sends as `asked`. Workers the office added come first, then the customer file.
    async fn find(&self, asked: &Asked) -> Result<Option<CustomerRecord>, LookupError> {
        let (worker, directory) = tokio::join!(
            self.workers
                .find(&self.store, &asked.addresses, asked.to.as_ref()),
            self.directory()
        );
        match worker {
            Ok(Some(worker)) => {
                self.tell_unusable(&worker.record, &worker.unusable, None);
                return Ok(Some(worker.record.clone()).filter(|record| record.active));
            }
            Ok(None) => {}
            // The office meant this sender to be known: only the customer file may still say who it is.
            Err(error @ LookupError::DataUnusable { .. }) => {
                return match self.in_file(&*directory?, asked).await? {
                    Some(record) => Ok(Some(record)),
                    None => Err(error),
                };
            }
            Err(error) => return Err(error),
        }
        self.in_file(&*directory?, asked).await
    }

    async fn in_file(
        &self,
        directory: &Directory,
        asked: &Asked,
    ) -> Result<Option<CustomerRecord>, LookupError> {
        let to = asked.to.as_ref().and_then(Address::phone_number);
        let mut places = vec![to.as_ref().map(Number::from), None];
        places.dedup();
        for to in places {
            for candidate in directory.candidates(&asked.sender, to) {
                let Some(entry) = directory.entry(candidate) else {
                    continue;
                };
                if candidate.needs_country() {
                    let company = self.companies.get(&self.store, entry.company_id()).await?;
                    let country = company.as_ref().and_then(|company| company.country.as_ref());
                    let number = entry.number_in(country.unwrap_or(&self.defaults.country));
                    if number.is_none() {
                        self.tell_unusable(&entry.record, &[], Some(&RowFault::NotInCountry));
                    }
                    if number.is_none() || number != asked.sender.number {
                        continue;
                    }
                }
                self.tell_unusable(&entry.record, &entry.unusable, None);
                return Ok(Some(entry.record));
            }
        }
        Ok(None)
    }

    fn tell_unusable(&self, record: &CustomerRecord, unusable: &[&'static str], fault: Option<&RowFault>) {
        if !unusable.is_empty() || fault.is_some() {
            self.store.reporter.report(&Finding::Worker {
                customer_id: &record.customer_id,
                unusable,
                fault,
            });
        }
    }

    async fn directory(&self) -> Result<Arc<Directory>, LookupError> {
        let read = self.customers.get(&self.store, |known| async {
            let fetched = download::directory(&self.store.bucket, &self.customer_data_key, known).await;
            if let Ok(Fetched::New { value, .. }) = &fetched {
                self.store
                    .reporter
                    .report(&Finding::CustomersLoaded(value.report()));
            }
            fetched
        });
        read.await?.ok_or(LookupError::CustomersMissing)
    }

    /// The worker with their company's settings.
    async fn customer(&self, record: CustomerRecord) -> Result<Customer, LookupError> {
        let company = self.companies.get(&self.store, &record.company_id).await?;
        let company_name = company
            .as_ref()
            .and_then(|company| company.company_name.clone())
            .or(Some(record.company_name).filter(|name| !name.trim().is_empty()))
            .unwrap_or_else(|| record.company_id.to_string());
        Ok(Customer {
            customer_id: record.customer_id,
            company_id: record.company_id,
            company_name,
            name: record.name,
            role: record.role,
            locale: record.locale,
            own_time_zone: record.time_zone,
            settings: self.defaults.settings(company.as_deref()),
        })
    }

    /// What to listen for: the words the office chose by hand, then the likeliest client names, each once.
    async fn names(&self, customer: &Customer, limit: usize) -> Result<Vec<String>, LookupError> {
        let index = self.clients.index(&self.store, &customer.company_id).await?;
        let mut seen = HashSet::new();
        let chosen = customer.settings.vocabulary.iter().cloned();
        Ok(chosen
            .chain(index.vocabulary(limit))
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty() && name.chars().nth(MAX_NAME_CHARS).is_none())
            .filter(|name| seen.insert(name.to_lowercase()))
            .take(limit)
            .collect())
    }
}

/// A sender query, read.
#[derive(Debug)]
struct Asked {
    sender: Sender,
    /// The same as addresses, for worker files.
    addresses: Vec<Address>,
    to: Option<Address>,
}

impl Asked {
    fn parse(query: &SenderQuery, defaults: &CompanyDefaults) -> Result<Self, LookupError> {
        let mut sender = Sender::default();
        if let Some(text) = &query.phone_number {
            let address: Address = text
                .parse()
                .map_err(|why| invalid(format!("phone_number is {why}")))?;
            // Somebody without a number writes from a user id, and callers pass addresses as they got them.
            sender.user_id = address.user_id();
            if sender.user_id.is_none() {
                let number = match number::read(text) {
                    Some(Written::International(number)) => Some(number),
                    Some(Written::Local(_)) => number::in_country(text, &defaults.country),
                    None => None,
                };
                sender.number = Some(number.ok_or_else(|| invalid("phone_number is not a phone number"))?);
            }
        }
        if let Some(text) = &query.user_id {
            let id = text.parse::<Address>().ok().and_then(|address| address.user_id());
            sender.user_id = Some(id.ok_or_else(|| invalid("user_id is not a business-scoped user id"))?);
        }
        let to = query.to.as_ref().map(|to| to.parse::<Address>()).transpose();
        let to = to.map_err(|why| invalid(format!("to is {why}")))?;
        let texts = [
            sender.number.map(Number::to_e164),
            sender.user_id.as_ref().map(|id| id.as_str().to_owned()),
        ];
        let addresses = texts
            .into_iter()
            .flatten()
            .filter_map(|text| text.parse().ok())
            .collect();
        Ok(Self {
            sender,
            addresses,
            to,
        })
    }
}
