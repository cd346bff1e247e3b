//! Words in a company's notes.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::seed::{Seed, sid};

fn ids(answer: &Value) -> Vec<Value> {
    answer["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["note_id"].clone())
        .collect()
}

#[tokio::test]
async fn a_search_finds_words_anywhere_in_a_note_and_says_how_far_it_looked() {
    let app = TestApp::start().await;
    for n in 1..=6 {
        let at = format!("2026-11-{:02}T01:00:00Z", 10 + n);
        let tag = if n % 2 == 0 {
            "order-mixer"
        } else {
            "wall-is-asbestos"
        };
        Seed::job("acme", n, tag)
            .at(&at)
            .about(if n == 1 { "cl_1" } else { "cl_2" })
            .file(&app.bucket)
            .await;
    }
    Seed::job("rival", 9, "order-mixer").file(&app.bucket).await;
    let search = |rest: &str| format!("/notes/search?company_id=acme&q={rest}");
    let all = app.get(&search("asbestos")).await.ok();
    assert_eq!(ids(&all), [json!(sid(5)), json!(sid(3)), json!(sid(1))]);
    assert_eq!(
        (&all["looked_at"], &all["complete"], &all["cursor"]),
        (&json!(6), &json!(true), &Value::Null)
    );
    assert_eq!(all["looked_back_to"], "2026-11-11T01:00:00Z");
    for (rest, expected) in [
        ("s%C3%A4m+ORDER+acme", 6),
        ("friday", 6),
        ("mixer+asbestos", 3),
        ("nothing-of-the-kind", 0),
        ("sam&client_id=cl_1", 1),
        ("sam&intent=other", 0),
        ("sam&from=2026-11-14&to=2026-11-15", 2),
        ("rival", 0),
    ] {
        assert_eq!(ids(&app.get(&search(rest)).await.ok()).len(), expected, "{rest}");
    }
    let first = app.get(&search("asbestos&limit=2")).await.ok();
    assert_eq!(ids(&first), [json!(sid(5)), json!(sid(3))]);
    assert_eq!(
        (&first["complete"], &first["looked_back_to"]),
        (&json!(false), &json!("2026-11-13T01:00:00Z"))
    );
    let cursor = first["cursor"].as_str().unwrap();
    let second = app
        .get(&search(&format!("asbestos&limit=2&cursor={cursor}")))
        .await
        .ok();
    assert_eq!(
        (ids(&second), &second["complete"]),
        (vec![json!(sid(1))], &json!(true))
    );
    for (rest, parameter) in [
        ("", "q"),
        ("+", "q"),
        ("x&limit=101", "limit"),
        ("x&from=2026-11-15&to=2026-11-14", "from"),
        (&format!("other&cursor={cursor}"), "cursor"),
    ] {
        assert_eq!(
            app.get(&search(rest)).await.problem(400)["parameter"],
            parameter,
            "{rest}"
        );
    }
}
