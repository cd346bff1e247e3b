//! The query of the data-api's two lists.
#![no_main]

use axum::extract::FromRequestParts as _;
use data_api::files::list::ListQuery;
use data_api::notes::list::{MAX_PAGE, NotesQuery};
use data_api::parameters::{MAX_VALUE_BYTES, Query};
use futures_util::FutureExt as _;
use http::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|query: &str| {
    let Ok(request) = Request::get(format!("/?{query}")).body(()) else {
        return;
    };
    let (mut parts, ()) = request.into_parts();
    let notes = Query::<NotesQuery>::from_request_parts(&mut parts, &()).now_or_never();
    if let Ok(Query(notes)) = notes.expect("no waiting") {
        assert!((1..=MAX_PAGE).contains(&notes.limit));
        assert!(query.contains("company_id="));
        assert!(notes.cursor.is_none_or(|cursor| cursor.len() <= MAX_VALUE_BYTES));
        for when in [notes.from, notes.to, notes.updated_since].into_iter().flatten() {
            assert!(when.start() <= when.end());
        }
        if let (Some(from), Some(to)) = (notes.from, notes.to) {
            assert!(from.start() < to.end());
        }
    }
    let files = Query::<ListQuery>::from_request_parts(&mut parts, &()).now_or_never();
    if let Ok(Query(files)) = files.expect("no waiting") {
        assert!(query.contains("company_id="));
        assert!(files.token.is_none_or(|token| token.len() <= MAX_VALUE_BYTES));
    }
});
