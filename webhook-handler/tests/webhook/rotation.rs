//! Keys change while messages come in: no valid request is refused, and a retired key is.

use jiff::SignedDuration;
use serde_json::json;
use webhook_handler::signature::Algorithm;

use crate::app::{App, Call, MESSAGE, SHARED_KEYS_SECRET, TOKEN, TOKEN_SECRET, URL};

const NEW_TOKEN: &str = "fedcba9876543210fedcba9876543210";

fn old() -> Call {
    Call::form(&MESSAGE).signed_with(TOKEN)
}

fn new() -> Call {
    Call::form(&MESSAGE).signed_with(NEW_TOKEN)
}

#[tokio::test]
async fn a_token_put_a_moment_ago_is_found() {
    let app = App::start().await;
    assert_eq!(app.status(&old()).await, 200);
    app.clock.advance(SignedDuration::from_secs(11));
    app.put_secret(TOKEN_SECRET, NEW_TOKEN, Some(TOKEN));
    assert_eq!(app.status(&new()).await, 200);
    assert_eq!(app.status(&old()).await, 200);
}

#[tokio::test]
async fn the_previous_token_dies_after_its_hours() {
    let app = App::with(&[("PREVIOUS_TOKEN_HOURS", "2")]).await;
    app.put_secret(TOKEN_SECRET, NEW_TOKEN, Some(TOKEN));
    for (minutes, expected) in [(0, 200), (119, 200), (1, 403), (60, 403)] {
        app.clock.advance(SignedDuration::from_mins(minutes));
        assert_eq!(app.status(&old()).await, expected, "{minutes} minutes later");
        assert_eq!(app.status(&new()).await, 200);
    }
}

#[tokio::test]
async fn no_previous_token_is_accepted_where_none_is_wanted() {
    let app = App::with(&[("PREVIOUS_TOKEN_HOURS", "0")]).await;
    app.put_secret(TOKEN_SECRET, NEW_TOKEN, Some(TOKEN));
    assert_eq!(app.status(&old()).await, 403);
    assert_eq!(app.status(&new()).await, 200);
}

#[tokio::test]
async fn a_token_from_before_the_previous_one_is_dead() {
    let app = App::start().await;
    assert_eq!(app.status(&old()).await, 200);
    app.put_secret(TOKEN_SECRET, "third", Some(NEW_TOKEN));
    app.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(app.status(&old()).await, 403);
    assert_eq!(app.status(&new()).await, 200);
}

#[tokio::test]
async fn a_flood_of_forged_requests_is_no_flood_of_calls() {
    let app = App::start().await;
    let forged = Call::form(&MESSAGE).signed_with("a guess");
    for _ in 0..50 {
        assert_eq!(app.status(&forged).await, 403);
    }
    // One fetch is two calls: the current version and the previous one.
    assert_eq!(app.aws.calls("GetSecretValue"), 2);
    app.clock.advance(SignedDuration::from_secs(10));
    for _ in 0..50 {
        assert_eq!(app.status(&forged).await, 403);
    }
    assert_eq!(app.aws.calls("GetSecretValue"), 4);
    assert!(app.queued().is_empty());
}

/// Requests of both kinds overlap with the rotation, in both orders in which its two halves can happen.
#[tokio::test]
async fn a_rotation_under_load_refuses_nothing() {
    for twilio_first in [false, true] {
        let app = App::start().await;
        let mut refused = 0;
        for second in 0..40 {
            app.clock.advance(SignedDuration::from_secs(1));
            let (put_at, switched_at) = if twilio_first { (20, 20) } else { (12, 25) };
            if second == put_at {
                app.put_secret(TOKEN_SECRET, NEW_TOKEN, Some(TOKEN));
            }
            // For some seconds Twilio's servers sign with either.
            let first = if second >= switched_at { new() } else { old() };
            let other = if (switched_at..switched_at + 10).contains(&second) {
                old()
            } else {
                first.clone()
            };
            let (a, b) = (|| app.status(&first), || app.status(&other));
            let (one, two, three, four) = tokio::join!(a(), b(), a(), b());
            refused += [one, two, three, four]
                .iter()
                .filter(|status| **status != 200)
                .count();
        }
        assert_eq!(refused, 0, "twilio first: {twilio_first}");
        assert_eq!(app.queued().len(), 160);
    }
}

fn shared_keys(keys: &[(&str, &str, &str)]) -> String {
    let object = keys.iter().map(|(id, algorithm, secret)| {
        (
            (*id).to_owned(),
            json!({"algorithm": algorithm, "secret": secret}),
        )
    });
    serde_json::Value::Object(object.collect()).to_string()
}

fn signed_by_key(id: &str, claimed: &str, algorithm: Algorithm, secret: &str) -> Call {
    Call::form(&MESSAGE).signed_for(URL, algorithm, secret).header(
        "x-twilio-webhooks-signature-settings",
        &format!("key={id},algorithm={claimed}"),
    )
}

