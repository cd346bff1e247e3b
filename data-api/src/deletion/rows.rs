//! A note's rows in the company's index. Rows a cut-off correction left behind are found too, because it is the keys that
//! are searched, in all their versions.

use jiff::Timestamp;
use shared::ids::NoteId;

use super::versions::{self, Version};
use crate::access::CompanyScope;
use crate::app::App;
use crate::error::ApiError;

/// How many digits a time in a key has.
const MILLISECOND_DIGITS: usize = 13;

/// Removes every row of these notes, which all came at the same time.
pub(super) async fn remove(
    app: &App,
    scope: &CompanyScope,
    notes: &[NoteId],
    received_at: Timestamp,
) -> Result<(), ApiError> {
    let keys = scope.keys();
    for note in notes {
        versions::remove_object(&app.bucket, &keys.timeline(received_at, note)).await?;
    }
    let is_row = |version: Version<'_>| notes.iter().any(|note| is_row_of(version.key, note));
    let clients = format!("{}index/client/", keys.root());
    versions::remove(&app.bucket, &clients, None, is_row).await?;
    // No change of a note is older than the note, and keys begin with the time.
    let root = keys.changes_root();
    let from = notes.first().map(|note| keys.change(received_at, note, 0));
    let from = from.and_then(|key| key.get(..root.len() + MILLISECOND_DIGITS).map(str::to_owned));
    versions::remove(&app.bucket, &root, from.as_deref(), is_row).await
}

/// `…/{digits}_{note_id}.json` or `…/{digits}_{note_id}_{revision}.json`.
fn is_row_of(key: &str, note: &NoteId) -> bool {
    let name = key.rsplit('/').next().unwrap_or_default();
    let mut parts = name.trim_end_matches(".json").splitn(3, '_');
    parts.nth(1) == Some(note.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_known_by_the_note_in_its_key() {
        let note: NoteId = "SM01".parse().unwrap();
        for key in [
            "acme/index/client/cl_1/8235_SM01.json",
            "acme/index/changes/1764_SM01_2.json",
        ] {
            assert!(is_row_of(key, &note), "{key}");
        }
        for key in [
            "acme/index/client/cl_1/8235_SM01.2.json",
            "acme/index/changes/1764_SM012_2.json",
            "acme/index/client/SM01/8235_SM02.json",
        ] {
            assert!(!is_row_of(key, &note), "{key}");
        }
    }
}
