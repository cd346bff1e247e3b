//! What a customer file of a million workers costs: time to read, memory, time per question.
//!
//! `cargo run --release -p customer-lookup --example directory_bench [RECORDS]`
//!
//! The file is made in memory, outside the measured part, and handed over in the pieces a connection would deliver; the
//! memory it was made in is given back before memory is read. Downloading is not part of this.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::process::Command;
use std::time::Instant;

use customer_lookup::directory::{Directory, DirectoryBuilder, Sender};
use customer_lookup::number::Number;
use shared::address::E164;

/// Pieces as large as a connection's buffer.
const PIECE_BYTES: usize = 64 * 1024;
/// Questions asked.
const QUESTIONS: u32 = 200_000;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let records: u32 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    if let Some(path) = arguments.next() {
        return measure(records, &path);
    }
    // The file is made by another process, so that this one's memory is the directory's alone.
    let path = std::env::temp_dir().join(format!("directory-bench-{}.json", std::process::id()));
    std::fs::write(&path, file(records)?)?;
    let measured = Command::new(std::env::current_exe()?)
        .arg(records.to_string())
        .arg(&path)
        .status();
    std::fs::remove_file(&path)?;
    anyhow::ensure!(measured?.success(), "the measuring process failed");
    Ok(())
}

fn measure(records: u32, path: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let length = usize::try_from(std::fs::metadata(path)?.len())?;
    writeln!(
        out,
        "{records} records, {:.1} MB; before: {}",
        length as f64 / 1e6,
        memory()?
    )?;
    for version in 1..=2 {
        let started = Instant::now();
        let directory = read(path, length)?;
        let took = started.elapsed();
        writeln!(out, "read, version {version}: {took:.1?}; {}", memory()?)?;
        if version == 2 {
            questions(&mut out, &directory, records)?;
            both(&mut out, path, length, directory)?;
        }
    }
    Ok(())
}

fn both(out: &mut impl io::Write, path: &str, length: usize, held: Directory) -> anyhow::Result<()> {
    let next = read(path, length)?;
    writeln!(out, "both versions alive: {}", memory()?)?;
    drop((held, next));
    writeln!(out, "both let go: {}", memory()?)?;
    Ok(())
}

fn questions(out: &mut impl io::Write, directory: &Directory, records: u32) -> anyhow::Result<()> {
    for (label, known) in [("a worker", true), ("a stranger", false)] {
        let mut slowest = std::time::Duration::ZERO;
        let started = Instant::now();
        for question in 0..QUESTIONS {
            let asked = Instant::now();
            let worker = question.wrapping_mul(2_654_435_761) % records;
            let number: E164 = number(worker, known).parse()?;
            let sender = Sender {
                number: Some(Number::from(&number)),
                user_id: None,
            };
            let found = directory
                .candidates(&sender, None)
                .into_iter()
                .find_map(|candidate| directory.entry(candidate));
            anyhow::ensure!(found.is_some() == known, "the wrong answer for {label}");
            black_box(found);
            slowest = slowest.max(asked.elapsed());
        }
        let mean = started.elapsed() / QUESTIONS;
        writeln!(
            out,
            "who is {label}: {mean:.2?} mean, {slowest:.1?} slowest of {QUESTIONS}"
        )?;
    }
    Ok(())
}

fn read(path: &str, length: usize) -> anyhow::Result<Directory> {
    use std::io::Read as _;
    let mut file = std::fs::File::open(path)?;
    let mut piece = vec![0; PIECE_BYTES];
    let mut builder = DirectoryBuilder::new(Some(length));
    loop {
        let arrived = file.read(&mut piece)?;
        if arrived == 0 {
            return Ok(builder.finish()?);
        }
        builder.push(&piece[..arrived])?;
    }
}

fn number(worker: u32, known: bool) -> String {
    let range = if known { "614" } else { "615" };
    format!("+{range}{worker:08}")
}

fn file(records: u32) -> Result<String, std::fmt::Error> {
    let mut file = String::from("[");
    for worker in 0..records {
        let company = worker / 20;
        let comma = if worker == 0 { "" } else { "," };
        write!(
            file,
            r#"{comma}{{"customer_id":"cu_{worker:07}","company_id":"company-{company:05}","company_name":"Company {company:05}","phone_number":"{}","name":"Worker {worker:07}"}}"#,
            number(worker, true)
        )?;
    }
    file.push(']');
    Ok(file)
}

/// This process's memory, now and at its highest (proc(5), /proc/pid/status).
fn memory() -> io::Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let mebibytes = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kibibytes.unwrap_or(f64::NAN) / 1024.0
    };
    Ok(format!(
        "RSS {:.0} MiB, highest {:.0} MiB",
        mebibytes("VmRSS:"),
        mebibytes("VmHWM:")
    ))
}
