//! A kill anywhere loses nothing, and what was paid for is not paid for again.
//!
//! One voice note is sent through again and again, each time the same message in an emptied bucket, and each time the
//! function is killed (`SIGKILL`) at another of its calls. What is in the bucket at the end must be what an undisturbed run
//! leaves, byte for byte, although the models never answer the same twice.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use e2e::people::{self, Worker};
use e2e::wait;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::support::controls::Requests;
use super::support::message::Message;
use super::support::own_stack::OwnStack;
use super::support::settled::{done, outcome_of, queue_is_empty, record};
use super::support::snapshot::{Snapshot, artifacts, difference, wipe};
use super::support::soaking;

/// `LEASE_SECONDS` of the local stack.
const LEASE: Duration = Duration::from_secs(3);

/// A killed attempt is taken over, and its message finished, within this time.
const RECOVERY: Duration = LEASE.saturating_add(Duration::from_secs(5));

/// So long a test waits before it calls a message lost.
const PATIENCE: Duration = Duration::from_secs(45);

/// Stacks side by side, each with a share of the kills.
const LANES: usize = 3;

/// Calls the function makes in every run. Secrets are read by a new process only, Twilio's list after a kill only.
const CALLS: [&str; 10] = [
    "s3.put",
    "s3.copy",
    "s3.get",
    "sqs.visibility",
    "lambda.invoke",
    "twilio.media",
    "twilio.media.cdn",
    "openai.transcription",
    "openai.chat",
    "twilio.send",
];

/// Who is paid for each answer.
const VENDORS: [&str; 2] = ["openai.transcription", "openai.chat"];

const WORDS: &str = "I have just finished at Mrs Papadopoulos's place. Tomorrow I need to order a new mixer tap for the \
                     kitchen. At Kowalczyk's Bakery the isolation valve is behind the flour store.";

/// A call at which the function dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    on: &'static str,
    /// The how-manieth call of it, from 1.
    number: u64,
    /// `before` or `after` its effect.
    moment: &'static str,
}

impl Point {
    /// The write that keeps a vendor's answer may be the one that dies: the window again, one call later.
    fn may_be_checkpoint(self) -> bool {
        (self.on, self.moment) == ("s3.put", "before")
    }

    fn fault(self) -> Value {
        json!({ "kill": self.moment, "times": 1 })
    }

    /// How often a vendor is asked in a run that dies here: again, when it died before its question took effect.
    fn askings(self, vendor: &str) -> u64 {
        if self.on == vendor && self.moment == "before" {
            2
        } else {
            1
        }
    }
}

/// Every call of an undisturbed run, before and after its effect, but those that have tests of their own.
fn all_points(undisturbed: &Run) -> Vec<Point> {
    let mut points = Vec::new();
    for on in CALLS {
        for number in 1..=undisturbed.calls(on) {
            points.extend(["before", "after"].map(|moment| Point { on, number, moment }));
        }
    }
    points.retain(|point| !is_window(point) && !is_before_everything(point));
    points
}

/// Nothing has been done with the message yet: it comes back after the queue's own timeout.
fn is_before_everything(point: &Point) -> bool {
    (point.on, point.number, point.moment) == ("sqs.visibility", 1, "before")
}

/// A vendor has answered, and what it answered is not kept yet.
fn is_window(point: &Point) -> bool {
    VENDORS.contains(&point.on) && point.moment == "after"
}

/// Of [`all_points`], those that leave different states behind, and of the many writes each second one.
fn telling_points(undisturbed: &Run) -> Vec<Point> {
    let mut points = all_points(undisturbed);
    points.retain(|point| match point.on {
        "s3.put" => point.moment == "after" && point.number % 2 == 1,
        "s3.get" => point.moment == "before" && point.number % 4 == 1,
        _ => true,
    });
    points
}

/// What a run left behind.
struct Run {
    artifacts: Snapshot,
    replies: usize,
    requests: Requests,
    record: Value,
}

impl Run {
    fn calls(&self, on: &str) -> u64 {
        self.requests.get(on).copied().unwrap_or(0)
    }

    /// What is not as after an undisturbed run.
    fn complaints(&self, undisturbed: &Snapshot) -> Vec<String> {
        let mut found = difference(undisturbed, &self.artifacts);
        if self.replies != 1 {
            found.push(format!("{} replies", self.replies));
        }
        found
    }
}

/// A stack, and the one message that is sent through it.
struct Lane {
    own: OwnStack,
    worker: Worker,
    recording: Bytes,
    message: Message,
}

