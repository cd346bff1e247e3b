//! A company's minutes, counted.

use futures_util::future::join_all;
use serde_json::json;

use super::*;
use crate::fakes::Fakes;

const KEY: &str = "acme/index/allowance/2026-11-20.json";

fn customer(id: &str, minutes: u32) -> Customer {
    let customer = json!({
        "customer_id": id, "company_id": "acme", "company_name": "Acme", "worker_time_zone": "Europe/Berlin",
        "time_zone": "Australia/Melbourne", "country": "AU", "note_language": "en", "reply_language": "en",
        "max_audio_minutes_per_day": minutes,
    });
    serde_json::from_value(customer).unwrap()
}

fn sid(number: usize) -> MessageSid {
    format!("SM{number:032}").parse().unwrap()
}

fn lasting(message_id: &MessageSid, seconds: f64) -> Candidate<'_> {
    Candidate {
        message_id,
        index: 0,
        duration_s: Some(seconds),
        size: 1,
    }
}

/// Noon on the twentieth in Melbourne.
fn noon() -> Timestamp {
    "2026-11-20T01:00:00Z".parse().unwrap()
}

const TOLD: Admission = Admission::UsedUp { tell: true };
const TOLD_BEFORE: Admission = Admission::UsedUp { tell: false };

#[test]
fn what_is_past_the_minutes_is_not_admitted_and_each_worker_is_told_once() {
    let mut day = AllowanceDay::new("2026-11-20".parse().unwrap());
    let (mick, josie): (CustomerId, CustomerId) = ("mick".parse().unwrap(), "josie".parse().unwrap());
    let sids: Vec<MessageSid> = (0..6).map(sid).collect();
    let mut admit =
        |worker: &CustomerId, at: usize, seconds| day.admit(lasting(&sids[at], seconds), worker, 60);
    assert_eq!(admit(&mick, 0, 39.2), Admission::Admitted);
    assert_eq!(admit(&mick, 1, 20.5), TOLD);
    assert_eq!(admit(&mick, 1, 20.5), TOLD, "the same message again");
    assert_eq!(admit(&mick, 2, 21.0), TOLD_BEFORE);
    assert_eq!(admit(&josie, 3, 30.0), TOLD);
    assert_eq!(admit(&josie, 4, 20.0), Admission::Admitted, "what still fits");
    assert_eq!(admit(&mick, 0, 39.2), Admission::Admitted, "counted before");
    assert_eq!(admit(&mick, 5, 0.1), TOLD_BEFORE);
}

#[test]
fn each_recording_of_a_message_counts_and_is_told_with_it() {
    let mut day = AllowanceDay::new("2026-11-20".parse().unwrap());
    let mick: CustomerId = "mick".parse().unwrap();
    let sid = sid(1);
    let second = Candidate {
        index: 1,
        ..lasting(&sid, 30.0)
    };
    assert_eq!(day.admit(lasting(&sid, 30.0), &mick, 59), Admission::Admitted);
    assert_eq!(day.admit(second, &mick, 59), TOLD);
    assert_eq!(day.admit(Candidate { index: 2, ..second }, &mick, 59), TOLD);
}

#[test]
fn a_recording_of_unknown_length_counts_by_its_size() {
    let sid = sid(1);
    let unknown = Candidate {
        duration_s: None,
        size: 4001,
        ..lasting(&sid, 0.0)
    };
    assert_eq!(unknown.seconds(), 2);
}

#[test]
fn a_stored_day_is_read_and_what_a_later_version_added_is_kept() {
    let stored = json!({
        "schema": "allowance/1", "date": "2026-11-20",
        "seconds": {"SM00000000000000000000000000000001/media-0": 13},
        "told": {"mick": "SM00000000000000000000000000000002"}, "later": [1],
    });
    let day: AllowanceDay = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(serde_json::to_value(day).unwrap(), stored);
}

#[tokio::test]
async fn the_day_is_the_companys_and_a_retry_counts_once() {
    let fakes = Fakes::start().await;
    let (bucket, mick) = (fakes.bucket().await, customer("mick", 1));
    let ask = async |at: &str, number, seconds| {
        let (at, sid) = (at.parse().unwrap(), sid(number));
        admit(&bucket, &mick, at, lasting(&sid, seconds)).await.unwrap()
    };
    for _ in 0..3 {
        assert_eq!(ask("2026-11-19T13:00:00Z", 1, 40.0).await, Admission::Admitted);
    }
    assert_eq!(ask("2026-11-20T12:59:59Z", 2, 40.0).await, TOLD);
    assert_eq!(ask("2026-11-20T13:00:00Z", 3, 40.0).await, Admission::Admitted);
    let expected = json!({
        "schema": "allowance/1", "date": "2026-11-20",
        "seconds": {"SM00000000000000000000000000000001/media-0": 40},
        "told": {"mick": "SM00000000000000000000000000000002"},
    });
    assert_eq!(fakes.json(KEY), expected);
}

#[tokio::test]
async fn no_minute_is_given_twice_to_messages_that_come_at_once() {
    let fakes = Fakes::start().await;
    let (bucket, mick) = (fakes.bucket().await, customer("mick", 1));
    let sids: Vec<MessageSid> = (0..10).map(sid).collect();
    let asking = sids
        .iter()
        .map(|sid| admit(&bucket, &mick, noon(), lasting(sid, 10.0)));
    let admitted: Vec<Admission> = join_all(asking).await.into_iter().map(Result::unwrap).collect();
    let count = |wanted| admitted.iter().filter(|admission| **admission == wanted).count();
    assert_eq!(
        (count(Admission::Admitted), count(TOLD), count(TOLD_BEFORE)),
        (6, 1, 3)
    );
}
