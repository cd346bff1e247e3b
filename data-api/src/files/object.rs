//! Single objects: are they there, and an address to fetch them at.

use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use jiff::Timestamp;
use shared::bucket::{Bucket, BucketError, ETag, Listed};

use crate::error::ApiError;

/// How long a download address works. The function's own credentials may end it sooner.
pub const URL_LIFETIME: Duration = Duration::from_secs(300);

/// The object's description, `None` when it is not there (HEAD).
///
/// # Errors
/// [`ApiError`]; a 403 is a mistake of the deployment, never "not there".
pub async fn head(bucket: &Bucket, key: &str) -> Result<Option<Listed>, ApiError> {
    const OPERATION: &str = "HeadObject";
    let sent = bucket
        .client()
        .head_object()
        .bucket(bucket.name())
        .key(key)
        .send()
        .await;
    let output = match sent {
        Ok(output) => output,
        // A HEAD's error has no body, so the status is all there is to go by.
        Err(error) => {
            let status = match &error {
                SdkError::ServiceError(service) => Some(service.raw().status().as_u16()),
                other => other.raw_response().map(|response| response.status().as_u16()),
            };
            let code = error.code().map(str::to_owned);
            return match status {
                Some(404) => Ok(None),
                Some(401 | 403) => Err(BucketError::AccessDenied { operation: OPERATION }.into()),
                Some(status) if !matches!(status, 408 | 429 | 500..=599) => Err(BucketError::Refused {
                    operation: OPERATION,
                    status,
                    code,
                }
                .into()),
                status => Err(BucketError::Unavailable {
                    operation: OPERATION,
                    status,
                    code,
                }
                .into()),
            };
        }
    };
    let modified = output.last_modified().and_then(|at| at.to_millis().ok());
    Ok(Some(Listed {
        key: key.to_owned(),
        etag: ETag::from_header(output.e_tag().unwrap_or_default()),
        size: output
            .content_length()
            .and_then(|n| u64::try_from(n).ok())
            .unwrap_or(0),
        last_modified: modified
            .and_then(|at| Timestamp::from_millisecond(at).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH),
    }))
}

/// An address that hands out the object as it is stored, for [`URL_LIFETIME`] (SigV4 in the query). No request is made.
///
/// # Errors
/// When there are no credentials to sign with.
pub async fn download_url(bucket: &Bucket, key: &str) -> Result<String, ApiError> {
    let expiry = PresigningConfig::expires_in(URL_LIFETIME)
        .map_err(|error| ApiError::internal("presigning", error))?;
    let request = bucket.client().get_object().bucket(bucket.name()).key(key);
    let presigned = request
        .presigned(expiry)
        .await
        .map_err(|error| ApiError::internal("presigning", error))?;
    Ok(presigned.uri().to_owned())
}
