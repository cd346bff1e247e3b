//! The words of a business name that do not tell it from others: its legal form and its trade.

use std::collections::HashSet;
use std::sync::LazyLock;

static TRADES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("data/trade_words.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

const LEGAL_FORMS: &[&str] = &[
    "pty",
    "ltd",
    "limited",
    "inc",
    "incorporated",
    "llc",
    "llp",
    "plc",
    "corp",
    "corporation",
    "co",
    "company",
    "holdings",
    "group",
    "gmbh",
    "ag",
    "sa",
    "srl",
    "spa",
    "bv",
    "nv",
    "ab",
    "as",
    "oy",
    "kg",
    "proprietary",
    "trust",
    "enterprises",
];

pub(super) fn is_trade(word: &str) -> bool {
    TRADES.contains(word)
}
pub(super) fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.contains(&word)
}

/// Trade words that are also places of a home: "the Hart kitchen", "the Hart house".
const ROOMS: &[&str] = &[
    "bathroom",
    "bathrooms",
    "deck",
    "estate",
    "garage",
    "garden",
    "home",
    "house",
    "kitchen",
    "laundry",
    "office",
    "place",
    "pool",
    "property",
];
/// Trade words that are also work on one: "Hart's roofing".
const WORKS: &[&str] = &[
    "cooling", "design", "doors", "fencing", "floors", "heating", "paint", "painting", "paving", "roofing",
    "tiling", "water", "windows",
];

/// The trade word may belong to a client's home rather than to a name.
pub(super) fn is_also_a_room(word: &str, possessive: bool) -> bool {
    ROOMS.contains(&word) || (possessive && WORKS.contains(&word))
}
