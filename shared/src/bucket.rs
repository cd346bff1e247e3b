//! The voice data bucket: S3 with the conditions this product relies on, and its failures told apart.
//!
//! Conditional writes (Amazon S3 User Guide, "Conditional requests"): 412 means the precondition failed, 409 that a
//! concurrent write won and the request may be repeated; `If-Match` on a missing key answers 404. A 403 is never read as
//! "missing": without `s3:ListBucket` S3 answers 403 for a missing key, and taking that for absence would file twice.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::limits::MAX_RECORD_BYTES;
use crate::retry::{Classified, Retry};

/// The media type of JSON records.
pub const JSON: &str = "application/json";

/// An entity tag, with its quotes, as S3 sends it (RFC 9110, 8.8.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// Takes an entity tag as it was received.
    #[must_use]
    pub fn from_header(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The tag, with its quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An object's content.
#[derive(Debug, Clone)]
pub struct Object {
    /// The bytes.
    pub body: Bytes,
    /// For a conditional rewrite.
    pub etag: ETag,
    /// As stored.
    pub content_type: Option<String>,
}

/// A record and the entity tag it was read with.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    /// The record.
    pub value: T,
    /// For a conditional rewrite.
    pub etag: ETag,
}

/// What a conditional GET found.
#[derive(Debug, Clone)]
pub enum IfChanged {
    /// The object is still the one that is known (304).
    Same,
    /// There is none.
    Missing,
    /// Another one.
    New(Object),
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its entity tag.
    pub etag: ETag,
    /// Bytes.
    pub size: u64,
    /// Milliseconds since 1970, UTC.
    pub last_modified: jiff::Timestamp,
}

/// One page of a listing.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In key order.
    pub objects: Vec<Listed>,
    /// Where the next page starts, if there is one.
    pub continuation: Option<String>,
}

/// How a request to the bucket failed. No variant names a key: keys contain words from notes, and errors are logged.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// `If-Match` or `If-None-Match` did not hold (412, or 404 for If-Match on a missing key).
    #[error("{operation}: the object is not the one expected")]
    PreconditionFailed {
        /// S3's name of the operation.
        operation: &'static str,
    },
    /// A concurrent write is under way (409).
    #[error("{operation}: a concurrent write is under way")]
    Conflict {
        /// S3's name of the operation.
        operation: &'static str,
    },
    /// The role may not do this (403). Never "missing".
    #[error("{operation}: access denied")]
    AccessDenied {
        /// S3's name of the operation.
        operation: &'static str,
    },
    /// No usable answer: throttled, 5xx, timeout, connection lost.
    #[error("{operation}: no answer from the bucket (status {status:?}, code {code:?})")]
    Unavailable {
        /// S3's name of the operation.
        operation: &'static str,
        /// HTTP status, if there was an answer.
        status: Option<u16>,
        /// S3's error code, if there was one.
        code: Option<String>,
    },
    /// Any other refusal.
    #[error("{operation}: refused (status {status}, code {code:?})")]
    Refused {
        /// S3's name of the operation.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// S3's error code.
        code: Option<String>,
    },
    /// The object is larger than the reader takes.
    #[error("{operation}: the object is larger than {limit} bytes")]
    TooLarge {
        /// S3's name of the operation.
        operation: &'static str,
        /// Bytes.
        limit: usize,
    },
    /// The object is not the record it should be.
    #[error("the stored record cannot be read (line {line}, column {column})")]
    Malformed {
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
    },
    /// The record cannot be written as JSON.
    #[error("the record cannot be written as JSON")]
    Unwritable(#[source] serde_json::Error),
}

impl Classified for BucketError {
    fn retry(&self) -> Retry {
        match self {
            Self::Conflict { .. } | Self::Unavailable { .. } => Retry::LATER,
            Self::PreconditionFailed { .. }
            | Self::AccessDenied { .. }
            | Self::Refused { .. }
            | Self::TooLarge { .. }
            | Self::Malformed { .. }
            | Self::Unwritable(_) => Retry::Never,
        }
    }
}

