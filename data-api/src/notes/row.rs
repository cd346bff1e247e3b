//! Rows of the index, and when they are to be believed.
//!
//! A row is a hint; the note is the truth. A change ([`shared::notebook`]) marks the note's timeline row first, then writes
//! the note, and settles the row last. So a row without the mark says what the note says, and one with it is checked against the note:
//! whichever moment a correction was cut off at, no reader sees what is not so. A client's rows are always checked.

use shared::bucket::{Bucket, Versioned};
use shared::ids::NoteId;
use shared::records::index::TimelineEntry;

use crate::access::CompanyScope;
use crate::error::ApiError;
use crate::message::{StoredNote, find_note, read_note_at};

/// How far rows are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    /// Unless they are marked: for the timeline, whose rows never move.
    UnlessMarked,
    /// Never: for a client's rows, whose very place is a claim.
    Never,
}

/// The row at `key` as far as it is true; `None` when there is no such note (any more).
///
/// # Errors
/// [`ApiError`].
pub async fn read(
    bucket: &Bucket,
    scope: &CompanyScope,
    key: &str,
    belief: Belief,
) -> Result<Option<TimelineEntry>, ApiError> {
    let Some(Versioned { value: row, .. }) = bucket.read::<TimelineEntry>(key).await? else {
        return Ok(None);
    };
    if belief == Belief::UnlessMarked && !row.is_in_doubt() {
        return Ok(Some(row));
    }
    let note = read_note_at(bucket, scope, &row.note_key).await?;
    Ok(note.map(|stored| TimelineEntry::of(&stored.note, &stored.key)))
}

/// The note a row at `key` is of, whatever the row says of it; `None` when there is no such note (any more). Two GETs.
///
/// # Errors
/// [`ApiError`].
pub async fn note(bucket: &Bucket, scope: &CompanyScope, key: &str) -> Result<Option<StoredNote>, ApiError> {
    match bucket.read::<TimelineEntry>(key).await? {
        Some(row) => read_note_at(bucket, scope, &row.value.note_key).await,
        None => Ok(None),
    }
}

/// The note a change's key names: `…/index/changes/{ms}_{note_id}_{revision}.json`.
#[must_use]
pub fn note_of_change(key: &str) -> Option<NoteId> {
    key.rsplit('/').next()?.split('_').nth(1)?.parse().ok()
}

/// The row of a changed note as it is now; `None` when it is gone. Two GETs.
///
/// # Errors
/// [`ApiError`].
pub async fn of_change(
    bucket: &Bucket,
    scope: &CompanyScope,
    key: &str,
) -> Result<Option<TimelineEntry>, ApiError> {
    let Some(id) = note_of_change(key) else {
        return Ok(None);
    };
    match find_note(bucket, scope, &id).await {
        Ok(stored) => Ok(Some(TimelineEntry::of(&stored.note, &stored.key))),
        Err(ApiError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
