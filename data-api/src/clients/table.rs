//! The client list as CSV, to edit in a spreadsheet: read as spreadsheets of any country write it, written so that none runs
//! a cell as a formula.
//!
//! What a table has no column for (sites, jobs, ids in other systems) stays as it was for every client that is still there.

use std::io::Read;

use serde_json::{Value, json};

use super::upload::{Fields, Row, fault, id_of};
use crate::error::{ApiError, RowFault};
use crate::notes::spreadsheet::{BYTE_ORDER_MARK, as_written, harmless};

/// The columns, in the order they are written in.
pub const COLUMNS: [&str; 6] = [
    "client_id",
    "name",
    "aliases",
    "phone_number",
    "address",
    "active",
];

/// What separates several other names in a cell, when writing.
const BETWEEN_NAMES: &str = "; ";

/// A row of its own behind the last one. A quotation mark that is never closed swallows it, with every row before it: without
/// this they would be one client.
const END: &str = "\u{1}end";

/// What files start with that are no text in UTF-8, and what they are.
const OTHER_FILES: [(&[u8], &str); 3] = [
    (b"PK\x03\x04", "This is a workbook."),
    (b"\xff\xfe", "This is UTF-16."),
    (b"\xfe\xff", "This is UTF-16."),
];

/// Reads a table.
///
/// # Errors
/// [`ApiError::Rows`] when it is no table of clients.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, ApiError> {
    // One kind of line break, so that lines can be counted.
    let text = text(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
    let mut records = Records::of(&text);
    let header = records.next()?.map(|(_, header)| header).unwrap_or_default();
    let columns = columns(&header)?;
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    while let Some((number, record)) = records.next()? {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match row(&record, &columns) {
            Ok(fields) => rows.push(Row { number, fields }),
            Err((column, detail)) => faults.push(fault(number, Some(&column), detail)),
        }
    }
    if rows.is_empty() && faults.is_empty() {
        // Half an export would take every client away. Who means it sends an empty list as JSON.
        faults.push(fault(
            1,
            None,
            "There is no client below the heading, and a list is replaced whole.",
        ));
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        Err(ApiError::Rows(faults))
    }
}

/// The rows of a table, each with the number a spreadsheet gives it.
struct Records<'t> {
    reader: csv::Reader<Box<dyn Read + 't>>,
    /// Line breaks within the cells read so far.
    breaks_in_cells: usize,
}

impl<'t> Records<'t> {
    fn of(text: &'t str) -> Self {
        let ended = text.as_bytes().chain(b"\n".as_slice()).chain(END.as_bytes());
        let mut reader = csv::ReaderBuilder::new();
        reader
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter(text));
        Self {
            reader: reader.from_reader(Box::new(ended)),
            breaks_in_cells: 0,
        }
    }

    /// The next row that is not empty.
    fn next(&mut self) -> Result<Option<(usize, csv::StringRecord)>, ApiError> {
        let mut record = csv::StringRecord::new();
        let read = self.reader.read_record(&mut record);
        self.breaks_in_cells += record
            .iter()
            .flat_map(str::bytes)
            .filter(|byte| *byte == b'\n')
            .count();
        // By now the reader is in the line behind the row's last one; empty lines were passed over, and are counted.
        let line = usize::try_from(self.reader.position().line()).unwrap_or(usize::MAX);
        let number = line.saturating_sub(1 + self.breaks_in_cells);
        let there = read.map_err(|_| one(fault(number, None, "This is not CSV.")))?;
        if !there || record.get(0) == Some(END) {
            return Ok(None);
        }
        if record.iter().any(|cell| cell.ends_with(END)) {
            let detail = "A quotation mark opens a cell here and is never closed.";
            // The line break that would have ended the row is in the cell.
            return Err(one(fault(number + 1, None, detail)));
        }
        Ok(Some((number, record)))
    }
}

