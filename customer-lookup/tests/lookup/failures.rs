//! What the bucket may do to the function.

use serde_json::json;

use crate::support::bench::{Bench, worker};
use crate::support::fake_s3::FakeS3;

async fn fake() -> (FakeS3, Bench) {
    let fake = FakeS3::start().await;
    fake.put("customers.json", json!([worker("cu_1", "+61491570156")]));
    let bench = Bench::on_fake(&fake);
    (fake, bench)
}

#[tokio::test]
async fn what_the_role_may_not_read_is_never_taken_for_absent() {
    for prefix in ["customers.json", "workers/", "companies/"] {
        for (status, said) in [(403, "access denied"), (503, "no answer from the bucket")] {
            let (fake, bench) = fake().await;
            fake.refuse(prefix, status);
            let answer = bench.ask(json!({"phone_number": "+61491570156"})).await;
            assert_eq!(answer["error"], "CustomerDataUnavailable", "{prefix} {status}");
            assert!(answer["message"].as_str().unwrap().contains(said), "{answer}");
            fake.refuse_nothing();
            assert_eq!(bench.who("+61491570156").await, "cu_1", "{prefix} {status}");
        }
    }
    let (fake, bench) = fake().await;
    fake.refuse("clients/", 403);
    let answer = bench.ask(json!({"company_id": "acme", "text": "hello"})).await;
    assert_eq!(answer["error"], "CustomerDataUnavailable");
}

#[tokio::test]
async fn what_was_read_once_outlasts_a_bucket_that_does_not_answer() {
    let (fake, bench) = fake().await;
    assert_eq!(bench.who("+61491570156").await, "cu_1");
    fake.refuse("", 503);
    bench.a_minute_later();
    assert_eq!(bench.who("+61491570156").await, "cu_1");
    assert!(!bench.told("NotRevalidated").is_empty());
}

#[tokio::test]
async fn files_are_compared_by_version_once_a_minute_and_not_asked_for_in_between() {
    let (fake, bench) = fake().await;
    for _ in 0..3 {
        assert_eq!(bench.who("+61491570156").await, "cu_1");
    }
    let asked = fake.asked();
    let keys: Vec<_> = asked
        .iter()
        .map(|(key, _)| key.split('/').next().unwrap())
        .collect();
    assert_eq!(keys, ["companies", "customers.json", "workers"]);
    bench.a_minute_later();
    for _ in 0..3 {
        assert_eq!(bench.who("+61491570156").await, "cu_1");
    }
    let known: Vec<_> = fake.asked().into_iter().map(|(_, known)| known).collect();
    assert_eq!(
        known,
        [None, Some("\"v1\"".to_owned()), None],
        "only what is there has a version"
    );
    assert_eq!(bench.who("+61491570157").await, "stranger");
    assert_eq!(bench.who("+61491570157").await, "stranger");
    assert_eq!(fake.asked().len(), 1, "a stranger is remembered as well");
}

#[tokio::test]
async fn a_download_that_breaks_off_is_not_taken_for_a_file() {
    let (fake, bench) = fake().await;
    let records: Vec<_> = (0..5000)
        .map(|n| worker(&format!("cu_{n}"), &format!("+614{n:08}")))
        .collect();
    fake.put("customers.json", json!(records));
    fake.cut_off(true);
    assert_eq!(bench.who("+61400000001").await, "CustomerDataUnavailable");
    assert!(bench.told("broken").is_empty(), "the file may be good");
    fake.cut_off(false);
    assert_eq!(bench.who("+61400004999").await, "cu_4999");
}
