//! Pictures of the bucket: which objects there are, and their bytes.

use std::collections::BTreeMap;

use anyhow::Context as _;
use bytes::Bytes;
use e2e::object::Objects;

/// Objects by key.
pub(crate) type Snapshot = BTreeMap<String, Bytes>;

/// What the pipeline writes beside the artifacts of a company.
const STATE: [&str; 4] = ["records/", "inbox/", "senders/", "outbox/"];

/// A company's artifacts and indexes. Not the outcome: attempts, durations and times of delivery are no artifacts. The change
/// log's keys begin with when a note was decided, which no two runs have in common: that is left out of them.
pub(crate) async fn artifacts(objects: &Objects, company: &str) -> anyhow::Result<Snapshot> {
    let outcomes = format!("{company}/index/outcome/");
    let mut found = Snapshot::new();
    for key in objects.keys(&format!("{company}/")).await? {
        if !key.starts_with(&outcomes) {
            let body = objects
                .get(&key)
                .await?
                .with_context(|| format!("{key} is gone"))?;
            let twin = found.insert(without_decision_time(&key), body);
            anyhow::ensure!(twin.is_none(), "{key} is in the change log twice");
        }
    }
    Ok(found)
}

fn without_decision_time(key: &str) -> String {
    match key.split_once("/index/changes/") {
        Some((company, entry)) => {
            let (_, note) = entry.split_once('_').unwrap_or_default();
            format!("{company}/index/changes/…_{note}")
        }
        None => key.to_owned(),
    }
}

/// Removes everything a company's messages left behind, so that the same message can come again as if for the first time.
pub(crate) async fn wipe(objects: &Objects, company: &str) -> anyhow::Result<()> {
    let company = format!("{company}/");
    for prefix in STATE.into_iter().chain([company.as_str()]) {
        for key in objects.keys(prefix).await? {
            objects
                .client
                .delete_object()
                .bucket(&objects.bucket)
                .key(&key)
                .send()
                .await
                .with_context(|| format!("{key} is not removed"))?;
        }
    }
    Ok(())
}

/// How two pictures differ, in words; none when they do not.
pub(crate) fn difference(expected: &Snapshot, found: &Snapshot) -> Vec<String> {
    let mut differences = Vec::new();
    for (key, body) in expected {
        match found.get(key) {
            None => differences.push(format!("{key} is missing")),
            Some(other) if other != body => differences.push(format!(
                "{key} differs:\n--- expected\n{}\n--- found\n{}",
                String::from_utf8_lossy(body),
                String::from_utf8_lossy(other)
            )),
            Some(_) => {}
        }
    }
    differences.extend(
        found
            .keys()
            .filter(|key| !expected.contains_key(*key))
            .map(|key| format!("{key} should not be there")),
    );
    differences
}
