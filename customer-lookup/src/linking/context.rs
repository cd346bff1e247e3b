//! How the words around a place read: does a client's name stand here?

use super::text::Word;

/// Words after which a client is named.
const BEFORE: &[&str] = &[
    "for", "with", "to", "at", "from", "and", "then", "until", "till", "after", "before", "than", "by", "in", "on",
    "call", "called", "calling", "ring", "rang", "phone", "phoned", "text", "texted", "email", "emailed", "message", "messaged", "tell", "told", "telling", "ask", "asked", "asking", "see", "saw", "seeing", "meet", "met", "visit", "visited", "visiting",
    "invoice", "invoiced", "bill", "billed", "charge", "charged", "owe", "owes", "owed", "book", "booked", "quote", "quoted", "remind", "reminded", "left", "paid", "pay", "help", "helped", "did", "finish", "finished", "push", "pushed", "put", "swap", "chase", "chased", "do", "doing", "done",
    "thank", "let", "give", "gave", "send", "sent", "show", "showed", "get", "got", "promised", "promise", "warn", "warned", "contact", "contacted", "reach", "reached", "about", "is", "was", "near", "round", "whether", "if", "that", "because", "when", "so", "client", "customer", "owner", "name", "named", "called", "job", "client", "refund", "move", "moved", "reschedule", "rescheduled", "cancel", "cancelled", "confirm", "confirmed", "update", "updated", "catch", "caught", "drop", "dropped", "follow", "up", "under", "of", "per", "both", "check",
];

/// The strongest of them: a person or place must follow.
const STRONG_BEFORE: &[&str] = &[
    "for", "with", "call", "called", "ring", "phone", "phoned", "text", "texted", "email", "emailed", "tell", "told", "ask", "asked", "met", "meet", "visit", "visited", "invoiced", "billed", "charged", "owe", "owes", "owed", "remind", "spoke", "invoice", "message", "thank", "contact", "contacted", "client", "customer", "missus", "mister",
];

/// Words that follow a client's name.
const AFTER: &[&str] = &[
    "rang", "called", "phoned", "texted", "emailed", "messaged", "asked", "asks", "wants", "wanted", "want", "needs", "needed", "said", "says", "told", "has", "had", "hasnt", "hasn't", "paid", "pays", "approved", "approves", "reckons", "mentioned", "cancelled", "complained", "confirmed", "agreed", "accepted", "lives", "likes", "liked", "loves", "hates", "is", "was", "are", "isn't", "wasn't", "will", "would", "won't", "wouldn't", "can", "can't", "could", "doesn't", "didn't", "changed", "decided", "rejected", "signed", "rings", "calls", "thinks", "thought", "reported", "signed",
    "job", "jobs", "place", "house", "family", "project", "site", "account", "renovation", "residence", "home", "property", "unit", "quote", "invoice", "back", "down", "off", "about", "today", "tomorrow", "yesterday", "tonight", "this", "on", "at", "again", "over", "before", "until", "till", "then", "and", "both", "that", "we'd", "we", "i", "it's", "they're", "theyre", "a", "to", "by", "needs", "around", "next", "through", "up", "for", "still", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
];

const STRONG_AFTER: &[&str] = &[
    "rang", "called", "phoned", "texted", "emailed", "messaged", "asked", "asks", "wants", "wanted", "said", "says", "paid", "approved", "reckons", "mentioned", "cancelled", "complained", "confirmed", "agreed", "accepted", "lives", "changed", "decided", "rejected", "rings", "thinks",
];

/// Nouns that make what stands before them a client: "the Hart job", "Hart's place".
const HELD: &[&str] = &["job", "jobs", "place", "house", "family", "project", "account", "renovation", "residence", "property", "site"];

/// Words that turn a place into things, not people.
const ARTICLES: &[&str] = &["a", "an", "the", "this", "that", "these", "those", "some", "any", "no", "each", "every", "my", "your", "our", "his", "its", "their", "another", "more", "all", "i", "you", "we", "they", "it", "very", "too", "really", "few", "couple", "last", "first", "there's", "theres", "there"];

