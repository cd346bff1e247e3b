//! The customer file, which the operator keeps: read here to show a company its own workers, and to keep one company from
//! taking another's number. Never written.
//!
//! It may have a million records, so it is read piece by piece and only what a sender is known by is kept of it: some forty
//! bytes a record, until another version is there. A record that cannot be used is passed over; customer-lookup tells the
//! operator about it.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Buf as _, Bytes};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use shared::bucket::{Bucket, BucketError, ETag};
use shared::customer::CustomerRecord;
use shared::ids::CompanyId;
use tokio::sync::{Mutex, mpsc};

use super::number::Known;
use crate::error::ApiError;

const OPERATION: &str = "GetObject";

/// Largest customer file read, bytes: as large as customer-lookup takes.
const MAX_FILE_BYTES: i64 = 512 * 1024 * 1024;

/// Pieces on their way from the connection to the reader: some megabytes at most.
const PIECES_IN_FLIGHT: usize = 16;

/// Most workers of one company that are read from the file.
pub const MAX_ROWS: usize = 5000;

/// Most companies whose rows are held.
const MAX_COMPANIES: usize = 16;

/// The customer file as far as it is known.
#[derive(Debug)]
pub struct CustomerFile {
    bucket: Bucket,
    key: String,
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    etag: ETag,
    senders: Arc<Senders>,
    rows: HashMap<CompanyId, Arc<Vec<CustomerRecord>>>,
}

/// Whom the file says who may send for.
#[derive(Debug, Default)]
pub struct Senders {
    companies: Vec<CompanyId>,
    senders: Vec<Sender>,
}

#[derive(Debug)]
struct Sender {
    known: Known,
    /// Only for messages to this number.
    to: Option<Known>,
    /// Its place among the companies.
    company: u32,
    active: bool,
}

/// A sender the file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<'a> {
    /// For whom they may send.
    pub company: &'a CompanyId,
    /// Only for messages to this number.
    pub to: Option<&'a Known>,
    /// False: not any more.
    pub active: bool,
}

impl Senders {
    /// Every company somebody may send for.
    pub fn companies(&self) -> impl Iterator<Item = &CompanyId> {
        self.companies.iter()
    }

    /// Every record that may be this sender's.
    pub fn of<'a>(&'a self, known: &'a Known) -> impl Iterator<Item = Listed<'a>> + 'a {
        let mine = self
            .senders
            .iter()
            .filter(move |sender| sender.known.may_be(known));
        mine.filter_map(|sender| {
            let company = self.companies.get(usize::try_from(sender.company).ok()?)?;
            Some(Listed {
                company,
                to: sender.to.as_ref(),
                active: sender.active,
            })
        })
    }
}

/// What a reading of the file gave.
#[derive(Debug, Default)]
struct Scan {
    senders: Senders,
    places: HashMap<CompanyId, u32>,
    wanted: Option<CompanyId>,
    rows: Vec<CustomerRecord>,
}

impl CustomerFile {
    /// The file at `key`; nothing is read yet.
    #[must_use]
    pub fn new(bucket: Bucket, key: String) -> Self {
        Self {
            bucket,
            key,
            held: Mutex::new(None),
        }
    }

    /// Whom the file knows. One GET, answered with "not modified" while the file is the same.
    ///
    /// # Errors
    /// When the file cannot be read: nobody may be added then, because nobody knows whose number it is.
    pub async fn senders(&self) -> Result<Arc<Senders>, ApiError> {
        self.read(None).await.map(|(senders, _)| senders)
    }

