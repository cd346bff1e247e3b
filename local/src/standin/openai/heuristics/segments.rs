//! Cuts a transcript into what becomes a note each: by job and by client, never within a job.

use super::clients;
use super::prompt::Candidate;
use super::sentences;

/// Most notes of one message; what is more joins the last.
const MAX_SEGMENTS: usize = 5;

/// What people say when they come to something else.
const SEPARATORS: [&str; 8] = [
    "next job",
    "another one",
    "another job",
    "separately",
    "different job",
    "second job",
    "other job",
    "new job",
];

/// Consecutive sentences about one thing.
#[derive(Debug, Default)]
pub(super) struct Segment<'t> {
    pub(super) sentences: Vec<&'t str>,
    pub(super) client: Option<&'t Candidate>,
}

impl<'t> Segment<'t> {
    /// The segment's words.
    pub(super) fn text(&self) -> String {
        self.sentences.join(" ")
    }

    /// The words that say something: without greetings, unless there is nothing else.
    pub(super) fn said(&self) -> String {
        let said: Vec<&str> = self
            .sentences
            .iter()
            .copied()
            .filter(|s| !sentences::is_greeting(s))
            .collect();
        if said.is_empty() {
            self.text()
        } else {
            said.join(" ")
        }
    }

    /// The sentence that says what it is about: the first worth knowing, else the first that is more than a greeting.
    pub(super) fn subject(&self) -> Option<&'t str> {
        let knowledge = self.sentences.iter().find(|s| sentences::is_knowledge(s));
        let first = self.sentences.iter().find(|s| !sentences::is_greeting(s));
        knowledge.or(first).or(self.sentences.first()).copied()
    }

    /// What was said beside greetings and the sentences that `stated` says are told elsewhere; none when that was all.
    pub(super) fn context(&self, stated: impl Fn(&str) -> bool) -> Option<String> {
        let rest = self
            .sentences
            .iter()
            .copied()
            .filter(|s| !sentences::is_greeting(s) && !stated(s));
        let rest: Vec<&str> = rest.collect();
        (!rest.is_empty()).then(|| rest.join(" "))
    }

    fn is_greeting(&self) -> bool {
        self.client.is_none() && self.sentences.iter().all(|s| sentences::is_greeting(s))
    }
}

/// At least one segment, which may be without words.
pub(super) fn split<'t>(transcript: &'t str, candidates: &'t [Candidate]) -> Vec<Segment<'t>> {
    let mut segments = vec![Segment::default()];
    for sentence in sentences::split(transcript) {
        let client = clients::named(sentence, candidates);
        let full = segments.len() >= MAX_SEGMENTS;
        let Some(current) = segments.last_mut() else {
            continue;
        };
        let moved_on = is_separator(sentence)
            || matches!((current.client, client), (Some(a), Some(b)) if a.client_id != b.client_id);
        if moved_on && !full && !current.is_greeting() {
            segments.push(Segment {
                sentences: vec![sentence],
                client,
            });
        } else {
            current.sentences.push(sentence);
            current.client = current.client.or(client);
        }
    }
    segments
}

fn is_separator(sentence: &str) -> bool {
    let lower = sentence.to_ascii_lowercase();
    SEPARATORS.iter().any(|cue| {
        lower
            .match_indices(cue)
            .any(|(at, _)| sentences::starts_word(&lower, at))
    })
}
