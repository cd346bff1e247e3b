//! Who is this sender?

use serde_json::json;
use shared::address::{Channel, SenderHash};
use shared::keys;

use crate::support::bench::{Bench, who, worker};

/// The sample company, as `samples/` has it.
async fn sample() -> Bench {
    let bench = Bench::start().await;
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    for key in [
        "customers.json",
        "companies/copperbilly-plumbing.json",
        "clients/copperbilly-plumbing.json",
    ] {
        bench
            .put(key, std::fs::read_to_string(samples.join(key)).unwrap())
            .await;
    }
    bench
}

#[tokio::test]
async fn every_worker_of_the_sample_company_is_known_however_the_number_is_written() {
    let bench = sample().await;
    assert_eq!(bench.who("whatsapp:+61491570156").await, "cu_mick");
    assert_eq!(bench.who("+61 491 570 157").await, "cu_josie");
    // The company is Australian, the deployment is not.
    assert_eq!(bench.who("whatsapp:+61 491-570-158").await, "cu_tomasz");
    assert_eq!(bench.who("whatsapp:+61491570159").await, "stranger");
    assert_eq!(bench.who("whatsapp:US.13491208655302741918").await, "stranger");
}

#[tokio::test]
async fn the_answer_has_the_companys_settings_and_what_to_listen_for() {
    let bench = sample().await;
    let answer = bench
        .ask(json!({"phone_number": "whatsapp:+61491570156", "vocabulary": 20}))
        .await;
    let customer = &answer["customer"];
    for (field, value) in [
        ("company_id", json!("copperbilly-plumbing")),
        ("company_name", json!("Copperbilly Plumbing")),
        ("name", json!("Mick Tarrant")),
        ("time_zone", json!("Australia/Melbourne")),
        ("country", json!("AU")),
        ("note_language", json!("en")),
        ("locale", json!("en-AU")),
        ("max_audio_minutes_per_day", json!(300)),
    ] {
        assert_eq!(customer[field], value, "{field}");
    }
    let names = answer["names"].as_array().unwrap();
    assert_eq!(names.len(), 20);
    assert_eq!(names[0], "flexi hose", "the words the office chose come first");
    let all = bench
        .ask(json!({"phone_number": "whatsapp:+61491570156", "vocabulary": 200}))
        .await;
    let all = all["names"].as_array().unwrap();
    assert!(all.contains(&json!("Mrs Helena Papadopoulos")), "{all:?}");
    assert!(names.iter().all(|name| all.contains(name)));
    let unasked = bench.ask(json!({"phone_number": "whatsapp:+61491570156"})).await;
    assert!(unasked.get("names").is_none());
}

#[tokio::test]
async fn a_file_may_be_an_array_and_a_sender_may_have_no_number() {
    let bench = Bench::start().await;
    let mut by_id = worker("cu_id", "+61491570156");
    by_id["user_id"] = json!("US.13491208655302741918");
    let mut gone = worker("cu_gone", "+61491570157");
    gone["active"] = json!(false);
    bench.put("customers.json", json!([by_id, gone])).await;
    let answer = bench
        .ask(json!({"user_id": "US.13491208655302741918", "to": "whatsapp:+61491570110"}))
        .await;
    assert_eq!(who(&answer), "cu_id");
    assert_eq!(
        answer["customer"]["time_zone"], "Etc/UTC",
        "the deployment's, as the company says nothing"
    );
    assert_eq!(bench.who("whatsapp:US.13491208655302741918").await, "cu_id");
    assert_eq!(bench.who("+61491570156").await, "cu_id");
    assert_eq!(bench.who("+61491570157").await, "stranger", "inactive");
}

#[tokio::test]
async fn a_subcontractor_works_for_the_company_they_wrote_to() {
    let bench = Bench::start().await;
    let (mut one, mut two, mut local) = (
        worker("cu_one", "+61491570156"),
        worker("cu_two", "+61491570156"),
        worker("cu_local", "0491 570 157"),
    );
    one["to"] = json!("whatsapp:+61491570110");
    two["to"] = json!("+61 491 570 111");
    two["company_id"] = json!("beta");
    local["to"] = json!("+61491570111");
    bench
        .put(
            "companies/acme.json",
            json!({"company_id": "acme", "country": "AU"}),
        )
        .await;
    bench
        .put(
            "customers.json",
            json!([one, two, local, worker("cu_any", "+61491570156")]),
        )
        .await;
    assert_eq!(
        bench.who_to("+61491570156", "whatsapp:+61491570110").await,
        "cu_one"
    );
    assert_eq!(
        bench.who_to("+61491570156", "whatsapp:+61491570111").await,
        "cu_two"
    );
    assert_eq!(
        bench.who_to("+61491570156", "whatsapp:+61491570112").await,
        "cu_any"
    );
    assert_eq!(bench.who("+61491570156").await, "cu_any");
    assert_eq!(
        bench.who_to("+61491570157", "whatsapp:+61491570111").await,
        "cu_local"
    );
    assert_eq!(
        bench.who_to("+61491570157", "whatsapp:+61491570110").await,
        "stranger"
    );
}

