//! One of several notes of a message. What the notes share (recording, transcript, pictures) stays with the others.

use shared::bucket::{BucketError, Versioned};
use shared::ids::NoteId;
use shared::records::outcome::Outcome;

use super::{rows, versions};
use crate::access::CompanyScope;
use crate::app::App;
use crate::error::ApiError;
use crate::message::Message;
use crate::object_key::ObjectKey;

/// What a note has of its own; everything else under its prefix belongs to the message.
const OWN: [&str; 2] = ["note.json", "text_summary.txt"];

const CHANGED_MEANWHILE: &str = "Another note of the message was removed just now. Try again.";

pub(super) async fn delete(
    app: &App,
    scope: &CompanyScope,
    message: Message,
    id: &NoteId,
) -> Result<(), ApiError> {
    let Message { mut index, etag } = message;
    rows::remove(app, scope, std::slice::from_ref(id), index.received_at).await?;
    let Some(at) = index.notes.iter().position(|note| note.note_id == *id) else {
        return Err(ApiError::NotFound);
    };
    let note_key: ObjectKey = index.notes[at]
        .note_key
        .parse()
        .map_err(|why| ApiError::internal("the index", why))?;
    let note_key = scope.own(&note_key)?;
    let prefix = note_key.strip_suffix(OWN[0]).ok_or(ApiError::NotFound)?;
    let own = OWN.map(|end| format!("{prefix}{end}"));
    for key in &own {
        versions::remove_object(&app.bucket, key).await?;
    }
    forget_replies(app, scope, id).await?;

    // The index last: until then the deletion can be asked for again.
    index.notes.remove(at);
    index.files.retain(|file| !own.contains(&file.key));
    let key = scope.keys().message_index(&index.message_id);
    match app.bucket.replace(&key, &index, &etag).await {
        Ok(_) => versions::remove_history(&app.bucket, &key).await,
        Err(BucketError::PreconditionFailed { .. }) => Err(ApiError::Conflict(CHANGED_MEANWHILE)),
        Err(error) => Err(error.into()),
    }
}

/// The replies told the worker what the note said.
async fn forget_replies(app: &App, scope: &CompanyScope, id: &NoteId) -> Result<(), ApiError> {
    let key = scope.keys().outcome(&id.message());
    let Some(Versioned {
        value: mut outcome,
        etag,
    }) = app.bucket.read::<Outcome>(&key).await?
    else {
        return Ok(());
    };
    outcome.note_ids.retain(|note| note != id);
    for reply in &mut outcome.replies {
        reply.body.clear();
    }
    match app.bucket.replace(&key, &outcome, &etag).await {
        Ok(_) => versions::remove_history(&app.bucket, &key).await,
        Err(BucketError::PreconditionFailed { .. }) => Err(ApiError::Conflict(CHANGED_MEANWHILE)),
        Err(error) => Err(error.into()),
    }
}
