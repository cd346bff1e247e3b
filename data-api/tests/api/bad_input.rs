//! What cannot be used is named, and nothing else happens.

use crate::support::app::TestApp;
use crate::support::seed::{Seed, sid, system_objects};

#[tokio::test]
async fn unusable_parameters_are_named() {
    let app = TestApp::start().await;
    Seed::job("acme", 1, "order-mixer").file(&app.bucket).await;
    system_objects(&app.bucket).await;
    app.get("/files/list?company_id=acme").await.ok();
    app.proxy.take_calls();
    let long = "a".repeat(10_000);
    let list = "/files/list?company_id=acme";
    let message = "/files/by-message?company_id=acme";
    let download = "/files/get-download-url";
    let cases: Vec<(String, &str)> = vec![
        ("/files/list".to_owned(), "company_id"),
        ("/files/list?company_id=".to_owned(), "company_id"),
        ("/files/list?company_id=..".to_owned(), "company_id"),
        ("/files/list?company_id=a%2Fb".to_owned(), "company_id"),
        ("/files/list?company_id=acme%00".to_owned(), "company_id"),
        ("/files/list?company_id=%ff".to_owned(), "company_id"),
        ("/files/list?company_id=inbox".to_owned(), "company_id"),
        ("/files/list?company_id=records".to_owned(), "company_id"),
        (format!("/files/list?company_id={long}"), "company_id"),
        (
            "/files/list?company_id=acme&company_id=rival".to_owned(),
            "company_id",
        ),
        (format!("{list}&message_intent=jobs"), "message_intent"),
        (format!("{list}&message_intent=../index"), "message_intent"),
        (format!("{list}&message_intent=index"), "message_intent"),
        (format!("{list}&output_format=csv"), "output_format"),
        (
            format!("{list}&nextContinuationToken=garbage"),
            "nextContinuationToken",
        ),
        (
            format!("{list}&nextContinuationToken=%00"),
            "nextContinuationToken",
        ),
        (
            format!("{list}&nextContinuationToken={long}"),
            "nextContinuationToken",
        ),
        (format!("{list}&limit=5"), "limit"),
        (message.to_owned(), "message_id"),
        (format!("{message}&message_id=SM01/.."), "message_id"),
        (format!("{message}&message_id=SM01.json"), "message_id"),
        (format!("{message}&message_id={long}"), "message_id"),
        (download.to_owned(), "key"),
        (format!("{download}?key="), "key"),
        (format!("{download}?key=acme"), "key"),
        (format!("{download}?key=acme/"), "key"),
        (format!("{download}?key=/acme/x"), "key"),
        (format!("{download}?key=acme//x"), "key"),
        (format!("{download}?key=acme/../rival/x"), "key"),
        (format!("{download}?key=acme/%2e%2e/rival/x"), "key"),
        (format!("{download}?key=acme/x%00.ogg"), "key"),
        (format!("{download}?key=acme/x%0a"), "key"),
        (format!("{download}?key=acme%5C..%5Crival"), "key"),
        (format!("{download}?key=customers.json"), "key"),
        (format!("{download}?key=records/{}.json", sid(1)), "key"),
        (format!("{download}?key=inbox/{}/media-0.ogg", sid(1)), "key"),
        (format!("{download}?key=keys/aaaa.json"), "key"),
        (format!("{download}?key=clients/acme.json"), "key"),
        (format!("{download}?key=acme/{long}"), "key"),
        (format!("{download}?key=acme/{}", "ä".repeat(600)), "key"),
        ("/health?verbose=1".to_owned(), "verbose"),
    ];
    for (path, parameter) in &cases {
        let problem = app.get(path).await.problem(400);
        assert_eq!(problem["parameter"], *parameter, "{path}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.len() > 10 && !detail.contains("aaaa"), "{path}: {detail}");
    }
    assert_eq!(
        app.proxy
            .take_calls()
            .iter()
            .filter(|(name, _)| name.starts_with("s3"))
            .count(),
        0
    );
    insta::assert_json_snapshot!(app.get(&format!("{list}&message_intent=jobs")).await.problem(400));
}

#[tokio::test]
async fn a_token_serves_the_list_it_came_from_only() {
    let app = TestApp::start().await;
    for n in 0..120 {
        let key = format!("acme/other/thanks_{}_full_text.txt", sid(n));
        app.bucket.put(&key, "x".into(), "text/plain").await.unwrap();
    }
    let first = app
        .get("/files/list?company_id=acme&output_format=ids&message_intent=other")
        .await
        .ok();
    let token = first["nextContinuationToken"].as_str().unwrap().to_owned();
    let path = |rest: &str| format!("/files/list?{rest}&nextContinuationToken={token}");
    app.get(&path("company_id=acme&output_format=ids&message_intent=other"))
        .await
        .ok();
    for other in [
        "company_id=rival&output_format=ids&message_intent=other",
        "company_id=acme&output_format=ids",
        "company_id=acme&output_format=full&message_intent=other",
        "company_id=acme&output_format=ids&message_intent=job-to-be-done",
    ] {
        let problem = app.get(&path(other)).await.problem(400);
        assert_eq!(problem["parameter"], "nextContinuationToken", "{other}");
    }
    for at in [0, token.len() / 2, token.len() - 2] {
        let mut altered = token.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        let path = format!(
            "/files/list?company_id=acme&output_format=ids&message_intent=other&nextContinuationToken={altered}"
        );
        assert_eq!(
            app.get(&path).await.problem(400)["parameter"],
            "nextContinuationToken"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_answered_in_the_same_words_for_all() {
    let app = TestApp::start().await;
    for path in [
        "/files/get-download-url?key=acme/other/nothing_SM01_audio.ogg",
        "/files/by-message?company_id=acme&message_id=SM01",
    ] {
        let problem = app.get(path).await.problem(404);
        insta::allow_duplicates! { insta::assert_json_snapshot!(problem); }
    }
}
