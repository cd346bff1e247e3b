//! Stored records: the shapes of what is in the bucket, one module per kind.
//!
//! Every record carries `schema` (kind and version). Today's code reads every earlier version. Fields it does not know are
//! kept when a record is rewritten.

pub mod index;
pub mod note;
pub mod outbox;
pub mod outcome;
pub mod pipeline;
pub mod sender;

/// Fields of a record that this code does not know.
pub type UnknownFields = serde_json::Map<String, serde_json::Value>;

/// Declares the `schema` field of a record: written as the current version, read as any version listed.
macro_rules! schema {
    ($(#[$doc:meta])* $name:ident = $current:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            /// The version written today.
            #[default]
            #[serde(rename = $current)]
            Current,
        }
    };
}
pub(crate) use schema;
