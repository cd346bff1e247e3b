//! A filed message, found through its index: the one way to get from an id to keys.
//!
//! The index is written by another part of the system. Every key it names is checked to be the company's own before it
//! is used.

use futures_util::future::try_join_all;
use shared::bucket::{Bucket, ETag, Listed, Versioned};
use shared::ids::{MessageSid, NoteId};
use shared::records::index::{FilingState, IndexedNote, MessageIndex};
use shared::records::note::Note;

use crate::access::CompanyScope;
use crate::error::ApiError;
use crate::object_key::ObjectKey;

/// Most files of one note that are listed: ten media items and its texts are 13.
const MAX_FILES: i32 = 100;

/// A message that is filed.
#[derive(Debug)]
pub struct Message {
    /// Where everything of it is.
    pub index: MessageIndex,
    /// Of the index, for a conditional rewrite.
    pub etag: ETag,
}

/// A note as it is stored.
#[derive(Debug)]
pub struct StoredNote {
    /// The note.
    pub note: Note,
    /// Of the stored note.
    pub etag: ETag,
    /// Where it is.
    pub key: String,
}

impl Message {
    /// The message's index (one GET), also when the message is being deleted.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] when the company has no such message.
    pub async fn find(bucket: &Bucket, scope: &CompanyScope, id: &MessageSid) -> Result<Self, ApiError> {
        let key = scope.keys().message_index(id);
        let Versioned { value: index, etag } = bucket
            .read::<MessageIndex>(&key)
            .await?
            .ok_or(ApiError::NotFound)?;
        if index.company_id != *scope.company_id() || index.message_id != *id {
            return Err(ApiError::NotFound);
        }
        Ok(Self { index, etag })
    }

    /// The same, when the message is there to be read.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] when it is not there or being deleted.
    pub async fn filed(bucket: &Bucket, scope: &CompanyScope, id: &MessageSid) -> Result<Self, ApiError> {
        let found = Self::find(bucket, scope, id).await?;
        match found.index.state {
            FilingState::Filed => Ok(found),
            FilingState::Deleted => Err(ApiError::NotFound),
        }
    }

    /// Where one of its notes is.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] when it has no such note.
    pub fn note(&self, id: &NoteId) -> Result<&IndexedNote, ApiError> {
        let mut notes = self.index.notes.iter();
        notes.find(|note| note.note_id == *id).ok_or(ApiError::NotFound)
    }

    /// What the keys of the message's files start with: one prefix for each note, and that of its first note even after
    /// that note was removed, because the recording was filed with it.
    ///
    /// # Errors
    /// When the index names another company's key.
    pub fn prefixes(&self, scope: &CompanyScope) -> Result<Vec<String>, ApiError> {
        let mut prefixes: Vec<String> = Vec::new();
        let notes = self.index.notes.iter().map(|note| &note.note_key);
        for key in notes.chain(self.index.files.iter().map(|file| &file.key)) {
            let key = own(scope, key)?;
            let prefix = artifact_prefix(&key).ok_or(ApiError::NotFound)?;
            if !prefixes.iter().any(|known| known == prefix) {
                prefixes.push(prefix.to_owned());
            }
        }
        Ok(prefixes)
    }

    /// Every file of the message (one LIST for each prefix).
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn files(&self, bucket: &Bucket, scope: &CompanyScope) -> Result<Vec<Listed>, ApiError> {
        let prefixes = self.prefixes(scope)?;
        let lists = prefixes
            .iter()
            .map(|prefix| bucket.list(prefix, None, None, MAX_FILES));
        let pages = try_join_all(lists).await?;
        Ok(pages.into_iter().flat_map(|page| page.objects).collect())
    }

    /// The message's notes in order (one GET for each).
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn notes(&self, bucket: &Bucket, scope: &CompanyScope) -> Result<Vec<Note>, ApiError> {
        let reads = self.index.notes.iter().map(|note| read_note(bucket, scope, note));
        let notes = try_join_all(reads).await?;
        Ok(notes.into_iter().flatten().map(|stored| stored.note).collect())
    }
}

/// A note by its id: one GET for the message's index, one for the note.
///
/// # Errors
/// [`ApiError::NotFound`] when the company has no such note.
pub async fn find_note(bucket: &Bucket, scope: &CompanyScope, id: &NoteId) -> Result<StoredNote, ApiError> {
    let message = Message::filed(bucket, scope, &id.message()).await?;
    let stored = read_note(bucket, scope, message.note(id)?).await?;
    stored.ok_or(ApiError::NotFound)
}

/// A note at a place a record of the company names; `None` when it is not there (any more).
///
/// # Errors
/// [`ApiError`].
pub async fn read_note(
    bucket: &Bucket,
    scope: &CompanyScope,
    indexed: &IndexedNote,
) -> Result<Option<StoredNote>, ApiError> {
    read_note_at(bucket, scope, &indexed.note_key).await
}

/// The same by the note's key alone.
///
/// # Errors
/// [`ApiError`].
pub async fn read_note_at(
    bucket: &Bucket,
    scope: &CompanyScope,
    note_key: &str,
) -> Result<Option<StoredNote>, ApiError> {
    let key = own(scope, note_key)?;
    let read = bucket.read::<Note>(&key).await?;
    let own = read.filter(|read| read.value.company_id == *scope.company_id());
    Ok(own.map(|Versioned { value: note, etag }| StoredNote { note, etag, key }))
}

/// `{company_id}/{intent}/{tag}_{id}_`, of an artifact's key.
fn artifact_prefix(key: &str) -> Option<&str> {
    let name = key.rfind('/')? + 1;
    let tag = name + key[name..].find('_')? + 1;
    let id = tag + key[tag..].find('_')? + 1;
    Some(&key[..id])
}

fn own(scope: &CompanyScope, key: &str) -> Result<String, ApiError> {
    let key: ObjectKey = key
        .parse()
        .map_err(|why| ApiError::internal("the company's index", why))?;
    scope.own(&key).map(str::to_owned)
}
