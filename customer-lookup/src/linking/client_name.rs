//! Reads a client's name as it is listed: a person (or a couple) or a business.

use super::business;
use super::lexicon;
use super::text::{MAX_WORD, fold};

/// How somebody is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Title {
    Mr,
    Mrs,
    Ms,
    Dr,
    Other,
}

impl Title {
    pub(super) fn parse(folded: &str) -> Option<Title> {
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
    pub(super) fn contradicts(self, other: Title) -> bool {
        use Title::{Dr, Mr, Mrs, Ms};
        matches!(
            (self, other),
            (Mr | Dr, Mrs | Ms) | (Mrs | Ms, Mr | Dr) | (Mr, Dr) | (Dr, Mr)
        )
    }
}

/// A word of a listed name: its letters a–z and 0–9, and as it is spelled, both lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) folded: String,
    pub(super) spelled: String,
}

/// A listed name, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ClientName {
    Person {
        title: Option<Title>,
        givens: Vec<Part>,
        surnames: Vec<Part>,
    },
    Business {
        words: Vec<(Part, Role)>,
    },
}

/// What a word of a business name does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Core,
    Trade,
}

/// No listed name has more words that matter; the rest is not read.
const MAX_NAME_WORDS: usize = 10;
/// Letters of a listed name that are read.
const MAX_NAME_CHARS: usize = 200;

impl ClientName {
    /// Reads a name; none if it has no letters.
    pub(super) fn parse(name: &str) -> Option<ClientName> {
        let name: String = name.chars().take(MAX_NAME_CHARS).collect();
        let name = surname_last(name.split(['(', '[']).next().unwrap_or_default());
        let spaced = name.replace(['&', '/', '+'], " and ");
        let words: Vec<Listed<'_>> = spaced
            .split_whitespace()
            .take(MAX_NAME_WORDS)
            .map(|raw| Listed {
                raw,
                folded: fold(raw),
            })
            .filter(|word| !word.folded.is_empty())
            .collect();
        if is_business(&words) {
            business_words(&words)
        } else {
            person(&words)
        }
    }
}

/// A word of a name before it is known what it is.
struct Listed<'a> {
    raw: &'a str,
    folded: String,
}

impl Listed<'_> {
    fn is(&self, any: &[&str]) -> bool {
        any.contains(&self.folded.as_str())
    }
}

/// "Hart, Ann" as "Ann Hart"; "Hart, Pty Ltd" stays.
fn surname_last(name: &str) -> String {
    match name.split_once(',') {
        Some((last, rest))
            if !rest.trim().is_empty()
                && !rest
                    .split_whitespace()
                    .any(|word| business::is_legal_form(&fold(word))) =>
        {
            format!("{} {}", rest.trim(), last.trim())
        }
        _ => name.replace(',', " "),
    }
}

const DESCENDANTS: &[&str] = &["sons", "son", "daughters", "daughter", "bros"];

