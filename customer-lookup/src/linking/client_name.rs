//! Reads a client's name as it is listed: a person (or a couple) or a business.

use super::business;
use super::text::{MAX_WORD, fold};

/// How somebody is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Title { Mr, Mrs, Ms, Dr, Other }

impl Title {
    pub fn parse(folded: &str) -> Option<Title> {
        Some(match folded {
            "mr" | "mister" => Title::Mr,
            "mrs" | "missus" | "missis" => Title::Mrs,
            "ms" | "miss" => Title::Ms,
            "dr" | "doctor" => Title::Dr,
            "prof" | "professor" | "rev" | "reverend" | "sir" | "madam" | "dame" => Title::Other,
            _ => return None,
        })
    }

    /// Nobody is called both.
    pub fn contradicts(self, other: Title) -> bool {
        use Title::{Mr, Mrs, Ms, Dr};
        match (self, other) {
            (Mr, Mrs | Ms) | (Mrs | Ms, Mr) => true,
            (Dr, Mr | Mrs | Ms) | (Mr | Mrs | Ms, Dr) => true,
            _ => false,
        }
    }
}

/// A word of a listed name: its letters a–z and 0–9, and as it is spelled, both lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part { pub folded: String, pub spelled: String }

/// A listed name, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientName {
    Person { title: Option<Title>, givens: Vec<Part>, surnames: Vec<Part> },
    Business { words: Vec<(Part, Role)> },
}

/// What a word of a business name does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role { Core, Trade }

/// No listed name has more words that matter; the rest is not read.
const MAX_NAME_WORDS: usize = 10;
/// Letters of a listed name that are read.
const MAX_NAME_CHARS: usize = 200;

impl ClientName {
    pub fn parse(name: &str) -> Option<ClientName> {
        let name: String = name.chars().take(MAX_NAME_CHARS).collect();
        let name = name.split(['(', '[']).next().unwrap_or_default();
        let name = match name.split_once(',') {
            Some((last, rest)) if !rest.trim().is_empty() && rest.split_whitespace().all(|w| !business::is_legal_form(&fold(w))) => format!("{} {}", rest.trim(), last.trim()),
            Some((first, _)) => first.to_owned(),
            None => name.to_owned(),
        };
        let spaced = name.replace('&', " and ").replace(['/', '+'], " and ");
        let words: Vec<&str> = spaced.split_whitespace().take(MAX_NAME_WORDS).collect();
        let mut folded: Vec<String> = words.iter().map(|w| fold(w)).collect();
        folded.iter_mut().for_each(|f| f.truncate(MAX_WORD));
        let legal = folded.iter().skip(1).any(|w| business::is_legal_form(w));
        let keep: Vec<usize> = (0..folded.len()).filter(|&i| !folded[i].is_empty() && (i == 0 || !business::is_legal_form(&folded[i]))).collect();
        if keep.is_empty() { return None }
        let last = &folded[*keep.last()?];
        let sons = folded.windows(2).any(|w| w[0] == "and" && matches!(w[1].as_str(), "sons" | "son" | "daughters" | "co"));
        let saint = matches!(folded[0].as_str(), "st" | "saint") && keep.len() > 1;
        let is_business = legal || sons || saint || folded[0] == "the" || keep.len() == 1 || (keep.len() >= 2 && business::is_trade(last) && Title::parse(&folded[0]).is_none() && (keep.len() > 2 || !super::lexicon::given_name(&folded[0])));
        if is_business {
            let mut parts = Vec::new();
            for (at, &i) in keep.iter().enumerate() {
                let word = &folded[i];
                if (at == 0 && word == "the" && keep.len() > 1) || word == "and" { continue }
                let own = fold_possessive(words[i]);
                let trade = at > 0 && (business::is_trade(word) || matches!(word.as_str(), "sons" | "son" | "daughters"));
                for piece in own { parts.push((piece, if trade { Role::Trade } else { Role::Core })) }
            }
            return (!parts.is_empty()).then_some(ClientName::Business { words: parts });
        }
        let mut at = 0;
        let mut title = None;
        while at < folded.len() && let Some(found) = Title::parse(&folded[at]) { title = title.or(Some(found)); at += 1; }
        let rest: Vec<usize> = (at..folded.len()).filter(|&i| !folded[i].is_empty()).collect();
        let (&surname_at, before) = rest.split_last()?;
        let surnames: Vec<Part> = pieces(words[surname_at]);
        let mut givens = Vec::new();
        for (n, &i) in before.iter().enumerate() {
            if folded[i] == "and" || Title::parse(&folded[i]).is_some() { continue }
            // A middle initial tells nothing.
            if folded[i].len() == 1 && n > 0 { continue }
            let parts = pieces(words[i]);
            if parts.len() > 1 { givens.push(Part::joined(&parts)) }
            givens.extend(parts);
        }
        if surnames.is_empty() { return None }
        Some(ClientName::Person { title, givens, surnames })
    }
}

/// The parts of a word with hyphens.
fn pieces(word: &str) -> Vec<Part> {
    word.split(['-', '‐', '‑', '–']).map(|piece| {
        let mut folded = fold(piece);
        folded.truncate(MAX_WORD);
        Part { folded, spelled: piece.chars().filter(|c| c.is_alphabetic()).take(MAX_WORD).collect::<String>().to_lowercase() }
    }).filter(|part| !part.folded.is_empty()).collect()
}

impl Part {
    /// The parts without the hyphens between them.
    pub fn joined(parts: &[Part]) -> Part {
        Part { folded: parts.iter().map(|p| p.folded.as_str()).collect(), spelled: parts.iter().map(|p| p.spelled.as_str()).collect() }
    }
}

fn fold_possessive(word: &str) -> Vec<Part> {
    let straight = word.replace('’', "'");
    let stem = straight.strip_suffix("'s").unwrap_or(&straight);
    pieces(stem)
}
