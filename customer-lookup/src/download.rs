//! The customer file from the bucket into a directory, read while it arrives.
//!
//! Downloading and reading a large file take about as long as each other, so the second runs on a thread of its own. The
//! file is never held twice: every piece goes from the connection into its place in the directory.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use shared::bucket::{Bucket, BucketError, ETag};
use tokio::sync::mpsc;

use crate::data_file::Fault;
use crate::directory::{Directory, DirectoryBuilder, MAX_CUSTOMER_FILE_BYTES};
use crate::store::Fetched;

const OPERATION: &str = "GetObject";

/// Pieces on their way from the connection to the reader: some megabytes at most.
const PIECES_IN_FLIGHT: usize = 16;

/// Fetches the customer file unless it is still the version `known`.
pub(crate) async fn directory(
    bucket: &Bucket,
    key: &str,
    known: Option<ETag>,
) -> Result<Fetched<Directory>, BucketError> {
    let request = bucket.client().get_object().bucket(bucket.name()).key(key);
    let sent = request
        .set_if_none_match(known.map(|etag| etag.as_str().to_owned()))
        .send()
        .await;
    let output = match sent {
        Ok(output) => output,
        Err(error) => {
            return match error.raw_response().map(|response| response.status().as_u16()) {
                Some(304) => Ok(Fetched::Same),
                Some(404) if error.code() != Some("NoSuchBucket") => Ok(Fetched::Missing),
                status => Err(refusal(status, &error)),
            };
        }
    };
    let etag = ETag::from_header(output.e_tag().unwrap_or_default());
    let length = output
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    if length.is_some_and(|length| length > MAX_CUSTOMER_FILE_BYTES) {
        let fault = Fault::TooLarge {
            limit: MAX_CUSTOMER_FILE_BYTES,
        };
        return Ok(Fetched::Broken { etag, fault });
    }
    Ok(match read(output.body, length).await? {
        Ok(value) => Fetched::New { etag, value },
        Err(fault) => Fetched::Broken { etag, fault },
    })
}

async fn read(mut body: ByteStream, length: Option<usize>) -> Result<Result<Directory, Fault>, BucketError> {
    let (pieces, mut arriving) = mpsc::channel::<Bytes>(PIECES_IN_FLIGHT);
    let reader = tokio::task::spawn_blocking(move || {
        let mut builder = DirectoryBuilder::new(length);
        while let Some(piece) = arriving.blocking_recv() {
            builder.push(&piece)?;
        }
        builder.finish()
    });
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| unavailable())?;
        // The reader stops listening when it knows that the file is broken.
        if pieces.send(piece).await.is_err() {
            break;
        }
    }
    drop(pieces);
    // Fails only if the reader was stopped with the runtime.
    reader.await.map_err(|_| unavailable())
}

fn unavailable() -> BucketError {
    BucketError::Unavailable {
        operation: OPERATION,
        status: None,
        code: None,
    }
}

/// Tells the bucket's failures apart as [`shared::bucket`] does: a 403 is never "missing".
fn refusal<E: ProvideErrorMetadata>(status: Option<u16>, error: &SdkError<E>) -> BucketError {
    let code = error.code().map(str::to_owned);
    match status {
        Some(401 | 403) => BucketError::AccessDenied { operation: OPERATION },
        Some(status @ (400 | 404..=407 | 409..=428 | 430..=499)) => BucketError::Refused {
            operation: OPERATION,
            status,
            code,
        },
        status => BucketError::Unavailable {
            operation: OPERATION,
            status,
            code,
        },
    }
}
