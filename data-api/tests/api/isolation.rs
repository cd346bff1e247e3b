//! No data across companies: every route, with every object of the other company.

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};
use shared::ids::MessageSid;
use shared::records::note::Intent;

use crate::support::app::{ADMIN_KEY, Answer, TestApp, json_request};
use crate::support::seed::{Seed, sid, system_objects};

/// A request in the other company's name, and the same for something that does not exist anywhere.
struct Pair {
    method: Method,
    theirs: String,
    nowhere: String,
    body: Option<Value>,
}

fn get(theirs: String, nowhere: String) -> Pair {
    Pair {
        method: Method::GET,
        theirs,
        nowhere,
        body: None,
    }
}

/// Every route of the description with every object of `theirs`, both under the other company's name and under one's own.
fn pairs(theirs: &Seed, keys: &[String]) -> Vec<Pair> {
    let missing_message = sid(999);
    let mut pairs = Vec::new();
    for key in keys {
        pairs.push(get(
            format!("/files/get-download-url?key={key}"),
            "/files/get-download-url?key=acme/other/nothing_SM999_audio.ogg".to_owned(),
        ));
    }
    let companies = [("rival", "nobody"), ("acme", "acme")];
    for (theirs_company, nowhere_company) in companies {
        let message = &theirs.message;
        let mut both = |method: Method, path: &dyn Fn(&str, &str) -> String, body: Option<Value>| {
            for number in 1..=theirs.notes.len() {
                let note = if number == 1 {
                    message.to_string()
                } else {
                    format!("{message}.{number}")
                };
                pairs.push(Pair {
                    method: method.clone(),
                    theirs: path(theirs_company, &note),
                    nowhere: path(nowhere_company, missing_message.as_str()),
                    body: body.clone(),
                });
            }
        };
        both(
            Method::GET,
            &|c, n| {
                format!(
                    "/files/by-message?company_id={c}&message_id={}",
                    n.split('.').next().unwrap()
                )
            },
            None,
        );
        both(Method::GET, &|c, n| format!("/notes/{n}?company_id={c}"), None);
        both(
            Method::GET,
            &|c, n| {
                format!(
                    "/messages/{}/outcome?company_id={c}",
                    n.split('.').next().unwrap()
                )
            },
            None,
        );
        let change = json!({"intent": "other"});
        both(
            Method::PATCH,
            &|c, n| format!("/notes/{n}?company_id={c}"),
            Some(change),
        );
        both(Method::DELETE, &|c, n| format!("/notes/{n}?company_id={c}"), None);
        for name in ["audio.ogg", "full_text.txt", "note.json", "text_summary.txt"] {
            both(
                Method::GET,
                &|c, n| format!("/notes/{n}/files/{name}?company_id={c}"),
                None,
            );
        }
    }
    let export = "/notes/export?from=2026-01-01&to=2026-12-31&format=csv&company_id=";
    pairs.push(Pair {
        method: Method::POST,
        theirs: format!("{export}rival"),
        nowhere: format!("{export}nobody"),
        body: None,
    });
    for path in [
        "/files/list?company_id=",
        "/files/list?output_format=ids&company_id=",
        "/notes?company_id=",
        "/notes?client_id=cl_1&company_id=",
        "/notes?updated_since=2026-01-01&company_id=",
        "/notes/search?q=tap&company_id=",
        "/workers?company_id=",
        "/clients?company_id=",
        "/clients?format=csv&company_id=",
        "/messages/unknown?company_id=",
    ] {
        pairs.push(get(format!("{path}rival"), format!("{path}nobody")));
    }
    let worker = json!({"phone_number": "+61491570199", "name": "Sam"});
    let client = json!({"clients": [{"name": "Nguyen"}]});
    let replay = |id: &MessageSid| format!("/messages/{id}/replay?company_id=");
    for (method, theirs, nowhere, body) in [
        (
            Method::PUT,
            "/workers?company_id=rival".to_owned(),
            "/workers?company_id=nobody".to_owned(),
            Some(worker),
        ),
        (
            Method::DELETE,
            "/workers?customer_id=wk_1&company_id=rival".to_owned(),
            "/workers?customer_id=wk_1&company_id=nobody".to_owned(),
            None,
        ),
        (
            Method::DELETE,
            "/workers?customer_id=wk_1&company_id=acme".to_owned(),
            "/workers?customer_id=wk_9&company_id=acme".to_owned(),
            None,
        ),
        (
            Method::PUT,
            "/clients?company_id=rival".to_owned(),
            "/clients?company_id=nobody".to_owned(),
            Some(client),
        ),
        (
            Method::DELETE,
            "/clients/cl_1/learned?heard=tap&company_id=rival".to_owned(),
            "/clients/cl_1/learned?heard=tap&company_id=nobody".to_owned(),
            None,
        ),
        (
            Method::DELETE,
            "/clients/cl_1/learned?heard=tap&company_id=acme".to_owned(),
            "/clients/cl_1/learned?heard=other&company_id=acme".to_owned(),
            None,
        ),
        (
            Method::POST,
            format!("{}rival", replay(&theirs.message)),
            format!("{}nobody", replay(&missing_message)),
            None,
        ),
        (
            Method::POST,
            format!("{}acme", replay(&theirs.message)),
            format!("{}acme", replay(&missing_message)),
            None,
        ),
    ] {
        pairs.push(Pair {
            method,
            theirs,
            nowhere,
            body,
        });
    }
    pairs
}

