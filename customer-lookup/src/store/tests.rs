use std::sync::Mutex as StdMutex;

use shared::clock::ManualClock;

use super::*;

/// Remembers what it was told.
#[derive(Debug, Default)]
struct Told(StdMutex<Vec<String>>);

impl Reporter for Told {
    fn report(&self, finding: &Finding<'_>) {
        let text = match finding {
            Finding::Broken { file, fault } => format!("{file} {fault}"),
            other => format!("{other:?}"),
        };
        self.0.lock().unwrap().push(text);
    }
}

struct Bench {
    store: Store,
    clock: ManualClock,
    told: Arc<Told>,
    cached: Cached<u32>,
    asked: StdMutex<Vec<Option<String>>>,
}

fn bench(presence: Presence) -> Bench {
    let clock = ManualClock::at("2026-11-20T00:00:00Z".parse().unwrap());
    let told = Arc::new(Told::default());
    let nowhere = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .build();
    Bench {
        store: Store {
            bucket: Bucket::new(&nowhere, "nowhere"),
            clock: Arc::new(clock.clone()),
            reporter: told.clone(),
        },
        clock,
        told,
        cached: Cached::new(DataFile::Customers, presence),
        asked: StdMutex::default(),
    }
}

impl Bench {
    async fn get(&self, answer: Result<Fetched<u32>, BucketError>) -> Result<Option<u32>, String> {
        let read = self.cached.get(&self.store, |known| async move {
            self.asked
                .lock()
                .unwrap()
                .push(known.map(|etag| etag.as_str().to_owned()));
            answer
        });
        match read.await {
            Ok(value) => Ok(value.map(|value| *value)),
            Err(error) => Err(error.error_type().to_owned()),
        }
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn told(&self) -> Vec<String> {
        self.told.0.lock().unwrap().clone()
    }

    fn minute(&self) {
        self.clock.advance(REVALIDATE_AFTER);
    }
}

fn new(version: u32) -> Result<Fetched<u32>, BucketError> {
    Ok(Fetched::New {
        etag: ETag::from_header(format!("v{version}")),
        value: version,
    })
}

fn broken(version: u32) -> Result<Fetched<u32>, BucketError> {
    Ok(Fetched::Broken {
        etag: ETag::from_header(format!("v{version}")),
        fault: Fault::NoList("customers"),
    })
}

fn down() -> Result<Fetched<u32>, BucketError> {
    Err(BucketError::AccessDenied {
        operation: "GetObject",
    })
}

#[tokio::test]
async fn a_file_is_looked_at_at_most_once_a_minute_by_its_version() {
    let bench = bench(Presence::Required);
    assert_eq!(bench.get(new(1)).await, Ok(Some(1)));
    bench.clock.advance(SignedDuration::from_millis(59_999));
    assert_eq!(bench.get(new(2)).await, Ok(Some(1)));
    assert_eq!(bench.asked(), 1);
    bench.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(bench.get(Ok(Fetched::Same)).await, Ok(Some(1)));
    assert_eq!(*bench.asked.lock().unwrap(), [None, Some("v1".to_owned())]);
    bench.minute();
    assert_eq!(bench.get(new(2)).await, Ok(Some(2)));
    bench.clock.advance(SignedDuration::from_hours(-1));
    assert_eq!(
        bench.get(new(3)).await,
        Ok(Some(3)),
        "a clock that was set back does not stop the looking"
    );
}

#[tokio::test]
async fn callers_that_come_together_wait_for_one_look() {
    let bench = bench(Presence::Required);
    let both = tokio::join!(bench.get(new(1)), bench.get(new(2)), bench.get(new(3)));
    assert_eq!(both, (Ok(Some(1)), Ok(Some(1)), Ok(Some(1))));
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn a_broken_version_leaves_the_last_good_one_and_is_told_once() {
    let bench = bench(Presence::Required);
    bench.get(new(1)).await.unwrap();
    for answer in [broken(2), Ok(Fetched::Same), Ok(Fetched::Same), down()] {
        bench.minute();
        assert_eq!(bench.get(answer).await, Ok(Some(1)));
    }
    assert_eq!(
        bench
            .told()
            .iter()
            .filter(|text| text.starts_with("customers.json"))
            .count(),
        1
    );
    assert_eq!(
        bench.asked.lock().unwrap().last().unwrap().as_deref(),
        Some("v2"),
        "asked about the broken one"
    );
    bench.minute();
    bench.get(broken(3)).await.unwrap();
    assert_eq!(
        bench
            .told()
            .iter()
            .filter(|text| text.starts_with("customers.json"))
            .count(),
        2
    );
    bench.minute();
    assert_eq!(bench.get(new(4)).await, Ok(Some(4)));
}

#[tokio::test]
async fn a_required_file_that_goes_missing_is_a_fault_and_its_last_version_is_used() {
    let bench = bench(Presence::Required);
    bench.get(new(1)).await.unwrap();
    for answer in [
        Ok(Fetched::Missing),
        Ok(Fetched::Missing),
        Ok(Fetched::Same),
        Ok(Fetched::Missing),
    ] {
        bench.minute();
        assert_eq!(bench.get(answer).await, Ok(Some(1)));
    }
    assert_eq!(bench.told(), ["customers.json it is not there"; 2]);
}

#[tokio::test]
async fn an_optional_file_may_come_and_go() {
    let bench = bench(Presence::Optional);
    assert_eq!(bench.get(Ok(Fetched::Missing)).await, Ok(None));
    assert_eq!(
        bench.get(new(1)).await,
        Ok(None),
        "absence is held for a minute as well"
    );
    bench.minute();
    assert_eq!(bench.get(new(1)).await, Ok(Some(1)));
    bench.minute();
    assert_eq!(bench.get(Ok(Fetched::Missing)).await, Ok(None));
    assert!(bench.told().is_empty());
}

#[tokio::test]
async fn as_long_as_there_is_nothing_every_call_asks_and_says_what_is_wrong() {
    let bench = bench(Presence::Required);
    let wrong = |kind: &str| Err(kind.to_owned());
    assert_eq!(
        bench.get(Ok(Fetched::Missing)).await,
        wrong("CustomerDataMissing")
    );
    assert_eq!(bench.get(down()).await, wrong("CustomerDataUnavailable"));
    assert_eq!(bench.get(broken(1)).await, wrong("CustomerDataUnusable"));
    assert_eq!(bench.get(Ok(Fetched::Same)).await, wrong("CustomerDataUnusable"));
    assert_eq!(bench.get(new(2)).await, Ok(Some(2)));
    assert_eq!(bench.told().len(), 2, "missing once, broken once");
}
