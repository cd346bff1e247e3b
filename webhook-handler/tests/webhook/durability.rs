//! The acknowledgement means durable: no 200 without SQS's word, whatever happens to the call.

use std::time::{Duration, Instant};

use crate::app::{App, Call, MESSAGE};
use crate::aws::Fault;

const FAULTS: [Fault; 10] = [
    Fault::Status(500),
    Fault::Status(503),
    Fault::Status(400),
    Fault::Hang,
    Fault::Reset,
    Fault::ResetAfterTaking,
    Fault::EmptyObject,
    Fault::EmptyMessageId,
    Fault::NotJson,
    Fault::CutShort,
];

#[tokio::test]
async fn a_queue_that_fails_is_never_an_acknowledgement() {
    let app = App::impatient().await;
    let call = Call::form(&MESSAGE).signed();
    let mut acknowledged = 0;
    for fault in FAULTS {
        app.aws.state.lock().unwrap().sqs = fault;
        for _ in 0..10 {
            let answer = app.post(&call).await;
            assert_eq!(answer.status_code, 503, "{fault:?}");
            acknowledged += usize::from(answer.status_code == 200);
            if fault == Fault::Hang {
                break;
            }
        }
    }
    assert_eq!(acknowledged, 0);
}

#[tokio::test]
async fn secrets_that_cannot_be_had_are_not_the_callers_fault() {
    let faults = FAULTS
        .into_iter()
        .filter(|fault| !matches!(fault, Fault::EmptyMessageId));
    for fault in faults {
        let app = App::impatient().await;
        app.aws.state.lock().unwrap().secrets_manager = fault;
        app.handler.prefetch().await;
        let call = Call::form(&MESSAGE).signed();
        assert_eq!(app.status(&call).await, 503, "{fault:?}");
        assert!(app.queued().is_empty());
        app.aws.state.lock().unwrap().secrets_manager = Fault::None;
        assert_eq!(app.status(&call).await, 200, "after {fault:?}");
    }
}

#[tokio::test]
async fn a_missing_secret_is_not_the_callers_fault() {
    let app = App::start().await;
    app.aws.state.lock().unwrap().secrets.clear();
    assert_eq!(app.status(&Call::form(&MESSAGE).signed()).await, 503);
}

#[tokio::test]
async fn a_fault_that_passes_is_survived_within_one_request() {
    let app = App::impatient().await;
    let call = Call::form(&MESSAGE).signed();
    app.handler.prefetch().await;
    app.aws.state.lock().unwrap().sqs = Fault::Hang;
    let mending = async {
        while app.aws.calls("SendMessage") == 0 {
            tokio::task::yield_now().await;
        }
        app.aws.state.lock().unwrap().sqs = Fault::None;
    };
    let (status, ()) = tokio::join!(app.status(&call), mending);
    assert_eq!(status, 200);
    assert_eq!(app.queued().len(), 1);
}

/// The clients' own limits are generous here: the function's limit has to hold without them.
#[tokio::test]
async fn an_answer_comes_in_time_whatever_aws_does() {
    for slow_secrets in [true, false] {
        let generous = Duration::from_secs(60);
        let app = App::waiting(generous, generous, &[]).await;
        {
            let mut state = app.aws.state.lock().unwrap();
            let fault = if slow_secrets {
                &mut state.secrets_manager
            } else {
                &mut state.sqs
            };
            *fault = Fault::Hang;
        }
        let handler = app.handler.answering_within(Duration::from_millis(200));
        let started = Instant::now();
        let answer = handler.handle(Call::form(&MESSAGE).signed().event(), None).await;
        assert_eq!(answer.status_code, 503);
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{:?}",
            started.elapsed()
        );
    }
}

#[test]
fn the_limits_leave_twilio_time_for_a_second_try() {
    use webhook_handler::handler::{ANSWER_WITHIN, CALL_BUDGET};
    const TWILIO_WAITS: Duration = Duration::from_secs(15);
    assert!(ANSWER_WITHIN * 2 < TWILIO_WAITS);
    assert!(CALL_BUDGET.attempt < CALL_BUDGET.operation && CALL_BUDGET.operation < ANSWER_WITHIN);
}

#[tokio::test]
async fn a_warm_request_makes_one_call() {
    let app = App::start().await;
    app.handler.prefetch().await;
    let fetched = app.aws.calls("GetSecretValue");
    for _ in 0..20 {
        assert_eq!(app.status(&Call::form(&MESSAGE).signed()).await, 200);
    }
    assert_eq!(app.aws.calls("GetSecretValue"), fetched);
    assert_eq!(app.aws.calls("SendMessage"), 20);
}
