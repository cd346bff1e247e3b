//! Who is it? A worker with their company and its settings, or a stranger, who gets one answer in thirty days.

use jiff::SignedDuration;
use shared::address::SenderHash;
use shared::bucket::BucketError;
use shared::keys;
use shared::lookup::{SenderAnswer, SenderQuery};
use shared::message::MediaReference;
use shared::metrics::Metric;
use shared::records::UnknownFields;
use shared::records::sender::{STRANGER_SILENCE_HOURS, SenderSchema, SenderState};

use super::{Work, question};
use crate::decisions::{Answer, PipelineRecord, SenderDecision};
use crate::failure::StepFailure;

/// How many names the transcription listens for: enough for the likeliest, few enough not to be heard into silence.
const NAMES_TO_LISTEN_FOR: usize = 50;

/// How often the sender's state is tried to be written. Its writers are the sender's own messages: an album has a handful.
const SWAP_ATTEMPTS: usize = 20;

/// A further picture within this time of the last belongs to the same album: WhatsApp sends one message per picture.
const ALBUM_GAP: SignedDuration = SignedDuration::from_secs(60);

pub(super) async fn decide(work: Work<'_>, _: &PipelineRecord) -> Result<SenderDecision, StepFailure> {
    let from = &work.inbound.from;
    let query = SenderQuery {
        phone_number: from
            .phone_number
            .as_ref()
            .map(|_| from.address.as_str().to_owned()),
        user_id: from.user_id.as_ref().map(|id| id.as_str().to_owned()),
        to: Some(work.inbound.to.address.as_str().to_owned()),
        vocabulary: Some(NAMES_TO_LISTEN_FOR),
    };
    let answer = if query.phone_number.is_none() && query.user_id.is_none() {
        SenderAnswer {
            customer: None,
            names: None,
        }
    } else {
        work.services.directory.sender(&query).await?
    };
    let company = answer.customer.as_ref().map(|customer| &customer.company_id);
    let seen = remember(work, |state, previous| {
        note_arrival(work, state);
        match company {
            None => Seen {
                tell: is_to_be_told(work, state),
                ..Seen::default()
            },
            Some(company) => {
                state.company_id = Some(company.clone());
                Seen {
                    tell: false,
                    opted_out: state.opted_out_at.is_some(),
                    greet: state.greeted_at.is_none(),
                    album: is_album_follower(work, previous),
                    answer: answered_question(work, state),
                }
            }
        }
    })
    .await?;
    Ok(match answer.customer {
        None => {
            work.services.metrics.count(Metric::StrangerMessage);
            SenderDecision::Stranger { tell: seen.tell }
        }
        Some(customer) => SenderDecision::Worker {
            customer: Box::new(customer),
            names: answer.names.unwrap_or_default(),
            opted_out: seen.opted_out,
            greet: seen.greet,
            album: seen.album,
            answer: seen.answer.map(Box::new),
        },
    })
}

/// Whether a stranger is to be answered; if so, that is noted, because nobody else will be for thirty days.
fn is_to_be_told(work: Work<'_>, state: &mut SenderState) -> bool {
    let sid = &work.inbound.message_id;
    if state.told_unknown_for.as_ref() == Some(sid) {
        // Noted by an attempt that was cut off before it could answer.
        return true;
    }
    let silence = SignedDuration::from_hours(STRANGER_SILENCE_HOURS);
    if state
        .told_unknown_at
        .is_some_and(|at| work.received_at.duration_since(at) < silence)
    {
        return false;
    }
    state.told_unknown_at = Some(work.received_at);
    state.told_unknown_for = Some(sid.clone());
    true
}

/// The open question this message answers, if it does.
fn answered_question(work: Work<'_>, state: &SenderState) -> Option<Answer> {
    let inbound = work.inbound;
    if !inbound.is_text_only() {
        return None;
    }
    let quoted = inbound
        .in_reply_to
        .as_ref()
        .map(|quoted| quoted.message_id.as_str());
    let (question, choice) = question::read_answer(&inbound.text, quoted, &state.pending, work.received_at)?;
    Some(Answer {
        question_id: question.question_id.clone(),
        note_id: question.note_id.clone(),
        choice: choice.clone(),
    })
}

/// What the sender's state says about this message.
#[derive(Debug, Clone, Default)]
struct Seen {
    tell: bool,
    opted_out: bool,
    greet: bool,
    album: bool,
    answer: Option<Answer>,
}

