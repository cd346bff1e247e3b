//! What the linker finds, what it leaves alone, and what it survives.

use std::collections::BTreeSet;
use std::time::Duration;

use customer_lookup::linking::{ClientEntry, ClientIndex, Decision, LearnedAlias, LinkAnswer};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::Value;

fn client(id: &str, name: &str) -> ClientEntry {
    ClientEntry {
        client_id: id.into(),
        name: name.into(),
        ..ClientEntry::default()
    }
}

fn at(id: &str, name: &str, address: &str) -> ClientEntry {
    ClientEntry {
        address: Some(address.into()),
        ..client(id, name)
    }
}

fn index(clients: &[ClientEntry]) -> ClientIndex {
    ClientIndex::build(clients, &[])
}

#[track_caller]
fn assert_linked(answer: &LinkAnswer, ids: &[&str]) {
    assert_eq!(
        (
            answer.decision,
            answer.linked.iter().map(String::as_str).collect::<Vec<_>>()
        ),
        (Decision::Linked, ids.to_vec()),
        "{answer:?}"
    );
}

#[track_caller]
fn assert_ambiguous(answer: &LinkAnswer, ids: &[&str]) {
    assert_eq!(answer.decision, Decision::Ambiguous, "{answer:?}");
    assert!(answer.linked.is_empty());
    let offered: BTreeSet<&str> = answer.candidates.iter().map(|c| c.client_id.as_str()).collect();
    assert!(ids.iter().all(|id| offered.contains(id)), "{answer:?}");
}

#[track_caller]
fn assert_not_found(answer: &LinkAnswer) {
    assert_eq!(answer.decision, Decision::NotFound, "{answer:?}");
    assert!(answer.linked.is_empty());
}

// ---- what it finds ----

#[test]
fn everyday_words_that_sound_like_the_name_are_the_client() {
    let clients = index(&[
        client("cl_1", "Mrs Hue Nguyen"),
        client("cl_2", "Priya Mukherjee"),
        client("cl_3", "Chandani Kulkarni"),
    ]);
    assert_linked(&clients.link("order the mixer for missus when", 5), &["cl_1"]);
    assert_linked(&clients.link("the job for prior mukherjee is done", 5), &["cl_2"]);
    assert_linked(
        &clients.link("i spoke to chan donny kulkarni about the tap", 5),
        &["cl_3"],
    );
}

#[test]
fn another_spelling_of_the_same_sounds_is_the_client() {
    let clients = index(&[
        client("cl_1", "Catherine Pearce"),
        client("cl_2", "Niamh Colquhoun"),
    ]);
    assert_linked(&clients.link("ring kathryn pierce back", 5), &["cl_1"]);
    assert_linked(&clients.link("met neve cahoon on site", 5), &["cl_2"]);
}

#[test]
fn the_answer_says_what_was_heard_and_where() {
    let clients = index(&[client("cl_1", "Željka Šimić")]);
    let text = "Für später: ring Zeljka Shimich — heute.";
    let answer = clients.link(text, 5);
    assert_linked(&answer, &["cl_1"]);
    let candidate = &answer.candidates[0];
    assert_eq!(candidate.heard, "Zeljka Shimich");
    assert_eq!(&text[candidate.start..candidate.end], candidate.heard);
    assert_eq!(candidate.name, "Željka Šimić");
    assert!((0.0..=1.0).contains(&candidate.score));
}

#[test]
fn two_clients_in_one_note_are_both_linked() {
    let clients = index(&[client("cl_1", "Ann Hartley"), client("cl_2", "Bogdan Ostrowski")]);
    assert_linked(
        &clients.link("finish ann hartley first and then bogdan ostrowski", 5),
        &["cl_1", "cl_2"],
    );
}

