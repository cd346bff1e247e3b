//! What the model answers: any text at all, perhaps talked into it by a transcript.
#![no_main]

use jiff::civil::{Date, date};
use libfuzzer_sys::fuzz_target;
use shared::limits::MAX_NOTES;
use shared::lookup::Candidate;
use shared::records::note::{Intent, Tag};
use voice_parser::structure::Draft;
use voice_parser::structure::accept::accept;

const TODAY: Date = date(2026, 11, 20);

fuzz_target!(|answer: &str| {
    let candidates = ["cl_1", "cl_2"].map(candidate);
    let Ok(accepted) = accept(answer, TODAY, &candidates) else {
        return;
    };
    assert!((1..=MAX_NOTES).contains(&accepted.drafts.len()));
    for draft in &accepted.drafts {
        check(draft, &candidates);
        let stored = serde_json::to_string(draft).expect("a draft can be stored");
        let read: Draft = serde_json::from_str(&stored).expect("and read again");
        assert_eq!(read, *draft);
    }
});

fn candidate(id: &str) -> Candidate {
    Candidate {
        client_id: id.parse().unwrap(),
        name: "A Client".to_owned(),
        heard: "a client".to_owned(),
        start: 0,
        end: 8,
        score: 0.9,
    }
}

fn check(draft: &Draft, candidates: &[Candidate]) {
    assert!(
        draft.tag.as_str().parse::<Tag>().is_ok(),
        "it becomes part of a key"
    );
    assert!(draft.title.is_none() || draft.intent != Intent::JobToBeDone);
    assert!(draft.job.is_none() || draft.intent == Intent::JobToBeDone);
    for field in [&draft.title, &draft.summary, &draft.job, &draft.context]
        .into_iter()
        .flatten()
    {
        assert!(!field.trim().is_empty() && field.chars().count() <= 4_000);
    }
    for (at, id) in draft.client_ids.iter().enumerate() {
        assert!(
            candidates.iter().any(|candidate| candidate.client_id == *id),
            "none but candidates"
        );
        assert!(!draft.client_ids[..at].contains(id), "each once");
    }
    assert!(draft.action_items.len() <= 50);
    for item in &draft.action_items {
        assert!(!item.text.is_empty());
        assert!(
            item.due_date
                .is_none_or(|due| (TODAY..=date(2028, 11, 20)).contains(&due))
        );
    }
}