#[tokio::test]
async fn a_number_that_is_none_in_its_country_is_passed_over_and_told() {
    let bench = Bench::start().await;
    bench
        .put(
            "customers.json",
            json!([worker("cu_1", "0491 570 156"), worker("cu_2", "61491570157")]),
        )
        .await;
    assert_eq!(
        bench.who("+61491570156").await,
        "stranger",
        "the deployment's country is the United States"
    );
    let told = bench.told("NotInCountry");
    assert!(
        told.len() == 1 && told[0].contains("cu_1") && !told[0].contains("570"),
        "{told:?}"
    );
    assert_eq!(
        bench.who("+61491570157").await,
        "cu_2",
        "only the plus is missing"
    );
    bench
        .put(
            "companies/acme.json",
            json!({"company_id": "acme", "country": "AU"}),
        )
        .await;
    bench.a_minute_later();
    assert_eq!(bench.who("+61491570156").await, "cu_1");
}

#[tokio::test]
async fn the_first_active_record_of_a_number_counts_whatever_its_form() {
    let bench = Bench::start().await;
    bench
        .put(
            "companies/acme.json",
            json!({"company_id": "acme", "country": "AU"}),
        )
        .await;
    let records = json!([
        worker("cu_local", "0491 570 156"),
        worker("cu_full", "+61491570156"),
        worker("cu_again", "whatsapp:+61 491 570 156"),
    ]);
    bench.put("customers.json", records).await;
    assert_eq!(bench.who("+61491570156").await, "cu_local");
    let told = bench.told("CustomersLoaded");
    assert!(
        told[0].contains("duplicate: 1") && told[0].contains("cu_again"),
        "{told:?}"
    );
    assert!(!told[0].contains("570156"), "{told:?}");
}

fn worker_key(number: &str, to: Option<&str>) -> String {
    let to = to.map(|to| to.parse().unwrap());
    keys::worker(&SenderHash::of_worker(
        Channel::Whatsapp,
        &number.parse().unwrap(),
        to.as_ref(),
    ))
}

#[tokio::test]
async fn a_worker_the_office_added_comes_before_the_customer_file() {
    let bench = Bench::start().await;
    bench
        .put("customers.json", json!([worker("cu_file", "+61491570156")]))
        .await;
    assert_eq!(bench.who("+61491570156").await, "cu_file");
    assert_eq!(bench.who("+61491570157").await, "stranger");
    bench
        .put(
            &worker_key("+61491570156", None),
            worker("cu_office", "+61491570156"),
        )
        .await;
    bench
        .put(
            &worker_key("+61491570157", None),
            worker("cu_new", "+61491570157"),
        )
        .await;
    let one_address = Some("whatsapp:+61491570110");
    bench
        .put(
            &worker_key("+61491570157", one_address),
            worker("cu_there", "+61491570157"),
        )
        .await;
    bench.a_minute_later();
    assert_eq!(bench.who("whatsapp:+61 491 570 156").await, "cu_office");
    assert_eq!(bench.who("+61491570157").await, "cu_new");
    assert_eq!(bench.who_to("+61491570157", "+61 491 570 110").await, "cu_there");
    let mut let_go = worker("cu_office", "+61491570156");
    let_go["active"] = json!(false);
    bench.put(&worker_key("+61491570156", None), let_go).await;
    bench.a_minute_later();
    assert_eq!(
        bench.who("+61491570156").await,
        "stranger",
        "whatever the file says"
    );
    bench.delete(&worker_key("+61491570156", None)).await;
    bench.a_minute_later();
    assert_eq!(bench.who("+61491570156").await, "cu_file");
}

#[tokio::test]
async fn a_worker_the_office_added_is_not_a_stranger_because_a_file_is_broken_or_missing() {
    let bench = Bench::start().await;
    bench
        .put(
            &worker_key("+61491570156", None),
            worker("cu_office", "+61491570156"),
        )
        .await;
    bench
        .put(&worker_key("+61491570157", None), "{\"customer_id\": ")
        .await;
    assert_eq!(
        bench.who("+61491570156").await,
        "cu_office",
        "there is no customer file at all"
    );
    bench
        .put("customers.json", json!([worker("cu_file", "+61491570158")]))
        .await;
    assert_eq!(bench.who("+61491570157").await, "CustomerDataUnusable");
    assert_eq!(bench.told("broken: the worker's record").len(), 1);
}
