//! Deleted means deleted: every version of every object that holds something of what was said, and the media at Twilio.
//!
//! The message's index is the plan and goes last: it says `deleted` first, from when on nothing of the message is shown,
//! and a deletion that was cut off is continued by asking for it again. The message's record becomes a tombstone before
//! anything is removed, so that a redelivery does not bring it back. Exports made before keep what they hold until the
//! bucket's lifecycle removes them, seven days after they were made.

mod message;
mod one_note;
mod rows;
mod versions;

use shared::ids::NoteId;

use crate::access::CompanyScope;
use crate::app::App;
use crate::error::ApiError;
use crate::message::Message;

/// Removes a note; when it is the last of its message (or `whole_message`), everything of the message.
///
/// # Errors
/// [`ApiError::NotFound`] when the company has no such note; [`ApiError::Conflict`] while the message is being worked on.
pub async fn delete(
    app: &App,
    scope: &CompanyScope,
    id: &NoteId,
    whole_message: bool,
) -> Result<(), ApiError> {
    let message = Message::find(&app.bucket, scope, &id.message()).await?;
    message.note(id)?;
    if whole_message || message.index.notes.len() == 1 || message.is_being_deleted() {
        message::delete(app, scope, message).await
    } else {
        one_note::delete(app, scope, message, id).await
    }
}
