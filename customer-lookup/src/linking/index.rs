//! What is known of a company's clients, arranged for finding them in speech.
//!
//! Names are taken apart into words ([`Token`]), words are read into sounds, and all sounds are in one tree; from a
//! word that was heard, postings lead to the names that have it. Clients with the same name share one [`Name`], so that
//! a list of ten thousand namesakes is no larger to search than one.

use std::collections::{HashMap, HashSet};

use super::address::AddressBook;
use super::client_name::{ClientName, Part, Role, Title};
use super::lexicon;
use super::phone::PhoneBook;
use super::phoneme::Phoneme;
use super::readings;
use super::text;
use super::trie::{Entry, SoundTree};
use super::{ClientEntry, LearnedAlias};

/// A place in the table of words.
pub(super) type TokenId = u32;
/// A place in the table of names.
pub(super) type NameId = u32;
/// A place in the table of clients.
pub(super) type ClientNo = u32;

/// What a word is in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Given,
    Surname,
    /// The word of a business name at this place.
    Word(u8),
}

/// A name that has a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    pub(super) name: NameId,
    pub(super) slot: Slot,
    /// What it costs to say this word for the one that is listed.
    pub(super) cost: u16,
}

/// A name in words that can be looked up; numbers are costs as in [`Posting`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Person {
        title: Option<Title>,
        givens: Vec<(TokenId, u16)>,
        surnames: Vec<(TokenId, u16)>,
    },
    Business {
        words: Vec<(TokenId, Role)>,
    },
}

/// A name and the clients that have it.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) clients: Vec<ClientNo>,
    pub(super) form: Form,
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: String,
    /// As listed.
    pub(super) name: String,
}

/// A word of the names.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) postings: Vec<Posting>,
    /// Some name is spelled with it; otherwise it is only a pet form of one that is.
    pub(super) listed: bool,
    /// How many sounds its longest reading has.
    pub(super) sounds: usize,
}

/// The clients of one company, ready to be found in transcripts. Immutable; a new list makes a new index.
#[derive(Debug)]
pub struct ClientIndex {
    pub(super) clients: Vec<Client>,
    pub(super) names: Vec<Name>,
    pub(super) tokens: Vec<Token>,
    pub(super) by_text: HashMap<String, TokenId>,
    pub(super) tree: SoundTree,
    pub(super) addresses: AddressBook,
    pub(super) phones: PhoneBook,
    /// Clients that notes were confirmed to be about.
    confirmed: Vec<ClientNo>,
}

/// A pet form is as good as the name, nearly.
const NICKNAME: u16 = 5;
/// So is one half of a double surname.
const HALF_SURNAME: u16 = 8;
/// Longer names are not listened for: no worker says them whole.
const MAX_SPOKEN_NAME: usize = 80;

