//! An answer to a question: links the note, remembers the name that was heard, closes the question. Each of the three is
//! repeatable, so an answer that was cut off comes to the same.

use shared::bucket::BucketError;
use shared::client::{LearnedAlias, LearnedAliases};
use shared::customer::Customer;
use shared::ids::NoteId;
use shared::keys::{self, CompanyKeys};
use shared::notebook::{Notebook, Reviser};
use shared::records::UnknownFields;
use shared::records::note::{Actor, ClientDecision, LinkedBy, LinkedClient, Note, ReviewReason};
use shared::records::pipeline::Step;

use super::{Work, sender};
use crate::decisions::{Answer, PipelineRecord};
use crate::failure::StepFailure;

/// How often a note or the learned names are tried to be written while others write them.
const SWAP_ATTEMPTS: usize = 6;

pub(super) async fn apply(
    work: Work<'_>,
    record: &PipelineRecord,
    answer: &Answer,
) -> Result<Vec<NoteId>, StepFailure> {
    let customer = record
        .decisions
        .customer()
        .ok_or(StepFailure::MissingDecision(Step::Sender))?;
    link(work, customer, answer).await?;
    learn(work, customer, answer).await?;
    sender::amend(work, |state| {
        state
            .pending
            .retain(|open| open.question_id != answer.question_id)
    })
    .await?;
    Ok(vec![answer.note_id.clone()])
}

/// One revision of the note. A note that was deleted since stays deleted.
async fn link(work: Work<'_>, customer: &Customer, answer: &Answer) -> Result<(), StepFailure> {
    let notebook = Notebook::new(&work.services.bucket, CompanyKeys::of(&customer.company_id));
    let reviser = Reviser {
        by: Actor {
            kind: "worker".to_owned(),
            id: customer.customer_id.as_str().to_owned(),
        },
        at: work.received_at,
        reason: Some(format!("answered in {}", work.inbound.message_id)),
    };
    for _ in 0..SWAP_ATTEMPTS {
        let Some(found) = notebook.find(&answer.note_id).await? else {
            return Ok(());
        };
        // Decided by the office in the meantime, or by an earlier attempt of this answer.
        if found.note.value.client_decision != ClientDecision::Ambiguous {
            return Ok(());
        }
        match notebook
            .revise(found, &reviser, |note| choose(note, answer))
            .await
        {
            Ok(_) => return Ok(()),
            Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(BucketError::Conflict {
        operation: "PutObject",
    }
    .into())
}

fn choose(note: &mut Note, answer: &Answer) {
    let choice = &answer.choice;
    note.client_decision = ClientDecision::Linked;
    note.clients = vec![LinkedClient {
        client_id: choice.client_id.clone(),
        name: choice.name.clone(),
        heard: choice.heard.clone(),
        score: None,
        by: LinkedBy::Worker,
    }];
    note.client_candidates
        .retain(|candidate| candidate.client_id != choice.client_id);
    note.needs_review
        .retain(|reason| *reason != ReviewReason::ClientAmbiguous);
}

/// Remembers what the recogniser made of the name. The office's next upload of its client list does not lose it.
async fn learn(work: Work<'_>, customer: &Customer, answer: &Answer) -> Result<(), StepFailure> {
    let bucket = &work.services.bucket;
    let key = keys::learned_aliases(&customer.company_id);
    let choice = &answer.choice;
    for _ in 0..SWAP_ATTEMPTS {
        let stored = bucket.read::<LearnedAliases>(&key).await?;
        let (mut learned, known) =
            stored.map_or((LearnedAliases::default(), None), |s| (s.value, Some(s.etag)));
        let heard_so = |alias: &&mut LearnedAlias| {
            alias.client_id == choice.client_id && alias.heard.eq_ignore_ascii_case(&choice.heard)
        };
        match learned.aliases.iter_mut().find(heard_so) {
            Some(alias) if alias.note_id == answer.note_id => return Ok(()),
            Some(alias) => {
                alias.count += 1;
                alias.note_id = answer.note_id.clone();
                alias.at = work.received_at;
            }
            None => learned.aliases.push(LearnedAlias {
                client_id: choice.client_id.clone(),
                heard: choice.heard.clone(),
                note_id: answer.note_id.clone(),
                by: customer.customer_id.clone(),
                at: work.received_at,
                count: 1,
                unknown: UnknownFields::new(),
            }),
        }
        let written = match &known {
            Some(etag) => bucket.replace(&key, &learned, etag).await,
            None => bucket.create(&key, &learned).await,
        };
        match written {
            Ok(_) => return Ok(()),
            Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(BucketError::Conflict {
        operation: "PutObject",
    }
    .into())
}