#[test]
fn clients_that_cannot_be_told_apart_are_never_linked() {
    let clients = index(&[
        client("cl_1", "Stephen Clark"),
        client("cl_2", "Steven Clarke"),
        client("cl_3", "Una Selby"),
    ]);
    for text in [
        "call Stephen Clark",
        "call Steven Clarke",
        "call steven clark about the tap",
    ] {
        assert_ambiguous(&clients.link(text, 5), &["cl_1", "cl_2"]);
    }
}

#[test]
fn an_address_tells_namesakes_apart() {
    let clients = index(&[
        at("cl_1", "Stephen Clark", "12 Lorne Street, Northwick"),
        at("cl_2", "Steven Clarke", "80 Raglan Road, Northwick"),
    ]);
    assert_linked(
        &clients.link("steven clark over on raglan road wants the deck done", 5),
        &["cl_2"],
    );
    assert_linked(
        &clients.link("finished at twelve lorne street for steven clark", 5),
        &["cl_1"],
    );
}

#[test]
fn an_address_or_a_telephone_number_is_enough() {
    let clients = index(&[
        ClientEntry {
            phone_number: Some("+61 412 345 678".into()),
            ..at("cl_1", "Ann Hartley", "3/142 Raglan Road, Northwick")
        },
        at("cl_2", "Bogdan Ostrowski", "Unit 2, 7 Lorne St, Northwick"),
    ]);
    for said in [
        "142 raglan road",
        "one hundred and forty two raglan road",
        "one forty two raglan rd",
    ] {
        assert_linked(
            &clients.link(&format!("nobody was at {said} today"), 5),
            &["cl_1"],
        );
    }
    assert_linked(&clients.link("the key is at seven lorne street", 5), &["cl_2"]);
    assert_linked(
        &clients.link("her number is oh four one two three four five six seven eight", 5),
        &["cl_1"],
    );
    assert_linked(&clients.link("call 0412 345 678", 5), &["cl_1"]);
    assert_not_found(&clients.link("nobody was at 144 raglan road today", 5));
    assert_not_found(&clients.link("nobody was at seventy seven lorne street today", 5));
}

#[test]
fn a_surname_alone_is_every_client_that_has_it() {
    let clients = index(&[
        client("cl_1", "Mr Hugo Selby"),
        client("cl_2", "Una Selby"),
        client("cl_3", "Selby Roofing Pty Ltd"),
        client("cl_4", "Ann Hartley"),
    ]);
    assert_ambiguous(
        &clients.link("we were at the selbys all day", 5),
        &["cl_1", "cl_2", "cl_3"],
    );
    assert_linked(&clients.link("the hartley job needs two more days", 5), &["cl_4"]);
    // A title rules out whoever is listed with another one.
    assert_linked(
        &clients.link("told missus selby we would be there at nine", 5),
        &["cl_2"],
    );
}

#[test]
fn pet_forms_and_aliases_are_the_client() {
    let clients = index(&[
        client("cl_1", "Margaret Ostrowski"),
        ClientEntry {
            aliases: vec!["Lisa Xu".into()],
            ..client("cl_2", "Xiu Xu")
        },
    ]);
    assert_linked(&clients.link("peggy ostrowski rang", 5), &["cl_1"]);
    assert_linked(&clients.link("quote for lisa xu please", 5), &["cl_2"]);
}

#[test]
fn what_a_worker_confirmed_is_remembered() {
    let entries = [
        client("cl_1", "Wojciech Brzeczyszczykiewicz"),
        client("cl_2", "Una Selby"),
    ];
    let text = "put the boiler down for voytek breezy";
    assert_not_found(&index(&entries).link(text, 5));
    let learned = [
        LearnedAlias {
            client_id: "cl_1".into(),
            heard: "voytek breezy".into(),
        },
        LearnedAlias {
            client_id: "cl_gone".into(),
            heard: "nobody".into(),
        },
    ];
    let clients = ClientIndex::build(&entries, &learned);
    assert_linked(&clients.link(text, 5), &["cl_1"]);
    assert_eq!(clients.vocabulary(1), ["Wojciech Brzeczyszczykiewicz"]);
}

