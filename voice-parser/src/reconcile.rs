//! Reconciliation: a webhook that Twilio could not deliver is found in Twilio's list of messages and enqueued.
//!
//! Twilio does not retry inbound webhooks by default. Every fifteen minutes the inbound messages of the last two hours are
//! listed, and each MessageSid without a record is enqueued as the webhook would have done. A message that was only slow
//! is enqueued twice then, which is harmless: the record decides.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::address::{Address, Channel};
use shared::message::{
    Content, InboundMessage, MediaReference, Provider, QUEUE_MESSAGE_VERSION, QueueMessage, Recipient,
    Sender, Source,
};
use shared::metrics::Metric;
use tokio::time::Instant;

use crate::failure::StepFailure;
use crate::services::Services;
use crate::twilio::{Direction, ListedMessage, MessageQuery};

/// How far back a scheduled run looks: eight runs would have to fail before a message is overlooked.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(2);

/// Furthest a run by hand may look back: Twilio's list is read day by day.
const FURTHEST: SignedDuration = SignedDuration::from_hours(24 * 14);

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
            if services.ledger.read(&message.sid).await?.is_some() {
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

fn own_address(services: &Services) -> Option<Address> {
    services.config.whatsapp_number.parse().ok()
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