impl Lane {
    async fn open() -> anyhow::Result<Self> {
        let own = OwnStack::start().await?;
        let worker = people::worker(&own.stack, &["Mrs Helena Papadopoulos", "Kowalczyk's Bakery"]).await?;
        let recording = crate::recording()?;
        let url = own.controls.recording("note", &recording, WORDS).await?;
        let message = Message::voice_note(&worker.address, &own.stack.twilio.company_number, &url);
        Ok(Self {
            own,
            worker,
            recording,
            message,
        })
    }

    /// Everything as if the message had never come.
    async fn empty(&self) -> anyhow::Result<()> {
        wipe(&self.own.stack.objects, &self.worker.company_id).await?;
        let controls = &self.own.controls;
        controls.forget().await?;
        controls.recording("note", &self.recording, WORDS).await?;
        controls.settings(json!({ "vary_answers": true })).await
    }

    /// Callbacks run beside the pipeline and would make the numbers of its calls vary.
    async fn lose_callbacks(&self) -> anyhow::Result<()> {
        self.own
            .controls
            .fault(json!({ "on": "twilio.callback", "times": 99, "reset": true }))
            .await
    }

    async fn send(&self) -> anyhow::Result<()> {
        self.own.stack.queue.send(&self.message.queued()).await
    }

    /// Waits until the message is through, and takes the picture.
    async fn settle(&self) -> anyhow::Result<Run> {
        let stack = &self.own.stack;
        let record = done(stack, &self.message.sid, PATIENCE).await?;
        queue_is_empty(stack, PATIENCE).await?;
        Ok(Run {
            artifacts: artifacts(&stack.objects, &self.worker.company_id).await?,
            replies: stack.phone.received(&self.worker.address).await?.len(),
            requests: self.own.controls.requests().await?,
            record,
        })
    }

    /// A run that nothing disturbs but the orders given.
    async fn undisturbed(&self, orders: &[Value]) -> anyhow::Result<Run> {
        self.empty().await?;
        self.lose_callbacks().await?;
        for order in orders {
            self.own.controls.fault(order.clone()).await?;
        }
        self.send().await?;
        let run = self.settle().await?;
        // What everything else is compared with has to be right itself.
        let text = run
            .artifacts
            .iter()
            .find(|(key, _)| key.ends_with("_full_text.txt"));
        let text = text.map(|(_, body)| String::from_utf8_lossy(body).into_owned());
        let text = text.context("no transcript was filed")?;
        anyhow::ensure!(
            text.starts_with(WORDS) && text.contains("Hearing number"),
            "{text}"
        );
        let notes = run.artifacts.keys().filter(|key| key.ends_with("_note.json"));
        anyhow::ensure!(
            notes.count() == 2 && run.replies == 1,
            "{:?}",
            run.artifacts.keys()
        );
        Ok(run)
    }

    /// A run without a kill in which a vendor's first answer is lost on its way, and the question repeated in place.
    async fn asked_again(&self, vendor: &str) -> anyhow::Result<Run> {
        self.undisturbed(&[json!({ "on": vendor, "times": 1, "after": true, "status": 500 })])
            .await
    }

    /// A run that is killed at a point. Gives also how long it took from the kill to the end. None when the run ended before
    /// it came to the point: the run that was counted was slow, and had more heartbeats.
    async fn killed_at(&self, point: Point) -> anyhow::Result<Option<(Run, Duration)>> {
        self.empty().await?;
        self.lose_callbacks().await?;
        self.killed(point).await
    }

    async fn killed(&self, point: Point) -> anyhow::Result<Option<(Run, Duration)>> {
        let (stack, controls) = (&self.own.stack, &self.own.controls);
        controls.fault_at(point.on, point.number, point.fault()).await?;
        self.send().await?;
        let killed = wait::until_within(PATIENCE, "the kill, or the end without it", async || {
            let done = record(stack, &self.message.sid)
                .await?
                .is_some_and(|record| record["state"] == "done");
            let called = controls.calls(point.on).await? >= point.number;
            Ok((called || done).then(|| called.then(Instant::now)))
        })
        .await?;
        done(stack, &self.message.sid, PATIENCE).await?;
        let recovery = killed.map(|killed| killed.elapsed());
        let run = self.settle().await?;
        Ok(recovery.map(|recovery| (run, recovery)))
    }
}

