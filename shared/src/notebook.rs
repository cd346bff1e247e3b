//! A company's filed notes: finding one, and changing one with its history and its index.
//!
//! Index entries are hints that a reader checks against the note. A change therefore puts the note's timeline row in doubt,
//! adds the entries the changed note will need, writes the note (`If-Match`), and only then brings the others up to date,
//! removes what no longer holds, and settles the timeline row last: cut off anywhere, a reader still finds the note wherever
//! it belongs and believes no row that is not so, and the next change mends the rest.

use jiff::Timestamp;
use serde_json::Value;

use crate::bucket::{Bucket, BucketError, ETag, Versioned};
use crate::ids::NoteId;
use crate::keys::CompanyKeys;
use crate::records::index::{MessageIndex, TimelineEntry};
use crate::records::note::{Actor, Change, FieldChange, Note};

/// Fields whose change is not worth a line in the history: they change with every revision.
const BOOKKEEPING: [&str; 3] = ["/revision", "/updated_at", "/history"];

/// Who changes a note, when and why.
#[derive(Debug, Clone)]
pub struct Reviser {
    /// Who.
    pub by: Actor,
    /// UTC.
    pub at: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

/// The notes of one company.
#[derive(Debug, Clone)]
pub struct Notebook<'a> {
    bucket: &'a Bucket,
    keys: CompanyKeys,
}

/// A note and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The key of `note.json`.
    pub key: String,
    /// The note.
    pub note: Versioned<Note>,
}

impl<'a> Notebook<'a> {
    /// The notes under these keys.
    #[must_use]
    pub fn new(bucket: &'a Bucket, keys: CompanyKeys) -> Self {
        Self { bucket, keys }
    }

    /// Finds a note: two GETs. `None` when there is none, or when it was deleted.
    ///
    /// # Errors
    /// [`BucketError`].
    pub async fn find(&self, note: &NoteId) -> Result<Option<Found>, BucketError> {
        let index = self.keys.message_index(&note.message());
        let Some(index) = self.bucket.read::<MessageIndex>(&index).await? else {
            return Ok(None);
        };
        let Some(entry) = index.value.notes.into_iter().find(|entry| entry.note_id == *note) else {
            return Ok(None);
        };
        let found = self.bucket.read::<Note>(&entry.note_key).await?;
        Ok(found.map(|note| Found {
            key: entry.note_key,
            note,
        }))
    }

    /// Changes a note: one revision with what changed in its history. A change that changes nothing writes nothing.
    ///
    /// # Errors
    /// [`BucketError::PreconditionFailed`] when the note is not the one that was read any more; else [`BucketError`].
    pub async fn revise(
        &self,
        found: Found,
        reviser: &Reviser,
        change: impl FnOnce(&mut Note),
    ) -> Result<Versioned<Note>, BucketError> {
        let Found {
            key,
            note: Versioned { value: before, etag },
        } = found;
        let mut after = before.clone();
        change(&mut after);
        let changes = differences(&before, &after)?;
        if changes.is_empty() {
            return Ok(Versioned { value: before, etag });
        }
        after.revision = before.revision + 1;
        after.updated_at = reviser.at;
        after.history.push(Change {
            revision: after.revision,
            at: reviser.at,
            by: reviser.by.clone(),
            changes,
            reason: reviser.reason.clone(),
        });
        let entry = TimelineEntry::of(&after, &key);
        let (had, has) = (self.client_entries(&before), self.client_entries(&after));
        let change_entry = self.keys.change(reviser.at, &after.note_id, after.revision);
        let timeline = self.keys.timeline(after.created_at, &after.note_id);
        let doubtful = TimelineEntry::of(&before, &key).in_doubt();
        let mark = self.bucket.write(&timeline, &doubtful).await?;
        for added in has.iter().filter(|key| !had.contains(key)).chain([&change_entry]) {
            self.bucket.write(added, &entry).await?;
        }
        let etag = self.bucket.replace(&key, &after, &etag).await?;
        for kept in has.iter().filter(|key| had.contains(key)) {
            self.bucket.write(kept, &entry).await?;
        }
        for removed in had.iter().filter(|key| !has.contains(key)) {
            self.bucket.delete(removed).await?;
        }
        self.settle(&timeline, &entry, &mark).await?;
        Ok(Versioned { value: after, etag })
    }

    /// Takes the mark off the timeline row, unless a later change has put its own there: that one settles it.
    async fn settle(&self, key: &str, entry: &TimelineEntry, mark: &ETag) -> Result<(), BucketError> {
        match self.bucket.replace(key, entry, mark).await {
            Ok(_) | Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn client_entries(&self, note: &Note) -> Vec<String> {
        let entry = |client: &crate::records::note::LinkedClient| {
            self.keys
                .client(&client.client_id, note.created_at, &note.note_id)
        };
        note.clients.iter().map(entry).collect()
    }
}

/// What changed, by JSON Pointer (RFC 6901).
fn differences(before: &Note, after: &Note) -> Result<Vec<FieldChange>, BucketError> {
    let json = |note: &Note| serde_json::to_value(note).map_err(BucketError::Unwritable);
    let (before, after) = (json(before)?, json(after)?);
    let mut changes = Vec::new();
    collect("", &before, &after, &mut changes);
    changes.retain(|change| !BOOKKEEPING.iter().any(|field| change.path.starts_with(field)));
    Ok(changes)
}

/// Descends into objects, and into arrays of the same length; anything else is one change.
fn collect(path: &str, before: &Value, after: &Value, changes: &mut Vec<FieldChange>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(old), Value::Object(new)) => {
            let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let get =
                    |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
                let escaped = name.replace('~', "~0").replace('/', "~1");
                collect(&format!("{path}/{escaped}"), &get(old), &get(new), changes);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (at, (old, new)) in old.iter().zip(new).enumerate() {
                collect(&format!("{path}/{at}"), old, new, changes);
            }
        }
        _ => changes.push(FieldChange {
            path: path.to_owned(),
            from: before.clone(),
            to: after.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_is_told_by_where_it_is() {
        let before =
            json!({"a/b": 1, "items": [{"done": false}, {"done": false}], "clients": [], "same": "x"});
        let after =
            json!({"a/b": 2, "items": [{"done": true}, {"done": false}], "clients": ["c"], "same": "x"});
        let mut changes = Vec::new();
        collect("", &before, &after, &mut changes);
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["/a~1b", "/clients", "/items/0/done"]);
        assert_eq!(changes[1].to, json!(["c"]));
    }
}
