//! What people have to be told about the data: broken files, bad records, duplicates. Told once, when it is found.

use shared::bucket::BucketError;
use shared::ids::{CompanyId, CustomerId};
use shared::metrics::{Metric, Metrics};
use shared::telemetry;

use crate::client_list::BadClient;
use crate::data_file::{DataFile, Fault};
use crate::directory::Report;
use crate::row::RowFault;

/// Something about the data that somebody should know. Identifiers and counts only.
#[derive(Debug, Clone)]
pub enum Finding<'a> {
    /// A version of a file cannot be used. The last good one is, if there is one.
    Broken {
        /// Which file.
        file: &'a DataFile,
        /// What is wrong with it.
        fault: &'a Fault,
    },
    /// A file could not be looked at; the version that is held goes on being used.
    NotRevalidated {
        /// Which file.
        file: &'a DataFile,
        /// Why.
        error: &'a BucketError,
    },
    /// A new version of the customer file is in use.
    CustomersLoaded(&'a Report),
    /// A worker's record has details that cannot be used, or is no usable record in its company's country.
    Worker {
        /// Whose.
        customer_id: &'a CustomerId,
        /// The details left out.
        unusable: &'a [&'static str],
        /// Why the record was passed over.
        fault: Option<&'a RowFault>,
    },
    /// A new version of a client list is in use, and some of it was skipped.
    ClientsSkipped {
        /// Whose list.
        company_id: &'a CompanyId,
        /// How many were skipped.
        count: usize,
        /// The first of them.
        first: &'a [BadClient],
    },
}

/// Tells people.
pub trait Reporter: Send + Sync + std::fmt::Debug {
    /// Tells about one thing.
    fn report(&self, finding: &Finding<'_>);
}

/// Tells the log, and the alarm when a file is broken.
#[derive(Debug)]
pub struct LogReporter {
    metrics: Metrics,
}

impl LogReporter {
    /// Raises alarms through `metrics`.
    #[must_use]
    pub fn new(metrics: Metrics) -> Self {
        Self { metrics }
    }
}

impl Reporter for LogReporter {
    fn report(&self, finding: &Finding<'_>) {
        match finding {
            Finding::Broken { file, fault } => {
                self.metrics.count(Metric::BrokenCustomerData);
                tracing::error!(%file, %fault, "a data file cannot be used");
            }
            Finding::NotRevalidated { file, error } => {
                let error = telemetry::chain(*error);
                tracing::warn!(%file, error, "a data file could not be looked at; the version held is used");
            }
            Finding::CustomersLoaded(report) => log_customers(report),
            Finding::Worker {
                customer_id,
                unusable,
                fault,
            } => {
                let fault = fault.map(ToString::to_string);
                tracing::warn!(
                    %customer_id, unusable = unusable.join(", "), fault, "a worker's record is not fully usable"
                );
            }
            Finding::ClientsSkipped {
                company_id,
                count,
                first,
            } => {
                for bad in *first {
                    let client_id = bad.client_id.as_ref().map(ToString::to_string);
                    tracing::warn!(
                        %company_id, index = bad.index, client_id, fault = %bad.fault, "a client record was skipped"
                    );
                }
                tracing::warn!(%company_id, count, "client records were skipped");
            }
        }
    }
}

fn log_customers(report: &Report) {
    for bad in &report.bad_records {
        let customer_id = bad.customer_id.as_ref().map(ToString::to_string);
        tracing::warn!(index = bad.index, customer_id, fault = %bad.fault, "a customer record was skipped");
    }
    for pair in &report.duplicates {
        tracing::warn!(
            kept = %pair.kept, skipped = %pair.skipped, "two active records are for the same sender; the first counts"
        );
    }
    tracing::info!(
        records = report.records,
        usable = report.usable,
        inactive = report.inactive,
        bad = report.bad,
        duplicate = report.duplicate,
        "a version of the customer file is in use"
    );
}
