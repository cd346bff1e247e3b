//! Why a question was not answered. The caller sees a type it can tell apart and a sentence without values: names,
//! numbers and words never leave through an error.

use lambda_runtime::Diagnostic;
use shared::bucket::BucketError;
use shared::retry::{Classified, Retry};
use shared::telemetry;

use crate::data_file::{DataFile, Fault};

/// A question that was not answered. Never used for "nobody": a stranger is an answer.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The request is neither of the two questions this function answers.
    #[error("{0}")]
    InvalidRequest(String),
    /// The customer file is not there, so nobody can be told from a stranger.
    #[error(
        "customers.json is missing: put it into the voice data bucket under the key of CUSTOMER_DATA_KEY"
    )]
    CustomersMissing,
    /// A file is there but cannot be used, and no earlier version of it is held.
    #[error("{file} cannot be used: {fault}")]
    DataUnusable {
        /// Which.
        file: DataFile,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A file could not be read from the bucket.
    #[error("{file} could not be read")]
    DataUnavailable {
        /// Which.
        file: DataFile,
        /// How the bucket failed.
        #[source]
        source: BucketError,
    },
}

impl LookupError {
    /// The error's type as the caller sees it (`errorType` of the function error).
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "InvalidRequest",
            Self::CustomersMissing => "CustomerDataMissing",
            Self::DataUnusable { .. } => "CustomerDataUnusable",
            Self::DataUnavailable { .. } => "CustomerDataUnavailable",
        }
    }
}

impl Classified for LookupError {
    fn retry(&self) -> Retry {
        match self {
            Self::InvalidRequest(_) => Retry::Never,
            // The office or the operator mends these while the message waits.
            Self::CustomersMissing | Self::DataUnusable { .. } | Self::DataUnavailable { .. } => Retry::LATER,
        }
    }
}

impl From<LookupError> for Diagnostic {
    fn from(error: LookupError) -> Self {
        Self {
            error_type: error.error_type().to_owned(),
            error_message: telemetry::chain(&error),
        }
    }
}
