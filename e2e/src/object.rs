//! The voice data bucket, as somebody who browses it sees it.

use anyhow::Context;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The bucket.
#[derive(Debug, Clone)]
pub struct Objects {
    /// Not through the proxy: not counted, never failing.
    pub client: aws_sdk_s3::Client,
    /// Its name.
    pub bucket: String,
}

impl Objects {
    /// Stores a record.
    ///
    /// # Errors
    /// When it is not stored.
    pub async fn put_json(&self, key: &str, record: &impl Serialize) -> anyhow::Result<()> {
        let body = serde_json::to_vec(record).context("a record cannot be written")?;
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .body(ByteStream::from(body))
            .send()
            .await
            .with_context(|| format!("{key} is not stored"))?;
        Ok(())
    }

    /// An object's content, if there is one.
    ///
    /// # Errors
    /// When the bucket does not answer.
    pub async fn get(&self, key: &str) -> anyhow::Result<Option<Bytes>> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await;
        match answer {
            Ok(found) => Ok(Some(
                found
                    .body
                    .collect()
                    .await
                    .context("an object's end is missing")?
                    .into_bytes(),
            )),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{key} is not read")),
        }
    }

    /// A record, if there is one.
    ///
    /// # Errors
    /// When it is not of the kind asked for.
    pub async fn get_json<T: DeserializeOwned>(&self, key: &str) -> anyhow::Result<Option<T>> {
        let Some(body) = self.get(key).await? else {
            return Ok(None);
        };
        Ok(Some(
            serde_json::from_slice(&body).with_context(|| format!("{key} is something else"))?,
        ))
    }

    /// All keys that start with `prefix`, in order.
    ///
    /// # Errors
    /// When the bucket does not answer.
    pub async fn keys(&self, prefix: &str) -> anyhow::Result<Vec<String>> {
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.context("the bucket is not listed")?;
            keys.extend(
                page.contents()
                    .iter()
                    .filter_map(|object| object.key().map(str::to_owned)),
            );
        }
        Ok(keys)
    }
}
