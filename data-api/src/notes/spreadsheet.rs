//! Notes as CSV that opens right in a spreadsheet: UTF-8 with a byte order mark (without it Excel guesses another
//! encoding), RFC 4180 lines, and no cell that a spreadsheet would run as a formula.

use shared::records::note::{ActionItem, Note};

use crate::error::ApiError;

/// U+FEFF in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The columns, in order.
const COLUMNS: [&str; 20] = [
    "note_id",
    "received_at",
    "updated_at",
    "intent",
    "tag",
    "clients",
    "client_ids",
    "client_decision",
    "worker",
    "customer_id",
    "title",
    "job",
    "summary",
    "context",
    "open_items",
    "done_items",
    "needs_review",
    "text",
    "recordings",
    "message_id",
];

/// The notes as a CSV document.
///
/// # Errors
/// When a row cannot be written, which does not happen in memory.
pub fn csv(notes: &[Note]) -> Result<Vec<u8>, ApiError> {
    let failed = |error: csv::Error| ApiError::internal("the spreadsheet", error);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(COLUMNS).map_err(failed)?;
    for note in notes {
        writer
            .write_record(cells(note).map(|cell| harmless(&cell)))
            .map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| ApiError::internal("the spreadsheet", error.into_error()))
}

fn cells(note: &Note) -> [String; COLUMNS.len()] {
    let joined = |parts: Vec<&str>| parts.join("; ");
    let items = |done: bool| {
        let lines: Vec<String> = note
            .action_items
            .iter()
            .filter(|item| item.done == done)
            .map(item_line)
            .collect();
        lines.join("\n")
    };
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        note.note_id.to_string(),
        note.created_at.to_string(),
        note.updated_at.to_string(),
        note.intent.to_string(),
        note.tag.as_str().to_owned(),
        joined(note.clients.iter().map(|client| client.name.as_str()).collect()),
        joined(
            note.clients
                .iter()
                .map(|client| client.client_id.as_str())
                .collect(),
        ),
        word(&note.client_decision),
        optional(&note.worker.name),
        note.worker.customer_id.to_string(),
        optional(&note.title),
        optional(&note.job),
        optional(&note.summary),
        optional(&note.context),
        items(false),
        items(true),
        note.needs_review.iter().map(word).collect::<Vec<_>>().join("; "),
        note.text.clone(),
        joined(note.attachments.iter().map(|file| file.key.as_str()).collect()),
        note.message_id.to_string(),
    ]
}

/// A value that is a word in JSON.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn item_line(item: &ActionItem) -> String {
    let due = item.due_date.map(|day| format!(" ({day})")).unwrap_or_default();
    let who = item
        .assignee
        .as_ref()
        .map(|who| format!(" [{}]", who.name))
        .unwrap_or_default();
    format!("{}{due}{who}", item.text)
}

/// A cell that begins like a formula gets an apostrophe, which spreadsheets take as "this is text" (OWASP, CSV injection).
/// White space in front does not help it, because some trim it.
pub(crate) fn harmless(cell: &str) -> String {
    if begins_like_a_formula(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// The cell as it was before [`harmless`].
pub(crate) fn as_written(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| begins_like_a_formula(rest))
        .unwrap_or(cell)
}

fn begins_like_a_formula(cell: &str) -> bool {
    let cell = cell.trim_start_matches([' ', '\u{a0}', '\u{feff}']);
    cell.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '|', '%', '＝', '＋', '－', '＠',
    ])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for cell in [
            "=1+1",
            "+61491570156",
            "-1",
            "@SUM(A1)",
            "\t=1",
            " =cmd|' /C calc'!A0",
            "\u{a0}=1",
            "＝1",
        ] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        for cell in ["", "Order 3 = 2 + 1", "a@b.example", "5-6 pm"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn no_cell_is_a_formula(cell in "[ =+@\\-\t\r\na-z]{0,8}") {
            let first = harmless(&cell).trim_start().chars().next();
            let safe = harmless(&cell);
            prop_assert_eq!(as_written(&safe), &cell);
            prop_assert!(!matches!(first, Some('=' | '+' | '-' | '@')));
        }
    }
}