/// People who are not clients.
const ROLES: &[&str] = &[
    "apprentice", "inspector", "supplier", "labourer", "laborer", "plumber", "sparky", "electrician", "tiler", "plasterer", "chippy", "carpenter", "painter", "driver", "foreman", "supervisor", "boss", "manager", "office", "hire", "council", "rep", "merchant", "warehouse", "depot", "engineer", "surveyor", "certifier", "subbie", "subcontractor", "contractor", "mate", "offsider", "trainee", "colleague", "wholesaler", "store", "bricklayer", "roofer", "welder", "delivery", "courier", "accountant", "architect", "builder", "team", "crew", "yard", "shop", "counter", "receptionist", "secretary", "bookkeeper", "nephew", "brother", "cousin", "son", "wife", "trades", "tradie", "counter",
];

/// How strongly the neighbourhood of `start..end` says that a client is named there, in the units of a score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Context { pub before: i32, pub after: i32, pub held: bool, pub article: bool, pub role: bool }

pub fn around(words: &[Word], start: usize, end: usize) -> Context {
    let mut context = Context::default();
    let open = start.checked_sub(1).map(|i| &words[i]).filter(|w| !w.stop_after);
    if let Some(before) = open {
        context.article = before.is(ARTICLES);
        if before.is(STRONG_BEFORE) || (before.is(&["to"]) && start >= 2 && words[start - 2].is(&["spoke", "talk", "talked", "spoken", "talking", "speak", "through", "sent", "send", "owed", "went", "back", "said", "listen"])) || (before.is(&["at"]) && start >= 2 && words[start - 2].is(&["over", "home", "job", "back", "one", "round", "manager", "work", "out"])) || (before.is(&["in"]) && start >= 2 && words[start - 2].is(&["book", "booked", "pencil", "slot", "squeeze"])) {
            context.before = 2;
        } else if before.is(BEFORE) {
            context.before = 1;
        }
        if before.is(&["the"]) && words.get(end).is_some_and(|w| w.is(HELD)) { context.held = true }
    } else {
        context.before = 1;
    }
    let closed = words[end - 1].stop_after;
    let possessive = words[end - 1].possessive || (words[end - 1].folded.ends_with('s') && words.get(end).is_some_and(|w| w.is(HELD)));
    if let Some(after) = words.get(end).filter(|_| !closed) {
        if after.is(STRONG_AFTER) || (after.is(&["has", "is", "had"]) && words.get(end + 1).is_some_and(|w| w.is(&["paid", "asked", "approved", "rung", "called", "happy", "agreed", "cancelled", "confirmed", "signed", "changed", "keen"]))) {
            context.after = 2;
        } else if after.is(AFTER) {
            context.after = 1;
        }
    } else {
        context.after = 1;
    }
    if possessive { context.after = 2 }
    // Role words close by, in the same sentence: "my apprentice X", "X from the hire place", "X at the supplier", "X in the office".
    let near_before = (start.saturating_sub(3)..start).rev().take_while(|&i| !words[i].stop_after).take(2).any(|i| words[i].is(ROLES) && i + 1 == start);
    let mut near_after = false;
    if !closed {
        let rest = &words[end..words.len().min(end + 5)];
        let linked = rest.first().is_some_and(|w| w.is(&["from", "at", "in", "the", "our", "my", "off"]));
        if linked {
            for (n, w) in rest.iter().enumerate() {
                if w.is(ROLES) { near_after = true }
                if w.stop_after || n >= 3 { break }
                if n > 0 && !w.is(&["the", "our", "my", "new", "young", "other", "head", "local", "tool", "paint", "timber", "steel"]) && !w.is(ROLES) && n > 1 { break }
            }
        }
    }
    context.role = near_before || near_after;
    context
}
