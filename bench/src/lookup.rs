//! customer-lookup: who sends, among a million workers; which client a transcript names, among ten thousand.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::Arguments;
use crate::fixed_aws::{Contents, FixedAws};
use crate::function::Function;
use crate::report::Report;
use crate::samples::{Samples, milliseconds};
use crate::setup::Setup;

const FUNCTION: &str = "customer-lookup";

/// Budgets: milliseconds to the first answer and MiB with a million workers; milliseconds on a processor beyond the floor's, of
/// a warm call.
const START_MS: f64 = 450.0;
const RSS_MIB: f64 = 220.0;
const PHONE_MS: f64 = 0.05;
const TRANSCRIPT_MS: f64 = 5.0;

/// Starts with a large file take long: fewer of them.
const STARTS: usize = 5;

/// The company with the clients.
const COMPANY: &str = "company-00000";

pub(crate) async fn measure(setup: &Setup, arguments: &Arguments, report: &mut Report) -> anyhow::Result<()> {
    let contents = Contents {
        objects: [
            (
                "customers.json".to_owned(),
                customers(arguments.customers)?.into(),
            ),
            (
                format!("clients/{COMPANY}.json"),
                clients(arguments.clients)?.into(),
            ),
        ]
        .into(),
        ..Contents::default()
    };
    let aws = FixedAws::start(contents).await?;
    let variables = setup.variables(FUNCTION, &aws).await?;
    let program = setup.binary(FUNCTION);
    let floor = setup.floor(arguments, false).await?;

    let worker = arguments.customers / 2;
    let who = Bytes::from(json!({ "phone_number": number(worker) }).to_string());
    let (mut start, mut reading) = (Samples::default(), Samples::default());
    for _ in 0..STARTS.min(arguments.starts) {
        reading.add_time(read_alone(&aws).await?);
        let check = |answer: &Bytes| is_worker(answer, worker);
        let (_, took) = Function::start(&program, &[], &variables, who.clone(), check).await?;
        start.add_time(took.elapsed);
    }
    let check = |answer: &Bytes| is_worker(answer, worker);
    let (function, _) = Function::start(&program, &[], &variables, who.clone(), check).await?;
    let rss_mib = function.usage()?.peak_mib();

    let phone = warm(&function, &who, arguments.calls).await?;
    let said = json!({ "company_id": COMPANY, "text": transcript(arguments.clients), "limit": 5 });
    let said = Bytes::from(said.to_string());
    let (answer, first) = function.invoke(said.clone()).await?;
    let answer: Value = serde_json::from_slice(&answer)?;
    ensure!(
        answer["decision"] == "linked",
        "the transcript's client was not found: {answer}"
    );
    let transcript = warm(&function, &said, arguments.calls).await?;

    let of = |count: usize| format!("{count} customers");
    let customers = of(arguments.customers);
    report.add(
        format!("customer-lookup, {customers}: start to first answer"),
        start.median(),
        "ms",
        START_MS,
        Some(reading.median()),
    );
    report.add(
        format!("customer-lookup, {customers}: memory at most"),
        rss_mib,
        "MiB",
        RSS_MIB,
        Some(floor.rss_mib),
    );
    let beyond = |samples: &Samples| (samples.median() - floor.call.median()).max(0.0);
    report.note("floor: a warm call", floor.call.median(), "ms");
    report.add(
        "customer-lookup: who sends, beyond the floor",
        beyond(&phone),
        "ms",
        PHONE_MS,
        None,
    );
    report.note(
        format!("customer-lookup, {} clients: first question", arguments.clients),
        milliseconds(first),
        "ms",
    );
    report.add(
        format!(
            "customer-lookup, {} clients: 60 words, beyond the floor",
            arguments.clients
        ),
        beyond(&transcript),
        "ms",
        TRANSCRIPT_MS,
        None,
    );
    Ok(())
}

async fn warm(function: &Function, event: &Bytes, calls: usize) -> anyhow::Result<Samples> {
    let mut samples = Samples::default();
    for _ in 0..calls {
        let (_, took) = function.invoke(event.clone()).await?;
        samples.add_time(took);
    }
    Ok(samples)
}

/// How long it takes to download the customer file and read it as JSON, keeping nothing.
async fn read_alone(aws: &FixedAws) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut response = client
        .get(format!("{}/bucket/customers.json", aws.endpoint()))
        .send()
        .await?;
    let mut file = Vec::new();
    while let Some(piece) = response.chunk().await? {
        file.extend_from_slice(&piece);
    }
    let rows: Vec<IgnoredAny> = serde_json::from_slice(&file)?;
    ensure!(!rows.is_empty(), "the customer file is empty");
    Ok(began.elapsed())
}

fn is_worker(answer: &Bytes, worker: usize) -> anyhow::Result<()> {
    let answer: Value = serde_json::from_slice(answer)?;
    let expected = format!("cu_{worker:07}");
    ensure!(
        answer["customer"]["customer_id"] == expected.as_str(),
        "the wrong worker: {answer}"
    );
    Ok(())
}

fn number(worker: usize) -> String {
    format!("+614{worker:08}")
}

/// Twenty workers a company.
fn customers(count: usize) -> anyhow::Result<String> {
    let mut file = String::from("[");
    for worker in 0..count {
        let (comma, company) = (if worker == 0 { "" } else { "," }, worker / 20);
        write!(
            file,
            r#"{comma}{{"customer_id":"cu_{worker:07}","company_id":"company-{company:05}","company_name":"Company {company:05}","phone_number":"{}","name":"Worker {worker:07}"}}"#,
            number(worker)
        )?;
    }
    file.push(']');
    Ok(file)
}

/// Made of syllables, so that each is pronounced otherwise and none is anybody's.
fn client_name(number: usize) -> String {
    const ONSETS: [&str; 10] = ["B", "D", "F", "G", "K", "L", "M", "R", "S", "T"];
    const RHYMES: [&str; 10] = [
        "andor", "elvin", "omber", "ister", "ulgan", "arvic", "enlow", "osten", "imra", "urbel",
    ];
    let digit = |place: u32| number / 10_usize.pow(place) % 10;
    format!(
        "{}{} {}{}",
        ONSETS[digit(0)],
        RHYMES[digit(1)],
        ONSETS[digit(2)],
        RHYMES[digit(3)]
    )
}

fn clients(count: usize) -> anyhow::Result<String> {
    let clients: Vec<Value> = (0..count)
        .map(|number| json!({ "client_id": format!("cl_{number}"), "name": client_name(number) }))
        .collect();
    serde_json::to_string(&json!({ "company_id": COMPANY, "clients": clients })).context("the clients")
}

/// Sixty words about one client.
fn transcript(clients: usize) -> String {
    let name = client_name(clients / 3).to_lowercase();
    let text = format!(
        "okay so i have just finished at the job for {name} and the kitchen mixer is leaking again so please order a new one \
         tomorrow morning and ask the supplier whether they have the brushed nickel one in stock because that is what they \
         want and tell them we will be back on thursday after lunch to put it in and test the pressure as well"
    );
    text.split(' ').take(60).collect::<Vec<_>>().join(" ")
}