/// What rival's office has: a worker, a client, a learned name, and a message of somebody who is rival's worker by now.
async fn rivals_office(app: &TestApp, message: &MessageSid) {
    let worker = json!({"customer_id": "wk_1", "phone_number": "+61491570156", "name": "tap"});
    let put = json_request(Method::PUT, ADMIN_KEY, "/workers?company_id=rival", &worker);
    app.send(put).await.ok();
    let list = json!({"company_id": "rival", "clients": [{"client_id": "cl_1", "name": "tap"}]});
    app.bucket.write("clients/rival.json", &list).await.unwrap();
    let learned = json!({"aliases": [{"client_id": "cl_1", "heard": "tap", "note_id": "SM01", "by": "wk_1",
        "at": "2026-11-20T01:00:00Z"}]});
    app.bucket
        .write("clients/rival.learned.json", &learned)
        .await
        .unwrap();
    let unfiled = json!({"version": 1, "kind": "message", "source": "webhook", "received_at": "2026-11-20T01:00:00Z",
        "message_id": message, "channel": "whatsapp", "provider": "twilio", "from": {"address": "whatsapp:+61491570156",
        "phone_number": "+61491570156"}, "to": {"address": "whatsapp:+61491570110"}, "text": "tap"});
    app.bucket
        .write(&shared::keys::unknown_message(message), &unfiled)
        .await
        .unwrap();
    let entry = shared::keys::unknown_sender("2026-11-20T01:00:00Z".parse().unwrap(), message);
    app.bucket.write(&entry, &json!({})).await.unwrap();
}

fn request(pair: &Pair, path: &str, key: &str) -> Request<Body> {
    let request = Request::builder()
        .method(pair.method.clone())
        .uri(path)
        .header("x-api-key", key);
    match &pair.body {
        Some(body) => {
            let request = request
                .header("content-type", "application/json")
                .header("if-match", "\"etag\"");
            request.body(Body::from(body.to_string())).unwrap()
        }
        None => request.body(Body::empty()).unwrap(),
    }
}

/// What a client can tell one answer from another by.
fn told(answer: &Answer) -> (u16, Value, Vec<String>) {
    let headers = answer.headers.keys().map(ToString::to_string).collect();
    let mut body = answer.json();
    body.as_object_mut().map(|body| body.remove("request_id"));
    (answer.status.as_u16(), body, headers)
}