/// What undisturbed runs leave.
struct Undisturbed {
    /// When every vendor answered once.
    answered_once: Run,
    /// When one vendor's first answer was lost, and the question repeated in place.
    asked_again: Vec<(&'static str, Run)>,
}

impl Undisturbed {
    async fn on(lane: &Lane) -> anyhow::Result<Self> {
        let mut asked_again = Vec::new();
        for on in VENDORS {
            asked_again.push((on, lane.asked_again(on).await?));
        }
        Ok(Self {
            answered_once: lane.undisturbed(&[]).await?,
            asked_again,
        })
    }
}

/// What a lane found out.
#[derive(Default)]
struct Findings {
    kills: usize,
    longest: Duration,
    /// Vendors whose answer was lost because its very checkpoint was killed.
    lost_checkpoints: Vec<&'static str>,
    complaints: Vec<String>,
}

impl Findings {
    fn note(&mut self, point: Point, undisturbed: &Undisturbed, run: &Run, recovery: Duration) {
        self.kills += 1;
        self.longest = self.longest.max(recovery);
        let lost = undisturbed
            .asked_again
            .iter()
            .find(|(vendor, _)| point.may_be_checkpoint() && run.calls(vendor) == 2);
        self.lost_checkpoints.extend(lost.map(|(vendor, _)| *vendor));
        let expected = lost.map_or(&undisturbed.answered_once, |(_, run)| run);
        let mut complaints = run.complaints(&expected.artifacts);
        for vendor in VENDORS {
            let again = lost.is_some_and(|(of, _)| *of == vendor);
            if run.calls(vendor) != if again { 2 } else { point.askings(vendor) } {
                complaints.push(format!("{} calls of {vendor}", run.calls(vendor)));
            }
        }
        // One, where it died before it took the message or after it was done with it.
        if run.record["attempts"]
            .as_u64()
            .is_none_or(|attempts| attempts > 2)
        {
            complaints.push(format!("{} attempts", run.record["attempts"]));
        }
        if recovery > RECOVERY {
            complaints.push(format!("recovered after {recovery:?}"));
        }
        self.complaints
            .extend(complaints.into_iter().map(|what| format!("{point:?}: {what}")));
    }
}

/// Every `LANES`th point, from `lane` on.
async fn kill_along(lane: usize) -> anyhow::Result<Findings> {
    let stack = Lane::open().await?;
    // Once to warm up: a new process also reads its secrets and the office's files.
    stack.undisturbed(&[]).await?;
    let undisturbed = Undisturbed::on(&stack).await?;
    let mut findings = Findings::default();
    let points = if soaking() {
        all_points(&undisturbed.answered_once)
    } else {
        telling_points(&undisturbed.answered_once)
    };
    for point in points.into_iter().skip(lane).step_by(LANES) {
        let killed = stack.killed_at(point).await;
        if let Some((run, recovery)) = killed.with_context(|| format!("{point:?}"))? {
            findings.note(point, &undisturbed, &run, recovery);
        }
    }
    stack.own.stop().await?;
    Ok(findings)
}

#[tokio::test]
async fn a_kill_at_any_call_leaves_what_an_undisturbed_run_leaves() -> anyhow::Result<()> {
    let lanes = try_join_all((0..LANES).map(kill_along)).await?;
    let kills: usize = lanes.iter().map(|lane| lane.kills).sum();
    let longest = lanes.iter().map(|lane| lane.longest).max().unwrap_or_default();
    println!("{kills} kills, longest recovery {longest:?}");
    for vendor in VENDORS {
        // A single write keeps a vendor's answer, so a single kill can lose it.
        let all = lanes.iter().flat_map(|lane| &lane.lost_checkpoints);
        let lost = all.filter(|lost| **lost == vendor).count();
        assert!(
            lost <= 1,
            "{lost} writes are between {vendor}'s answer and its checkpoint"
        );
    }
    let complaints: Vec<String> = lanes.into_iter().flat_map(|lane| lane.complaints).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(kills >= 30, "only {kills} kills");
    Ok(())
}

#[tokio::test]
async fn paid_twice_only_when_killed_between_a_vendors_answer_and_its_checkpoint() -> anyhow::Result<()> {
    let lane = Lane::open().await?;
    lane.undisturbed(&[]).await?;
    for on in VENDORS {
        let undisturbed = lane.asked_again(on).await?;
        let window = Point {
            on,
            number: 1,
            moment: "after",
        };
        let (run, recovery) = lane
            .killed_at(window)
            .await?
            .with_context(|| format!("{window:?}: it was not killed"))?;
        assert_eq!(
            run.complaints(&undisturbed.artifacts),
            Vec::<String>::new(),
            "{window:?}"
        );
        for vendor in VENDORS {
            let expected = if vendor == on { 2 } else { 1 };
            assert_eq!(run.calls(vendor), expected, "{vendor}, killed in {window:?}");
        }
        assert!(recovery <= RECOVERY, "{window:?}: {recovery:?}");
    }
    lane.own.stop().await
}

#[tokio::test]
async fn killed_before_its_first_call_the_queues_own_timeout_brings_it_back() -> anyhow::Result<()> {
    let lane = Lane::open().await?;
    let undisturbed = lane.undisturbed(&[]).await?;
    // Five minutes by default: a test does not wait for them.
    lane.own.set_queue("VisibilityTimeout", "4").await?;
    let first = Point {
        on: "sqs.visibility",
        number: 1,
        moment: "before",
    };
    let (run, recovery) = lane.killed_at(first).await?.context("it was not killed")?;
    assert_eq!(run.complaints(&undisturbed.artifacts), Vec::<String>::new());
    assert_eq!(run.record["attempts"], 1);
    assert!(recovery >= LEASE, "{recovery:?}");
    lane.own.stop().await
}

#[tokio::test]
async fn a_kill_while_status_callbacks_come_in_loses_neither_the_reply_nor_its_state() -> anyhow::Result<()> {
    let lane = Lane::open().await?;
    lane.undisturbed(&[]).await?;
    let undisturbed = lane.undisturbed(&[]).await?;
    // From the intent to reply to the end, and beyond: what else is written then is written by the callbacks.
    let last = undisturbed.calls("s3.put");
    let numbers = (last - 4..last + 5).step_by(if soaking() { 1 } else { 3 });
    for number in numbers {
        lane.empty().await?;
        let point = Point {
            on: "s3.put",
            number,
            moment: "after",
        };
        let killed = lane.killed(point).await.with_context(|| format!("{point:?}"))?;
        let Some((run, recovery)) = killed else { continue };
        let mut complaints = run.complaints(&undisturbed.artifacts);
        if recovery > RECOVERY {
            complaints.push(format!("recovered after {recovery:?}"));
        }
        let outcome = outcome_of(&lane.own.stack, &lane.worker.company_id, &lane.message.sid).await?;
        if outcome["replies"][0]["state"] != "delivered" {
            complaints.push(format!("{:#}", outcome["replies"]));
        }
        assert!(complaints.is_empty(), "{point:?}: {}", complaints.join("\n"));
    }
    lane.own.stop().await
}

#[tokio::test]
async fn a_second_kill_during_the_recovery_loses_nothing_either() -> anyhow::Result<()> {
    let lane = Lane::open().await?;
    lane.undisturbed(&[]).await?;
    let undisturbed = lane.undisturbed(&[]).await?;
    let again = |on, number, moment| Point { on, number, moment };
    for (first, second) in [
        // A new process reads its secrets.
        (again("s3.put", 3, "after"), again("secrets.get", 1, "before")),
        (again("s3.put", 9, "after"), again("secrets.get", 2, "after")),
        // Evidence is looked for in Twilio's list, and found.
        (
            again("twilio.send", 1, "after"),
            again("twilio.list", 1, "before"),
        ),
        (again("twilio.send", 1, "after"), again("twilio.list", 1, "after")),
        // It is not found, and the reply is sent.
        (
            again("twilio.send", 1, "before"),
            again("twilio.send", 2, "after"),
        ),
    ] {
        lane.empty().await?;
        lane.lose_callbacks().await?;
        let controls = &lane.own.controls;
        controls.fault_at(first.on, first.number, first.fault()).await?;
        let number = second.number - if first.on == second.on { first.number } else { 0 };
        controls.fault_at(second.on, number, second.fault()).await?;
        lane.send().await?;
        controls.called(second.on, second.number, PATIENCE).await?;
        let killed = Instant::now();
        done(&lane.own.stack, &lane.message.sid, PATIENCE).await?;
        let recovery = killed.elapsed();
        let run = lane.settle().await?;
        assert_eq!(
            run.complaints(&undisturbed.artifacts),
            Vec::<String>::new(),
            "{first:?}, then {second:?}"
        );
        assert_eq!(run.record["attempts"], 3, "{first:?}, then {second:?}");
        assert!(recovery <= RECOVERY, "{first:?}, then {second:?}: {recovery:?}");
    }
    lane.own.stop().await
}
