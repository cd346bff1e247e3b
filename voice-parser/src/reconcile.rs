//! Reconciliation: a webhook that Twilio could not deliver is found in Twilio's list of messages and enqueued.
//!
//! Twilio does not retry inbound webhooks by default. Every fifteen minutes the inbound messages of the last two hours are
//! listed, and each MessageSid without a record is enqueued as the webhook would have done. A message that was only slow
//! is enqueued twice then, which is harmless: the record decides.
//!
//! On the way it finds the messages whose last attempt was cut off before it could tell the worker, and tells them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::address::{Address, Channel};
use shared::message::{
    Content, InboundMessage, MediaReference, Provider, QUEUE_MESSAGE_VERSION, QueueMessage, Recipient,
    Sender, Source,
};
use shared::metrics::Metric;
use shared::records::pipeline::RecordState;
use tokio::time::Instant;

use crate::decisions::PipelineRecord;
use crate::failure::StepFailure;
use crate::pipeline::tell_of_cut_off;
use crate::services::Services;
use crate::twilio::{Direction, ListedMessage, MessageQuery};

/// How far back a scheduled run looks: eight runs would have to fail before a message is overlooked.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(2);

/// Furthest a run by hand may look back: Twilio's list is read day by day.
const FURTHEST: SignedDuration = SignedDuration::from_hours(24 * 14);

/// A message is delivered again after a quarter of an hour at the latest, or after the queue's own visibility timeout of
/// five minutes. One that nobody has touched for longer than both is in the dead-letter queue.
const ABANDONED_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// What WhatsApp addresses begin with at Twilio.
const WHATSAPP: &str = "whatsapp:";

/// What a run is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Look back to this time instead of two hours, at most fourteen days.
    pub since: Option<Timestamp>,
}

/// What a run found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Inbound messages listed.
    pub listed: usize,
    /// Of these, without a record: enqueued.
    pub enqueued: usize,
    /// Of these, not usable (no sender).
    pub unusable: usize,
    /// Of these, given up on by an attempt that was cut off before it could tell the worker: told now.
    pub told: usize,
}

/// Lists, compares and enqueues.
///
/// # Errors
/// [`StepFailure`]; what was enqueued until then stays enqueued, and the next run finds the rest.
pub async fn run(services: &Services, request: &Request, deadline: Instant) -> Result<Report, StepFailure> {
    let now = services.clock.now();
    let since = request.since.unwrap_or(now - LOOK_BACK).max(now - FURTHEST);
    let mut report = Report::default();
    for day in days(since, now) {
        let query = MessageQuery {
            from: None,
            to: own_address(services),
            day,
        };
        let listed = services.twilio.list_messages(&query, deadline).await?;
        for message in listed.into_iter().filter(|message| is_wanted(message, since)) {
            report.listed += 1;
            if let Some((record, _)) = services.ledger.read(&message.sid).await? {
                if is_abandoned(&record, now) && tell_of_cut_off(services, &record, deadline).await? {
                    report.told += 1;
                }
                continue;
            }
            match as_received(services, &message, now, deadline).await? {
                Some(message) => {
                    services.queue.send(&message).await?;
                    services.metrics.count(Metric::Reconciled);
                    report.enqueued += 1;
                }
                None => report.unusable += 1,
            }
        }
    }
    tracing::info!(listed = report.listed, enqueued = report.enqueued, "reconciled");
    Ok(report)
}

/// The address workers write to. The setting may be the bare number, which Twilio would take for another channel's.
fn own_address(services: &Services) -> Option<Address> {
    let number = &services.config.whatsapp_number;
    let bare = number.strip_prefix(WHATSAPP).unwrap_or(number);
    format!("{WHATSAPP}{bare}").parse().ok()
}

/// The days from `since` to `now`, GMT, oldest first.
fn days(since: Timestamp, now: Timestamp) -> Vec<jiff::civil::Date> {
    let date = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (first, last) = (date(since), date(now));
    first
        .series(jiff::Span::new().days(1))
        .take_while(|day| *day <= last)
        .collect()
}

/// True when no attempt can be under way or to come: what is still in the queue would have been touched by now.
fn is_abandoned(record: &PipelineRecord, now: Timestamp) -> bool {
    record.state == RecordState::Working
        && record.lease.as_ref().is_none_or(|lease| lease.until < now)
        && now.duration_since(record.updated_at) > ABANDONED_AFTER
}

fn is_wanted(message: &ListedMessage, since: Timestamp) -> bool {
    let at = message.date_created.or(message.date_sent);
    message.direction == Direction::Inbound && at.is_none_or(|at| at >= since)
}

/// The message as the webhook would have enqueued it. Its time of receipt is Twilio's, because dates are resolved against
/// what the worker meant when they spoke.
async fn as_received(
    services: &Services,
    message: &ListedMessage,
    now: Timestamp,
    deadline: Instant,
) -> Result<Option<QueueMessage>, StepFailure> {
    let (Some(from), Some(to)) = (&message.from, &message.to) else {
        return Ok(None);
    };
    let media = if message.num_media == 0 {
        Vec::new()
    } else {
        services.twilio.list_media(&message.sid, deadline).await?
    };
    let media: Vec<MediaReference> = (0..)
        .zip(media)
        .map(|(index, item)| MediaReference {
            index,
            url: item.url,
            content_type: item.content_type,
        })
        .collect();
    let inbound = InboundMessage {
        message_id: message.sid.clone(),
        channel: Channel::Whatsapp,
        provider: Provider::Twilio,
        account_sid: String::new(),
        from: Sender {
            phone_number: from.phone_number(),
            user_id: from.user_id(),
            address: from.clone(),
            wa_id: None,
            profile_name: None,
        },
        to: Recipient {
            phone_number: to.phone_number(),
            address: to.clone(),
        },
        message_type: media_type(&media).to_owned(),
        text: message.body.clone(),
        media,
        in_reply_to: None,
        button: None,
        location: None,
        forwarded: false,
        frequently_forwarded: false,
        other: BTreeMap::new(),
    };
    Ok(Some(QueueMessage {
        version: QUEUE_MESSAGE_VERSION,
        source: Source::Reconcile,
        received_at: message.date_created.or(message.date_sent).unwrap_or(now),
        content: Content::Message(Box::new(inbound)),
    }))
}

/// `MessageType` is not in Twilio's list; the first attachment tells.
fn media_type(media: &[MediaReference]) -> &str {
    let first = media
        .first()
        .map(|item| item.content_type.split('/').next().unwrap_or_default());
    match first {
        None => "text",
        Some(kind @ ("audio" | "image" | "video")) => kind,
        Some(_) => "document",
    }
}
