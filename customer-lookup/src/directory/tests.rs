use std::collections::HashSet;

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use shared::address::E164;

use super::*;
use crate::data_file::Fault;

fn build(file: &[u8], piece: usize) -> Result<Directory, Fault> {
    let mut builder = DirectoryBuilder::reading_every(piece, Some(file.len()));
    for bytes in file.chunks(piece) {
        builder.push(bytes)?;
    }
    builder.finish()
}

fn directory(file: &Value) -> Directory {
    build(file.to_string().as_bytes(), 1000).unwrap()
}

fn by_number(text: &str) -> Sender {
    Sender {
        number: Some(number(text)),
        user_id: None,
    }
}

fn number(text: &str) -> Number {
    Number::from(&E164::from_loose(text).unwrap())
}

/// The ids of the records that may be the sender's, in the order in which they count.
fn ids(directory: &Directory, sender: &Sender, to: Option<&str>) -> Vec<String> {
    let candidates = directory.candidates(sender, to.map(number));
    let entries = candidates
        .into_iter()
        .filter_map(|candidate| directory.entry(candidate));
    entries
        .map(|entry| entry.record.customer_id.to_string())
        .collect()
}

fn worker(id: &str, phone_number: &str) -> Value {
    json!({"customer_id": id, "company_id": "acme", "company_name": "Acme", "phone_number": phone_number})
}

#[test]
fn a_worker_is_found_in_an_array_and_in_an_object_however_the_number_is_written() {
    let list = json!([
        worker("cu_1", "+61491570156"),
        worker("cu_2", "whatsapp:+61 491 570 157"),
        worker("cu_3", "+61-491-570-158"),
    ]);
    for file in [
        list.clone(),
        json!({"customers": list, "exported_by": "the office"}),
    ] {
        let directory = directory(&file);
        for (number, id) in [
            ("+61491570156", "cu_1"),
            ("+61491570157", "cu_2"),
            ("+61491570158", "cu_3"),
        ] {
            assert_eq!(ids(&directory, &by_number(number), None), [id]);
        }
        assert!(ids(&directory, &by_number("+61491570159"), None).is_empty());
    }
}

#[test]
fn a_worker_without_a_number_is_found_by_user_id() {
    let mut record = worker("cu_1", "+61491570156");
    record["user_id"] = json!("US.13491208655302741918");
    let directory = directory(&json!([record]));
    let by_id = Sender {
        number: None,
        user_id: Some("US.13491208655302741918".parse().unwrap()),
    };
    assert_eq!(ids(&directory, &by_id, None), ["cu_1"]);
    assert_eq!(ids(&directory, &by_number("+61491570156"), None), ["cu_1"]);
}

#[test]
fn a_record_for_one_address_is_not_one_for_another_or_for_any() {
    let mut first = worker("cu_first", "+61491570156");
    first["to"] = json!("whatsapp:+61 491 570 110");
    let mut second = worker("cu_second", "+61491570156");
    second["to"] = json!("+61491570111");
    let directory = directory(&json!([first, second]));
    let sender = by_number("+61491570156");
    assert_eq!(ids(&directory, &sender, Some("+61491570110")), ["cu_first"]);
    assert_eq!(ids(&directory, &sender, Some("+61491570111")), ["cu_second"]);
    assert!(ids(&directory, &sender, Some("+61491570112")).is_empty());
    assert!(ids(&directory, &sender, None).is_empty());
    assert_eq!(directory.report().duplicate, 0);
}

#[test]
fn of_two_active_records_the_first_counts_and_the_second_is_reported_without_the_number() {
    let mut gone = worker("cu_gone", "+61491570156");
    gone["active"] = json!(false);
    let directory = directory(&json!([
        gone,
        worker("cu_first", "+61 491 570 156"),
        worker("cu_second", "whatsapp:+61491570156"),
        worker("cu_third", "+61491570156"),
    ]));
    assert_eq!(ids(&directory, &by_number("+61491570156"), None), ["cu_first"]);
    let report = directory.report();
    assert_eq!(
        (report.records, report.usable, report.inactive, report.duplicate),
        (4, 3, 1, 2)
    );
    let pairs: Vec<_> = report
        .duplicates
        .iter()
        .map(|pair| (pair.kept.as_str(), pair.skipped.as_str()))
        .collect();
    assert_eq!(pairs, [("cu_first", "cu_second"), ("cu_first", "cu_third")]);
    assert!(!format!("{report:?}").contains("570156"));
}

#[test]
fn a_number_in_a_national_form_is_a_candidate_for_every_number_it_may_be() {
    let mut elsewhere = worker("cu_elsewhere", "0491 570 156");
    elsewhere["company_id"] = json!("other");
    let directory = directory(&json!([
        worker("cu_1", "0491 570 156"),
        elsewhere,
        worker("cu_2", "0491 570 157"),
        worker("cu_3", "0491 570 156"),
    ]));
    let sender = by_number("+61491570156");
    assert_eq!(ids(&directory, &sender, None), ["cu_1", "cu_elsewhere"]);
    assert!(
        directory
            .candidates(&sender, None)
            .iter()
            .all(|candidate| candidate.needs_country())
    );
    let pairs = &directory.report().duplicates;
    assert_eq!((pairs.len(), pairs[0].skipped.as_str()), (1, "cu_3"));
}

#[test]
fn one_number_in_many_companies_stays_cheap() {
    let records: Vec<_> = (0..500)
        .map(|n| {
            let mut record = worker(&format!("cu_{n}"), "0491 570 156");
            record["company_id"] = json!(format!("company-{n}"));
            record
        })
        .collect();
    let directory = directory(&json!(records));
    assert!(directory.candidates(&by_number("+61491570156"), None).len() <= 32);
    assert!(directory.report().duplicate >= 468);
}