async fn with_shared_keys() -> App {
    let app = App::with(&[("TWILIO_SHARED_KEYS_SECRET_ARN", SHARED_KEYS_SECRET)]).await;
    let keys = shared_keys(&[
        ("webhooks_sharedkey_1", "HMAC_SHA256", "first secret"),
        ("webhooks_sharedkey_2", "HMAC_SHA256", "second secret"),
        ("webhooks_sharedkey_3", "HMAC_SHA1", "third secret"),
    ]);
    app.put_secret(SHARED_KEYS_SECRET, &keys, None);
    app
}

#[tokio::test]
async fn a_shared_key_is_looked_up_by_its_id() {
    let app = with_shared_keys().await;
    app.handler.prefetch().await;
    for (id, claimed, algorithm, secret, expected) in [
        (
            "webhooks_sharedkey_1",
            "HMAC_SHA256",
            Algorithm::HmacSha256,
            "first secret",
            200,
        ),
        (
            "webhooks_sharedkey_2",
            "hmac_sha256",
            Algorithm::HmacSha256,
            "second secret",
            200,
        ),
        (
            "webhooks_sharedkey_3",
            "HMAC_SHA1",
            Algorithm::HmacSha1,
            "third secret",
            200,
        ),
        // Another key's secret, another algorithm than the configured one, and what is not configured at all.
        (
            "webhooks_sharedkey_1",
            "HMAC_SHA256",
            Algorithm::HmacSha256,
            "second secret",
            403,
        ),
        (
            "webhooks_sharedkey_1",
            "HMAC_SHA1",
            Algorithm::HmacSha1,
            "first secret",
            403,
        ),
        (
            "webhooks_sharedkey_3",
            "HMAC_SHA256",
            Algorithm::HmacSha256,
            "third secret",
            403,
        ),
        (
            "webhooks_sharedkey_1",
            "HMAC_SHA256",
            Algorithm::HmacSha1,
            "first secret",
            403,
        ),
        (
            "webhooks_sharedkey_9",
            "HMAC_SHA256",
            Algorithm::HmacSha256,
            "first secret",
            403,
        ),
        (
            "webhooks_sharedkey_1",
            "HMAC_SHA512",
            Algorithm::HmacSha256,
            "first secret",
            403,
        ),
        (
            "webhooks_sharedkey_9",
            "HMAC_SHA256",
            Algorithm::HmacSha256,
            "",
            403,
        ),
        (
            "webhooks_sharedkey_9",
            "HMAC_SHA1",
            Algorithm::HmacSha1,
            TOKEN,
            403,
        ),
        (
            "webhooks_sharedkey_1",
            "HMAC_SHA256",
            Algorithm::HmacSha256,
            TOKEN,
            403,
        ),
    ] {
        let call = signed_by_key(id, claimed, algorithm, secret);
        assert_eq!(app.status(&call).await, expected, "{id} {claimed} {secret}");
    }
    // The auth token goes on being accepted beside the keys.
    assert_eq!(app.status(&old()).await, 200);
}

#[tokio::test]
async fn shared_keys_are_rotated_by_adding_and_removing() {
    let app = with_shared_keys().await;
    let call = |n: u32, secret| {
        signed_by_key(
            &format!("webhooks_sharedkey_{n}"),
            "HMAC_SHA256",
            Algorithm::HmacSha256,
            secret,
        )
    };
    assert_eq!(app.status(&call(1, "first secret")).await, 200);
    app.clock.advance(SignedDuration::from_secs(11));
    let keys = shared_keys(&[
        ("webhooks_sharedkey_2", "HMAC_SHA256", "second secret"),
        ("webhooks_sharedkey_4", "HMAC_SHA256", "fourth secret"),
    ]);
    app.put_secret(SHARED_KEYS_SECRET, &keys, None);
    assert_eq!(app.status(&call(4, "fourth secret")).await, 200);
    assert_eq!(app.status(&call(1, "first secret")).await, 403);
}

#[tokio::test]
async fn without_shared_keys_a_claim_of_one_is_refused_at_no_cost() {
    let app = App::start().await;
    let call = signed_by_key(
        "webhooks_sharedkey_1",
        "HMAC_SHA256",
        Algorithm::HmacSha256,
        TOKEN,
    );
    assert_eq!(app.status(&call).await, 403);
    assert_eq!(app.aws.calls("GetSecretValue"), 0);
}

#[tokio::test]
async fn broken_shared_keys_are_not_the_callers_fault() {
    let app = with_shared_keys().await;
    app.put_secret(SHARED_KEYS_SECRET, "not json", None);
    let call = signed_by_key(
        "webhooks_sharedkey_1",
        "HMAC_SHA256",
        Algorithm::HmacSha256,
        "first secret",
    );
    assert_eq!(app.status(&call).await, 503);
    assert_eq!(app.status(&old()).await, 200);
}
