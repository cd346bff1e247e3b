//! The files this function reads, as they are named in logs and errors, and what can be wrong with them.

use std::fmt;

use shared::ids::CompanyId;

/// A file in the voice data bucket. Shown without the key: a key may hold a sender's hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DataFile {
    /// The customer file (`CUSTOMER_DATA_KEY`).
    Customers,
    /// A worker the office added.
    Worker,
    /// A company's settings.
    Company(CompanyId),
    /// A company's client list.
    Clients(CompanyId),
    /// Client names a company's workers confirmed.
    LearnedAliases(CompanyId),
}

impl fmt::Display for DataFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customers => f.write_str("customers.json"),
            Self::Worker => f.write_str("the worker's record"),
            Self::Company(company) => write!(f, "companies/{company}.json"),
            Self::Clients(company) => write!(f, "clients/{company}.json"),
            Self::LearnedAliases(company) => write!(f, "clients/{company}.learned.json"),
        }
    }
}

/// Why a whole file cannot be used. Says where, never what is written there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is not JSON.
    #[error("not JSON at byte {byte}: {what}")]
    Syntax {
        /// Bytes from the start of the file.
        byte: usize,
        /// What was expected there.
        what: &'static str,
    },
    /// It is JSON, but not the record it should be.
    #[error("not the record expected (line {line}, column {column})")]
    Shape {
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
    },
    /// The list that the file is for is not in it.
    #[error("neither a list nor an object with the list {0:?}")]
    NoList(&'static str),
    /// The `company_id` in it is not the one in its key.
    #[error("the company_id in it is not the one in its key")]
    OtherCompany,
    /// It has records and none of them is usable.
    #[error("none of its {records} records is usable; the first: {first}")]
    NothingUsable {
        /// How many there are.
        records: usize,
        /// What is wrong with the first.
        first: String,
    },
    /// It is larger than this function reads.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// Bytes.
        limit: usize,
    },
    /// It has to be there and is not.
    #[error("it is not there")]
    Missing,
}

impl Fault {
    /// What is wrong with a file that could not be read as one record.
    #[must_use]
    pub fn of_json(error: &serde_json::Error) -> Self {
        Self::Shape {
            line: error.line(),
            column: error.column(),
        }
    }
}
