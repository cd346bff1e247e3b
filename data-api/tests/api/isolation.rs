//! No data across companies: every route, with every object of the other company.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};
use shared::ids::MessageSid;
use shared::records::note::Intent;

use crate::support::app::{ADMIN_KEY, Answer, TestApp, json_request};
use crate::support::seed::{Seed, sid, system_objects};

/// Values by the name of the parameter they are for.
type Names = BTreeMap<String, String>;

/// A request in the other company's name, and the same for what does not exist anywhere.
struct Pair {
    method: Method,
    theirs: String,
    nowhere: String,
    body: Option<Value>,
    /// Whether it names an object or a company: then there is nothing to answer. Else it asks for a list of one's own.
    names_theirs: bool,
}

/// Parameters that say which object, of which company.
const NAMING: [&str; 5] = ["key", "message_id", "note_id", "client_id", "customer_id"];

/// Which values a parameter takes in turn: `theirs`, each with what to put in its place for something that is nowhere.
/// A parameter that is not known here stops the test: whoever adds one says what of another company's it may name.
fn values(name: &str, theirs: &Seed, keys: &[String]) -> Vec<(String, String)> {
    let all = |values: &[&str], nowhere: &str| -> Vec<(String, String)> {
        values
            .iter()
            .map(|value| ((*value).to_owned(), nowhere.to_owned()))
            .collect()
    };
    let same = |values: &[&str]| -> Vec<(String, String)> {
        values
            .iter()
            .map(|value| ((*value).to_owned(), (*value).to_owned()))
            .collect()
    };
    let missing = sid(999);
    match name {
        "company_id" => [("rival", "nobody"), ("acme", "acme")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into(),
        "key" => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            all(&keys, "acme/other/nothing_SM999_audio.ogg")
        }
        "message_id" => all(&[theirs.message.as_str()], missing.as_str()),
        "note_id" => {
            let notes: Vec<String> = (1..=theirs.notes.len())
                .map(|n| theirs.note(n).note_id.to_string())
                .collect();
            all(
                &notes.iter().map(String::as_str).collect::<Vec<_>>(),
                missing.as_str(),
            )
        }
        "client_id" => all(&["cl_1"], "cl_9"),
        "customer_id" => all(&["wk_1"], "wk_9"),
        "name" => same(&["audio.ogg", "full_text.txt", "note.json", "text_summary.txt"]),
        "heard" | "q" => same(&["tap"]),
        "from" | "updated_since" => same(&["2026-01-01"]),
        "to" => same(&["2026-12-31"]),
        "intent" | "message_intent" => same(&["job-to-be-done"]),
        "format" => same(&["csv"]),
        "output_format" => same(&["ids"]),
        "needs_review" => same(&["false"]),
        "whole_message" => same(&["true"]),
        "limit" => same(&["100"]),
        // Sealed for one list of one company, which has tests of its own.
        "cursor" | "nextContinuationToken" | "if-match" => Vec::new(),
        new => panic!("what of another company's may {new} name?"),
    }
}

/// What is sent with a request that has a body, by the operation's id.
fn body(operation: &str) -> Value {
    match operation {
        "correct_note" => json!({"intent": "other"}),
        "put_worker" => json!({"phone_number": "+61491570199", "name": "Sam"}),
        "replace_clients" => json!({"clients": [{"name": "Nguyen"}]}),
        new => panic!("what is sent to {new}?"),
    }
}