/// The voice data bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    /// The bucket of this name.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, name: impl Into<String>) -> Self {
        Self {
            client: Client::new(config),
            name: name.into(),
        }
    }

    /// The SDK's client, for what only one function does (presigning, deleting versions).
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The bucket's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads an object of at most `limit` bytes; `None` when there is none.
    ///
    /// # Errors
    /// [`BucketError`]; `TooLarge` before the body is read when S3 says its length.
    pub async fn get(&self, key: &str, limit: usize) -> Result<Option<Object>, BucketError> {
        match self.get_if_changed(key, None, limit).await? {
            IfChanged::New(object) => Ok(Some(object)),
            IfChanged::Same | IfChanged::Missing => Ok(None),
        }
    }

    /// Reads an object unless it is still the one `known`.
    ///
    /// # Errors
    /// [`BucketError`].
    pub async fn get_if_changed(
        &self,
        key: &str,
        known: Option<&ETag>,
        limit: usize,
    ) -> Result<IfChanged, BucketError> {
        const OPERATION: &str = "GetObject";
        let request = self.client.get_object().bucket(&self.name).key(key);
        let sent = request
            .set_if_none_match(known.map(|etag| etag.0.clone()))
            .send()
            .await;
        let output = match sent {
            Ok(output) => output,
            Err(error) => {
                return match status_of(&error) {
                    Some(304) => Ok(IfChanged::Same),
                    Some(404) if error.code() != Some("NoSuchBucket") => Ok(IfChanged::Missing),
                    _ => Err(classify(OPERATION, &error)),
                };
            }
        };
        let announced = output
            .content_length()
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(0);
        if announced > limit {
            return Err(BucketError::TooLarge {
                operation: OPERATION,
                limit,
            });
        }
        let etag = ETag(output.e_tag().unwrap_or_default().to_owned());
        let content_type = output.content_type().map(str::to_owned);
        let body = output
            .body
            .collect()
            .await
            .map_err(|_| BucketError::Unavailable {
                operation: OPERATION,
                status: None,
                code: None,
            })?;
        let body = body.into_bytes();
        if body.len() > limit {
            return Err(BucketError::TooLarge {
                operation: OPERATION,
                limit,
            });
        }
        Ok(IfChanged::New(Object {
            body,
            etag,
            content_type,
        }))
    }

    /// Reads a JSON record; `None` when there is none.
    ///
    /// # Errors
    /// [`BucketError`]; `Malformed` when it is not the record expected.
    pub async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<Versioned<T>>, BucketError> {
        let Some(object) = self.get(key, MAX_RECORD_BYTES).await? else {
            return Ok(None);
        };
        let value = serde_json::from_slice(&object.body).map_err(|e| BucketError::Malformed {
            line: e.line(),
            column: e.column(),
        })?;
        Ok(Some(Versioned {
            value,
            etag: object.etag,
        }))
    }

    /// Writes an object, whatever was there.
    ///
    /// # Errors
    /// [`BucketError`].
    pub async fn put(&self, key: &str, body: Bytes, content_type: &str) -> Result<ETag, BucketError> {
        send_put(self.put_request(key, body, content_type)).await
    }

    /// Writes a JSON record, whatever was there.
    ///
    /// # Errors
    /// [`BucketError`].
    pub async fn write<T: Serialize + Sync>(&self, key: &str, record: &T) -> Result<ETag, BucketError> {
        self.put(key, to_json(record)?, JSON).await
    }

    /// Creates a JSON record (`If-None-Match: *`).
    ///
    /// # Errors
    /// `PreconditionFailed` when there is one already; else [`BucketError`].
    pub async fn create<T: Serialize + Sync>(&self, key: &str, record: &T) -> Result<ETag, BucketError> {
        send_put(self.put_request(key, to_json(record)?, JSON).if_none_match("*")).await
    }

    /// Replaces the JSON record that was read as `known` (`If-Match`).
    ///
    /// # Errors
    /// `PreconditionFailed` when it is another one by now, or gone; else [`BucketError`].
    pub async fn replace<T: Serialize + Sync>(
        &self,
        key: &str,
        record: &T,
        known: &ETag,
    ) -> Result<ETag, BucketError> {
        send_put(self.put_request(key, to_json(record)?, JSON).if_match(&known.0)).await
    }

    /// Copies an object within the bucket, with its content type; `false` when there is no such object.
    ///
    /// # Errors
    /// [`BucketError`].
    pub async fn copy(&self, from: &str, to: &str) -> Result<bool, BucketError> {
        // The source is part of a header and has to be URL-encoded (API reference, CopyObject); the keys this product
        // makes consist of unreserved characters and slashes.
        let source = format!("{}/{from}", self.name);
        let request = self
            .client
            .copy_object()
            .bucket(&self.name)
            .copy_source(source)
            .key(to);
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if status_of(&error) == Some(404) && error.code() != Some("NoSuchBucket") => Ok(false),
            Err(error) => Err(classify("CopyObject", &error)),
        }
    }

    /// Removes an object; a missing one is no error.
    ///
    /// # Errors
    /// [`BucketError`].
    pub async fn delete(&self, key: &str) -> Result<(), BucketError> {
        let sent = self
            .client
            .delete_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| classify("DeleteObject", &error))
    }

    /// Lists at most `limit` (≤ 1,000) objects whose keys start with `prefix`, in key order, after `start_after` or from
    /// `continuation`.
    ///
    /// # Errors
    /// [`BucketError`].
    pub async fn list(
        &self,
        prefix: &str,
        start_after: Option<&str>,
        continuation: Option<&str>,
        limit: i32,
    ) -> Result<Page, BucketError> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .max_keys(limit);
        let request = request
            .set_start_after(start_after.map(str::to_owned))
            .set_continuation_token(continuation.map(str::to_owned));
        let output = request
            .send()
            .await
            .map_err(|error| classify("ListObjectsV2", &error))?;
        let objects = output
            .contents()
            .iter()
            .filter_map(|object| {
                let modified = object.last_modified()?.to_millis().ok()?;
                Some(Listed {
                    key: object.key()?.to_owned(),
                    etag: ETag(object.e_tag().unwrap_or_default().to_owned()),
                    size: object
                        .size()
                        .and_then(|size| u64::try_from(size).ok())
                        .unwrap_or(0),
                    last_modified: jiff::Timestamp::from_millisecond(modified).ok()?,
                })
            })
            .collect();
        Ok(Page {
            objects,
            continuation: output.next_continuation_token().map(str::to_owned),
        })
    }

    fn put_request(&self, key: &str, body: Bytes, content_type: &str) -> PutObjectFluentBuilder {
        let request = self.client.put_object().bucket(&self.name).key(key);
        request.content_type(content_type).body(ByteStream::from(body))
    }
}

