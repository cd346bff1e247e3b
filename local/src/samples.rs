//! The made-up company: its records, and what its workers send.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shared::address::hex;

/// The number workers write to, E.164 (`samples/README.md`).
pub const COMPANY_NUMBER: &str = "+61491570110";

/// The company's id.
pub const COMPANY_ID: &str = "copperbilly-plumbing";

/// A worker the demonstration leaves alone, so that nothing has been said to them yet. E.164.
pub const SENDER_NUMBER: &str = "+61491570157";

/// The message the demonstration sends.
pub const DEMONSTRATED: &str = "voice-note-1";

/// Who sends what.
const LIST: &str = "messages.json";

/// Folders and files that go into the bucket as they are.
const RECORDS: [&str; 3] = ["customers.json", "companies", "clients"];

/// What `messages.json` says of a message.
#[derive(Debug, Deserialize)]
struct Listed {
    name: String,
    from: String,
    profile_name: String,
    audio: Option<String>,
    content_type: Option<String>,
    words: String,
}

/// A message a worker sends.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What the samples call it.
    pub name: String,
    /// The worker's address, with `whatsapp:`.
    pub from: String,
    /// The worker's name in WhatsApp.
    pub profile_name: String,
    /// The recording and its media type; a text message has none.
    pub recording: Option<(Bytes, String)>,
    /// What is said or written.
    pub words: String,
}

/// All samples of a folder.
#[derive(Debug, Clone)]
pub struct Samples {
    folder: PathBuf,
    /// The list and everything it names.
    files: Vec<String>,
    messages: Vec<Sample>,
}

impl Samples {
    /// Reads the messages.
    ///
    /// # Errors
    /// Names the file that is missing or not as it should be.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let list = folder.join(LIST);
        let listed: Vec<Listed> = serde_json::from_slice(&read(&list)?)
            .with_context(|| format!("{} is not the JSON expected", list.display()))?;
        let files = listed
            .iter()
            .flat_map(|one| one.audio.iter().chain([&one.words]))
            .cloned()
            .chain([LIST.to_owned()])
            .collect();
        let messages = listed
            .into_iter()
            .map(|one| Sample::read(folder, one))
            .collect::<anyhow::Result<_>>()?;
        Ok(Self {
            folder: folder.to_owned(),
            files,
            messages,
        })
    }

    /// The message of a name.
    ///
    /// # Errors
    /// When there is none.
    pub fn message(&self, name: &str) -> anyhow::Result<&Sample> {
        self.messages
            .iter()
            .find(|sample| sample.name == name)
            .with_context(|| format!("{} has no message {name:?}", self.folder.join(LIST).display()))
    }

    /// Words by the SHA-256 of their recording: what the transcription stand-in hears.
    #[must_use]
    pub fn transcripts(&self) -> BTreeMap<String, String> {
        self.messages
            .iter()
            .filter_map(|sample| {
                let (recording, _) = sample.recording.as_ref()?;
                Some((hex(&Sha256::digest(recording)), sample.words.clone()))
            })
            .collect()
    }

    /// The list of the messages and every file it names.
    ///
    /// # Errors
    /// Names what cannot be read.
    pub fn files(&self) -> anyhow::Result<Vec<(String, Bytes)>> {
        self.files
            .iter()
            .map(|name| Ok((name.clone(), read(&self.folder.join(name))?)))
            .collect()
    }

    /// Objects for the bucket: keys and contents.
    ///
    /// # Errors
    /// Names what cannot be read.
    pub fn records(&self) -> anyhow::Result<Vec<(String, Bytes)>> {
        let mut found = Vec::new();
        for name in RECORDS {
            let path = self.folder.join(name);
            if path.is_file() {
                found.push((name.to_owned(), read(&path)?));
                continue;
            }
            let entries =
                fs::read_dir(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            for entry in entries {
                let file = entry.with_context(|| format!("{} cannot be read", path.display()))?;
                found.push((
                    format!("{name}/{}", file.file_name().to_string_lossy()),
                    read(&file.path())?,
                ));
            }
        }
        Ok(found)
    }
}

impl Sample {
    fn read(folder: &Path, listed: Listed) -> anyhow::Result<Self> {
        let words = folder.join(&listed.words);
        let words = String::from_utf8(read(&words)?.into())
            .with_context(|| format!("{} is not UTF-8", words.display()))?;
        let recording = match listed.audio {
            None => None,
            Some(audio) => {
                let content_type = listed.content_type.unwrap_or_else(|| "audio/ogg".to_owned());
                Some((read(&folder.join(audio))?, content_type))
            }
        };
        Ok(Self {
            name: listed.name,
            from: listed.from,
            profile_name: listed.profile_name,
            recording,
            words: words.trim().to_owned(),
        })
    }
}

fn read(path: &Path) -> anyhow::Result<Bytes> {
    fs::read(path)
        .map(Bytes::from)
        .with_context(|| format!("{} cannot be read", path.display()))
}