/// The sender's message before this one.
struct Previous {
    at: Option<jiff::Timestamp>,
    message_type: Option<String>,
}

const IMAGE: &str = "image";

fn is_bare_picture(work: Work<'_>) -> bool {
    let inbound = work.inbound;
    inbound.text.trim().is_empty()
        && !inbound.media.is_empty()
        && inbound
            .media
            .iter()
            .all(|media| media.content_type.starts_with("image/"))
}

fn is_album_follower(work: Work<'_>, previous: &Previous) -> bool {
    is_bare_picture(work)
        && previous.message_type.as_deref() == Some(IMAGE)
        && previous
            .at
            .is_some_and(|at| work.received_at.duration_since(at).abs() < ALBUM_GAP)
}

/// Notes this message as the sender's last.
fn note_arrival(work: Work<'_>, state: &mut SenderState) {
    let inbound = work.inbound;
    let is_image = |media: &MediaReference| media.content_type.starts_with("image/");
    let kind = match inbound.media.as_slice() {
        [] => "text",
        media if media.iter().all(is_image) => IMAGE,
        _ => "media",
    };
    state.last_message_id = Some(inbound.message_id.clone());
    state.last_received_at = Some(work.received_at);
    state.thread_id = Some(inbound.message_id.as_str().to_owned());
    state.last_type = Some(kind.to_owned());
}

/// Reads the sender's state, lets `decide` look at it and change it, and writes it back if it did.
async fn remember(
    work: Work<'_>,
    decide: impl Fn(&mut SenderState, &Previous) -> Seen,
) -> Result<Seen, StepFailure> {
    let inbound = work.inbound;
    let (from, to) = (&inbound.from.address, &inbound.to.address);
    let key = keys::sender(&SenderHash::of(inbound.channel, from, to));
    let bucket = &work.services.bucket;
    for _ in 0..SWAP_ATTEMPTS {
        let stored = bucket.read::<SenderState>(&key).await?;
        let (mut state, known) = match stored {
            Some(stored) => (stored.value, Some(stored.etag)),
            None => (first_state(work), None),
        };
        let again = state.last_message_id.as_ref() == Some(&inbound.message_id);
        let previous = Previous {
            at: state.last_received_at.filter(|_| !again),
            message_type: state.last_type.clone().filter(|_| !again),
        };
        let before = state.clone();
        let seen = decide(&mut state, &previous);
        if known.is_some() && state == before {
            return Ok(seen);
        }
        let written = match &known {
            Some(etag) => bucket.replace(&key, &state, etag).await,
            None => bucket.create(&key, &state).await,
        };
        match written {
            Ok(_) => return Ok(seen),
            Err(BucketError::PreconditionFailed { .. } | BucketError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(BucketError::Conflict {
        operation: "PutObject",
    }
    .into())
}

fn first_state(work: Work<'_>) -> SenderState {
    let from = &work.inbound.from;
    SenderState {
        schema: SenderSchema::Current,
        address: from.address.clone(),
        phone_number: from.phone_number.clone(),
        user_id: from.user_id.clone(),
        to: work.inbound.to.address.clone(),
        company_id: None,
        first_seen: work.received_at,
        last_message_id: None,
        last_received_at: None,
        thread_id: None,
        greeted_at: None,
        told_unknown_at: None,
        told_unknown_for: None,
        last_type: None,
        opted_out_at: None,
        pending: Vec::new(),
        unknown: UnknownFields::new(),
    }
}

/// Whether this sender's last message came from a worker: for when customer-lookup cannot be asked.
pub(super) async fn was_worker(work: Work<'_>) -> Result<bool, StepFailure> {
    let inbound = work.inbound;
    let (from, to) = (&inbound.from.address, &inbound.to.address);
    let key = keys::sender(&SenderHash::of(inbound.channel, from, to));
    let state = work.services.bucket.read::<SenderState>(&key).await?;
    Ok(state.is_some_and(|state| state.value.company_id.is_some() && state.value.opted_out_at.is_none()))
}

/// Changes the state of the message's sender.
pub(super) async fn amend(work: Work<'_>, change: impl Fn(&mut SenderState)) -> Result<(), StepFailure> {
    remember(work, |state, _| {
        change(state);
        Seen::default()
    })
    .await
    .map(|_| ())
}