async fn send_put(request: PutObjectFluentBuilder) -> Result<ETag, BucketError> {
    const OPERATION: &str = "PutObject";
    let conditional = request.get_if_match().is_some();
    match request.send().await {
        Ok(output) => Ok(ETag(output.e_tag().unwrap_or_default().to_owned())),
        Err(error) if conditional && status_of(&error) == Some(404) => {
            Err(BucketError::PreconditionFailed { operation: OPERATION })
        }
        Err(error) => Err(classify(OPERATION, &error)),
    }
}

fn to_json<T: Serialize>(record: &T) -> Result<Bytes, BucketError> {
    serde_json::to_vec_pretty(record)
        .map(Bytes::from)
        .map_err(BucketError::Unwritable)
}

fn status_of<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

fn classify<E: ProvideErrorMetadata>(operation: &'static str, error: &SdkError<E>) -> BucketError {
    let code = error.code().map(str::to_owned);
    match status_of(error) {
        Some(412) => BucketError::PreconditionFailed { operation },
        Some(409) => BucketError::Conflict { operation },
        Some(401 | 403) => BucketError::AccessDenied { operation },
        // 408 and 429 say "later" wherever they come from; S3 throttles with 503 SlowDown.
        Some(status @ (408 | 429 | 500..=599)) => BucketError::Unavailable {
            operation,
            status: Some(status),
            code,
        },
        Some(status) if !(200..300).contains(&status) => BucketError::Refused {
            operation,
            status,
            code,
        },
        status => BucketError::Unavailable {
            operation,
            status,
            code,
        },
    }
}
