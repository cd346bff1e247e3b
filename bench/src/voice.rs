//! voice-parser: voice notes through the whole stack. Its time is mostly others'; what is measured is its own time on a
//! processor, and its memory.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use e2e::{people, recording, wait};
use local::processes;
use serde_json::Value;

use crate::Arguments;
use crate::function::Usage;
use crate::report::Report;
use crate::samples::milliseconds;
use crate::setup::Setup;

/// Budgets: milliseconds on a processor per note, and MiB.
const NOTE_CPU_MS: f64 = 3.0;
const RSS_MIB: f64 = 32.0;

/// Notes that are not counted: starts of processes.
const WARM_UP: usize = 5;

/// A megabyte of speech, as the memory budget is for.
const NOTE_BYTES: usize = 1024 * 1024;

pub(crate) async fn measure(setup: &Setup, arguments: &Arguments, report: &mut Report) -> anyhow::Result<()> {
    let worker = people::worker(&setup.stack, &["Mrs Helena Papadopoulos", "Dr Amara Okonkwo"]).await?;
    let sample =
        std::fs::read("samples/voice-note-1.ogg").context("the samples: run it from the checkout")?;
    let long = lengthened(&sample);
    for note in 0..WARM_UP {
        file(setup, &worker.address, &sample, note).await?;
    }
    let before = used(setup)?;
    for note in 0..arguments.notes {
        file(setup, &worker.address, &sample, WARM_UP + note).await?;
    }
    let after = used(setup)?;
    ensure!(
        before.pids == after.pids,
        "the function's process was replaced meanwhile: measure again"
    );
    for note in 0..WARM_UP {
        file(setup, &worker.address, &long, WARM_UP + arguments.notes + note).await?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a few dozen notes")]
    let each = milliseconds(after.cpu.saturating_sub(before.cpu)) / arguments.notes as f64;
    report.add(
        "voice-parser: own processor time per voice note",
        each,
        "ms",
        NOTE_CPU_MS,
        None,
    );
    report.add(
        "voice-parser: memory at most, 1 MB notes",
        used(setup)?.peak_mib,
        "MiB",
        RSS_MIB,
        None,
    );
    Ok(())
}

/// Sends a note and waits until it is filed, answered and done.
async fn file(setup: &Setup, worker: &str, sound: &[u8], note: usize) -> anyhow::Result<()> {
    let words = format!("At Mrs Papadopoulos's: order {note} mixer taps for the kitchen tomorrow.");
    let recording = recording::distinct(sound)?;
    let stack = &setup.stack;
    let sid = stack.phone.send_voice_note(worker, &recording, &words).await?;
    wait::until("the note is done", async || {
        let record: Option<Value> = stack.objects.get_json(&format!("records/{sid}.json")).await?;
        Ok(record.filter(|record| record["state"] == "done"))
    })
    .await?;
    Ok(())
}

/// What the function's processes have used.
struct Used {
    pids: Vec<i32>,
    cpu: Duration,
    peak_mib: f64,
}

fn used(setup: &Setup) -> anyhow::Result<Used> {
    let folder = setup.stack.file.parent().context("stack.env is in a folder")?;
    let mut used = Used {
        pids: Vec::new(),
        cpu: Duration::ZERO,
        peak_mib: 0.0,
    };
    for process in processes::working_in(folder) {
        if !is_voice_parser(process.pid) {
            continue;
        }
        let usage = Usage::of(process.pid)?;
        used.pids.push(process.pid);
        used.cpu += usage.cpu;
        used.peak_mib = used.peak_mib.max(usage.peak_mib());
    }
    ensure!(
        !used.pids.is_empty(),
        "voice-parser has no process below {}",
        folder.display()
    );
    used.pids.sort_unstable();
    Ok(used)
}

/// All functions' programs have one name; Lambda's variables tell them apart.
fn is_voice_parser(pid: i32) -> bool {
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment
        .split(|byte| *byte == 0)
        .any(|variable| variable == b"AWS_LAMBDA_FUNCTION_NAME=local-ai-voice-voice-parser")
}

/// The sound again and again, up to a megabyte: a chained stream (RFC 3533, 4).
fn lengthened(sound: &[u8]) -> Bytes {
    sound
        .iter()
        .copied()
        .cycle()
        .take(NOTE_BYTES / sound.len() * sound.len())
        .collect()
}
