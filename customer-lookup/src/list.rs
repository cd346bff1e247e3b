//! Reading a long list of records from JSON, one at a time, while the file is still arriving.
//!
//! The file is an array, or an object with the array under a known name: `[…]` or `{"customers": […]}`. Only the
//! structure around the records is read here; each record, and everything beside the list, is left to `serde_json`, so the
//! whole file is checked and nothing but one record is ever built. A record that is JSON but not the record expected is
//! handed out as such and skipped; what is not JSON ends the reading, because nothing after it can be trusted.
//!
//! Not here: what a record means.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use crate::data_file::Fault;

/// The next thing in the list.
#[derive(Debug)]
pub(crate) enum Step<T> {
    /// A record.
    Item {
        /// Its place in the list, from 0.
        index: usize,
        /// Where it starts in the window.
        start: usize,
        /// Where it ends in the window.
        end: usize,
        /// The record; `None` when it is JSON but not the record expected.
        record: Option<T>,
    },
    /// The rest of a record (or of the file) has not arrived yet.
    NeedMore,
    /// The file ended where it should.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing read yet.
    Start,
    /// In the object, before a member or its end; `first`: no member read yet.
    Member { first: bool },
    /// In the object, after a member.
    AfterMember,
    /// In the list, before a record or its end; `first`: no record read yet.
    Item { first: bool },
    /// In the list, after a record.
    AfterItem,
    /// After the last bracket.
    After,
}

/// Where in the file reading has got to.
#[derive(Debug)]
pub(crate) struct ListReader {
    list_name: &'static str,
    place: Place,
    in_object: bool,
    list_seen: bool,
    index: usize,
    /// Bytes consumed since the start of the file.
    consumed: usize,
}

impl ListReader {
    /// A reader of `[…]` or `{"list_name": […]}`.
    pub(crate) fn new(list_name: &'static str) -> Self {
        Self {
            list_name,
            place: Place::Start,
            in_object: false,
            list_seen: false,
            index: 0,
            consumed: 0,
        }
    }

    /// Bytes consumed since the start of the file.
    pub(crate) fn consumed(&self) -> usize {
        self.consumed
    }

    /// Reads on from `cursor` in `window` and moves it behind what was read. `window` is a part of the file that starts
    /// at most at the first byte not consumed; `complete` says that it reaches to the end of the file.
    pub(crate) fn next<'t, T: Deserialize<'t>>(
        &mut self,
        window: &'t str,
        cursor: &mut usize,
        complete: bool,
    ) -> Result<Step<T>, Fault> {
        loop {
            let blanks = blanks(&window[*cursor..]);
            self.advance(cursor, blanks);
            let Some(&byte) = window.as_bytes().get(*cursor) else {
                return self.at_end_of_window(complete);
            };
            match (self.place, byte) {
                (Place::Start, b'[') => self.enter_list(cursor),
                (Place::Start, b'{') => {
                    self.in_object = true;
                    self.advance(cursor, 1);
                    self.place = Place::Member { first: true };
                }
                // A byte order mark, as spreadsheets write it.
                (Place::Start, 0xef) if self.consumed == 0 && window[*cursor..].starts_with('\u{feff}') => {
                    self.advance(cursor, '\u{feff}'.len_utf8());
                }
                (Place::Start, _) => return Err(Fault::NoList(self.list_name)),
                (Place::Member { first: true } | Place::AfterMember, b'}') => {
                    self.advance(cursor, 1);
                    self.place = Place::After;
                }
                (Place::AfterMember, b',') => {
                    self.advance(cursor, 1);
                    self.place = Place::Member { first: false };
                }
                (Place::Member { .. }, b'"') => {
                    if !self.member(window, cursor, complete)? {
                        return Ok(Step::NeedMore);
                    }
                }
                (Place::Item { first: true } | Place::AfterItem, b']') => {
                    self.advance(cursor, 1);
                    self.place = if self.in_object {
                        Place::AfterMember
                    } else {
                        Place::After
                    };
                }
                (Place::AfterItem, b',') => {
                    self.advance(cursor, 1);
                    self.place = Place::Item { first: false };
                }
                (Place::Item { .. }, _) => return self.item(window, cursor, complete),
                (Place::Member { .. }, _) => return Err(self.syntax("a member's name is expected")),
                (Place::AfterMember, _) => return Err(self.syntax("a comma or } is expected")),
                (Place::AfterItem, _) => return Err(self.syntax("a comma or ] is expected")),
                (Place::After, _) => return Err(self.syntax("nothing more is expected")),
            }
        }
    }

