//! Builds a [`Directory`] from the customer file while it is being downloaded.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::report::{BadRecord, Duplicate, Report};
use super::{Directory, Key, Slot, belongs, keys, read_row};
use crate::data_file::Fault;
use crate::list::{ListReader, Step};
use crate::number::Number;
use crate::row::{self, Row};

/// Largest customer file read, bytes: three times what a million records of 170 bytes take. Places are kept in 32 bits,
/// and the file stays in memory.
pub const MAX_CUSTOMER_FILE_BYTES: usize = 512 * 1024 * 1024;

/// Bytes that arrive before reading goes on: enough that the record cut off at the end, which is read again, costs nothing.
const PIECE_BYTES: usize = 256 * 1024;

/// Bytes of a typical record, for the first guess at how many there are.
const TYPICAL_RECORD_BYTES: usize = 160;

/// Most records in a national form that share their last digits and are kept apart by their companies only. Each costs
/// a look at its company's country when such a sender writes.
const MAX_SHARED_ENDING: usize = 32;

/// A directory in the making.
#[derive(Debug)]
pub struct DirectoryBuilder {
    file: Vec<u8>,
    reader: ListReader,
    /// Bytes that arrive before reading goes on.
    piece: usize,
    /// Bytes that have to be there before reading goes on.
    read_at: usize,
    index: Index,
    /// The last company that was accepted.
    known_company: String,
}

/// The parts of a directory that are not the file.
#[derive(Debug, Default)]
struct Index {
    exact: HashTable<Slot>,
    endings: HashTable<Slot>,
    report: Report,
}

impl DirectoryBuilder {
    /// Starts with an empty file that will have `length` bytes, if that is known.
    #[must_use]
    pub fn new(length: Option<usize>) -> Self {
        Self::reading_every(PIECE_BYTES, length)
    }

    /// The same, but reads on whenever about `piece` bytes have arrived: what is read does not depend on it.
    #[must_use]
    pub fn reading_every(piece: usize, length: Option<usize>) -> Self {
        let length = length.unwrap_or(0).min(MAX_CUSTOMER_FILE_BYTES);
        let index = Index {
            exact: HashTable::with_capacity(length / TYPICAL_RECORD_BYTES),
            ..Index::default()
        };
        Self {
            file: Vec::with_capacity(length),
            reader: ListReader::new("customers"),
            piece,
            read_at: piece,
            index,
            known_company: String::new(),
        }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// As soon as the file is known to be unusable.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.len() > MAX_CUSTOMER_FILE_BYTES - self.file.len() {
            return Err(Fault::TooLarge {
                limit: MAX_CUSTOMER_FILE_BYTES,
            });
        }
        self.file.extend_from_slice(bytes);
        if self.file.len() < self.read_at {
            return Ok(());
        }
        self.read(false)?;
        // A record that is longer than a piece is read again only when twice as much has arrived.
        let pending = self.file.len() - self.reader.consumed();
        self.read_at = self.file.len() + pending.max(self.piece);
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the file is not usable as a whole: not JSON, no list, or not one usable record among some.
    pub fn finish(mut self) -> Result<Directory, Fault> {
        self.read(true)?;
        self.file.shrink_to_fit();
        let Index {
            exact,
            endings,
            report,
        } = self.index;
        if report.records > 0 && report.records == report.bad {
            let first = report.bad_records.first();
            return Err(Fault::NothingUsable {
                records: report.records,
                first: first.map(|bad| bad.fault.to_string()).unwrap_or_default(),
            });
        }
        Ok(Directory {
            file: self.file,
            exact,
            endings,
            report,
        })
    }