#[tokio::test]
async fn another_companys_object_is_answered_as_one_that_does_not_exist() {
    let app = TestApp::start().await;
    let system = system_objects(&app.bucket).await;
    let theirs = Seed::job("rival", 2, "fix-tap")
        .about("cl_1")
        .and(Intent::KnowledgeDocument, "wall-is-asbestos");
    theirs.file(&app.bucket).await;
    Seed::job("acme", 1, "order-mixer")
        .about("cl_1")
        .file(&app.bucket)
        .await;
    let listed = app.bucket.list("rival/", None, None, 1000).await.unwrap();
    let keys: Vec<String> = listed.objects.into_iter().map(|object| object.key).collect();
    assert!(keys.len() > 10);
    rivals_office(&app, &theirs.message).await;
    let key = app.company_key(&["acme"]).await;

    let mut checked = 0;
    for pair in pairs(&theirs, &keys) {
        let denied = app.send(request(&pair, &pair.theirs, &key)).await;
        let missing = app.send(request(&pair, &pair.nowhere, &key)).await;
        assert_eq!(told(&denied), told(&missing), "{} {}", pair.method, pair.theirs);
        assert_eq!(denied.status, 404, "{} {}", pair.method, pair.theirs);
        let text = String::from_utf8(denied.body).unwrap();
        assert!(!text.contains("rival") && !text.contains("tap"), "{text}");
        checked += 1;
    }
    // The system's own folders are no company's, whatever the key.
    for key_of_system in &system {
        for api_key in [key.as_str(), ADMIN_KEY] {
            app.get_as(api_key, &format!("/files/get-download-url?key={key_of_system}"))
                .await
                .problem(400);
            checked += 1;
        }
    }
    println!("isolation: {checked} requests for what is not the key's company's, 0 answered");
    assert!(checked > 50, "{checked}");
}

#[tokio::test]
async fn a_company_key_sees_its_companies_and_may_not_make_keys() {
    let app = TestApp::start().await;
    Seed::job("acme", 1, "order-mixer").file(&app.bucket).await;
    Seed::job("beta", 2, "fix-tap").file(&app.bucket).await;
    let key = app.company_key(&["acme", "beta"]).await;
    for (company, n) in [("acme", 1), ("beta", 2)] {
        app.get_as(&key, &format!("/files/list?company_id={company}"))
            .await
            .ok();
        app.get_as(&key, &format!("/notes/{}?company_id={company}", sid(n)))
            .await
            .ok();
    }
    app.get_as(&key, &format!("/notes/{}?company_id=beta", sid(1)))
        .await
        .problem(404);
    app.get_as(&key, "/keys").await.problem(403);
    app.post_as(&key, "/keys", &json!({"label": "x", "companies": ["acme"]}))
        .await
        .problem(403);
    app.delete_as(&key, "/keys/aaaa").await.problem(403);
}

#[tokio::test]
async fn a_key_is_told_its_companies_and_no_others() {
    let app = TestApp::start().await;
    system_objects(&app.bucket).await;
    Seed::job("acme", 1, "order-mixer").file(&app.bucket).await;
    Seed::job("rival", 2, "fix-tap").file(&app.bucket).await;
    let settings = json!({"company_id": "acme", "company_name": "Acme Plumbing"});
    app.bucket.write("companies/acme.json", &settings).await.unwrap();
    let acme = json!({"company_id": "acme", "company_name": "Acme Plumbing"});
    let rival = json!({"company_id": "rival", "company_name": null});
    let all = app.get("/companies").await.ok();
    assert_eq!(all, json!({"companies": [acme, rival], "truncated": false}));
    let key = app.company_key(&["acme"]).await;
    assert_eq!(
        app.get_as(&key, "/companies").await.ok()["companies"],
        json!([acme])
    );
}

/// The one check that fails when a route is added and forgotten here.
#[test]
fn every_route_with_a_companys_objects_is_walked() {
    let document = serde_json::to_value(data_api::app::openapi()).unwrap();
    let seed = Seed::job("rival", 2, "fix-tap");
    let walked: Vec<String> = pairs(&seed, &[seed.audio_key()])
        .iter()
        .map(|pair| format!("{} {}", pair.method, pair.theirs.split('?').next().unwrap()))
        .collect();
    let without_company = ["/health", "/companies", "/keys", "/keys/{key_id}"];
    for (path, item) in document["paths"].as_object().unwrap() {
        if without_company.contains(&path.as_str()) {
            continue;
        }
        let segments: Vec<&str> = path.split('/').collect();
        for method in item.as_object().unwrap().keys() {
            let is_walked = walked.iter().any(|known| {
                let (known_method, known_path) = known.split_once(' ').unwrap();
                let known: Vec<&str> = known_path.split('/').collect();
                known_method == method.to_uppercase()
                    && known.len() == segments.len()
                    && known
                        .iter()
                        .zip(&segments)
                        .all(|(a, b)| b.starts_with('{') || a == b)
            });
            assert!(is_walked, "{method} {path} is not walked");
        }
    }
}