    fn advance(&mut self, cursor: &mut usize, bytes: usize) {
        *cursor += bytes;
        self.consumed += bytes;
    }

    fn enter_list(&mut self, cursor: &mut usize) {
        self.advance(cursor, 1);
        self.list_seen = true;
        self.place = Place::Item { first: true };
    }

    fn syntax(&self, what: &'static str) -> Fault {
        Fault::Syntax {
            byte: self.consumed,
            what,
        }
    }

    fn at_end_of_window<T>(&self, complete: bool) -> Result<Step<T>, Fault> {
        match (complete, self.place) {
            (false, _) => Ok(Step::NeedMore),
            (true, Place::After) if self.list_seen => Ok(Step::End),
            (true, Place::After | Place::Start) => Err(Fault::NoList(self.list_name)),
            (true, _) => Err(self.syntax("the file ends too early")),
        }
    }

    /// Reads a member of the object: enters the list, or skips whatever else it is. False when it has not all arrived.
    fn member(&mut self, window: &str, cursor: &mut usize, complete: bool) -> Result<bool, Fault> {
        let rest = &window[*cursor..];
        let (name, mut length) = match one::<String>(rest, complete) {
            One::Value(name, length) => (name, length),
            One::Incomplete => return Ok(false),
            One::Unfit | One::Broken => return Err(self.syntax("a member's name is expected")),
        };
        length += blanks(&rest[length..]);
        match rest.as_bytes().get(length) {
            Some(b':') => length += 1,
            None if !complete => return Ok(false),
            _ => return Err(self.syntax("a colon is expected")),
        }
        length += blanks(&rest[length..]);
        if name == self.list_name {
            return match rest.as_bytes().get(length) {
                Some(b'[') if !self.list_seen => {
                    self.advance(cursor, length);
                    self.enter_list(cursor);
                    Ok(true)
                }
                Some(b'[') => Err(self.syntax("the list is there twice")),
                None if !complete => Ok(false),
                _ => Err(Fault::NoList(self.list_name)),
            };
        }
        match one::<IgnoredAny>(&rest[length..], complete) {
            One::Value(_, value) => {
                self.advance(cursor, length + value);
                self.place = Place::AfterMember;
                Ok(true)
            }
            One::Incomplete => Ok(false),
            One::Unfit | One::Broken => Err(self.syntax("a member's value is expected")),
        }
    }

    fn item<'t, T: Deserialize<'t>>(
        &mut self,
        window: &'t str,
        cursor: &mut usize,
        complete: bool,
    ) -> Result<Step<T>, Fault> {
        let rest = &window[*cursor..];
        let (record, length) = match one::<T>(rest, complete) {
            One::Value(record, length) => (Some(record), length),
            One::Incomplete => return Ok(Step::NeedMore),
            One::Broken => return Err(self.syntax("a record is expected")),
            One::Unfit => match one::<IgnoredAny>(rest, complete) {
                One::Value(_, length) => (None, length),
                One::Incomplete => return Ok(Step::NeedMore),
                One::Unfit | One::Broken => return Err(self.syntax("a record is expected")),
            },
        };
        let (index, start) = (self.index, *cursor);
        self.advance(cursor, length);
        self.index += 1;
        self.place = Place::AfterItem;
        Ok(Step::Item {
            index,
            start,
            end: *cursor,
            record,
        })
    }
}

enum One<T> {
    /// The value and its length in bytes.
    Value(T, usize),
    /// The text ends before the value does, and more is to come.
    Incomplete,
    /// JSON (so far), but not a `T`.
    Unfit,
    /// Not JSON.
    Broken,
}