/// The number of the next entry of a table.
fn next(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Builder {
    names: Vec<Name>,
    by_form: HashMap<Form, NameId>,
    tokens: Vec<Token>,
    by_text: HashMap<String, TokenId>,
    entries: Vec<Entry>,
}

impl Builder {
    fn token(&mut self, word: &Part, listed: bool) -> TokenId {
        self.token_said(word, listed, |word| {
            readings::readings(&word.folded, &word.spelled)
        })
    }

    fn token_said(
        &mut self,
        word: &Part,
        listed: bool,
        said: impl FnOnce(&Part) -> Vec<(Vec<Phoneme>, u16)>,
    ) -> TokenId {
        if let Some(&id) = self.by_text.get(&word.folded) {
            self.tokens[id as usize].listed |= listed;
            return id;
        }
        let id = next(self.tokens.len());
        let sounds = said(word);
        let longest = sounds.iter().map(|(sounds, _)| sounds.len()).max().unwrap_or(0);
        self.entries
            .extend(sounds.into_iter().map(|(sounds, cost)| (sounds, id, cost)));
        self.tokens.push(Token {
            postings: Vec::new(),
            listed,
            sounds: longest,
        });
        self.by_text.insert(word.folded.clone(), id);
        id
    }

    fn person(&mut self, title: Option<Title>, givens: &[Part], surnames: &[Part]) -> Form {
        let mut given_tokens = Vec::new();
        for given in givens {
            given_tokens.push((self.token(given, true), 0));
            for pet in lexicon::nicknames(&given.folded) {
                given_tokens.push((
                    self.token(
                        &Part {
                            folded: (*pet).to_owned(),
                            spelled: (*pet).to_owned(),
                        },
                        false,
                    ),
                    NICKNAME,
                ));
            }
        }
        let mut surname_tokens = Vec::new();
        let half = if surnames.len() > 1 { HALF_SURNAME } else { 0 };
        if surnames.len() > 1 {
            surname_tokens.push((
                self.token_said(&Part::joined(surnames), true, |_| readings::joined(surnames)),
                0,
            ));
        }
        surname_tokens.extend(surnames.iter().map(|part| (self.token(part, true), half)));
        for tokens in [&mut given_tokens, &mut surname_tokens] {
            tokens.sort_unstable();
            tokens.dedup_by_key(|token| token.0);
        }
        Form::Person {
            title,
            givens: given_tokens,
            surnames: surname_tokens,
        }
    }

    /// Adds a name of a client; one that cannot be read is passed over.
    fn add(&mut self, client: ClientNo, name: &str) {
        let Some(parsed) = ClientName::parse(name) else {
            return;
        };
        let form = match parsed {
            ClientName::Person {
                title,
                givens,
                surnames,
            } => self.person(title, &givens, &surnames),
            ClientName::Business { words } => Form::Business {
                words: words
                    .iter()
                    .map(|(word, role)| (self.token(word, true), *role))
                    .collect(),
            },
        };
        if let Some(&known) = self.by_form.get(&form) {
            let clients = &mut self.names[known as usize].clients;
            if clients.last() != Some(&client) {
                clients.push(client);
            }
            return;
        }
        let id = next(self.names.len());
        let slots: Vec<(TokenId, Slot, u16)> = match &form {
            Form::Person { givens, surnames, .. } => {
                let givens = givens.iter().map(|&(token, cost)| (token, Slot::Given, cost));
                givens
                    .chain(surnames.iter().map(|&(token, cost)| (token, Slot::Surname, cost)))
                    .collect()
            }
            Form::Business { words } => (0..)
                .zip(words)
                .map(|(at, &(token, _))| (token, Slot::Word(at), 0))
                .collect(),
        };
        for (token, slot, cost) in slots {
            self.tokens[token as usize]
                .postings
                .push(Posting { name: id, slot, cost });
        }
        self.by_form.insert(form.clone(), id);
        self.names.push(Name {
            clients: vec![client],
            form,
        });
    }
}

impl ClientIndex {
    /// Builds the index. Entries that are not active, have no id, or repeat one are left out.
    pub fn build(clients: &[ClientEntry], learned: &[LearnedAlias]) -> ClientIndex {
        let mut builder = Builder::default();
        let mut kept: Vec<Client> = Vec::new();
        let mut by_id: HashMap<&str, ClientNo> = HashMap::new();
        let mut addresses = AddressBook::default();
        let mut phones = PhoneBook::default();
        for entry in clients
            .iter()
            .filter(|entry| entry.active && !entry.client_id.is_empty())
        {
            let client = next(kept.len());
            if *by_id.entry(&entry.client_id).or_insert(client) != client {
                continue;
            }
            kept.push(Client {
                id: entry.client_id.clone(),
                name: entry.name.trim().to_owned(),
            });
            builder.add(client, &entry.name);
            entry.aliases.iter().for_each(|alias| builder.add(client, alias));
            entry
                .address
                .iter()
                .chain(&entry.sites)
                .for_each(|address| addresses.add(client, address));
            entry
                .phone_number
                .iter()
                .for_each(|number| phones.add(client, number));
        }
        let mut confirmed = Vec::new();
        for alias in learned {
            if let Some(&client) = by_id.get(alias.client_id.as_str()) {
                builder.add(client, &alias.heard);
                confirmed.push(client);
            }
        }
        let tree = SoundTree::build(builder.entries);
        ClientIndex {
            clients: kept,
            names: builder.names,
            tokens: builder.tokens,
            by_text: builder.by_text,
            tree,
            addresses,
            phones,
            confirmed,
        }
    }

    /// Some name of the list has this word.
    pub(super) fn is_listed(&self, folded: &str) -> bool {
        self.by_text
            .get(folded)
            .is_some_and(|&token| self.tokens[token as usize].listed)
    }

    /// Names to listen for, at most `limit`: clients that notes were confirmed to be about, then those with a word a
    /// recogniser is unlikely to know, then the others; each in the order of the list.
    pub fn vocabulary(&self, limit: usize) -> Vec<String> {
        let (rare, familiar): (Vec<&Client>, Vec<&Client>) = self
            .clients
            .iter()
            .partition(|client| client.name.split_whitespace().any(is_rare));
        let confirmed = self
            .confirmed
            .iter()
            .map(|&client| &self.clients[client as usize]);
        let mut seen = HashSet::new();
        let names = confirmed
            .chain(rare)
            .chain(familiar)
            .map(|client| client.name.as_str());
        names
            .filter(|name| !name.is_empty() && name.chars().count() <= MAX_SPOKEN_NAME && seen.insert(*name))
            .take(limit)
            .map(str::to_owned)
            .collect()
    }
}

/// Not an everyday word, nor a well-known name.
fn is_rare(word: &str) -> bool {
    let folded = text::fold(word);
    !folded.is_empty()
        && !lexicon::given_name(&folded)
        && lexicon::everyday(&folded).is_none()
        && !lexicon::is_tabled(&folded)
}