    /// A company's own rows, at most [`MAX_ROWS`]. One GET, as above.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn rows(&self, company: &CompanyId) -> Result<Arc<Vec<CustomerRecord>>, ApiError> {
        self.read(Some(company)).await.map(|(_, rows)| rows)
    }

    async fn read(
        &self,
        company: Option<&CompanyId>,
    ) -> Result<(Arc<Senders>, Arc<Vec<CustomerRecord>>), ApiError> {
        let mut held = self.held.lock().await;
        let known = held
            .as_ref()
            .filter(|held| company.is_none_or(|company| held.rows.contains_key(company)))
            .map(|held| held.etag.as_str().to_owned())
            .filter(|etag| !etag.is_empty());
        let Some((etag, scan)) = self.fetch(known, company).await? else {
            let rows = held
                .as_ref()
                .and_then(|held| company.and_then(|company| held.rows.get(company)));
            let senders = held
                .as_ref()
                .map(|held| Arc::clone(&held.senders))
                .unwrap_or_default();
            return Ok((senders, rows.cloned().unwrap_or_default()));
        };
        let rows = Arc::new(scan.rows);
        let senders = Arc::new(scan.senders);
        let mut all = match held.take() {
            Some(before) if before.etag == etag && before.rows.len() < MAX_COMPANIES => before.rows,
            Some(_) | None => HashMap::new(),
        };
        if let Some(company) = company {
            all.insert(company.clone(), Arc::clone(&rows));
        }
        *held = Some(Held {
            etag,
            senders: Arc::clone(&senders),
            rows: all,
        });
        Ok((senders, rows))
    }

    /// The file, unless it is still the one `known`. A missing one has nobody in it.
    async fn fetch(
        &self,
        known: Option<String>,
        company: Option<&CompanyId>,
    ) -> Result<Option<(ETag, Scan)>, ApiError> {
        let request = self
            .bucket
            .client()
            .get_object()
            .bucket(self.bucket.name())
            .key(&self.key);
        let output = match request.set_if_none_match(known).send().await {
            Ok(output) => output,
            Err(error) => {
                let status = error.raw_response().map(|response| response.status().as_u16());
                return match status {
                    Some(304) => Ok(None),
                    Some(404) if error.code() != Some("NoSuchBucket") => {
                        Ok(Some((ETag::from_header(""), Scan::default())))
                    }
                    Some(401 | 403) => Err(BucketError::AccessDenied { operation: OPERATION }.into()),
                    status => Err(unavailable(status).into()),
                };
            }
        };
        if output
            .content_length()
            .is_some_and(|length| length > MAX_FILE_BYTES)
        {
            return Err(ApiError::internal(
                "the customer file",
                Unreadable { line: 0, column: 0 },
            ));
        }
        let etag = ETag::from_header(output.e_tag().unwrap_or_default());
        let scan = Scan {
            wanted: company.cloned(),
            ..Scan::default()
        };
        Ok(Some((etag, scan.over(output.body).await?)))
    }
}

/// The file is no list of records. Says where, never what.
#[derive(Debug, thiserror::Error)]
#[error("the customer file cannot be read (line {line}, column {column})")]
struct Unreadable {
    line: usize,
    column: usize,
}

fn unavailable(status: Option<u16>) -> BucketError {
    BucketError::Unavailable {
        operation: OPERATION,
        status,
        code: None,
    }
}