/// Reads one value from the start of `text`.
fn one<'t, T: Deserialize<'t>>(text: &'t str, complete: bool) -> One<T> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<T>();
    match values.next() {
        // A number that ends with the window may go on behind it.
        Some(Ok(_)) if !complete && values.byte_offset() == text.len() => One::Incomplete,
        Some(Ok(value)) => One::Value(value, values.byte_offset()),
        None if complete => One::Broken,
        None => One::Incomplete,
        Some(Err(error)) => match error.classify() {
            Category::Eof if !complete => One::Incomplete,
            Category::Data => One::Unfit,
            Category::Eof | Category::Syntax | Category::Io => One::Broken,
        },
    }
}

/// How many bytes of white space (RFC 8259, 2) `text` starts with.
fn blanks(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    struct Named {
        id: String,
    }

    /// Reads `file` as if it arrived in pieces of `piece` bytes.
    fn read(file: &str, piece: usize) -> Result<Vec<Option<String>>, Fault> {
        let mut reader = ListReader::new("items");
        let mut items = Vec::new();
        let (mut start, mut arrived) = (0, 0);
        loop {
            let complete = arrived == file.len();
            let mut cursor = 0;
            loop {
                match reader.next::<Named>(&file[start..arrived], &mut cursor, complete)? {
                    Step::Item { index, record, .. } => {
                        assert_eq!(index, items.len());
                        items.push(record.map(|named| named.id));
                    }
                    Step::NeedMore => break,
                    Step::End => return Ok(items),
                }
            }
            start += cursor;
            assert_eq!(start, reader.consumed());
            arrived += piece;
            while !file.is_char_boundary(arrived.min(file.len())) {
                arrived += 1;
            }
            arrived = arrived.min(file.len());
        }
    }

    #[test]
    fn arrays_and_objects_are_read_however_they_arrive() {
        let cases = [
            (r#"[{"id":"a"},{"id":"b"}]"#, vec![Some("a"), Some("b")]),
            (" \n[ ] \n", vec![]),
            (
                r#"{"version": 12, "items": [ {"id":"ü, \"ä\"" } ] , "more": {"items": [1]}}"#,
                vec![Some("ü, \"ä\"")],
            ),
            (r#"{"items":[]}"#, vec![]),
            ("\u{feff}[{\"id\":\"a\"}]", vec![Some("a")]),
            (
                r#"[{"id":1},null,17,"x",{"id":"c","extra":[[{}]]},{}]"#,
                vec![None, None, None, None, Some("c"), None],
            ),
        ];
        for (file, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|id| id.map(str::to_owned)).collect();
            for piece in [1, 2, 3, 7, 1000] {
                assert_eq!(
                    read(file, piece).as_ref(),
                    Ok(&expected),
                    "{file} in pieces of {piece}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_such_a_file_is_refused_with_the_place() {
        for (file, part) in [
            ("", "neither a list"),
            ("null", "neither a list"),
            ("\"items\"", "neither a list"),
            (r#"{"clients":[]}"#, "neither a list"),
            (r#"{"items":{}}"#, "neither a list"),
            (r#"{"items":[],"items":[]}"#, "twice"),
            (r#"[{"id":"a"}"#, "byte 11: the file ends too early"),
            (r#"[{"id":"a"},]"#, "a record is expected"),
            (r#"[{"id":"a"} {"id":"b"}]"#, "a comma or ] is expected"),
            (r#"[{"id":"a}]"#, "a record is expected"),
            (r#"[{"id":"a"}]]"#, "nothing more is expected"),
            (r#"[{"id":"a"}]{"#, "nothing more is expected"),
            (r#"{"items":[] "x":1}"#, "a comma or } is expected"),
            (r#"{"items" []}"#, "a colon is expected"),
            (r#"{"items":[],}"#, "a member's name is expected"),
            (r#"{"x":tru,"items":[]}"#, "a member's value is expected"),
            ("[nul]", "a record is expected"),
        ] {
            for piece in [1, 5, 1000] {
                let fault = read(file, piece).unwrap_err().to_string();
                assert!(fault.contains(part), "{file} in pieces of {piece}: {fault}");
            }
        }
    }
}
