//! Tells the worker, once. What will be said is decided and written down first; each message's intent before it is sent;
//! what is known of its sending after. An attempt that finds an intent without evidence looks for it before it sends.

use std::time::Duration;

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use shared::address::hex;
use shared::company::Language;
use shared::ids::MessageSid;
use shared::keys;
use shared::records::outbox::{OutboxEntry, OutboxSchema};
use shared::records::pipeline::{Evidence, ReplyRecord, Step};
use shared::records::sender::PendingQuestion;
use shared::telemetry::chain;
use tokio::time::{Instant, sleep_until};

use super::{Work, publish, question, sender};
use crate::backoff::{self, Backoff};
use crate::decisions::{
    Command, Decisions, PipelineRecord, ReplyPlan, ReplyPurpose, Route, SenderDecision, Suppressed,
};
use crate::failure::StepFailure;
use crate::ledger::Held;
use crate::reply::compose::{NoteReply, note_reply};
use crate::reply::phrases::{Phrases, fill};
use crate::structure::prompt::local_date;
use crate::twilio::{Direction, ListedMessage, MessageQuery, OutboundMessage};

/// WhatsApp lets a business answer freely for 24 hours after the last message (error 63016 after that). Ten minutes less.
const REPLY_WINDOW: SignedDuration = SignedDuration::from_mins(24 * 60 - 10);

/// How a reply that was certainly not sent is tried again in place: as Twilio's own clients do after a 429.
const SENDING: Backoff = Backoff {
    base: Duration::from_millis(200),
    cap: Duration::from_secs(3),
    attempts: 4,
};

/// How long evidence is waited for within an attempt: what is left of the default lease when the message of a killed
/// attempt comes back.
const EVIDENCE_PATIENCE: Duration = Duration::from_secs(20);

/// The wait between the first two looks for evidence; each further one is twice as long.
const EVIDENCE_PAUSE: Duration = Duration::from_millis(500);

/// Twilio's status of a message that it gave up on.
const FAILED: &str = "failed";

/// A message in Twilio's list may be this much older than our own clock says it can be.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(10);

pub(super) async fn reply(work: Work<'_>, held: &Held) -> Result<(), StepFailure> {
    let record = held.record().await;
    let plan = match record.decisions.reply.clone() {
        Some(plan) => plan,
        None => {
            let plan = plan(work, &record).await?;
            held.advance(|record| record.decisions.reply = Some(plan.clone()))
                .await?;
            plan
        }
    };
    if plan.suppressed.is_none() {
        if let Some(question) = &plan.question {
            question::keep(work, question).await?;
        }
        send_all(work, held, &plan, 1).await?;
        if let Some(question) = &plan.question {
            // The question is at the end, so it is the last part that an answer quotes.
            let outbound_id = held
                .record()
                .await
                .replies
                .last()
                .and_then(|reply| reply.outbound_id.clone());
            question::keep(
                work,
                &PendingQuestion {
                    outbound_id,
                    ..question.clone()
                },
            )
            .await?;
        }
    }
    let greeted = matches!(
        &record.decisions.sender,
        Some(SenderDecision::Worker { greet: true, .. })
    );
    if plan.suppressed.is_none() && plan.purpose == ReplyPurpose::Note && greeted {
        sender::amend(work, |state| {
            state.greeted_at.get_or_insert(work.received_at);
        })
        .await?;
    }
    Ok(())
}