#[test]
fn a_business_is_known_without_its_legal_form() {
    let clients = index(&[
        client("cl_1", "Kestrel Dental Pty Ltd"),
        client("cl_2", "The Dancing Pelican Cafe"),
        client("cl_3", "Ormerod & Sons Roofing Holdings"),
    ]);
    assert_linked(
        &clients.link("the account for kestrel dental is unpaid", 5),
        &["cl_1"],
    );
    assert_linked(
        &clients.link("email the dancing pelican about the drain", 5),
        &["cl_2"],
    );
    assert_linked(
        &clients.link("order the gutters for ormerod roofing", 5),
        &["cl_3"],
    );
}

#[test]
fn names_to_listen_for_are_the_rare_ones_first() {
    let clients = index(&[
        client("cl_1", "John Smith"),
        client("cl_2", "Bogdan Ostrowski"),
        client("cl_3", ""),
        client("cl_4", "Bogdan Ostrowski"),
    ]);
    assert_eq!(clients.vocabulary(10), ["Bogdan Ostrowski", "John Smith"]);
    assert!(clients.vocabulary(0).is_empty());
}

// ---- what it leaves alone ----

#[test]
fn another_name_is_another_client() {
    let clients = index(&[
        client("cl_1", "Una Selby"),
        client("cl_2", "Kestrel Dental"),
        client("cl_3", "Bogdan Ostrowski"),
    ]);
    for text in [
        "met howard selby on site",
        "the job for una skelton is done",
        "the account for kestrel bakery is unpaid",
        "the invoice for kestrel real estate",
        "Met with Torvald Ostrowski on site",
    ] {
        assert_not_found(&clients.link(text, 5));
    }
}

#[test]
fn people_of_the_trade_are_no_clients() {
    let clients = index(&[client("cl_1", "Julie Ostrowski"), client("cl_2", "Fred Selby")]);
    for text in [
        "julie at the supplier says it is on back order",
        "my apprentice Fred is off sick",
        "fred from the hire place wants the trailer back",
        "can you ask julie in the office to fix my timesheet",
        "julie at the curtain shop says it is on back order",
    ] {
        assert_not_found(&clients.link(text, 5));
    }
}

#[test]
fn a_rare_name_heard_as_listed_needs_little_around_it() {
    let clients = index(&[client("cl_1", "Bogdan Ostrowski"), client("cl_2", "Una Selby")]);
    for text in [
        "reimburse ostrowski the deposit",
        "six hours against ostrowski please",
        "we are all done at mr ostrowski bar the wet area",
        "did ostrowski say when",
    ] {
        assert_linked(&clients.link(text, 5), &["cl_1"]);
    }
    // As part of some other name or business it is not enough.
    for text in [
        "did dough ostrowski say when",
        "did ostrowski roofing the tiler is booked",
        "we spoke at selby street until three",
    ] {
        assert_not_found(&clients.link(text, 5));
    }
}

#[test]
fn common_spellings_of_one_name_sound_alike() {
    for (one, other) in [
        ("Elliot Reece", "Eliot Rees"),
        ("Tracy Gibson", "Tracey Gibson"),
        ("Johnny Myers", "Jonny Meyers"),
        ("Alison Macdonald", "Allyson McDonald"),
        ("Kristin Byrne", "Kristen Burn"),
    ] {
        let clients = index(&[client("cl_1", one), client("cl_2", other)]);
        for said in [one, other] {
            assert_ambiguous(&clients.link(&format!("call {said} back"), 5), &["cl_1", "cl_2"]);
        }
    }
}

