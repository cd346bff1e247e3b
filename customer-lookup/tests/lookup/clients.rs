//! Which of the company's clients do the words mention?

use serde_json::{Value, json};

use crate::support::bench::Bench;

async fn link(bench: &Bench, text: &str) -> (String, Vec<String>) {
    let answer = bench.ask(json!({"company_id": "acme", "text": text})).await;
    let ids = |value: &Value| {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect()
    };
    (
        answer["decision"].as_str().unwrap_or_default().to_owned(),
        ids(&answer["linked"]),
    )
}

fn linked(ids: &[&str]) -> (String, Vec<String>) {
    (
        "linked".to_owned(),
        ids.iter().map(|id| (*id).to_owned()).collect(),
    )
}

fn not_found() -> (String, Vec<String>) {
    ("not_found".to_owned(), Vec::new())
}

#[tokio::test]
async fn clients_are_found_by_name_and_by_what_workers_taught_and_only_the_companys_own() {
    let bench = Bench::start().await;
    let text = "Order the mixer for Helena Papadopoulos tomorrow.";
    assert_eq!(link(&bench, text).await, not_found(), "no list, no client");
    bench
        .put(
            "clients/acme.json",
            json!({"company_id": "acme", "clients": [
                {"client_id": "cl_1", "name": "Helena Papadopoulos"},
                {"client_id": "cl_2", "name": "Siobhán Ó Braonáin"},
                {"client_id": "cl_2", "name": "Twice"},
            ]}),
        )
        .await;
    bench
        .put(
            "clients/other.json",
            json!({"company_id": "other", "clients": [{"client_id": "cl_9", "name": "Zbigniew Okonkwo"}]}),
        )
        .await;
    bench.a_minute_later();
    assert_eq!(link(&bench, text).await, linked(&["cl_1"]));
    assert_eq!(
        link(&bench, "The gate of Zbigniew Okonkwo is stuck.").await,
        not_found()
    );
    assert!(bench.told("ClientsSkipped")[0].contains("Duplicate"));
    assert_eq!(
        link(&bench, "Gutters done for the shiver browning job.").await.1,
        Vec::<String>::new()
    );
    bench
        .put("clients/acme.learned.json", json!({"aliases": [{
            "client_id": "cl_2", "heard": "shiver browning", "note_id": "SM01", "by": "cu_1", "at": "2026-11-19T00:00:00Z",
        }]}))
        .await;
    bench.a_minute_later();
    assert_eq!(
        link(&bench, "Gutters done for shiver browning.").await,
        linked(&["cl_2"])
    );
}

#[tokio::test]
async fn a_candidate_says_which_words_were_taken_for_the_name() {
    let bench = Bench::start().await;
    bench
        .put(
            "clients/acme.json",
            json!({"company_id": "acme", "clients": [{"client_id": "cl_1", "name": "Helena Papadopoulos"}]}),
        )
        .await;
    let text = "Löten für Helena Papadopoulos!";
    let answer = bench
        .ask(json!({"company_id": "acme", "text": text, "limit": 1}))
        .await;
    let candidate = &answer["candidates"][0];
    let at = |field: &str| usize::try_from(candidate[field].as_u64().unwrap()).unwrap();
    assert_eq!(
        &text[at("start")..at("end")],
        candidate["heard"].as_str().unwrap()
    );
    assert_eq!(candidate["name"], "Helena Papadopoulos");
    let none = bench
        .ask(json!({"company_id": "acme", "text": text, "limit": 0}))
        .await;
    assert_eq!(none["candidates"], json!([]));
}

#[tokio::test]
async fn a_client_list_that_cannot_be_used_leaves_the_last_good_one() {
    let bench = Bench::start().await;
    bench
        .put("clients/acme.json", "{\"company_id\": \"acme\", \"clients\": [")
        .await;
    let text = "Order the mixer for Helena Papadopoulos tomorrow.";
    assert_eq!(link(&bench, text).await, not_found());
    assert_eq!(bench.told("broken: clients/acme.json").len(), 1);
    let good =
        json!({"company_id": "acme", "clients": [{"client_id": "cl_1", "name": "Helena Papadopoulos"}]});
    bench.put("clients/acme.json", good).await;
    bench.a_minute_later();
    assert_eq!(link(&bench, text).await, linked(&["cl_1"]));
    bench
        .put("clients/acme.json", json!({"company_id": "other", "clients": []}))
        .await;
    bench.a_minute_later();
    assert_eq!(link(&bench, text).await, linked(&["cl_1"]));
    assert_eq!(bench.told("broken: clients/acme.json").len(), 2);
}