/// The table as text.
fn text(bytes: &[u8]) -> Result<&str, ApiError> {
    const SAVE_AS: &str = "Save the file as “CSV UTF-8”.";
    if let Some((_, what)) = OTHER_FILES.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(one(fault(1, None, format!("{what} {SAVE_AS}"))));
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let row_of = |at: usize| bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    // UTF-16 without its mark has these between its letters.
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let detail = format!("There is a NUL character here. {SAVE_AS}");
        return Err(one(fault(row_of(at), None, detail)));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let detail = format!("This is not UTF-8. {SAVE_AS}");
        one(fault(row_of(error.valid_up_to()), None, detail))
    })
}

fn one(fault: RowFault) -> ApiError {
    ApiError::Rows(vec![fault])
}

/// A spreadsheet writes what its country separates with: the most frequent one in the first line.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|byte| *byte == delimiter).count();
    [b',', b';', b'\t']
        .into_iter()
        .rev()
        .max_by_key(|delimiter| count(*delimiter))
        .unwrap_or(b',')
}

fn columns(header: &csv::StringRecord) -> Result<Vec<&'static str>, ApiError> {
    let mut columns = Vec::new();
    for cell in header {
        let name = cell.trim().to_lowercase().replace(' ', "_");
        let Some(known) = COLUMNS.into_iter().find(|known| *known == name) else {
            let detail = format!(
                "There is no such column. The first row names {}.",
                COLUMNS.join(", ")
            );
            return Err(one(fault(1, Some(&shown(cell)), detail)));
        };
        if columns.contains(&known) {
            return Err(one(fault(1, Some(known), "This column is there twice.")));
        }
        columns.push(known);
    }
    if columns.contains(&"name") {
        Ok(columns)
    } else {
        Err(one(fault(1, Some("name"), "This column is missing.")))
    }
}

/// A cell, short enough to be repeated.
fn shown(cell: &str) -> String {
    let plain = cell.trim().chars().filter(|c| !c.is_control()).take(40);
    plain.collect()
}

fn row(record: &csv::StringRecord, columns: &[&str]) -> Result<Fields, (String, String)> {
    let mut fields = Fields::new();
    for (at, cell) in record.iter().enumerate() {
        let cell = as_written(cell).trim();
        let Some(column) = columns.get(at) else {
            if cell.is_empty() {
                continue;
            }
            let detail =
                "There are more cells than columns. Is there a comma in a name without quotes around it?";
            return Err(((at + 1).to_string(), detail.to_owned()));
        };
        let value =
            match *column {
                "aliases" => json!(cell.split([';', '|', '\n']).map(str::trim).collect::<Vec<_>>()),
                "active" => json!(active(cell).ok_or_else(|| {
                    ("active".to_owned(), "This is yes or no; empty is yes.".to_owned())
                })?),
                _ => json!(cell),
            };
        fields.insert((*column).to_owned(), value);
    }
    Ok(fields)
}