#[test]
fn a_plain_sentence_is_no_name() {
    let names = [
        "Will Block",
        "May Page",
        "Mark Wall",
        "Rose Garden",
        "Page",
        "Block",
        "Will",
        "May",
        "Bill Price",
        "Neil Down",
        "Barb Dwyer",
        "Drew Lyons",
        "Holly Bush",
        "Jim Locke",
        "Win To",
    ];
    let clients = index(
        &names
            .iter()
            .enumerate()
            .map(|(n, name)| client(&format!("cl_{n}"), name))
            .collect::<Vec<_>>(),
    );
    for text in [
        "i will block the drain on monday and it may be on the last page of the notes",
        "mark the wall where the new point goes before you cut it",
        "check the bill because the price on the copper looks wrong",
        "i had to kneel down all day so my back is wrecked",
        "there is barbed wire along the back fence so wear gloves",
        "I drew lines on the floor where the cabinets are going.",
        "there's a holly bush right where the trench has to go",
        "Okay so, the gym lock is stuck. We may need a new one.",
        "we need to get back in to win some time",
        "the block wall is two pages of drawings and it will be ready in may",
    ] {
        assert_not_found(&clients.link(text, 5));
    }
}

#[test]
fn names_made_of_common_words_link_no_plain_sentence() {
    let words = [
        "Will", "May", "Page", "Block", "Bill", "Mark", "Grant", "Rose", "Dean", "Wood", "Stone", "Brown",
        "White", "Young", "Long", "Day", "Week", "Road", "House", "Home", "Order", "Price", "Paint", "Tap",
        "Cook", "Hall", "Wall", "Bell", "Field", "Hill", "Frost", "Summer", "June", "Friday", "Key", "Lock",
        "Gate", "Drain", "Tile", "Brick", "Nail", "Hammer", "Drill", "Bolt", "The", "And", "One", "Two",
        "They", "Me",
    ];
    // Each alone, with a title, and with every other word as a surname.
    let mut names: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    names.extend(words.iter().map(|word| format!("Mr {word}")));
    for first in words {
        names.extend(words.iter().map(|last| format!("{first} {last}")));
    }
    let clients = index(
        &names
            .iter()
            .enumerate()
            .map(|(n, name)| client(&format!("cl_{n}"), name))
            .collect::<Vec<_>>(),
    );
    for text in [
        "we will order the paint on friday and it may rain",
        "put the page on the block by the gate",
        "Mark the wall and drill a hole for the bolt.",
        "the bill for the tap is on the bench",
        "it was a long day and a short week so the young one went home",
        "lock the gate and leave the key under the brick",
        "it may be june before the frost on the field by the hill is gone",
        "nail it to the wall with the long hammer",
        "one for you and two for me",
        "White paint on the brown door, stone on the road side.",
    ] {
        assert_not_found(&clients.link(text, 5));
    }
}

#[test]
fn a_weak_word_elsewhere_turns_no_link_into_a_question() {
    let clients = index(&[
        client("cl_1", "Bogdan Ostrowski"),
        client("cl_2", "Una Frost"),
        client("cl_3", "Hugo Frost"),
    ]);
    assert_linked(
        &clients.link(
            "bogdan ostrowski wants the pipes wrapped with frost on the way",
            5,
        ),
        &["cl_1"],
    );
    assert_ambiguous(
        &clients.link("the frost job needs two more days", 5),
        &["cl_2", "cl_3"],
    );
}

#[test]
fn companies_know_only_their_own_clients() {
    let ours = index(&[client("cl_1", "Una Selby")]);
    let theirs = index(&[client("cl_1", "Bogdan Ostrowski")]);
    assert_not_found(&ours.link("call bogdan ostrowski", 5));
    assert_linked(&theirs.link("call bogdan ostrowski", 5), &["cl_1"]);
}

// ---- what it survives ----

