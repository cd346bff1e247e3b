//! Answers a whole set of linking questions, in the format its scorer reads.
//!
//! ```text
//! cargo run --release -p customer-lookup --example link -- CLIENTS.jsonl QUERIES.jsonl > PREDICTIONS.jsonl
//! ```
//!
//! `CLIENTS.jsonl` has one company per line, `QUERIES.jsonl` one question per line. Questions about companies of other
//! lists are passed over, so that the answers of several lists can be put in one file. The time per question goes to
//! standard error. `--link N` and `--ask N` move the thresholds (hundredths), to draw the curve.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool: answers and timings are its output"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use customer_lookup::linking::{ClientEntry, ClientIndex, Thresholds};
use serde::Deserialize;
use serde_json::json;

/// As many as the scorer looks at.
const CANDIDATES: usize = 5;

#[derive(Parser)]
struct Arguments {
    /// One company with its clients per line.
    clients: String,
    /// One question per line.
    queries: String,
    /// Weight from which a client is linked.
    #[arg(long, default_value_t = Thresholds::default().link)]
    link: i32,
    /// Weight from which a choice between clients is offered.
    #[arg(long, default_value_t = Thresholds::default().ask)]
    ask: i32,
}

#[derive(Deserialize)]
struct Company {
    company_id: String,
    clients: Vec<Client>,
}

#[derive(Deserialize)]
struct Client {
    client_id: String,
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    phone_number: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
struct Query {
    query_id: String,
    company_id: String,
    text: String,
}

fn lines<T: serde::de::DeserializeOwned>(path: &str) -> Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("cannot open {path}"))?;
    let mut all = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("cannot read {path}"))?;
        if !line.trim().is_empty() {
            all.push(serde_json::from_str(&line).with_context(|| format!("{path}, line {}", number + 1))?);
        }
    }
    Ok(all)
}

fn index(company: Company) -> (String, ClientIndex) {
    let entries: Vec<ClientEntry> = company
        .clients
        .into_iter()
        .map(|c| ClientEntry {
            client_id: c.client_id,
            name: c.name,
            aliases: c.aliases,
            phone_number: c.phone_number,
            address: c.address,
            ..ClientEntry::default()
        })
        .collect();
    let begun = Instant::now();
    let index = ClientIndex::build(&entries, &[]);
    eprintln!(
        "{}: {} clients indexed in {:.1} ms",
        company.company_id,
        entries.len(),
        begun.elapsed().as_secs_f64() * 1e3
    );
    (company.company_id, index)
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let thresholds = Thresholds {
        link: arguments.link,
        ask: arguments.ask,
        ..Thresholds::default()
    };
    let companies: BTreeMap<String, ClientIndex> = lines::<Company>(&arguments.clients)?
        .into_iter()
        .map(index)
        .collect();
    let mut times: Vec<Duration> = Vec::new();
    for query in lines::<Query>(&arguments.queries)? {
        let Some(index) = companies.get(&query.company_id) else {
            continue;
        };
        let begun = Instant::now();
        let answer = index.link_with(&query.text, CANDIDATES, thresholds);
        times.push(begun.elapsed());
        let candidates: Vec<&str> = answer.candidates.iter().map(|c| c.client_id.as_str()).collect();
        println!(
            "{}",
            json!({"query_id": query.query_id, "decision": answer.decision, "linked": answer.linked, "candidates": candidates})
        );
    }
    times.sort_unstable();
    let at = |share: f64| {
        times
            .get(((times.len() as f64 - 1.0) * share).round() as usize)
            .map_or(0.0, |t| t.as_secs_f64() * 1e3)
    };
    eprintln!(
        "{} questions: p50 {:.2} ms, p95 {:.2} ms, max {:.2} ms each",
        times.len(),
        at(0.5),
        at(0.95),
        at(1.0)
    );
    Ok(())
}
