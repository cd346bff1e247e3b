//! The office adds workers, changes them and lets them go.

use http::Method;
use serde_json::{Value, json};
use shared::address::{Channel, SenderHash};
use shared::keys;

use crate::support::app::{ADMIN_KEY, Answer, TestApp, json_request};

const WORKERS: &str = "/workers?company_id=acme";

async fn put(app: &TestApp, key: &str, path: &str, worker: &Value) -> Answer {
    app.send(json_request(Method::PUT, key, path, worker)).await
}

/// What customer-lookup reads for messages from this address.
async fn stored(app: &TestApp, address: &str, to: Option<&str>) -> Option<Value> {
    let to = to.map(|to| to.parse().unwrap());
    let hash = SenderHash::of_worker(Channel::Whatsapp, &address.parse().unwrap(), to.as_ref());
    app.bucket
        .read(&keys::worker(&hash))
        .await
        .unwrap()
        .map(|read| read.value)
}

async fn customer_file(app: &TestApp, customers: &Value) {
    app.bucket.write("customers.json", customers).await.unwrap();
}

#[tokio::test]
async fn a_worker_is_added_changed_let_go_and_removed() {
    let app = TestApp::start().await;
    let key = app.company_key(&["acme"]).await;
    assert_eq!(
        app.get_as(&key, WORKERS).await.ok(),
        json!({"workers": [], "truncated": false})
    );
    let new = json!({"name": " Sam ", "phone_number": "whatsapp:+61 491 570 156", "user_id": "AU.abc", "locale": "en-AU",
        "time_zone": "Australia/Melbourne", "external_ids": {"payroll": "7"}});
    let added = put(&app, &key, WORKERS, &new).await.ok();
    assert_eq!(added["phone_number"], "+61491570156");
    assert_eq!(
        (&added["name"], &added["kept_by"], &added["active"]),
        (&json!("Sam"), &json!("office"), &json!(true))
    );
    for address in ["+61491570156", "AU.abc"] {
        let record = stored(&app, address, None).await.unwrap();
        assert_eq!(
            (&record["company_id"], &record["customer_id"]),
            (&json!("acme"), &added["customer_id"])
        );
    }
    // What was read can be sent back, changed; repeating the first request changes the same worker.
    let mut off = added.clone();
    off["active"] = json!(false);
    off.as_object_mut().unwrap().remove("user_id");
    put(&app, &key, WORKERS, &off).await.ok();
    assert_eq!(stored(&app, "+61491570156", None).await.unwrap()["active"], false);
    assert_eq!(
        stored(&app, "AU.abc", None).await,
        None,
        "a way to send that is not theirs any more is closed"
    );
    let again = put(&app, &key, WORKERS, &new).await.ok();
    assert_eq!(again["customer_id"], added["customer_id"]);
    let listed = app.get_as(&key, WORKERS).await.ok();
    assert_eq!(listed["workers"], json!([again]));

    let path = format!("{WORKERS}&customer_id={}", again["customer_id"].as_str().unwrap());
    assert_eq!(app.delete_as(&key, &path).await.status, 204);
    assert_eq!(stored(&app, "+61491570156", None).await, None);
    app.delete_as(&key, &path).await.problem(404);
    assert_eq!(app.get_as(&key, WORKERS).await.ok()["workers"], json!([]));
}

#[tokio::test]
async fn no_company_takes_anothers_number() {
    let app = TestApp::start().await;
    let (acme, rival) = (
        app.company_key(&["acme"]).await,
        app.company_key(&["rival"]).await,
    );
    customer_file(
        &app,
        &json!({"customers": [
        {"customer_id": "r1", "company_id": "rival", "phone_number": "0491 570 101", "name": "Secret Name"},
        {"customer_id": "r2", "company_id": "rival", "user_id": "whatsapp:AU.rival"},
        {"customer_id": "r3", "company_id": "rival", "phone_number": "+61491570103", "to": "+61491570110"},
        {"customer_id": "r4", "company_id": "rival", "phone_number": "+61491570104", "active": false}]}),
    )
    .await;
    let theirs = json!({"phone_number": "+61491570102", "name": "Secret Name"});
    put(&app, &rival, "/workers?company_id=rival", &theirs).await.ok();
    for taken in [
        json!({"phone_number": "+61491570101"}),
        json!({"phone_number": "+61491570102"}),
        json!({"phone_number": "+61491570102", "to": "+61491570111"}),
        json!({"phone_number": "+61491570199", "user_id": "AU.rival"}),
        json!({"phone_number": "+61491570103"}),
        json!({"phone_number": "+61491570103", "to": "+61491570110"}),
        json!({"phone_number": "+61491570104"}),
    ] {
        for key in [acme.as_str(), ADMIN_KEY] {
            let problem = put(&app, key, WORKERS, &taken).await.problem(409);
            let text = problem.to_string();
            assert!(!text.contains("rival") && !text.contains("Secret"), "{text}");
        }
    }
    assert_eq!(app.get_as(&acme, WORKERS).await.ok()["workers"], json!([]));
    // Somebody who works for both is told apart by whom they write to.
    put(
        &app,
        &acme,
        WORKERS,
        &json!({"phone_number": "+61491570103", "to": "+61491570111"}),
    )
    .await
    .ok();
    // What was refused changed nothing.
    let kept = stored(&app, "+61491570102", None).await.unwrap();
    assert_eq!(kept["company_id"], "rival");
    // Whose it was no more can be added.
    let id = kept["customer_id"].as_str().unwrap();
    app.delete_as(&acme, &format!("{WORKERS}&customer_id={id}"))
        .await
        .problem(404);
    assert_eq!(
        app.delete_as(&rival, &format!("/workers?company_id=rival&customer_id={id}"))
            .await
            .status,
        204
    );
    put(&app, &acme, WORKERS, &json!({"phone_number": "+61491570102"}))
        .await
        .ok();
}