#[test]
fn bad_records_are_skipped_and_named_by_place_and_worker() {
    let directory = directory(&json!([
        worker("cu_1", "+61491570156"),
        worker("cu_2", "call the office"),
        {"customer_id": "cu_3", "company_id": "exports", "phone_number": "+61491570157"},
        17,
        {"customer_id": "cu_4", "company_id": "acme", "phone_number": 61_491_570_158_u64},
        worker("cu_5", "+61491570159"),
    ]));
    let bad: Vec<_> = directory
        .report()
        .bad_records
        .iter()
        .map(|bad| {
            (
                bad.index,
                bad.customer_id.as_ref().map(|id| id.as_str().to_owned()),
            )
        })
        .collect();
    let id = |text: &str| Some(text.to_owned());
    assert_eq!(
        bad,
        [(1, id("cu_2")), (2, id("cu_3")), (3, None), (4, id("cu_4"))]
    );
    assert_eq!(ids(&directory, &by_number("+61491570159"), None), ["cu_5"]);
    assert!(ids(&directory, &by_number("+61491570157"), None).is_empty());
}

#[test]
fn a_million_bad_records_are_counted_and_a_few_told() {
    let records: Vec<_> = (0..1000)
        .map(|_| json!({"phone": 1}))
        .chain([worker("cu_1", "+61491570156")])
        .collect();
    let directory = directory(&json!(records));
    assert_eq!(directory.report().bad, 1000);
    assert_eq!(directory.report().bad_records.len(), MAX_REPORTED);
}

#[test]
fn a_file_in_which_nothing_is_usable_is_broken_and_an_empty_one_is_not() {
    let fault = build(br#"[{"phone": 1}, {"phone": 2}]"#, 1000).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "none of its 2 records is usable; the first: customer_id is missing"
    );
    assert_eq!(build(b"[]", 1000).unwrap().report().records, 0);
}

#[test]
fn a_cut_off_file_is_broken_wherever_it_is_cut() {
    let file = json!({"customers": [worker("cu_ü", "+1"), worker("cu_1", "+61491570156")]}).to_string();
    assert!(build(file.as_bytes(), 7).is_ok());
    for end in 0..file.len() {
        assert!(build(&file.as_bytes()[..end], 7).is_err(), "cut at {end}");
    }
}

#[test]
fn bytes_that_are_no_text_are_broken() {
    let mut file = json!([worker("cu_1", "+61491570156")]).to_string().into_bytes();
    file[20] = 0xff;
    assert!(build(&file, 1000).unwrap_err().to_string().contains("UTF-8"));
}

#[test]
fn every_sender_is_found_where_hashes_collide_too() {
    const SENDERS: u64 = 150_000;
    let text = |n: u64| format!("+614{n:08}");
    let mut tags = HashSet::new();
    let collisions = (0..SENDERS)
        .filter(|n| !tags.insert(Slot::tag_of(Key::Number(number(&text(*n))), None)))
        .count();
    assert!(collisions > 0, "the test has nothing to show");
    let records: Vec<_> = (0..SENDERS)
        .map(|n| worker(&format!("cu_{n}"), &text(n)))
        .collect();
    let directory = build(json!(records).to_string().as_bytes(), 64 * 1024).unwrap();
    assert_eq!(directory.report().duplicate, 0);
    for n in 0..SENDERS {
        assert_eq!(ids(&directory, &by_number(&text(n)), None), [format!("cu_{n}")]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever happens to a file, it is read as JSON or refused, the same however it arrives.
    #[test]
    fn a_damaged_file_is_never_taken_for_a_good_one(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
        piece in 1_usize..200,
    ) {
        let whole = json!({"customers": [
            worker("cu_1", "+61491570156"), worker("cu_2", "0491 570 157"), {"customer_id": "cu_ü\n", "x": [1.5e3, null]},
        ]});
        let mut file = whole.to_string().into_bytes();
        for (at, byte) in &damage {
            let at = at.index(file.len());
            file[at] = *byte;
        }
        if damage.len() == 3 {
            file.truncate(cut.index(file.len()));
        }
        let at_once = build(&file, file.len().max(1));
        let in_pieces = build(&file, piece);
        prop_assert_eq!(at_once.as_ref().ok().map(Directory::report), in_pieces.as_ref().ok().map(Directory::report));
        if at_once.is_ok() {
            prop_assert!(serde_json::from_slice::<IgnoredAny>(&file).is_ok());
        }
    }

    /// What the quick reading accepts, the full reading can read.
    #[test]
    fn an_indexed_record_can_always_be_read_in_full(
        fields in prop::collection::hash_map(
            prop::sample::select(vec!["company_name", "name", "role", "locale", "time_zone", "external_ids", "active", "to", "user_id"]),
            prop::sample::select(vec![json!(null), json!(1), json!("text"), json!(true), json!({}), json!([]), json!("US.1"), json!("+61491570110"), json!("en")]),
            0..5,
        )
    ) {
        let mut record = worker("cu_1", "+61491570156");
        for (name, value) in fields {
            record[name] = value;
        }
        let text = record.to_string();
        if let Ok(row) = serde_json::from_str::<Row<'_>>(&text) && row.owner(&mut String::new()).is_ok() {
            let (whole, _) = row::full(text.as_bytes()).unwrap();
            prop_assert_eq!(whole.customer_id.as_str(), "cu_1");
            prop_assert_eq!(whole.active, row.active.unwrap_or(true));
        }
    }
}