fn is_business(words: &[Listed<'_>]) -> bool {
    let [first, rest @ ..] = words else { return false };
    let Some(last) = rest.last() else { return true };
    let firm = rest.iter().any(|word| business::is_legal_form(&word.folded))
        || words
            .windows(2)
            .any(|pair| pair[0].is(&["and"]) && pair[1].is(DESCENDANTS));
    let person =
        Title::parse(&first.folded).is_some() || (words.len() == 2 && lexicon::given_name(&first.folded));
    firm || first.is(&["the", "st", "saint"]) || (business::is_trade(&last.folded) && !person)
}

fn business_words(words: &[Listed<'_>]) -> Option<ClientName> {
    let mut named = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let article = at == 0 && words.len() > 1 && word.is(&["the"]);
        if article || word.is(&["and"]) || (at > 0 && business::is_legal_form(&word.folded)) {
            continue;
        }
        let role = if at > 0 && (business::is_trade(&word.folded) || word.is(DESCENDANTS)) {
            Role::Trade
        } else {
            Role::Core
        };
        let straight = word.raw.replace('’', "'");
        let stem = straight.strip_suffix("'s").unwrap_or(&straight);
        named.extend(pieces(stem).into_iter().map(|piece| (piece, role)));
    }
    (!named.is_empty()).then_some(ClientName::Business { words: named })
}

fn person(words: &[Listed<'_>]) -> Option<ClientName> {
    // "Mr & Mrs Selby" are both.
    let mut titles = words.iter().filter_map(|word| Title::parse(&word.folded));
    let title = titles.next().filter(|first| titles.all(|other| other == *first));
    let named: Vec<&Listed<'_>> = words
        .iter()
        .filter(|word| Title::parse(&word.folded).is_none() && !word.is(&["and"]))
        .collect();
    let (surname, before) = named.split_last()?;
    let mut givens = Vec::new();
    for (at, word) in before.iter().enumerate() {
        // A middle initial tells nothing.
        if at > 0 && word.folded.len() == 1 {
            continue;
        }
        let parts = pieces(word.raw);
        if parts.len() > 1 {
            givens.push(Part::joined(&parts));
        }
        givens.extend(parts);
    }
    let surnames = pieces(surname.raw);
    (!surnames.is_empty()).then_some(ClientName::Person {
        title,
        givens,
        surnames,
    })
}

/// The parts of a word with hyphens.
fn pieces(word: &str) -> Vec<Part> {
    word.split(['-', '‐', '‑', '–'])
        .map(|piece| {
            let mut folded = fold(piece);
            folded.truncate(MAX_WORD);
            Part {
                folded,
                spelled: piece
                    .chars()
                    .filter(|c| c.is_alphabetic())
                    .take(MAX_WORD)
                    .collect::<String>()
                    .to_lowercase(),
            }
        })
        .filter(|part| !part.folded.is_empty())
        .collect()
}

impl Part {
    /// The parts without the hyphens between them.
    pub(super) fn joined(parts: &[Part]) -> Part {
        Part {
            folded: parts.iter().map(|p| p.folded.as_str()).collect(),
            spelled: parts.iter().map(|p| p.spelled.as_str()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> String {
        let join = |parts: &[Part]| {
            parts
                .iter()
                .map(|part| part.folded.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        match ClientName::parse(name) {
            None => "nothing".to_owned(),
            Some(ClientName::Person {
                title,
                givens,
                surnames,
            }) => {
                format!("{title:?}: {} | {}", join(&givens), join(&surnames))
            }
            Some(ClientName::Business { words }) => {
                let word = |(part, role): &(Part, Role)| {
                    if *role == Role::Core {
                        part.folded.to_uppercase()
                    } else {
                        part.folded.clone()
                    }
                };
                words.iter().map(word).collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[test]
    fn people_are_read_as_they_are_listed() {
        assert_eq!(read("Mrs Linh Nguyen"), "Some(Mrs): linh | nguyen");
        assert_eq!(read("Hart, Ann"), "None: ann | hart");
        assert_eq!(read("Ann & Bob Hart"), "None: ann bob | hart");
        assert_eq!(read("Lynn R. Fletcher"), "None: lynn | fletcher");
        assert_eq!(read("Jean-Paul Vo-Green"), "None: jeanpaul jean paul | vo green");
        assert_eq!(read("Declan O’Shaughnessy"), "None: declan | oshaughnessy");
        assert_eq!(read("Željka Šimić (back gate)"), "None: zeljka | simic");
        assert_eq!(read("Mr & Mrs Selby"), "None:  | selby");
    }

    #[test]
    fn businesses_keep_what_tells_them_apart() {
        assert_eq!(read("Kestrel Dental Pty Ltd"), "KESTREL dental");
        assert_eq!(read("The Dancing Pelican Cafe"), "DANCING PELICAN cafe");
        assert_eq!(read("Ormerod & Sons Roofing Holdings"), "ORMEROD sons roofing");
        assert_eq!(read("St Monica's College"), "ST MONICA college");
        assert_eq!(read("Kestrel, Inc"), "KESTREL");
        assert_eq!(read("Rose Garden"), "None: rose | garden");
    }

    #[test]
    fn what_has_no_letters_is_no_name() {
        for name in ["", "  ", "()", "- & ,", "🔧"] {
            assert_eq!(read(name), "nothing", "{name:?}");
        }
    }
}