/// What is said, if anything.
async fn plan(work: Work<'_>, record: &PipelineRecord) -> Result<ReplyPlan, StepFailure> {
    let decisions = &record.decisions;
    let now = work.services.clock.now();
    let spoken = decisions.note.as_ref().and_then(|note| note.spoken.first());
    let language = decisions
        .customer()
        .map_or_else(Language::english, |customer| customer.reply_language(spoken));
    let phrases = Phrases::of(&language);
    let said = |words: &str| (vec![words.to_owned()], None);
    let (purpose, (parts, question)) = match (&decisions.sender, &decisions.route) {
        (Some(SenderDecision::Stranger { .. }), _) => {
            (ReplyPurpose::UnknownSender, said(phrases.unknown_sender))
        }
        (_, Some(Route::Command { command })) => {
            let words = match command {
                Command::Stop => phrases.stopped,
                Command::Start => phrases.started,
                Command::Help => phrases.help,
            };
            (ReplyPurpose::Command, said(words))
        }
        (_, Some(Route::Answer(answer))) => (
            ReplyPurpose::Answer,
            said(&fill(phrases.filed_under, "name", &answer.choice.name)),
        ),
        (_, Some(Route::Note { .. } | Route::Thanks) | None) => (
            ReplyPurpose::Note,
            about_notes(work, record, &language, now).await?,
        ),
    };
    let suppressed = suppressed(work, decisions, now);
    let (parts, question) = if suppressed.is_some() {
        (Vec::new(), None)
    } else {
        (parts, question)
    };
    Ok(ReplyPlan {
        purpose,
        language,
        parts,
        question,
        suppressed,
        planned_at: now,
    })
}

/// The messages about the filed notes, and the question they ask.
async fn about_notes(
    work: Work<'_>,
    record: &PipelineRecord,
    language: &Language,
    now: jiff::Timestamp,
) -> Result<(Vec<String>, Option<PendingQuestion>), StepFailure> {
    let decisions = &record.decisions;
    let customer = decisions
        .customer()
        .ok_or(StepFailure::MissingDecision(Step::Sender))?;
    let (notes, _, _) = publish::notes(work, record).await?;
    let greet = matches!(
        &decisions.sender,
        Some(SenderDecision::Worker { greet: true, .. })
    );
    let question = question::about(&notes, decisions.clients.as_ref(), now);
    let parts = note_reply(NoteReply {
        notes: &notes,
        media: decisions.media.as_deref().unwrap_or_default(),
        question: question.as_ref(),
        unstructured: decisions.note.as_ref().and_then(|note| note.unstructured),
        language,
        today: local_date(work.received_at, customer),
        message: &work.inbound.message_id,
        privacy_notice: customer.settings.privacy_notice.as_deref().filter(|_| greet),
        max_parts: usize::from(customer.settings.reply.max_parts.clamp(1, 3)),
    });
    Ok((parts, question))
}

/// Why nothing is said.
fn suppressed(work: Work<'_>, decisions: &Decisions, now: jiff::Timestamp) -> Option<Suppressed> {
    if now.duration_since(work.received_at) > REPLY_WINDOW {
        return Some(Suppressed::TooLate);
    }
    let is_command = matches!(decisions.route, Some(Route::Command { .. }));
    match &decisions.sender {
        Some(SenderDecision::Stranger { tell }) => (!tell).then_some(Suppressed::ToldAlready),
        Some(SenderDecision::Worker {
            customer,
            opted_out,
            album,
            ..
        }) => {
            let reasons = [
                (!customer.settings.reply.enabled, Suppressed::Disabled),
                (*opted_out && !is_command, Suppressed::OptedOut),
                (decisions.route == Some(Route::Thanks), Suppressed::Thanks),
                (*album, Suppressed::Album),
            ];
            reasons
                .into_iter()
                .find_map(|(applies, reason)| applies.then_some(reason))
        }
        None => None,
    }
}