    fn read(&mut self, complete: bool) -> Result<(), Fault> {
        let base = self.reader.consumed();
        let pending = &self.file[base..];
        let window = match std::str::from_utf8(pending) {
            Ok(text) => text,
            // A character that is cut off at the end of what has arrived.
            Err(error) if error.error_len().is_none() && !complete => {
                std::str::from_utf8(&pending[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(error) => {
                return Err(Fault::Syntax {
                    byte: base + error.valid_up_to(),
                    what: "UTF-8 is expected",
                });
            }
        };
        let mut cursor = 0;
        loop {
            match self.reader.next::<Row<'_>>(window, &mut cursor, complete)? {
                Step::Item {
                    index,
                    start,
                    end,
                    record,
                } => {
                    let place = Place {
                        file: &self.file,
                        // Within MAX_CUSTOMER_FILE_BYTES, so within 32 bits.
                        at: (base + start) as u32,
                        index,
                    };
                    let text = &window[start..end];
                    self.index
                        .add(place, record.as_ref(), text, &mut self.known_company);
                }
                Step::NeedMore | Step::End => return Ok(()),
            }
        }
    }
}

/// Where a record is.
#[derive(Debug, Clone, Copy)]
struct Place<'f> {
    file: &'f [u8],
    /// Byte of the file.
    at: u32,
    /// Place in the list.
    index: usize,
}

impl Index {
    fn add(&mut self, place: Place<'_>, row: Option<&Row<'_>>, text: &str, known_company: &mut String) {
        self.report.records += 1;
        let index = place.index;
        let Some(row) = row else {
            self.report.add_bad(|| {
                let (customer_id, fault) = row::diagnose(text);
                BadRecord {
                    index,
                    customer_id,
                    fault,
                }
            });
            return;
        };
        let owner = match row.owner(known_company) {
            Ok(owner) => owner,
            Err(fault) => {
                self.report.add_bad(|| BadRecord {
                    index,
                    customer_id: row.customer_id.as_ref().and_then(|id| id.as_str().parse().ok()),
                    fault,
                });
                return;
            }
        };
        if row.active == Some(false) {
            self.report.inactive += 1;
            return;
        }
        self.report.usable += 1;
        let earlier = keys(&owner)
            .filter_map(|key| match key {
                Key::Number(_) | Key::UserId(_) => self.add_exact(place, key, owner.to),
                Key::Ending(_) => self.add_ending(place, key, owner.to, row),
            })
            .min();
        if let Some(earlier) = earlier {
            self.report.add_duplicate(|| {
                Some(Duplicate {
                    kept: read_row(place.file, earlier)?
                        .customer_id?
                        .as_str()
                        .parse()
                        .ok()?,
                    skipped: row.customer_id.as_ref()?.as_str().parse().ok()?,
                })
            });
        }
    }

    /// Adds a key unless an earlier record has it; that record's place if one does.
    fn add_exact(&mut self, place: Place<'_>, key: Key<'_>, to: Option<Number>) -> Option<u32> {
        let tag = Slot::tag_of(key, to);
        let same = |slot: &Slot| slot.tag == tag && belongs(place.file, slot.at, key, to);
        match self
            .exact
            .entry(Slot::spread(tag), same, |slot| Slot::spread(slot.tag))
        {
            Entry::Occupied(earlier) => Some(earlier.get().at),
            Entry::Vacant(free) => {
                free.insert(Slot { tag, at: place.at });
                None
            }
        }
    }

    /// Adds a national form unless its company has it already, or too many companies do.
    fn add_ending(
        &mut self,
        place: Place<'_>,
        key: Key<'_>,
        to: Option<Number>,
        row: &Row<'_>,
    ) -> Option<u32> {
        let tag = Slot::tag_of(key, to);
        let mut sharing = 0;
        for slot in self.endings.iter_hash(Slot::spread(tag)) {
            if slot.tag != tag {
                continue;
            }
            sharing += 1;
            let earlier = read_row(place.file, slot.at);
            let same = earlier.is_some_and(|earlier| {
                earlier.company_id == row.company_id && earlier.phone_number == row.phone_number
            });
            if (same && belongs(place.file, slot.at, key, to)) || sharing >= MAX_SHARED_ENDING {
                return Some(slot.at);
            }
        }
        let slot = Slot { tag, at: place.at };
        self.endings
            .insert_unique(Slot::spread(tag), slot, |slot| Slot::spread(slot.tag));
        None
    }
}
