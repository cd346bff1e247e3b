//! Files from the voice data bucket, held and looked at again once a minute.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use shared::bucket::{Bucket, BucketError, ETag, IfChanged};
use shared::clock::Clock;
use tokio::sync::Mutex;

use crate::data_file::{DataFile, Fault};
use crate::error::LookupError;
use crate::reporter::{Finding, Reporter};

/// How long a file is used before the bucket is asked whether it is still the same.
pub const REVALIDATE_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Where files come from, and what reading them needs.
#[derive(Debug, Clone)]
pub struct Store {
    /// The voice data bucket.
    pub bucket: Bucket,
    /// Says when a minute is over.
    pub clock: Arc<dyn Clock>,
    /// Who is told what is wrong.
    pub reporter: Arc<dyn Reporter>,
}

/// What asking for a file gave.
#[derive(Debug)]
pub(crate) enum Fetched<T> {
    /// Still the version that is known.
    Same,
    /// There is none.
    Missing,
    /// A version that cannot be used.
    Broken { etag: ETag, fault: Fault },
    /// A new version.
    New { etag: ETag, value: T },
}

/// Fetches a file of at most `limit` bytes and reads it with `parse`.
pub(crate) async fn fetch<T>(
    bucket: &Bucket,
    key: &str,
    known: Option<ETag>,
    limit: usize,
    parse: impl FnOnce(&[u8]) -> Result<T, Fault>,
) -> Result<Fetched<T>, BucketError> {
    match bucket.get_if_changed(key, known.as_ref(), limit).await {
        Ok(IfChanged::Same) => Ok(Fetched::Same),
        Ok(IfChanged::Missing) => Ok(Fetched::Missing),
        Ok(IfChanged::New(object)) => Ok(match parse(&object.body) {
            Ok(value) => Fetched::New {
                etag: object.etag,
                value,
            },
            Err(fault) => Fetched::Broken {
                etag: object.etag,
                fault,
            },
        }),
        Err(error) => Err(error),
    }
}

/// Whether a file may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Its absence means something: no settings, no clients, no such worker.
    Optional,
    /// Its absence is a fault.
    Required,
}

#[derive(Debug)]
enum Held<T> {
    /// Never had a usable version.
    Nothing,
    /// Known not to be there.
    Absent,
    /// The last good version.
    Good(Arc<T>),
}

#[derive(Debug)]
struct State<T> {
    held: Held<T>,
    /// The version last seen, good or broken.
    etag: Option<ETag>,
    /// What is wrong with the version last seen.
    fault: Option<Fault>,
    checked_at: Option<Timestamp>,
}

/// One file: its last good version, looked at again at most once a minute. Callers that come together wait for one look.
#[derive(Debug)]
pub(crate) struct Cached<T> {
    file: DataFile,
    presence: Presence,
    state: Mutex<State<T>>,
}

impl<T> Cached<T> {
    pub(crate) fn new(file: DataFile, presence: Presence) -> Self {
        Self {
            file,
            presence,
            state: Mutex::new(State {
                held: Held::Nothing,
                etag: None,
                fault: None,
                checked_at: None,
            }),
        }
    }

    /// The file's last good version; `None` when it is optional and not there. `fetch` is called at most once a minute, or
    /// on every call as long as there is nothing to answer with.
    ///
    /// # Errors
    /// Only as long as there never was a usable version: that it is missing, unusable or could not be read.
    pub(crate) async fn get<F, Reply>(&self, store: &Store, fetch: F) -> Result<Option<Arc<T>>, LookupError>
    where
        F: FnOnce(Option<ETag>) -> Reply,
        Reply: Future<Output = Result<Fetched<T>, BucketError>>,
    {
        let mut state = self.state.lock().await;
        if state.is_due(store.clock.now()) {
            match fetch(state.etag.clone()).await {
                Ok(fetched) => self.take(&mut state, fetched, store),
                Err(source) if matches!(state.held, Held::Nothing) => {
                    return Err(LookupError::DataUnavailable {
                        file: self.file.clone(),
                        source,
                    });
                }
                Err(error) => store.reporter.report(&Finding::NotRevalidated {
                    file: &self.file,
                    error: &error,
                }),
            }
            state.checked_at = Some(store.clock.now());
        }
        match (&state.held, &state.fault) {
            (Held::Good(value), _) => Ok(Some(Arc::clone(value))),
            (Held::Absent, _) => Ok(None),
            (Held::Nothing, Some(fault)) if *fault != Fault::Missing => Err(LookupError::DataUnusable {
                file: self.file.clone(),
                fault: fault.clone(),
            }),
            (Held::Nothing, _) => Err(LookupError::CustomersMissing),
        }
    }

    fn take(&self, state: &mut State<T>, fetched: Fetched<T>, store: &Store) {
        match fetched {
            Fetched::Same => {
                // Back again after it was missing. A broken version that is still the same stays broken.
                state.fault.take_if(|fault| *fault == Fault::Missing);
            }
            Fetched::New { etag, value } => {
                *state = State {
                    held: Held::Good(Arc::new(value)),
                    etag: Some(etag),
                    fault: None,
                    checked_at: None,
                };
            }
            Fetched::Missing if self.presence == Presence::Optional => {
                *state = State {
                    held: Held::Absent,
                    etag: None,
                    fault: None,
                    checked_at: None,
                };
            }
            Fetched::Missing => self.found_wrong(state, Fault::Missing, store),
            Fetched::Broken { etag, fault } => {
                state.etag = Some(etag);
                state.fault = None;
                self.found_wrong(state, fault, store);
            }
        }
    }

    /// Tells about a fault unless it is the one already told.
    fn found_wrong(&self, state: &mut State<T>, fault: Fault, store: &Store) {
        if state.fault.as_ref() != Some(&fault) {
            store.reporter.report(&Finding::Broken {
                file: &self.file,
                fault: &fault,
            });
        }
        state.fault = Some(fault);
    }
}

impl<T> State<T> {
    /// Whether the bucket has to be asked. A clock that was set back makes it due as well.
    fn is_due(&self, now: Timestamp) -> bool {
        match (&self.held, self.checked_at) {
            (Held::Nothing, _) | (_, None) => true,
            (_, Some(checked_at)) => {
                !(SignedDuration::ZERO..REVALIDATE_AFTER).contains(&now.duration_since(checked_at))
            }
        }
    }
}

#[cfg(test)]
mod tests;
