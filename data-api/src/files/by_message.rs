//! `GET /files/by-message`: everything of one message, found through its index, whatever else the bucket holds.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::bucket::Listed;
use shared::ids::{CompanyId, MessageSid};
use shared::records::index::{FileType, MessageIndex};
use shared::records::note::{Intent, Note, Tag};
use utoipa::{IntoParams, ToSchema};

use super::File;
use super::artifact::ArtifactName;
use crate::access::Access;
use crate::app::App;
use crate::error::{ApiError, ProblemDocument};
use crate::message;
use crate::parameters::{FromGiven, Given, Query};
use crate::schema::NoteDocument;

/// Which message.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessageQuery {
    /// Whose message.
    #[param(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", example = "acme")]
    pub company_id: CompanyId,
    /// Twilio's MessageSid.
    #[param(value_type = String, pattern = "^[A-Za-z0-9]{2,64}$", example = "SM00000000000000000000000000000001")]
    pub message_id: MessageSid,
}

impl FromGiven for MessageQuery {
    fn from_given(given: &mut Given) -> Result<Self, ApiError> {
        Ok(Self {
            company_id: given.required("company_id")?,
            message_id: given.required("message_id")?,
        })
    }
}

/// Everything of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    /// Twilio's MessageSid.
    #[schema(value_type = String)]
    pub message_id: MessageSid,
    /// Whose it is.
    #[schema(value_type = String)]
    pub company_id: CompanyId,
    /// The first note's.
    #[schema(value_type = crate::schema::IntentName)]
    pub intent: Intent,
    /// The first note's.
    #[schema(value_type = String)]
    pub tag: Tag,
    /// All its files, note by note.
    pub files: Vec<MessageFile>,
    /// Its notes in order, whole.
    #[schema(value_type = Vec<NoteDocument>)]
    pub notes: Vec<Note>,
}

/// A file of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageFile {
    /// Where it is; for `/files/get-download-url`.
    pub key: String,
    /// What it is.
    #[serde(rename = "type")]
    #[schema(value_type = FileTypeName)]
    pub file_type: FileType,
    /// Changes when the content does.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// When it was last written, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub last_modified: Timestamp,
}

/// What a file of a message is.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum FileTypeName {
    /// A recording.
    Audio,
    /// A picture.
    Image,
    /// Any other attachment.
    Document,
    /// The transcript or text.
    FullText,
    /// A note as a person reads it.
    TextSummary,
    /// A note.
    Note,
}

/// Everything of one message: its files and its notes. S3 calls: 1 GET, then 1 LIST and 1 GET for each of its 1 to 5
/// notes, whatever else the bucket holds.
#[utoipa::path(get, path = "/files/by-message", tag = "files", operation_id = "get_message",
    params(MessageQuery),
    responses((status = 200, body = Message),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json")),
    security(("api_key" = [])))]
pub(crate) async fn by_message(
    access: Access,
    State(app): State<Arc<App>>,
    Query(query): Query<MessageQuery>,
) -> Result<Json<Message>, ApiError> {
    let scope = access.company(&query.company_id)?;
    let message = message::Message::filed(&app.bucket, &scope, &query.message_id).await?;
    let files = message.files(&app.bucket, &scope);
    let notes = message.notes(&app.bucket, &scope);
    let (files, notes) = futures_util::try_join!(files, notes)?;
    let index = message.index;
    let indexed = index.notes.first().ok_or(ApiError::NotFound)?;
    let first = notes.first();
    Ok(Json(Message {
        message_id: index.message_id.clone(),
        company_id: scope.company_id().clone(),
        intent: first.map_or(indexed.intent, |note| note.intent),
        tag: first.map_or(&indexed.tag, |note| &note.tag).clone(),
        files: files
            .into_iter()
            .map(|listed| described(listed, &index))
            .collect(),
        notes,
    }))
}

fn described(listed: Listed, index: &MessageIndex) -> MessageFile {
    let indexed = index
        .files
        .iter()
        .find(|file| file.key == listed.key)
        .map(|file| file.file_type);
    let named = || ArtifactName::parse(&listed.key).map(|name| name.file_type);
    let file_type = indexed.or_else(named).unwrap_or(FileType::Document);
    let File {
        key,
        etag,
        size,
        last_modified,
    } = File::from(listed);
    MessageFile {
        key,
        file_type,
        etag,
        size,
        last_modified,
    }
}
