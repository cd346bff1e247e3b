//! Removing objects for good: every version and every delete marker. A plain DELETE in a versioned bucket only hides.

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use shared::bucket::{Bucket, BucketError};

use crate::error::ApiError;

/// Most objects one DeleteObjects takes (Amazon S3 API reference).
const BATCH: usize = 1000;

/// A version of an object, or a delete marker.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version<'k> {
    /// The object's key.
    pub(super) key: &'k str,
    /// Whether it is what a GET answers.
    pub(super) is_latest: bool,
}

/// Removes every version under a prefix that `doomed` says is to go; `from` is where in the prefix to start, if not at
/// its beginning.
pub(super) async fn remove(
    bucket: &Bucket,
    prefix: &str,
    from: Option<&str>,
    doomed: impl Fn(Version<'_>) -> bool,
) -> Result<(), ApiError> {
    let (mut key_marker, mut version_marker) = (from.map(str::to_owned), None);
    loop {
        let request = bucket
            .client()
            .list_object_versions()
            .bucket(bucket.name())
            .prefix(prefix)
            .set_key_marker(key_marker.take())
            .set_version_id_marker(version_marker.take());
        let page = request
            .send()
            .await
            .map_err(|error| refused("ListObjectVersions", &error))?;
        let versions = page
            .versions()
            .iter()
            .map(|v| (v.key(), v.version_id(), v.is_latest()));
        let markers = page
            .delete_markers()
            .iter()
            .map(|m| (m.key(), m.version_id(), m.is_latest()));
        let chosen: Vec<ObjectIdentifier> = versions
            .chain(markers)
            .filter_map(|(key, version, latest)| {
                let key = key?;
                let is_latest = latest.unwrap_or(false);
                doomed(Version { key, is_latest })
                    .then(|| identifier(key, version))
                    .flatten()
            })
            .collect();
        for batch in chosen.chunks(BATCH) {
            delete(bucket, batch).await?;
        }
        if !page.is_truncated().unwrap_or(false) {
            return Ok(());
        }
        key_marker = page.next_key_marker().map(str::to_owned);
        version_marker = page.next_version_id_marker().map(str::to_owned);
    }
}

/// Removes every version of one object.
pub(super) async fn remove_object(bucket: &Bucket, key: &str) -> Result<(), ApiError> {
    remove(bucket, key, None, |version| version.key == key).await
}

/// Removes every version of one object but the one that is read today.
pub(super) async fn remove_history(bucket: &Bucket, key: &str) -> Result<(), ApiError> {
    remove(bucket, key, None, |version| {
        version.key == key && !version.is_latest
    })
    .await
}

fn identifier(key: &str, version: Option<&str>) -> Option<ObjectIdentifier> {
    let identifier = ObjectIdentifier::builder()
        .key(key)
        .set_version_id(version.map(str::to_owned));
    identifier.build().ok()
}

async fn delete(bucket: &Bucket, batch: &[ObjectIdentifier]) -> Result<(), ApiError> {
    const OPERATION: &str = "DeleteObjects";
    let batch = Delete::builder()
        .set_objects(Some(batch.to_vec()))
        .quiet(true)
        .build();
    let batch = batch.map_err(|error| ApiError::internal("the deletion", error))?;
    let request = bucket
        .client()
        .delete_objects()
        .bucket(bucket.name())
        .delete(batch);
    let answer = request.send().await.map_err(|error| refused(OPERATION, &error))?;
    match answer.errors().first() {
        None => Ok(()),
        Some(error) if error.code() == Some("AccessDenied") => {
            Err(BucketError::AccessDenied { operation: OPERATION }.into())
        }
        Some(error) => Err(BucketError::Unavailable {
            operation: OPERATION,
            status: Some(200),
            code: error.code().map(str::to_owned),
        }
        .into()),
    }
}

fn refused<E: aws_sdk_s3::error::ProvideErrorMetadata>(
    operation: &'static str,
    error: &aws_sdk_s3::error::SdkError<E>,
) -> ApiError {
    let code = error.code().map(str::to_owned);
    match error.raw_response().map(|response| response.status().as_u16()) {
        Some(401 | 403) => BucketError::AccessDenied { operation }.into(),
        status => BucketError::Unavailable {
            operation,
            status,
            code,
        }
        .into(),
    }
}
