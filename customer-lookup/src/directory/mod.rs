//! The customer file as an index of senders: a million workers in little more memory than the file has bytes.
//!
//! The file is kept as it arrived. Beside it are two tables of eight bytes per entry, from the hash of a sender to the
//! place of the record; the record is read again when it is asked for, and compared, so a hash shared by two senders
//! cannot answer for the wrong one. One table holds what is known exactly (an E.164 number or a user id, for messages
//! to one address or to any). The other holds numbers in a national form by their last digits: which number they are
//! depends on the company's country, and asking for every company's settings before the first answer would take longer
//! than the answer may. Whoever asks gets these as candidates and decides with the country in hand.
//!
//! **Which record counts.** A record for the address written to comes before one for any address. Among those, the first
//! active record in the order of the file; later ones of the same sender are reported. Inactive records are not in the
//! index: whoever has only those is a stranger.
//!
//! Not here: settings, countries, the bucket.

mod builder;
mod report;

use std::hash::{DefaultHasher, Hash, Hasher};

use hashbrown::HashTable;
use shared::address::UserId;
use shared::customer::CustomerRecord;
use shared::ids::CompanyId;

pub use builder::{DirectoryBuilder, MAX_CUSTOMER_FILE_BYTES};
pub use report::{BadRecord, Duplicate, MAX_REPORTED, Report};

use crate::number::{self, Ending, Number, Written};
use crate::row::{self, Owner, Row};

/// Whose messages a record is for, as exactly as the file says without a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Number(Number),
    UserId(&'a str),
    Ending(Ending),
}

/// An entry of a table: where in the file the record starts, and 32 bits of its key's hash.
#[derive(Debug, Clone, Copy)]
struct Slot {
    tag: u32,
    at: u32,
}

impl Slot {
    fn tag_of(key: Key<'_>, to: Option<Number>) -> u32 {
        let mut hasher = DefaultHasher::new();
        (key, to).hash(&mut hasher);
        (hasher.finish() >> 32) as u32
    }

    /// Spreads a tag over the 64 bits the table looks at (Knuth's multiplicative hashing, with 2^64 / φ).
    fn spread(tag: u32) -> u64 {
        u64::from(tag).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// A sender as a question names them.
#[derive(Debug, Clone, Default)]
pub struct Sender {
    /// Their number.
    pub number: Option<Number>,
    /// Their business-scoped user id.
    pub user_id: Option<UserId>,
}

/// A record that may be the sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Where the record starts; earlier in the file comes first.
    at: u32,
    /// True: it is theirs if its number is theirs in the company's country.
    needs_country: bool,
}

impl Candidate {
    /// True when only the company's country says whether the record is the sender's: see
    /// [`CustomerEntry::number_in`].
    #[must_use]
    pub fn needs_country(self) -> bool {
        self.needs_country
    }
}

/// A record of the file, read in full.
#[derive(Debug, Clone)]
pub struct CustomerEntry {
    /// The record.
    pub record: CustomerRecord,
    /// Its details that could not be used.
    pub unusable: Vec<&'static str>,
}

impl CustomerEntry {
    /// The record's number in `country`; `None` when it is not a valid one there.
    #[must_use]
    pub fn number_in(&self, country: &shared::company::Country) -> Option<Number> {
        number::in_country(self.record.phone_number.as_deref()?, country)
    }

    /// The company.
    #[must_use]
    pub fn company_id(&self) -> &CompanyId {
        &self.record.company_id
    }
}

/// One version of the customer file.
#[derive(Debug)]
pub struct Directory {
    file: Vec<u8>,
    exact: HashTable<Slot>,
    endings: HashTable<Slot>,
    report: Report,
}

impl Directory {
    /// What was found wrong in the file.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The records that may be `sender`'s among those for messages to `to` (`None`: those for messages to any address),
    /// in the order in which they count.
    #[must_use]
    pub fn candidates(&self, sender: &Sender, to: Option<Number>) -> Vec<Candidate> {
        let keys = [
            sender.number.map(Key::Number),
            sender.user_id.as_ref().map(|id| Key::UserId(id.as_str())),
        ];
        let mut candidates: Vec<_> = keys
            .into_iter()
            .flatten()
            .filter_map(|key| self.exact_record(key, to))
            .map(|at| Candidate {
                at,
                needs_country: false,
            })
            .collect();
        if let Some(number) = sender.number
            && !self.endings.is_empty()
        {
            candidates.extend(Ending::all_of(number).flat_map(|ending| self.local_records(ending, to)));
        }
        candidates.sort_unstable();
        candidates.dedup_by_key(|candidate| candidate.at);
        candidates
    }

    fn exact_record(&self, key: Key<'_>, to: Option<Number>) -> Option<u32> {
        let tag = Slot::tag_of(key, to);
        let slot = self.exact.find(Slot::spread(tag), |slot| {
            slot.tag == tag && belongs(&self.file, slot.at, key, to)
        })?;
        Some(slot.at)
    }

    fn local_records(&self, ending: Ending, to: Option<Number>) -> impl Iterator<Item = Candidate> {
        let (key, tag) = (Key::Ending(ending), Slot::tag_of(Key::Ending(ending), to));
        self.endings
            .iter_hash(Slot::spread(tag))
            .filter(move |slot| slot.tag == tag && belongs(&self.file, slot.at, key, to))
            .map(|slot| Candidate {
                at: slot.at,
                needs_country: true,
            })
    }

    /// Reads a candidate's record.
    #[must_use]
    pub fn entry(&self, candidate: Candidate) -> Option<CustomerEntry> {
        let (record, unusable) = row::full(self.file.get(candidate.at as usize..)?)?;
        Some(CustomerEntry { record, unusable })
    }
}

/// Whether the record at `at` is for messages of `key` to `to`.
fn belongs(file: &[u8], at: u32, key: Key<'_>, to: Option<Number>) -> bool {
    read_row(file, at).is_some_and(|row| {
        row.sender()
            .is_ok_and(|owner| owner.to == to && keys(&owner).any(|own| own == key))
    })
}

fn read_row(file: &[u8], at: u32) -> Option<Row<'_>> {
    let mut rows = serde_json::Deserializer::from_slice(file.get(at as usize..)?).into_iter::<Row<'_>>();
    rows.next()?.ok()
}

/// The keys a record is found under.
fn keys<'a>(owner: &'a Owner<'_>) -> impl Iterator<Item = Key<'a>> {
    let number = owner.phone_number.map(|number| match number {
        Written::International(number) => Key::Number(number),
        Written::Local(ending) => Key::Ending(ending),
    });
    number
        .into_iter()
        .chain(owner.user_id.as_deref().map(Key::UserId))
}

#[cfg(test)]
mod tests;
