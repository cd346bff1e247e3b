//! Two offices at once, and requests that were cut off half way.

use futures_util::future::join_all;
use http::{Method, Request};
use serde_json::{Value, json};
use shared::address::{Channel, SenderHash};
use shared::keys;

use crate::support::app::{ADMIN_KEY, Answer, TestApp, json_request};
use crate::support::proxy::Fault;
use crate::support::seed::sid;

const WORKERS: &str = "/workers?company_id=acme";

async fn put(app: &TestApp, path: &str, worker: &Value) -> Answer {
    app.send(json_request(Method::PUT, ADMIN_KEY, path, worker)).await
}

/// Whom customer-lookup finds for messages from this address.
async fn found(app: &TestApp, address: &str) -> Option<Value> {
    let hash = SenderHash::of_worker(Channel::Whatsapp, &address.parse().unwrap(), None);
    let record = app.bucket.read::<Value>(&keys::worker(&hash)).await.unwrap();
    record.map(|record| record.value)
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn a_change_of_a_worker_that_was_cut_off_anywhere_is_finished_by_repeating_it() {
    let app = TestApp::start().await;
    let mut cuts = 0;
    for (on, case) in [("s3.put", 1), ("s3.delete", 2)] {
        for after in 0..10 {
            let number = |which: u32| format!("+6149157{case}{after:02}{which}");
            let id = |which: u32| format!("AU.w{case}x{after}x{which}");
            let old = json!({"name": "Sam", "phone_number": number(0), "user_id": id(0)});
            let added = put(&app, WORKERS, &old).await.ok();
            let customer_id = &added["customer_id"];
            let new = json!({"customer_id": customer_id, "name": "Sam", "phone_number": number(1), "user_id": id(1)});

            app.proxy.fail(Fault {
                on,
                after,
                times: usize::MAX,
                status: 500,
            });
            let answer = put(&app, WORKERS, &new).await;
            app.proxy.heal();
            let at = format!("{on} after {after}: {}", answer.status);
            let is_cut = answer.status != 200;
            if is_cut {
                answer.problem(503);
                cuts += 1;
                put(&app, WORKERS, &new).await.ok();
            }
            for address in [number(1), id(1)] {
                assert_eq!(
                    found(&app, &address).await.unwrap()["customer_id"],
                    *customer_id,
                    "{at}"
                );
            }
            for address in [number(0), id(0)] {
                assert_eq!(
                    found(&app, &address).await,
                    None,
                    "{at}: they can still send as {address}"
                );
            }
            let listed = app.get(WORKERS).await.ok();
            let of_them = listed["workers"].as_array().unwrap().iter();
            let of_them: Vec<_> = of_them
                .filter(|worker| worker["customer_id"] == *customer_id)
                .collect();
            assert_eq!(of_them.len(), 1, "{at}");
            assert_eq!(of_them[0]["phone_number"], json!(number(1)), "{at}");
            if !is_cut {
                break;
            }
        }
    }
    // Two records by address and the list's own are written, two are removed.
    assert_eq!(cuts, 5);
}

#[tokio::test]
async fn a_worker_whose_adding_was_cut_off_is_added_once() {
    let app = TestApp::start().await;
    let new = json!({"name": "Sam", "phone_number": "+61491570156", "user_id": "AU.abc"});
    for after in 0..3 {
        app.proxy.fail(Fault {
            on: "s3.put",
            after,
            times: usize::MAX,
            status: 500,
        });
        put(&app, WORKERS, &new).await.problem(503);
        app.proxy.heal();
    }
    let added = put(&app, WORKERS, &new).await.ok();
    assert_eq!(app.get(WORKERS).await.ok()["workers"], json!([added]));
    for address in ["+61491570156", "AU.abc"] {
        assert_eq!(
            found(&app, address).await.unwrap()["customer_id"],
            added["customer_id"]
        );
    }
}

#[tokio::test]
async fn of_companies_that_add_a_number_at_once_one_gets_it() {
    let app = TestApp::start().await;
    for round in 0..10 {
        let number = format!("+6149157{round:04}");
        let worker = json!({"name": "Sam", "phone_number": number});
        let companies = ["acme", "rival", "third", "fourth"];
        let asked = companies.map(|company| {
            let (app, worker) = (&app, &worker);
            async move { put(app, &format!("/workers?company_id={company}"), worker).await }
        });
        let answers = join_all(asked).await;
        assert_eq!(statuses(&answers), [200, 409, 409, 409]);
        let won = answers.iter().position(|answer| answer.status == 200).unwrap();
        assert_eq!(found(&app, &number).await.unwrap()["company_id"], companies[won]);
        for (company, place) in companies.iter().zip(0..) {
            let listed = app.get(&format!("/workers?company_id={company}")).await.ok();
            assert_eq!(listed.to_string().contains(&number), place == won, "{company}");
        }
    }
}

#[tokio::test]
async fn a_worker_added_by_two_people_of_an_office_at_once_is_one_worker() {
    let app = TestApp::start().await;
    let worker = json!({"name": "Sam", "phone_number": "+61491570156"});
    let answers = join_all([0; 6].map(|_| put(&app, WORKERS, &worker))).await;
    for answer in &answers {
        assert!(matches!(answer.status.as_u16(), 200 | 409), "{}", answer.status);
    }
    assert!(answers.iter().any(|answer| answer.status == 200));
    let listed = app.get(WORKERS).await.ok();
    let [only] = listed["workers"].as_array().unwrap().as_slice() else {
        panic!("{listed}")
    };
    assert_eq!(
        found(&app, "+61491570156").await.unwrap()["customer_id"],
        only["customer_id"]
    );
}

#[tokio::test]
async fn of_client_lists_sent_at_once_one_is_kept_whole() {
    let app = TestApp::start().await;
    let send = async |etag: &str, name: String| {
        let body = json!({"clients": [{"name": name}, {"name": format!("{name} & Sons")}]}).to_string();
        let request = Request::put("/clients?company_id=acme")
            .header("x-api-key", ADMIN_KEY)
            .header("content-type", "application/json")
            .header("if-match", etag);
        app.send(request.body(body.into()).unwrap()).await
    };
    // The first list of all, and then one in the place of another.
    for round in 0..2 {
        let before = app.get("/clients?company_id=acme").await;
        let etag = before.header("etag").to_owned();
        let answers = join_all((0..6).map(|one| send(&etag, format!("Client {round} {one}")))).await;
        assert_eq!(statuses(&answers), [200, 412, 412, 412, 412, 412]);
        let kept = answers.iter().find(|answer| answer.status == 200).unwrap();
        let now = app.get("/clients?company_id=acme").await;
        assert_eq!(now.json(), kept.json());
        assert_eq!(now.header("etag"), kept.header("etag"));
    }
}

#[tokio::test]
async fn a_message_that_was_deleted_is_not_filed_again() {
    let app = TestApp::start().await;
    let id = sid(1);
    put(&app, WORKERS, &json!({"phone_number": "+61491570156"}))
        .await
        .ok();
    let message = json!({"version": 1, "kind": "message", "source": "webhook", "received_at": "2026-11-20T01:02:03Z",
        "message_id": id, "channel": "whatsapp", "provider": "twilio",
        "from": {"address": "whatsapp:+61491570156", "phone_number": "+61491570156"},
        "to": {"address": "whatsapp:+61491570110"}, "text": "tap"});
    // What a deletion that was cut off leaves: the tombstone, and what was kept.
    app.bucket
        .write(&keys::unknown_message(&id), &message)
        .await
        .unwrap();
    let path = format!("/messages/{id}/replay?company_id=acme");
    for (state, company, status) in [
        ("deleted", Value::Null, 404),
        ("done", json!("rival"), 404),
        ("done", json!("acme"), 202),
    ] {
        let record = json!({"schema": "record/1", "message_id": id, "state": state, "step": "done", "attempts": 1,
            "company_id": company, "created_at": "2026-11-20T01:02:03Z", "updated_at": "2026-11-20T01:02:03Z",
            "replies": []});
        app.bucket.write(&keys::record(&id), &record).await.unwrap();
        app.proxy.take_calls();
        let answer = app.post_as(ADMIN_KEY, &path, &json!({})).await;
        assert_eq!(answer.status, status, "{state} {company}");
        assert_eq!(app.proxy.take_calls().get("sqs.send"), None, "{state} {company}");
    }
}