#[test]
fn odd_lists_are_indexed() {
    let long = "Xavier ".repeat(150_000);
    let clients = index(&[
        client("", "Una Selby"),
        client("cl_1", ""),
        client("cl_2", "   "),
        client("cl_3", "🔧🔧"),
        client("cl_4", "שרה כהן"),
        client("cl_5", "محمد علي"),
        client("cl_6", "Mr & Mrs Selby"),
        client("cl_6", "Somebody Else"),
        client("cl_7", &long),
        client("cl_8", "()"),
        client("cl_9", "Hart, "),
        client("cl_10", "- & ,"),
        ClientEntry {
            active: false,
            ..client("cl_11", "Ann Hartley")
        },
        at("cl_12", "Pty Ltd", "/ / ,,"),
        at("cl_13", "O'", "99999999999999999999 Street"),
    ]);
    assert_linked(&clients.link("the selby job", 5), &["cl_6"]);
    assert_not_found(&clients.link("call somebody else", 5));
    assert_not_found(&clients.link("call ann hartley", 5));
    for text in [
        "",
        " ",
        "\u{0}",
        "🔧 🔧 call 🔧",
        "שלום שרה כהן",
        "ي محمد علي مرحبا",
        "'",
        "''s",
        "& & &",
        "…’s",
        "e\u{301}\u{301}\u{301}",
        "İİİİ ŉŉŉ ﬁﬁ ß",
    ] {
        let answer = clients.link(text, 5);
        for candidate in &answer.candidates {
            assert_eq!(
                text.get(candidate.start..candidate.end),
                Some(candidate.heard.as_str())
            );
        }
    }
    assert!(clients.link("the selby job", 0).candidates.is_empty());
}

#[test]
fn an_empty_list_answers_not_found() {
    assert_not_found(&index(&[]).link("call ann hartley at 42 raglan road on 0412 345 678", 5));
}

/// Longest that the worst list and text may take together on a processor, unoptimised: what would grow with the square of
/// either takes minutes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Time this test's thread has had on a processor: how busy the machine is does not count.
#[expect(clippy::unwrap_used, reason = "time on a processor is not negative")]
fn on_processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap()
}

#[test]
fn ten_thousand_namesakes_take_bounded_time_and_are_ambiguous() {
    let begun = on_processor();
    let same: Vec<ClientEntry> = (0..10_000)
        .map(|n| at(&format!("cl_{n}"), "John Smith", "1 Bell Street, Northwick"))
        .collect();
    let clients = index(&same);
    assert_ambiguous(&clients.link("call john smith", 5), &[]);
    assert_eq!(clients.link("call john smith", 5).candidates.len(), 5);
    let answer = clients.link(
        &"call john smith at 1 bell street and john at 1 ball street ".repeat(2_000),
        5,
    );
    assert_ne!(answer.decision, Decision::Linked);
    let took = on_processor() - begun;
    assert!(took < PATIENCE, "{took:?}");
}

#[test]
fn a_surname_of_thousands_takes_bounded_time() {
    let begun = on_processor();
    let syllables = ["ba", "do", "fi", "gu", "ha", "jo", "ki", "lu", "ma", "no"];
    let given = |n: usize| {
        [n / 1_000 % 10, n / 100 % 10, n / 10 % 10, n % 10]
            .map(|digit| syllables[digit])
            .concat()
    };
    let many: Vec<ClientEntry> = (0..10_000)
        .map(|n| client(&format!("cl_{n}"), &format!("{} Smith", given(n))))
        .collect();
    let clients = index(&many);
    assert_ambiguous(&clients.link("the smith job needs two more days", 5), &[]);
    assert_linked(&clients.link("call badofigu smith", 5), &["cl_123"]);
    assert_ne!(
        clients.link(&"smith ".repeat(5_000), 5).decision,
        Decision::Linked
    );
    let took = on_processor() - begun;
    assert!(took < PATIENCE, "{took:?}");
}

#[test]
fn only_the_first_words_of_an_endless_text_are_read() {
    let clients = index(&[client("cl_1", "Una Selby")]);
    let after = |words: usize| clients.link(&format!("{}call una selby", "drill ".repeat(words)), 5);
    assert_linked(&after(3_000), &["cl_1"]);
    assert_not_found(&after(5_000));
}

