//! What was found wrong in a list of records: counts of everything, details of the first few.

use shared::ids::CustomerId;

use crate::row::RowFault;

/// Most bad records, and most duplicates, that are reported one by one. A file with a wrong column has as many as it has
/// records, and the first ones tell the story.
pub const MAX_REPORTED: usize = 20;

/// A record that was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Whose it is, if it says so.
    pub customer_id: Option<CustomerId>,
    /// What is wrong with it.
    pub fault: RowFault,
}

/// Two active records of one sender. Names the workers, never the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The record that counts: the earlier one.
    pub kept: CustomerId,
    /// The record that does not.
    pub skipped: CustomerId,
}

/// What was found in a version of the customer file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Records in the list.
    pub records: usize,
    /// Usable records of active workers.
    pub usable: usize,
    /// Usable records of inactive workers.
    pub inactive: usize,
    /// Records skipped because something is wrong with them.
    pub bad: usize,
    /// The first of them.
    pub bad_records: Vec<BadRecord>,
    /// Records whose sender has an earlier record already.
    pub duplicate: usize,
    /// The first of them.
    pub duplicates: Vec<Duplicate>,
}

impl Report {
    pub(super) fn add_bad(&mut self, make: impl FnOnce() -> BadRecord) {
        self.bad += 1;
        if self.bad_records.len() < MAX_REPORTED {
            self.bad_records.push(make());
        }
    }

    pub(super) fn add_duplicate(&mut self, make: impl FnOnce() -> Option<Duplicate>) {
        self.duplicate += 1;
        if self.duplicates.len() < MAX_REPORTED {
            self.duplicates.extend(make());
        }
    }
}