#[tokio::test]
async fn the_customer_file_is_shown_and_overridden_but_not_changed() {
    let app = TestApp::start().await;
    let file = json!([
        {"customer_id": "w1", "company_id": "acme", "company_name": "Acme", "phone_number": "+61 491 570 101", "user_id": "AU.one", "name": "One"},
        {"customer_id": "w2", "company_id": "acme", "phone_number": "0491 570 102", "name": "Two", "locale": null},
        {"customer_id": "r1", "company_id": "rival", "phone_number": "+61491570103"}, "garbage"]);
    customer_file(&app, &file).await;
    let key = app.company_key(&["acme"]).await;
    let listed = app.get_as(&key, WORKERS).await.ok();
    let shown: Vec<_> = listed["workers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["customer_id"], &one["kept_by"]))
        .collect();
    assert_eq!(
        shown,
        [(&json!("w1"), &json!("file")), (&json!("w2"), &json!("file"))]
    );
    app.proxy.take_calls();
    app.get_as(&key, WORKERS).await.ok();
    assert_eq!(app.proxy.take_calls(), [("s3.get", 1), ("s3.list", 1)].into());

    // Letting go reaches every way to send, also those that were not sent along.
    put(
        &app,
        &key,
        WORKERS,
        &json!({"customer_id": "w1", "phone_number": "+61491570101", "active": false}),
    )
    .await
    .ok();
    for address in ["+61491570101", "AU.one"] {
        assert_eq!(
            stored(&app, address, None).await.unwrap()["active"],
            false,
            "{address}"
        );
    }
    let listed = app.get_as(&key, WORKERS).await.ok();
    assert_eq!(listed["workers"][0]["kept_by"], "office");
    assert_eq!(listed["workers"].as_array().unwrap().len(), 2);
    app.delete_as(&key, &format!("{WORKERS}&customer_id=w1"))
        .await
        .problem(409);
    app.delete_as(&key, &format!("{WORKERS}&customer_id=w2"))
        .await
        .problem(409);
    let other = json!({"customer_id": "w1", "phone_number": "+61491570109"});
    put(&app, &key, WORKERS, &other).await.problem(409);
    let known = put(&app, &key, WORKERS, &json!({"phone_number": "+61491570102"}))
        .await
        .ok();
    assert_eq!(
        known["customer_id"], "w2",
        "the national form in the file is this worker's"
    );
    assert_eq!(
        app.bucket
            .read::<Value>("customers.json")
            .await
            .unwrap()
            .unwrap()
            .value,
        file
    );
    // A file nobody can read lets nobody be added, because nobody knows whose number it is.
    customer_file(&app, &json!({"customers": 7})).await;
    put(&app, &key, WORKERS, &json!({"phone_number": "+61491570150"}))
        .await
        .problem(500);
}

#[tokio::test]
async fn a_worker_that_cannot_be_used_is_told_by_parameter() {
    let app = TestApp::start().await;
    for (worker, parameter) in [
        (json!({}), "phone_number"),
        (json!({"phone_number": "0491 570 156"}), "phone_number"),
        (json!({"phone_number": "…156"}), "phone_number"),
        (
            json!({"phone_number": "+61491570156", "customer_id": "a/b"}),
            "customer_id",
        ),
        (json!({"phone_number": "+61491570156", "locale": "?"}), "locale"),
        (
            json!({"phone_number": "+61491570156", "time_zone": "Mars"}),
            "time_zone",
        ),
        (
            json!({"phone_number": "+61491570156", "company_id": "rival"}),
            "company_id",
        ),
    ] {
        let problem = put(&app, ADMIN_KEY, WORKERS, &worker).await.problem(400);
        assert_eq!(problem["parameter"], parameter, "{worker}");
    }
    put(
        &app,
        ADMIN_KEY,
        WORKERS,
        &json!({"phone_number": "+61491570156", "customer_id": "a"}),
    )
    .await
    .ok();
    let other = json!({"phone_number": "+61491570156", "customer_id": "b"});
    put(&app, ADMIN_KEY, WORKERS, &other).await.problem(409);
}