#[test]
fn a_text_of_a_megabyte_takes_bounded_time() {
    let begun = on_processor();
    let clients = index(&[
        at("cl_1", "Una Selby", "1 Bell Street"),
        client("cl_2", "Bogdan Ostrowski"),
    ]);
    for text in [
        "a".repeat(1 << 20),
        "una selby ".repeat(100_000),
        "'".repeat(1 << 20),
        "one hundred and ".repeat(70_000),
        "é".repeat(1 << 19),
    ] {
        clients.link(&text, 5);
    }
    let took = on_processor() - begun;
    assert!(took < PATIENCE, "{took:?}");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    #[test]
    fn no_list_and_no_text_crash_it(names in proptest::collection::vec("\\PC{0,40}", 0..6), address in "\\PC{0,30}", text in "\\PC{0,200}") {
        let entries: Vec<ClientEntry> = names.iter().enumerate().map(|(n, name)| at(&format!("cl_{n}"), name, &address)).collect();
        let answer = index(&entries).link(&text, 5);
        for candidate in &answer.candidates {
            proptest::prop_assert_eq!(text.get(candidate.start..candidate.end), Some(candidate.heard.as_str()));
        }
        proptest::prop_assert!(answer.candidates.len() <= 5);
    }

    #[test]
    fn the_same_question_has_the_same_answer(text in "(for|call|the|john|smith|jon|smyth|stephen|steven|clarke|job| ){1,20}") {
        let entries = [client("cl_1", "John Smith"), client("cl_2", "Jon Smyth"), client("cl_3", "Stephen Clark"), client("cl_4", "Clark Stevens")];
        proptest::prop_assert_eq!(index(&entries).link(&text, 5), index(&entries).link(&text, 5));
    }
}

// ---- how well ----

#[derive(Deserialize)]
struct Company {
    clients: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    client_id: String,
    name: String,
    address: Option<String>,
}

#[derive(Deserialize)]
struct Query {
    text: String,
    truth: Value,
}

/// Ids of a truth, and whether they are the members of an ambiguous set.
fn truth(value: &Value) -> (BTreeSet<String>, bool) {
    let ids = |value: &Value| {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    match value {
        Value::String(id) => (BTreeSet::from([id.clone()]), false),
        Value::Array(_) => (ids(value), false),
        Value::Object(set) => (ids(&set["ambiguous"]), true),
        _ => (BTreeSet::new(), false),
    }
}

/// Measured when the set was made: 91.8 % of the named clients found, no false link, 90.9 % of the ambiguous seen.
/// The floors leave room for a change that is better elsewhere; no room is left for false links.
#[test]
fn the_small_set_is_answered_as_well_as_before() {
    let company: Company = serde_json::from_str(include_str!("linking/clients.jsonl")).unwrap();
    let entries: Vec<ClientEntry> = company
        .clients
        .into_iter()
        .map(|c| ClientEntry {
            address: c.address,
            ..client(&c.client_id, &c.name)
        })
        .collect();
    let clients = index(&entries);
    let (mut named, mut found, mut ambiguous, mut seen, mut false_links) = (0, 0, 0, 0, Vec::new());
    for line in include_str!("linking/queries.jsonl").lines() {
        let query: Query = serde_json::from_str(line).unwrap();
        let (ids, choice) = truth(&query.truth);
        let answer = clients.link(&query.text, 5);
        let linked: BTreeSet<String> = answer.linked.iter().cloned().collect();
        if !linked.is_subset(&ids) {
            false_links.push(query.text.clone());
        }
        if choice {
            ambiguous += 1;
            seen += u32::from(answer.decision == Decision::Ambiguous);
        } else if !ids.is_empty() {
            named += 1;
            found += u32::from(linked == ids);
        }
    }
    assert!(false_links.is_empty(), "{false_links:#?}");
    assert!(
        found * 100 >= named * 88,
        "{found} of {named} named clients were found"
    );
    assert!(
        seen * 100 >= ambiguous * 85,
        "{seen} of {ambiguous} choices were seen"
    );
}
