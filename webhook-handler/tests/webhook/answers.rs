//! What is answered, word for word.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::app::{App, Call, MESSAGE};
use crate::aws::Fault;

#[tokio::test]
async fn an_enqueued_message_is_acknowledged_without_a_word_to_the_sender() {
    let app = App::start().await;
    assert_json_snapshot!(app.post(&Call::form(&MESSAGE).signed()).await, @r#"
    {
      "statusCode": 200,
      "headers": {
        "content-type": "text/xml"
      },
      "body": "<Response/>",
      "isBase64Encoded": false
    }
    "#);
    assert_eq!(app.queued().len(), 1);
}

#[tokio::test]
async fn refusals_are_problem_documents() {
    let app = App::start().await;
    let call = Call::form(&MESSAGE);
    let mut get = call.clone().signed();
    get.method = "GET".into();
    let mut elsewhere = call.clone().signed();
    elsewhere.path = "/admin".into();
    let mut not_utf8 = call.clone().signed();
    not_utf8.body = b"Body=%ff".to_vec();
    let mut too_large = call.clone().signed();
    too_large.body = vec![b'x'; 64 * 1024 + 1];
    let without = |name: &str| {
        let pairs: Vec<_> = MESSAGE.into_iter().filter(|(n, _)| *n != name).collect();
        Call::form(&pairs).signed()
    };
    let refusals = [
        ("not found", elsewhere),
        ("method not allowed", get),
        ("too large", too_large),
        ("not signed", call.clone()),
        ("empty signature", call.clone().header("x-twilio-signature", "")),
        ("wrong signature", call.clone().signed_with("another token")),
        ("not utf-8", not_utf8),
        ("no message id", without("MessageSid")),
        ("no sender", without("From")),
        ("unusable sender", {
            let mut pairs = MESSAGE;
            pairs[2].1 = "whatsapp:";
            Call::form(&pairs).signed()
        }),
        ("json that is no object", Call::json("[1]").signed()),
    ];
    let mut answers = Vec::new();
    for (name, call) in refusals {
        let answer = app.post(&call).await;
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        answers.push(json!({"case": name, "headers": answer.headers, "body": body}));
        assert_eq!(body["status"], answer.status_code);
    }
    assert_json_snapshot!("refusals", answers);
    assert!(app.queued().is_empty());
}

#[tokio::test]
async fn base64_that_is_none_is_a_bad_request() {
    let app = App::start().await;
    let mut event = Call::form(&MESSAGE).signed().event();
    event.body = Some("!not base64!".into());
    assert_eq!(app.handler.handle(event, None).await.status_code, 400);
}

#[tokio::test]
async fn what_is_unavailable_says_when_to_try_again() {
    let app = App::start().await;
    app.aws.state.lock().unwrap().sqs = Fault::Status(500);
    assert_json_snapshot!(app.post(&Call::form(&MESSAGE).signed()).await, @r#"
    {
      "statusCode": 503,
      "headers": {
        "content-type": "application/problem+json",
        "retry-after": "1"
      },
      "body": "{\"type\":\"about:blank\",\"status\":503,\"title\":\"Service Unavailable\",\"detail\":\"The message could not be kept. Try again.\",\"request_id\":\"request-1\"}",
      "isBase64Encoded": false
    }
    "#);
}

#[tokio::test]
async fn what_is_not_the_webhook_costs_no_call_to_aws() {
    let app = App::start().await;
    let mut call = Call::form(&MESSAGE).signed();
    call.path = "/favicon.ico".into();
    assert_eq!(app.status(&call).await, 404);
    call.path = "/webhook".into();
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "", "post"] {
        call.method = method.into();
        assert_eq!(app.status(&call).await, 405, "{method}");
    }
    assert_eq!(app.status(&Call::form(&MESSAGE)).await, 401);
    assert_eq!(app.aws.calls("GetSecretValue"), 0);
}

#[tokio::test]
async fn a_stranger_is_answered_as_a_customer_is() {
    let app = App::start().await;
    let mut answers = Vec::new();
    for from in [
        "whatsapp:+61491570156",
        "whatsapp:+15550100000",
        "whatsapp:US.13491208655302741918",
    ] {
        let mut pairs = MESSAGE;
        pairs[2].1 = from;
        answers.push(app.post(&Call::form(&pairs).signed()).await);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

/// An event that is hardly one must end in an answer, not in a failed invocation.
#[tokio::test]
async fn an_event_with_next_to_nothing_in_it_is_answered() {
    let app = App::start().await;
    for event in [
        json!({}),
        json!({"headers": null, "body": null, "requestContext": {"stage": null, "domainName": null}}),
        json!({"rawPath": "/webhook", "requestContext": {"http": {"method": "POST"}}, "headers": {"X-Twilio-Signature": "é"}}),
    ] {
        let answer = app
            .handler
            .handle(serde_json::from_value(event).unwrap(), None)
            .await;
        assert!([404, 403].contains(&answer.status_code), "{answer:?}");
    }
}