impl Scan {
    /// Reads the whole body on a thread of its own, so that other requests go on.
    async fn over(mut self, mut body: ByteStream) -> Result<Self, ApiError> {
        let (pieces, arriving) = mpsc::channel::<Bytes>(PIECES_IN_FLIGHT);
        let reader = tokio::task::spawn_blocking(move || {
            let pieces = Pieces {
                arriving,
                piece: Bytes::new(),
            };
            let mut parser = serde_json::Deserializer::from_reader(io::BufReader::new(pieces));
            let read = parser.deserialize_any(&mut self).and_then(|()| parser.end());
            read.map(|()| self)
        });
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|_| unavailable(None))?;
            // The reader stops listening when it knows that the file is broken.
            if pieces.send(piece).await.is_err() {
                break;
            }
        }
        drop(pieces);
        // Joining fails only if the reader was stopped with the runtime.
        let read = reader.await.map_err(|_| unavailable(None))?;
        read.map_err(|error| {
            let place = Unreadable {
                line: error.line(),
                column: error.column(),
            };
            ApiError::internal("the customer file", place)
        })
    }

    fn take(&mut self, value: Value) {
        let Value::Object(mut fields) = value else { return };
        fields.retain(|_, value| !value.is_null());
        let Some(company) = text(&fields, "company_id").and_then(|id| id.parse::<CompanyId>().ok()) else {
            return;
        };
        let active = fields.get("active").and_then(Value::as_bool).unwrap_or(true);
        let to = text(&fields, "to").and_then(Known::read);
        let place = self.place(&company);
        for field in ["phone_number", "user_id"] {
            if let Some(known) = text(&fields, field).and_then(Known::read) {
                self.senders.senders.push(Sender {
                    known,
                    to: to.clone(),
                    company: place,
                    active,
                });
            }
        }
        if self.wanted.as_ref() == Some(&company)
            && self.rows.len() < MAX_ROWS
            && let Ok(record) = serde_json::from_value(Value::Object(fields))
        {
            self.rows.push(record);
        }
    }

    fn place(&mut self, company: &CompanyId) -> u32 {
        if let Some(place) = self.places.get(company) {
            return *place;
        }
        let place = u32::try_from(self.senders.companies.len()).unwrap_or(u32::MAX);
        self.senders.companies.push(company.clone());
        self.places.insert(company.clone(), place);
        place
    }
}

fn text<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f str> {
    let text = fields.get(name).and_then(Value::as_str);
    text.filter(|text| !text.trim().is_empty())
}

/// The pieces as they arrive, as a reader.
struct Pieces {
    arriving: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.arriving.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let length = self.piece.len().min(buffer.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

/// An array of records, or an object with one as `customers`.
impl<'de> Visitor<'de> for &mut Scan {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of customers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        while let Some(value) = records.next_element::<Value>()? {
            self.take(value);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            match name.as_str() {
                "customers" => fields.next_value_seed(&mut *self)?,
                _ => _ = fields.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Scan {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn scan(file: &str, company: &str) -> Result<Scan, ApiError> {
        let scan = Scan {
            wanted: Some(company.parse().unwrap()),
            ..Scan::default()
        };
        scan.over(ByteStream::from(file.as_bytes().to_vec())).await
    }

    const RECORDS: &str = r#"[
        {"customer_id": "w1", "company_id": "acme", "phone_number": "+61 491 570 156", "name": "Sam"},
        {"customer_id": "w2", "company_id": "rival", "phone_number": "0491 570 157", "to": "+61491570110"},
        {"customer_id": "w3", "company_id": "acme", "user_id": "AU.abc", "active": false, "locale": null},
        {"customer_id": "w4", "company_id": "records", "phone_number": "+61491570158"}, 7, {"company_id": 3}]"#;

    #[tokio::test]
    async fn both_shapes_are_read_and_what_is_no_record_is_passed_over() {
        for file in [
            RECORDS.to_owned(),
            format!("{{\"version\": 1, \"customers\": {RECORDS}}}"),
        ] {
            let scan = scan(&file, "acme").await.unwrap();
            assert_eq!(scan.rows.len(), 2);
            let of = |text: &str| {
                let known = Known::read(text).unwrap();
                let listed = scan.senders.of(&known);
                listed
                    .map(|one| (one.company.to_string(), one.to.is_some(), one.active))
                    .collect::<Vec<_>>()
            };
            assert_eq!(of("+61491570156"), [("acme".to_owned(), false, true)]);
            assert_eq!(of("+61491570157"), [("rival".to_owned(), true, true)]);
            assert_eq!(of("AU.abc"), [("acme".to_owned(), false, false)]);
            assert_eq!(of("+61491570158"), []);
        }
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_an_error_that_says_where_only() {
        for file in [
            "",
            "[{\"company_id\": \"secret\"",
            "\"secret\"",
            "[] []",
            "{\"customers\": 7}",
        ] {
            let error = scan(file, "acme").await.unwrap_err();
            let ApiError::Internal { source, .. } = error else {
                panic!("{file}")
            };
            assert!(!source.to_string().contains("secret"), "{source}");
        }
    }
}
