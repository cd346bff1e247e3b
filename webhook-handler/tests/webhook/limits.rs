//! One byte over each limit.

use shared::limits::{MAX_MEDIA_ITEMS, MAX_WEBHOOK_BODY_BYTES};

use crate::app::{App, Call, MESSAGE};

/// A signed message whose form has this many bytes.
fn of_size(bytes: usize) -> Call {
    let mut call = Call::form(&MESSAGE);
    call.body.extend(b"&Filler=");
    assert!(call.body.len() < bytes);
    call.body.resize(bytes, b'x');
    call.signed()
}

#[tokio::test]
async fn the_largest_body_is_taken_and_a_larger_one_is_not() {
    let app = App::start().await;
    for base64 in [true, false] {
        for (bytes, expected) in [
            (MAX_WEBHOOK_BODY_BYTES - 1, 200),
            (MAX_WEBHOOK_BODY_BYTES, 200),
            (MAX_WEBHOOK_BODY_BYTES + 1, 413),
            (MAX_WEBHOOK_BODY_BYTES + 2, 413),
            (MAX_WEBHOOK_BODY_BYTES * 80, 413),
        ] {
            let mut call = of_size(bytes);
            call.base64 = base64;
            assert_eq!(
                app.status(&call).await,
                expected,
                "{bytes} bytes, base64 {base64}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_worth_a_secret() {
    let app = App::start().await;
    assert_eq!(app.status(&of_size(MAX_WEBHOOK_BODY_BYTES + 1)).await, 413);
    assert_eq!(app.aws.calls("GetSecretValue"), 0);
}

#[tokio::test]
async fn an_identifier_longer_than_twilios_is_refused() {
    let app = App::start().await;
    for (sid, expected) in [
        ("SM0123456789abcdef0123456789abcdef", 200),
        ("SM0123456789abcdef0123456789abcdef0", 400),
    ] {
        let mut pairs = MESSAGE;
        pairs[0].1 = sid;
        assert_eq!(app.status(&Call::form(&pairs).signed()).await, expected, "{sid}");
    }
}

#[tokio::test]
async fn an_address_longer_than_any_is_refused() {
    let app = App::start().await;
    for (length, expected) in [(256, 200), (257, 400)] {
        let from = format!("whatsapp:{}", "9".repeat(length - "whatsapp:".len()));
        let mut pairs = MESSAGE;
        pairs[2].1 = &from;
        assert_eq!(
            app.status(&Call::form(&pairs).signed()).await,
            expected,
            "{length} bytes"
        );
    }
}

#[tokio::test]
async fn the_attachment_after_the_last_is_kept_aside() {
    let app = App::start().await;
    let names: Vec<String> = (0..=MAX_MEDIA_ITEMS)
        .map(|index| format!("MediaUrl{index}"))
        .collect();
    let mut pairs = MESSAGE.to_vec();
    pairs.extend(
        names
            .iter()
            .map(|name| (name.as_str(), "https://api.twilio.com/x")),
    );
    assert_eq!(app.status(&Call::form(&pairs).signed()).await, 200);
    let message = &app.queued()[0];
    assert_eq!(message["media"].as_array().unwrap().len(), MAX_MEDIA_ITEMS);
    assert_eq!(
        message["other"][format!("MediaUrl{MAX_MEDIA_ITEMS}")][0],
        "https://api.twilio.com/x"
    );
}

#[tokio::test]
async fn as_many_parameters_as_fit_are_no_trouble() {
    let app = App::start().await;
    let mut call = Call::form(&MESSAGE);
    let mut number = 0;
    while call.body.len() + 10 < MAX_WEBHOOK_BODY_BYTES {
        call.body.extend(format!("&{number}").bytes());
        number += 1;
    }
    assert_eq!(app.status(&call.signed()).await, 200);
}