fn active(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "" | "yes" | "y" | "true" | "1" => Some(true),
        "no" | "n" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// What the table does not say about a client stays as it was. What it says that goes without saying is left out.
pub fn keep_the_rest(clients: &mut [Fields], before: &[Fields]) {
    let known: std::collections::HashMap<&str, &Fields> = before
        .iter()
        .filter_map(|fields| Some((id_of(fields)?, fields)))
        .collect();
    for fields in clients {
        let old = id_of(fields).and_then(|id| known.get(id));
        for (name, value) in old.into_iter().flat_map(|old| old.iter()) {
            if !fields.contains_key(name) {
                fields.insert(name.clone(), value.clone());
            }
        }
        fields.retain(|name, value| !(name == "active" && *value == Value::Bool(true)));
    }
}

/// Leaves out what is empty, as a record does.
pub fn without_blanks(clients: &mut [Fields]) {
    for fields in clients {
        fields.retain(|_, value| match value {
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => true,
        });
    }
}

/// Writes the table.
///
/// # Errors
/// When a row cannot be written, which does not happen in memory.
pub fn write(clients: &[Fields]) -> Result<Vec<u8>, ApiError> {
    let failed = |error: csv::Error| ApiError::internal("the client table", error);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(COLUMNS).map_err(failed)?;
    for fields in clients {
        let cells = COLUMNS.map(|column| harmless(&cell(fields.get(column), column)));
        writer.write_record(cells).map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| ApiError::internal("the client table", error.into_error()))
}

fn cell(value: Option<&Value>, column: &str) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(BETWEEN_NAMES),
        Some(Value::Bool(false)) => "no".to_owned(),
        None if column != "active" => String::new(),
        _ => "yes".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(table: &[u8]) -> Vec<(usize, Option<String>)> {
        let Err(ApiError::Rows(faults)) = read(table) else {
            panic!("{table:?}")
        };
        faults
            .into_iter()
            .map(|fault| (fault.row, fault.column))
            .collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let client = json!({"client_id": "cl_1", "name": "=Wen, \"Li\"", "aliases": ["Wens", "The Wens"],
            "phone_number": "+61491570156", "address": "1 High St\u{2028}", "active": false});
        let client: Fields = serde_json::from_value(client).unwrap();
        let table = write(std::slice::from_ref(&client)).unwrap();
        assert!(!String::from_utf8_lossy(&table).contains(",+61"));
        let rows = read(&table).unwrap();
        assert_eq!(rows[0].number, 2);
        assert_eq!(rows[0].fields["name"], client["name"]);
        assert_eq!(rows[0].fields["aliases"], client["aliases"]);
        assert_eq!(rows[0].fields["phone_number"], client["phone_number"]);
        assert_eq!(rows[0].fields["active"], false);
    }

    #[test]
    fn spreadsheets_of_any_country_are_read() {
        for table in [
            "Name,Phone number\r\nWen,1\r\n\r\n,,\r\n",
            "\u{feff}name;phone_number\nWen;1\n",
            "name\tphone_number\nWen\t1",
        ] {
            let rows = read(table.as_bytes()).unwrap();
            assert_eq!(rows.len(), 1, "{table:?}");
            assert_eq!(rows[0].fields["phone_number"], "1", "{table:?}");
        }
    }

    #[test]
    fn a_heading_alone_takes_nobody_away() {
        assert_eq!(faults(b"name\n"), [(1, None)]);
        assert_eq!(faults(b"name,address\r\n,,\r\n\r\n"), [(1, None)]);
    }

    #[test]
    fn a_broken_table_is_told_by_row_and_column() {
        let column = |name: &str| Some(name.to_owned());
        assert_eq!(faults(b""), [(1, column("name"))]);
        assert_eq!(faults(b"client_id,nam\n"), [(1, column("nam"))]);
        assert_eq!(faults(b"name,name\n"), [(1, column("name"))]);
        assert_eq!(faults(b"name\nWen\nL\xfc\n"), [(3, None)]);
        // In the row where the quotation mark is: not one client of the name "Li Wen Page".
        assert_eq!(faults(b"name\nPage\n\"Li\nWen\nPage\n"), [(3, None)]);
        assert_eq!(faults(b"\"name\nLi\n"), [(1, None)]);
        assert_eq!(faults(b"\xff\xfen\0a\0"), [(1, None)]);
        assert_eq!(faults(b"n\0a\0m\0e\0\n\0"), [(1, None)]);
        assert_eq!(faults(b"PK\x03\x04\x14"), [(1, None)]);
        // As a spreadsheet counts them: an empty line is a row, a line break in a cell is none.
        let broken = b"name,address,active\r\n\r\nA,\"1 High St\r\nBrunswick\",yes\r\nB,,perhaps\r\n";
        assert_eq!(faults(broken), [(4, column("active"))]);
        let many = b"name,active\nA,yes\nB,perhaps\nC,no,extra\n";
        assert_eq!(faults(many), [(3, column("active")), (4, column("3"))]);
    }
}