/// Every operation of the description that is about a company, with every object of `theirs`: in the other company's name
/// and in one's own, and with each optional parameter.
fn pairs(document: &Value, theirs: &Seed, keys: &[String]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters: &[Value] = operation["parameters"].as_array().map_or(&[], Vec::as_slice);
            let name = |parameter: &Value| parameter["name"].as_str().unwrap().to_owned();
            if !parameters
                .iter()
                .any(|parameter| matches!(name(parameter).as_str(), "company_id" | "key"))
            {
                continue;
            }
            let is_required = |parameter: &&Value| parameter["required"] == true;
            let required: Vec<String> = parameters.iter().filter(is_required).map(name).collect();
            let optional = parameters
                .iter()
                .filter(|parameter| !is_required(parameter))
                .map(name);
            for extra in std::iter::once(None).chain(optional.map(Some)) {
                let mut named: Vec<(Names, Names)> = vec![Default::default()];
                for parameter in required.iter().chain(&extra) {
                    let values = values(parameter, theirs, keys);
                    let with = |(a, b): &(Names, Names)| {
                        let (a, b) = (a.clone(), b.clone());
                        values
                            .clone()
                            .into_iter()
                            .map(move |(theirs, nowhere)| {
                                let (mut a, mut b) = (a.clone(), b.clone());
                                a.insert(parameter.clone(), theirs);
                                b.insert(parameter.clone(), nowhere);
                                (a, b)
                            })
                            .collect::<Vec<_>>()
                    };
                    if !values.is_empty() {
                        named = named.iter().flat_map(with).collect();
                    }
                }
                pairs.extend(named.into_iter().map(|(theirs, nowhere)| {
                    Pair {
                        method: method.to_uppercase().parse().unwrap(),
                        names_theirs: theirs.get("company_id").is_none_or(|company| company == "rival")
                            || required.iter().any(|name| NAMING.contains(&name.as_str())),
                        theirs: address(path, theirs),
                        nowhere: address(path, nowhere),
                        body: operation
                            .get("requestBody")
                            .map(|_| body(operation["operationId"].as_str().unwrap())),
                    }
                }));
            }
        }
    }
    pairs
}

/// The path with its parameters in it, and the others behind it.
fn address(path: &str, values: Names) -> String {
    let mut path = path.to_owned();
    let mut query = Vec::new();
    for (name, value) in values {
        let place = format!("{{{name}}}");
        if path.contains(&place) {
            path = path.replace(&place, &value);
        } else {
            query.push(format!("{name}={value}"));
        }
    }
    format!("{path}?{}", query.join("&"))
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

/// Everything of rival's: keys and entity tags.
async fn stored(app: &TestApp) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for prefix in ["rival/", "clients/rival", "workers/", "records/", "inbox/"] {
        let page = app.bucket.list(prefix, None, None, 1000).await.unwrap();
        let objects = page.objects.into_iter();
        found.extend(objects.map(|object| (object.key, object.etag.as_str().to_owned())));
    }
    found
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
    let own = json!({"company_id": "acme", "clients": []});
    app.bucket.write("clients/acme.json", &own).await.unwrap();
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
    let before = stored(&app).await;

    let document = serde_json::to_value(data_api::app::openapi()).unwrap();
    let pairs = pairs(&document, &theirs, &keys);
    let mut checked = 0;
    for pair in &pairs {
        let denied = app.send(request(pair, &pair.theirs, &key)).await;
        let asked = format!("{} {}", pair.method, pair.theirs);
        if pair.names_theirs {
            let missing = app.send(request(pair, &pair.nowhere, &key)).await;
            assert_eq!(told(&denied), told(&missing), "{asked}");
            assert_eq!(denied.status, 404, "{asked}");
        }
        assert!(!denied.status.is_server_error(), "{asked}: {}", denied.status);
        let text = String::from_utf8(denied.body).unwrap();
        assert!(
            !text.contains("rival") && !text.contains("tap"),
            "{asked}: {text}"
        );
        checked += 1;
    }
    let after = stored(&app).await;
    let changed = before.iter().find(|object| !after.contains(object));
    assert_eq!(changed, None, "something of the other company's was changed");
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
    // The operator sees those that have nothing filed yet, too: one has settings, one a worker.
    let settings = json!({"company_id": "quiet", "company_name": "Quiet Roofing"});
    app.bucket.write("companies/quiet.json", &settings).await.unwrap();
    let customers = json!([{"customer_id": "wk_1", "company_id": "paper", "phone_number": "+61491570159"},
        {"customer_id": "wk_2", "company_id": "acme", "phone_number": "+61491570158"}]);
    app.bucket.write("customers.json", &customers).await.unwrap();
    let company = |id: &str, name: Value| json!({"company_id": id, "company_name": name});
    let acme = company("acme", json!("Acme Plumbing"));
    let quiet = company("quiet", json!("Quiet Roofing"));
    let [paper, rival] = ["paper", "rival"].map(|id| company(id, Value::Null));
    let all = app.get("/companies").await.ok();
    assert_eq!(
        all,
        json!({"companies": [acme, paper, quiet, rival], "truncated": false})
    );
    let key = app.company_key(&["acme"]).await;
    assert_eq!(
        app.get_as(&key, "/companies").await.ok()["companies"],
        json!([acme])
    );
}
