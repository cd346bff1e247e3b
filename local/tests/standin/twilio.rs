//! Twilio's API: sending, listing, media, callbacks.

use axum::http::StatusCode;
use jiff::SignedDuration;
use local::standin::sign;
use serde_json::{Value, json};

use crate::app::{ACCOUNT, App, COMPANY, TOKEN, WORKER, answer, bytes, sample};

fn bodies(list: &Value) -> Vec<&str> {
    list["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["body"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_message_that_is_sent_is_listed_and_fetched() {
    let app = App::start().await;
    let (status, message) = app
        .send(&[("To", WORKER), ("From", COMPANY), ("Body", "Noted ✓")])
        .await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(message["direction"], "outbound-api");
    assert_eq!(message["status"], "queued");
    assert_eq!(message["date_created"], "Fri, 20 Nov 2026 12:00:00 +0000");
    let sid = message["sid"].as_str().unwrap();
    assert!(sid.len() == 34 && sid.starts_with("SM"), "{sid}");

    let (_, fetched) = app.get(&app.twilio(&format!("Messages/{sid}.json"))).await;
    assert_eq!(fetched["body"], "Noted ✓");
    let (_, list) = app.get(&app.twilio("Messages.json")).await;
    assert_eq!(bodies(&list), ["Noted ✓"]);
    assert_eq!(list["next_page_uri"], Value::Null);
    let expected = json!({
        "sid": sid, "to": WORKER, "from": COMPANY, "body": "Noted ✓", "created_at": "2026-11-20T12:00:00Z"
    });
    assert_eq!(app.sent().await, [expected]);
    assert_eq!(
        (app.count("twilio.send").await, app.count("twilio.list").await),
        (1, 1)
    );
}

#[tokio::test]
async fn only_the_accounts_credentials_are_taken() {
    let app = App::start().await;
    let url = app.twilio("Messages.json");
    for request in [
        app.http.get(&url),
        app.http.get(&url).basic_auth(ACCOUNT, Some("wrong")),
        app.http.get(&url).basic_auth("AC99", Some(TOKEN)),
        app.http.get(&url).bearer_auth(TOKEN),
    ] {
        let (status, body) = answer(request.send().await.unwrap()).await;
        assert_eq!((status, &body["code"]), (StatusCode::UNAUTHORIZED, &json!(20003)));
    }
    let elsewhere = app.url("/2010-04-01/Accounts/AC99/Messages.json");
    assert_eq!(app.get(&elsewhere).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_twilio_refuses_is_refused_with_its_codes() {
    let app = App::start().await;
    let long = "x".repeat(1601);
    // Each of these is two UTF-16 code units.
    let long_in_units = "🚰".repeat(801);
    for (form, code) in [
        (vec![("From", COMPANY), ("Body", "x")], 21604),
        (vec![("To", WORKER), ("Body", "x")], 21603),
        (vec![("To", WORKER), ("From", COMPANY)], 21602),
        (
            vec![("To", WORKER), ("From", COMPANY), ("Body", long.as_str())],
            21617,
        ),
        (
            vec![
                ("To", WORKER),
                ("From", COMPANY),
                ("Body", long_in_units.as_str()),
            ],
            21617,
        ),
        (
            vec![("To", "whatsapp:0400"), ("From", COMPANY), ("Body", "x")],
            21211,
        ),
        (vec![("To", WORKER), ("From", WORKER), ("Body", "x")], 63007),
        (
            vec![
                ("To", WORKER),
                ("From", COMPANY),
                ("Body", "x"),
                ("StatusCallback", "nowhere"),
            ],
            21609,
        ),
    ] {
        let (status, body) = app.send(&form).await;
        assert_eq!(
            (status, &body["code"], &body["status"]),
            (StatusCode::BAD_REQUEST, &json!(code), &json!(400))
        );
        assert_eq!(
            body["more_info"],
            format!("https://www.twilio.com/docs/errors/{code}")
        );
    }
    assert!(app.sent().await.is_empty());
    let (status, _) = app
        .send(&[("To", WORKER), ("From", COMPANY), ("Body", &long[..1600])])
        .await;
    assert_eq!(status, StatusCode::CREATED);
    let user = [
        ("To", "whatsapp:US.13491208655302741918"),
        ("From", COMPANY),
        ("Body", "x"),
    ];
    assert_eq!(app.send(&user).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn the_list_is_filtered_by_day_in_gmt_and_by_address() {
    let app = App::start().await;
    app.say("friday").await;
    app.ordered(
        "inbound",
        json!({ "From": WORKER, "Body": "from the worker", "deliver": false }),
    )
    .await;
    app.clock.advance(SignedDuration::from_hours(13));
    app.say("saturday").await;

    let list = async |query: &str| app.get(&app.twilio(&format!("Messages.json?{query}"))).await.1;
    assert_eq!(bodies(&list("").await), ["saturday", "from the worker", "friday"]);
    assert_eq!(
        bodies(&list("DateSent=2026-11-20").await),
        ["from the worker", "friday"]
    );
    assert_eq!(bodies(&list("DateSent>=2026-11-21").await), ["saturday"]);
    assert_eq!(
        bodies(&list("DateSent%3E=2026-11-20&DateSent%3C=2026-11-20").await),
        ["from the worker", "friday"]
    );
    assert_eq!(bodies(&list("DateSent<=2026-11-19").await), Vec::<&str>::new());
    // Of a time only the day counts.
    assert_eq!(bodies(&list("DateSent>=2026-11-20T23:00:00Z").await).len(), 3);
    assert_eq!(
        bodies(&list("To=whatsapp%3A%2B61491570110").await),
        ["from the worker"]
    );
    assert_eq!(
        bodies(&list("From=whatsapp%3A%2B61491570110&DateSent=2026-11-20").await),
        ["friday"]
    );
    assert_eq!(list("DateSent=yesterday").await["status"], 400);
    let inbound = &list("To=whatsapp%3A%2B61491570110").await["messages"][0];
    assert_eq!(
        (&inbound["direction"], &inbound["num_media"]),
        (&json!("inbound"), &json!("0"))
    );
}

#[tokio::test]
async fn pages_follow_each_other_whatever_arrives_between() {
    let app = App::start().await;
    for number in 0..7 {
        app.say(&number.to_string()).await;
        app.clock.advance(SignedDuration::from_secs(1));
    }
    let mut uri = Some(format!(
        "/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=3&From={}",
        "whatsapp%3A%2B61491570110"
    ));
    let mut seen = Vec::new();
    while let Some(next) = uri {
        let (status, page) = app.get(&app.url(&next)).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert_eq!(page["page_size"], 3);
        seen.extend(bodies(&page).iter().map(|b| (*b).to_owned()));
        uri = page["next_page_uri"].as_str().map(str::to_owned);
        app.clock.advance(SignedDuration::from_secs(1));
        app.say("late").await;
    }
    assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
}

#[tokio::test]
async fn the_list_lags_and_hides_bodies_when_told_to() {
    let app = App::start().await;
    app.ordered("settings", json!({ "list_lag_ms": 5000, "redact": true }))
        .await;
    let sid = app.say("secret").await;
    let listed = async || app.get(&app.twilio("Messages.json")).await.1;
    assert!(bodies(&listed().await).is_empty());
    let (_, fetched) = app.get(&app.twilio(&format!("Messages/{sid}.json"))).await;
    assert_eq!(fetched["body"], "");
    app.clock.advance(SignedDuration::from_secs(5));
    assert_eq!(bodies(&listed().await), [""]);
    assert_eq!(app.sent().await[0]["body"], "secret");
}

#[tokio::test]
async fn media_is_behind_a_redirect_to_an_origin_that_wants_no_credentials() {
    let app = App::start().await;
    let note = sample("voice-note-1.ogg");
    let url = app.put("/_control/media/note", "audio/ogg", note.clone()).await["url"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(url.starts_with(&app.twilio("Messages/MM")), "{url}");

    assert_eq!(
        app.http.get(&url).send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    let redirect = app
        .http
        .get(&url)
        .basic_auth(ACCOUNT, Some(TOKEN))
        .send()
        .await
        .unwrap();
    assert_eq!(redirect.status(), StatusCode::TEMPORARY_REDIRECT);
    let location = redirect.headers()["location"].to_str().unwrap().to_owned();
    assert!(
        location.starts_with(&format!("http://{}/", app.handle.media_addr())),
        "{location}"
    );

    let download = app.http.get(&location).send().await.unwrap();
    assert_eq!(download.headers()["content-type"], "audio/ogg");
    assert_eq!(bytes(download).await, note);
    assert_eq!(app.count("twilio.media.credentials_leaked").await, 0);

    assert_eq!(app.get(&location).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(app.count("twilio.media.credentials_leaked").await, 1);
    assert_eq!(
        (
            app.count("twilio.media").await,
            app.count("twilio.media.cdn").await
        ),
        (2, 2)
    );
}

#[tokio::test]
async fn media_of_a_message_is_listed_until_it_is_deleted() {
    let app = App::start().await;
    let url = app
        .put("/_control/media/n", "audio/ogg", sample("voice-note-1.ogg"))
        .await["url"]
        .clone();
    let inbound = json!({ "From": WORKER, "MediaUrl0": url, "deliver": false });
    let sid = app.ordered("inbound", inbound).await["sid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(sid.starts_with("MM"));
    let (_, message) = app.get(&app.twilio(&format!("Messages/{sid}.json"))).await;
    assert_eq!(message["num_media"], "1");
    let (_, list) = app
        .get(&app.url(message["subresource_uris"]["media"].as_str().unwrap()))
        .await;
    let item = &list["media_list"][0];
    assert_eq!(
        (&item["content_type"], &item["parent_sid"]),
        (&json!("audio/ogg"), &json!(sid))
    );

    // The address that is built from the list leads to the same bytes.
    let address = app.url(item["uri"].as_str().unwrap().strip_suffix(".json").unwrap());
    let authorized = |request: reqwest::RequestBuilder| request.basic_auth(ACCOUNT, Some(TOKEN)).send();
    let status = async |request| authorized(request).await.unwrap().status();
    assert_eq!(
        status(app.http.get(&address)).await,
        StatusCode::TEMPORARY_REDIRECT
    );
    assert_eq!(status(app.http.delete(&address)).await, StatusCode::NO_CONTENT);
    assert_eq!(status(app.http.get(&address)).await, StatusCode::NOT_FOUND);
    assert_eq!(status(app.http.delete(&address)).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_callback_tells_sent_and_delivered_and_is_signed() {
    let app = App::start().await;
    let callback = format!("{}?m=SM1&p=1", app.webhook.url);
    let (_, message) = app
        .send(&[
            ("To", WORKER),
            ("From", COMPANY),
            ("Body", "hi"),
            ("StatusCallback", &callback),
        ])
        .await;
    let received = app
        .webhook
        .wait_for(2, |r| r.param("MessageStatus").is_some())
        .await;
    let statuses: Vec<_> = received
        .iter()
        .map(|r| r.param("MessageStatus").unwrap())
        .collect();
    assert_eq!(statuses, ["sent", "delivered"]);
    for callback in &received {
        assert_eq!(callback.url, format!("{}?m=SM1&p=1", app.webhook.url));
        assert_eq!(callback.param("MessageSid"), message["sid"].as_str());
        assert_eq!(
            (callback.param("To"), callback.param("From")),
            (Some(WORKER), Some(COMPANY))
        );
        assert_eq!(callback.param("AccountSid"), Some(ACCOUNT));
        assert_eq!(callback.signature(), sign(TOKEN, &callback.url, &callback.params));
    }
}

#[tokio::test]
async fn a_delivery_can_fail_and_a_callback_can_get_lost() {
    let app = App::start().await;
    let form = |body| {
        [
            ("To", WORKER),
            ("From", COMPANY),
            ("Body", body),
            ("StatusCallback", app.webhook.url.as_str()),
        ]
    };
    app.ordered(
        "faults",
        json!({ "on": "twilio.callback", "times": 1, "code": 63016 }),
    )
    .await;
    let (_, message) = app.send(&form("refused")).await;
    let failed = app.webhook.wait_for(1, |r| r.param("ErrorCode").is_some()).await;
    assert_eq!(
        (failed[0].param("MessageStatus"), failed[0].param("ErrorCode")),
        (Some("undelivered"), Some("63016"))
    );
    let sid = message["sid"].as_str().unwrap();
    let (_, fetched) = app.get(&app.twilio(&format!("Messages/{sid}.json"))).await;
    assert_eq!(
        (&fetched["status"], &fetched["error_code"]),
        (&json!("undelivered"), &json!(63016))
    );

    app.ordered(
        "faults",
        json!({ "on": "twilio.callback", "times": 1, "reset": true }),
    )
    .await;
    let (_, message) = app.send(&form("half told")).await;
    let sid = message["sid"].as_str();
    let told = app.webhook.wait_for(1, |r| r.param("MessageSid") == sid).await;
    assert_eq!(told[0].param("MessageStatus"), Some("delivered"));
}

#[tokio::test]
async fn what_was_under_way_when_all_was_forgotten_is_forgotten_too() {
    let app = App::start().await;
    let form = [
        ("To", WORKER),
        ("From", COMPANY),
        ("Body", "hi"),
        ("StatusCallback", app.webhook.url.as_str()),
    ];
    app.ordered(
        "faults",
        json!({ "on": "twilio.callback", "times": 1, "delay_ms": 50 }),
    )
    .await;
    let (_, forgotten) = app.send(&form).await;
    app.http.delete(app.url("/_control/state")).send().await.unwrap();
    // By the time this one is told, the other one's time has passed.
    app.ordered(
        "faults",
        json!({ "on": "twilio.callback", "times": 2, "delay_ms": 100 }),
    )
    .await;
    let (_, message) = app.send(&form).await;
    let sid = message["sid"].as_str();
    app.webhook.wait_for(2, |r| r.param("MessageSid") == sid).await;
    assert!(
        app.webhook
            .received()
            .iter()
            .all(|r| r.param("MessageSid") != forgotten["sid"].as_str())
    );
}