/// Sends every part that is not known to have been sent. `first` is the number of the first part: a failure notice has one
/// of its own, so that a status callback names one message only.
pub(super) async fn send_all(
    work: Work<'_>,
    held: &Held,
    plan: &ReplyPlan,
    first: u32,
) -> Result<(), StepFailure> {
    let of = first - 1 + u32::try_from(plan.parts.len()).unwrap_or(u32::MAX);
    for (part, body) in (first..).zip(&plan.parts) {
        let wanted = ReplyRecord {
            part,
            of,
            sha256: body_hash(body),
            intent_at: work.services.clock.now(),
            outbound_id: None,
            evidence: None,
            purpose: plan.purpose.as_str().to_owned(),
            status: None,
            error_code: None,
            status_at: None,
        };
        let known = held
            .record()
            .await
            .replies
            .into_iter()
            .find(|reply| reply.part == part);
        let sent = match known {
            Some(ReplyRecord {
                outbound_id: Some(sid),
                ..
            }) => Some(sid),
            Some(intended) => find_evidence(work, held, &intended, body).await?,
            None => None,
        };
        let outcome = match sent {
            Some(sid) => Ok(sid),
            None => send(work, held, wanted, body).await,
        };
        match outcome {
            Ok(sid) => remember(work, held, plan, part, &sid).await?,
            Err(StepFailure::Twilio(error)) if error.ends_reply() => {
                tracing::warn!(error = %chain(&error), "the reply cannot be delivered");
                return end(held, part, error.code().map(|code| code.0)).await;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// Twilio will not deliver to this worker: the note is filed, the outcome says why there is no reply.
async fn end(held: &Held, part: u32, error_code: Option<u32>) -> Result<(), StepFailure> {
    held.advance(|record| {
        if let Some(plan) = record.decisions.reply.as_mut() {
            plan.suppressed = Some(Suppressed::Undeliverable);
        }
        if let Some(reply) = record.replies.iter_mut().find(|reply| reply.part == part) {
            reply.status = Some(FAILED.to_owned());
            reply.error_code = error_code;
        }
    })
    .await
    .map(|_| ())
}

/// Writes the intent, sends, writes the evidence.
async fn send(
    work: Work<'_>,
    held: &Held,
    intent: ReplyRecord,
    body: &str,
) -> Result<MessageSid, StepFailure> {
    let part = intent.part;
    held.advance(|record| {
        record.replies.retain(|reply| reply.part != part);
        record.replies.push(intent.clone());
    })
    .await?;
    let message = OutboundMessage {
        from: work.inbound.to.address.clone(),
        to: work.inbound.from.address.clone(),
        body: body.to_owned(),
        status_callback: status_callback(work, part),
    };
    // An uncertain sending is not one that a retry can help, so what is repeated here was certainly not sent.
    let send = async || work.services.twilio.send(&message, work.deadline).await;
    match backoff::retry(&SENDING, work.deadline, send).await {
        Ok(sent) => {
            note_evidence(held, part, &sent.sid, Evidence::Response).await?;
            Ok(sent.sid)
        }
        Err(error) if error.may_have_been_sent() => {
            tracing::warn!(error = %chain(&error), "it is not known whether the reply was sent");
            match find_evidence(work, held, &intent, body).await? {
                Some(sid) => Ok(sid),
                // Left to the next delivery, so that a vendor who keeps losing answers is not sent to again and again.
                None => Err(StepFailure::ReplyUncertain {
                    settled_in: Duration::ZERO,
                }),
            }
        }
        Err(error) if error.ends_reply() => Err(error.into()),
        Err(error) => {
            // It was certainly not sent: a later attempt need not look for evidence.
            held.advance(|record| record.replies.retain(|reply| reply.part != part))
                .await?;
            Err(error.into())
        }
    }
}

async fn note_evidence(
    held: &Held,
    part: u32,
    sid: &MessageSid,
    evidence: Evidence,
) -> Result<(), StepFailure> {
    held.advance(|record| {
        if let Some(reply) = record.replies.iter_mut().find(|reply| reply.part == part) {
            reply.outbound_id.get_or_insert_with(|| sid.clone());
            reply.evidence.get_or_insert(evidence);
        }
    })
    .await
    .map(|_| ())
}

/// Looks for a message that may have been sent: in the record, where a status callback leaves its SID, then in Twilio's
/// list. The list lags, so what has left no trace counts as not sent only when a lease has passed since the intent; that is
/// waited for here if it is not long.
async fn find_evidence(
    work: Work<'_>,
    held: &Held,
    intended: &ReplyRecord,
    body: &str,
) -> Result<Option<MessageSid>, StepFailure> {
    let services = work.services;
    let lease = services.config.limits.lease;
    let give_up = work.deadline.min(Instant::now() + EVIDENCE_PATIENCE);
    let mut pause = EVIDENCE_PAUSE;
    loop {
        let now = services.clock.now();
        let record = held.refresh().await?;
        let known = record
            .replies
            .into_iter()
            .find(|reply| reply.part == intended.part);
        if let Some(sid) = known.and_then(|reply| reply.outbound_id) {
            return Ok(Some(sid));
        }
        if let Some(sid) = listed(work, held, intended, body, now).await? {
            note_evidence(held, intended.part, &sid, Evidence::List).await?;
            return Ok(Some(sid));
        }
        let age = Duration::try_from(now.duration_since(intended.intent_at)).unwrap_or_default();
        let settled_in = lease.saturating_sub(age);
        if settled_in.is_zero() {
            return Ok(None);
        }
        let next = Instant::now() + pause.min(settled_in);
        if next >= give_up {
            return Err(StepFailure::ReplyUncertain { settled_in });
        }
        sleep_until(next).await;
        pause *= 2;
    }
}

/// Looks for it in Twilio's list.
async fn listed(
    work: Work<'_>,
    held: &Held,
    intended: &ReplyRecord,
    body: &str,
    now: jiff::Timestamp,
) -> Result<Option<MessageSid>, StepFailure> {
    let services = work.services;
    let (from, to) = (&work.inbound.to.address, &work.inbound.from.address);
    // Where the account hides bodies, only this tells one part from another.
    let parts: Vec<MessageSid> = held
        .record()
        .await
        .replies
        .into_iter()
        .filter_map(|reply| reply.outbound_id)
        .collect();
    // The list's filter is by day, in GMT; a check across midnight needs two.
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let days = [Some(today), today.yesterday().ok()];
    for day in days.into_iter().flatten() {
        let query = MessageQuery {
            from: Some(from.clone()),
            to: Some(to.clone()),
            day,
        };
        let listed = services.twilio.list_messages(&query, work.deadline).await?;
        for message in listed.iter().filter(|message| may_be(message, intended, body)) {
            if parts.contains(&message.sid) || is_of_other_message(work, &message.sid).await? {
                continue;
            }
            return Ok(Some(message.sid.clone()));
        }
    }
    Ok(None)
}

/// A listed message that may be the intended one: outbound, not older than the intent, with the same words or – where the
/// account hides bodies – none.
fn may_be(listed: &ListedMessage, intended: &ReplyRecord, body: &str) -> bool {
    let since = listed.date_created.or(listed.date_sent);
    let recent = since.is_none_or(|at| at + CLOCK_SKEW >= intended.intent_at);
    let said = normalised(&listed.body);
    listed.direction == Direction::Outbound && recent && (said.is_empty() || said == normalised(body))
}

/// True when that message is known to answer another one.
async fn is_of_other_message(work: Work<'_>, sid: &MessageSid) -> Result<bool, StepFailure> {
    let entry = work
        .services
        .bucket
        .read::<OutboxEntry>(&keys::outbox(sid))
        .await?;
    Ok(entry.is_some_and(|entry| entry.value.message_id != work.inbound.message_id))
}

/// Bodies are compared without regard to white space, which carriers change.
fn normalised(body: &str) -> String {
    body.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn body_hash(body: &str) -> String {
    hex(&Sha256::digest(normalised(body).as_bytes()))
}

/// Where Twilio tells what became of a part.
fn status_callback(work: Work<'_>, part: u32) -> Option<String> {
    let mut url = work.services.config.status_callback.clone()?;
    url.query_pairs_mut()
        .append_pair("m", work.inbound.message_id.as_str())
        .append_pair("p", &part.to_string());
    Some(url.into())
}

/// Leaves behind which note the sent message is about, for status callbacks and quoted replies.
async fn remember(
    work: Work<'_>,
    held: &Held,
    plan: &ReplyPlan,
    part: u32,
    sid: &MessageSid,
) -> Result<(), StepFailure> {
    let decisions = held.record().await.decisions;
    let note_ids = if plan.purpose == ReplyPurpose::Note {
        decisions.note_ids
    } else {
        Vec::new()
    };
    let entry = OutboxEntry {
        schema: OutboxSchema::Current,
        company_id: decisions.company_id,
        message_id: work.inbound.message_id.clone(),
        note_ids,
        part,
        to: work.inbound.from.address.clone(),
        question_id: plan
            .question
            .as_ref()
            .map(|question| question.question_id.clone()),
    };
    work.services.bucket.write(&keys::outbox(sid), &entry).await?;
    Ok(())
}
