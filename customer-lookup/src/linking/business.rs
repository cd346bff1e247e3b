//! The words of a business name that do not tell it from others: its legal form and its trade.

use std::collections::HashSet;
use std::sync::LazyLock;

static TRADES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("data/trade_words.txt").lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace).collect());

const LEGAL_FORMS: &[&str] = &["pty", "ltd", "limited", "inc", "incorporated", "llc", "llp", "plc", "corp", "corporation", "co", "company", "holdings", "group", "gmbh", "ag", "sa", "srl", "spa", "bv", "nv", "ab", "as", "oy", "kg", "proprietary", "trust", "enterprises"];

pub fn is_trade(word: &str) -> bool { TRADES.contains(word) }
pub fn is_legal_form(word: &str) -> bool { LEGAL_FORMS.contains(&word) }

/// Trade words that also follow a client's name for another reason: "Hart's kitchen", "the Hart house".
const ROOMS: &[&str] = &[
    "bathroom", "bathrooms", "cooling", "deck", "design", "doors", "estate", "fencing", "floors", "garage", "garden", "heating", "home", "house", "kitchen", "laundry", "office", "paint", "painting",
    "paving", "place", "pool", "pools", "post", "property", "roofing", "shop", "store", "tax", "tiling", "water", "windows",
];

pub fn is_also_a_room(word: &str) -> bool { ROOMS.contains(&word) }
