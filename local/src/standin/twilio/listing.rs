//! Reading messages: one by its SID, or the list, newest first, page by page.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::API_VERSION;
use super::credentials::Authorized;
use super::error::TwilioError;
use super::message::Message;
use crate::standin::world::World;

/// Twilio's default and largest page sizes.
const PAGE_SIZE: usize = 50;
const MAX_PAGE_SIZE: usize = 1000;

/// `GET Messages/{sid}.json`. Neither the list's lag nor its filters apply here.
pub(super) async fn fetch(
    _: Authorized,
    State(world): State<Arc<World>>,
    Path((_, name)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, TwilioError> {
    let sid = name.strip_suffix(".json").unwrap_or(&name);
    let state = world.state();
    let found = state.messages.iter().find(|m| m.sid == sid);
    let message = found.ok_or_else(|| TwilioError::not_found(uri.path()))?;
    Ok(Json(message.to_json(&world, state.behaviour.redact)).into_response())
}

/// `GET Messages.json`
pub(super) async fn list(
    _: Authorized,
    State(world): State<Arc<World>>,
    RawQuery(query): RawQuery,
) -> Result<Response, TwilioError> {
    let request = ListRequest::parse(query.as_deref().unwrap_or_default())?;
    let now = world.clock.now();
    let state = world.state();
    let visible = |m: &&Message| request.filter.accepts(m) && listed(m, state.behaviour.list_lag, now);
    let mut matching: Vec<&Message> = state.messages.iter().rev().filter(visible).collect();
    matching.sort_by_key(|m| std::cmp::Reverse(m.dated()));

    // A token names the last message of the page before, so that messages that arrive meanwhile shift nothing.
    let start = match &request.after {
        None => 0,
        Some(sid) => {
            1 + matching
                .iter()
                .position(|m| &m.sid == sid)
                .ok_or_else(|| TwilioError::bad_request(20001, "PageToken is not one of this list"))?
        }
    };
    let page: Vec<&Message> = matching
        .iter()
        .skip(start)
        .take(request.page_size)
        .copied()
        .collect();
    let more = matching.len() > start + page.len();
    let next = page
        .last()
        .filter(|_| more)
        .map(|last| request.uri(&world, request.page + 1, Some(&last.sid)));
    Ok(Json(json!({
        "first_page_uri": request.uri(&world, 0, None),
        "previous_page_uri": null,
        "next_page_uri": next,
        "uri": request.uri(&world, request.page, request.after.as_deref()),
        "page": request.page,
        "page_size": request.page_size,
        "start": start,
        "end": (start + page.len()).saturating_sub(1),
        "messages": page.iter().map(|m| m.to_json(&world, state.behaviour.redact)).collect::<Vec<_>>(),
    }))
    .into_response())
}

/// Whether the list shows a message yet.
fn listed(message: &Message, lag: Duration, now: Timestamp) -> bool {
    let age = now.duration_since(message.created_at);
    SignedDuration::try_from(lag).is_ok_and(|lag| age >= lag)
}

struct ListRequest {
    filter: Filter,
    page_size: usize,
    page: usize,
    after: Option<String>,
    /// The filters as they were sent, for the addresses of other pages.
    sent: Vec<(String, String)>,
}

#[derive(Default)]
struct Filter {
    to: Option<String>,
    from: Option<String>,
    on: Option<Date>,
    since: Option<Date>,
    until: Option<Date>,
}

impl Filter {
    fn accepts(&self, message: &Message) -> bool {
        let day = message.dated().to_zoned(TimeZone::UTC).date();
        self.to.as_ref().is_none_or(|to| *to == message.to)
            && self.from.as_ref().is_none_or(|from| *from == message.from)
            && self.on.is_none_or(|on| day == on)
            && self.since.is_none_or(|since| day >= since)
            && self.until.is_none_or(|until| day <= until)
    }
}

impl ListRequest {
    fn parse(query: &str) -> Result<Self, TwilioError> {
        let mut request = Self {
            filter: Filter::default(),
            page_size: PAGE_SIZE,
            page: 0,
            after: None,
            sent: Vec::new(),
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            match name.as_str() {
                "To" => request.filter.to = Some(value.clone()),
                "From" => request.filter.from = Some(value.clone()),
                // `DateSent>=2026-11-20` is a parameter named `DateSent>`.
                "DateSent" => request.filter.on = Some(day(&name, &value)?),
                "DateSent>" => request.filter.since = Some(day(&name, &value)?),
                "DateSent<" => request.filter.until = Some(day(&name, &value)?),
                "PageSize" => {
                    request.page_size = number(&name, &value)?.clamp(1, MAX_PAGE_SIZE);
                    continue;
                }
                "Page" => {
                    request.page = number(&name, &value)?;
                    continue;
                }
                "PageToken" => {
                    let sid = value.strip_prefix("PA");
                    request.after = Some(
                        sid.ok_or_else(|| TwilioError::bad_request(20001, "PageToken is malformed"))?
                            .to_owned(),
                    );
                    continue;
                }
                _ => continue,
            }
            request.sent.push((name, value));
        }
        if request.page > 0 && request.after.is_none() {
            return Err(TwilioError::bad_request(
                20001,
                "Page without PageToken: follow next_page_uri",
            ));
        }
        Ok(request)
    }

    fn uri(&self, world: &World, page: usize, after: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.sent);
        query.append_pair("PageSize", &self.page_size.to_string());
        query.append_pair("Page", &page.to_string());
        if let Some(sid) = after {
            query.append_pair("PageToken", &format!("PA{sid}"));
        }
        format!(
            "/{API_VERSION}/Accounts/{}/Messages.json?{}",
            world.account_sid,
            query.finish()
        )
    }
}

/// Twilio filters by day: of a longer timestamp it takes the day, in GMT.
fn day(name: &str, value: &str) -> Result<Date, TwilioError> {
    value
        .parse::<Timestamp>()
        .map(|at| at.to_zoned(TimeZone::UTC).date())
        .or_else(|_| value.parse())
        .map_err(|_| TwilioError::bad_request(20001, format!("{name} must be a day such as 2026-11-20")))
}

fn number(name: &str, value: &str) -> Result<usize, TwilioError> {
    value
        .parse()
        .map_err(|_| TwilioError::bad_request(20001, format!("{name} must be a whole number")))
}
