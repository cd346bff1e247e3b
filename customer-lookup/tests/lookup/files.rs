//! What happens when people edit the files.

use serde_json::json;

use crate::support::bench::{Bench, worker};

#[tokio::test]
async fn bad_records_are_skipped_and_named_and_the_others_are_known() {
    let bench = Bench::start().await;
    let mut reserved = worker("cu_reserved", "+61491570157");
    reserved["company_id"] = json!("senders");
    let mut half = worker("cu_half", "+61491570159");
    half["time_zone"] = json!("Mars/Olympus");
    bench
        .put(
            "customers.json",
            json!({"customers": [worker("cu_bad", "none"), reserved, worker("cu_ok", "+61491570158"), half]}),
        )
        .await;
    assert_eq!(bench.who("+61491570158").await, "cu_ok");
    assert_eq!(bench.who("+61491570157").await, "stranger");
    assert_eq!(
        bench.who("+61491570159").await,
        "cu_half",
        "a detail does not cost the worker"
    );
    assert!(bench.told("time_zone")[0].contains("cu_half"));
    let told = &bench.told("CustomersLoaded")[0];
    for part in ["bad: 2", "index: 0", "cu_bad", "index: 1", "cu_reserved"] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[tokio::test]
async fn a_broken_version_leaves_the_last_good_one_in_use_and_raises_one_alarm() {
    let bench = Bench::start().await;
    bench
        .put("customers.json", json!([worker("cu_1", "+61491570156")]))
        .await;
    assert_eq!(bench.who("+61491570156").await, "cu_1");
    for broken in ["{\"customers\": [", "[{\"phone\": 1}]", "\u{0}\u{1}", ""] {
        bench.put("customers.json", broken).await;
        let before = bench.told("broken: customers.json").len();
        for _ in 0..3 {
            bench.a_minute_later();
            assert_eq!(bench.who("+61491570156").await, "cu_1", "{broken:?}");
        }
        assert_eq!(
            bench.told("broken: customers.json").len(),
            before + 1,
            "{broken:?}"
        );
    }
    bench
        .put("customers.json", json!([worker("cu_2", "+61491570156")]))
        .await;
    assert_eq!(bench.who("+61491570156").await, "cu_1", "within the minute");
    bench.a_minute_later();
    assert_eq!(bench.who("+61491570156").await, "cu_2");
}

#[tokio::test]
async fn nobody_is_a_stranger_because_the_customer_file_is_missing_or_broken() {
    let bench = Bench::start().await;
    let answer = bench.ask(json!({"phone_number": "+61491570156"})).await;
    assert_eq!(answer["error"], "CustomerDataMissing");
    assert!(
        answer["message"]
            .as_str()
            .unwrap()
            .starts_with("customers.json is missing"),
        "{answer}"
    );
    bench.put("customers.json", "[{\"customer_id\": \"cu_1\", ").await;
    let answer = bench.ask(json!({"phone_number": "+61491570156"})).await;
    assert_eq!(answer["error"], "CustomerDataUnusable");
    bench
        .put("customers.json", json!([worker("cu_1", "+61491570156")]))
        .await;
    assert_eq!(
        bench.who("+61491570156").await,
        "cu_1",
        "at once: there was nothing to wait with"
    );
    bench.delete("customers.json").await;
    bench.a_minute_later();
    assert_eq!(bench.who("+61491570156").await, "cu_1");
    assert_eq!(bench.told("it is not there").len(), 2);
}

#[tokio::test]
async fn settings_that_cannot_be_used_leave_the_last_good_ones_or_the_defaults() {
    let bench = Bench::start().await;
    bench
        .put("customers.json", json!([worker("cu_1", "+61491570156")]))
        .await;
    bench
        .put(
            "companies/acme.json",
            json!({"company_id": "another", "country": "AU"}),
        )
        .await;
    let country =
        async || bench.ask(json!({"phone_number": "+61491570156"})).await["customer"]["country"].clone();
    assert_eq!(country().await, "US");
    assert_eq!(bench.told("companies/acme.json: the company_id in it").len(), 1);
    bench
        .put(
            "companies/acme.json",
            json!({"company_id": "acme", "country": "AU"}),
        )
        .await;
    bench.a_minute_later();
    assert_eq!(country().await, "AU");
    bench
        .put(
            "companies/acme.json",
            json!({"company_id": "acme", "country": "Australia"}),
        )
        .await;
    bench.a_minute_later();
    assert_eq!(country().await, "AU");
    assert_eq!(bench.told("broken: companies/acme.json").len(), 2);
    bench.delete("companies/acme.json").await;
    bench.a_minute_later();
    assert_eq!(country().await, "US", "taken away on purpose");
}
