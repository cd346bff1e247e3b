//! What is known of a company's clients, arranged for finding them in speech.

use std::collections::HashMap;

use super::client_name::{ClientName, Part, Role, Title};
use super::lexicon;
use super::trie::{Entry, SoundTree};
use super::{ClientEntry, LearnedAlias};

pub type TokenId = u32;
pub type NameId = u32;
pub type ClientNo = u32;

/// What a word is in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot { Given, Surname, Word(u8) }

#[derive(Debug, Clone, Copy)]
pub struct Posting { pub name: NameId, pub slot: Slot, pub cost: u16 }

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Form {
    Person { title: Option<Title>, givens: Vec<(TokenId, u16)>, surnames: Vec<(TokenId, u16)> },
    Business { words: Vec<(TokenId, Role)> },
}

#[derive(Debug)]
pub struct Name { pub clients: Vec<ClientNo>, pub form: Form }

#[derive(Debug)]
pub struct Client { pub id: String, pub name: String }

#[derive(Debug)]
pub struct Token { pub text: String, pub postings: Vec<Posting>, pub listed: bool, pub sounds: usize }

#[derive(Debug)]
pub struct ClientIndex {
    pub(super) clients: Vec<Client>,
    pub(super) names: Vec<Name>,
    pub(super) tokens: Vec<Token>,
    pub(super) by_text: HashMap<String, TokenId>,
    pub(super) tree: SoundTree,
    pub(super) addresses: super::address::AddressBook,
    pub(super) phones: super::phone::PhoneBook,
    learned: Vec<ClientNo>,
}

/// A pet form is as good as the name, nearly.
const NICKNAME: u16 = 5;
/// One half of a double surname.
const HALF_SURNAME: u16 = 8;

#[derive(Default)]
struct Builder { names: Vec<Name>, tokens: Vec<Token>, by_text: HashMap<String, TokenId>, entries: Vec<Entry>, by_form: HashMap<Form, NameId> }

impl Builder {
    fn token(&mut self, text: &str, spelled: &str, listed: bool) -> TokenId {
        if let Some(&id) = self.by_text.get(text) {
            self.tokens[id as usize].listed |= listed;
            return id;
        }
        let id = self.tokens.len() as TokenId;
        let sounds = super::readings::readings(text, spelled);
        let longest = sounds.iter().map(|s| s.0.len()).max().unwrap_or(0);
        for (s, cost) in sounds { self.entries.push((s, id, cost)) }
        self.tokens.push(Token { text: text.to_owned(), postings: Vec::new(), listed, sounds: longest });
        self.by_text.insert(text.to_owned(), id);
        id
    }

    fn post(&mut self, token: TokenId, name: NameId, slot: Slot, cost: u16) {
        let postings = &mut self.tokens[token as usize].postings;
        if let Some(last) = postings.iter_mut().rev().take_while(|p| p.name == name).find(|p| p.slot == slot) {
            last.cost = last.cost.min(cost);
        } else {
            postings.push(Posting { name, slot, cost });
        }
    }

    fn add(&mut self, client: ClientNo, text: &str) {
        let Some(parsed) = ClientName::parse(text) else { return };
        let form = match parsed {
            ClientName::Person { title, givens, surnames } => {
                let mut given_tokens: Vec<(TokenId, u16)> = Vec::new();
                for given in &givens {
                    given_tokens.push((self.token(&given.folded, &given.spelled, true), 0));
                    for nick in lexicon::nicknames(&given.folded) { given_tokens.push((self.token(nick, nick, false), NICKNAME)) }
                }
                let mut surname_tokens: Vec<(TokenId, u16)> = Vec::new();
                if surnames.len() > 1 {
                    let joined = Part::joined(&surnames);
                    surname_tokens.push((self.token(&joined.folded, &joined.spelled, true), 0));
                }
                let half = if surnames.len() > 1 { HALF_SURNAME } else { 0 };
                for part in &surnames { surname_tokens.push((self.token(&part.folded, &part.spelled, true), half)) }
                for tokens in [&mut given_tokens, &mut surname_tokens] {
                    tokens.sort_unstable();
                    tokens.dedup_by_key(|t| t.0);
                }
                Form::Person { title, givens: given_tokens, surnames: surname_tokens }
            }
            ClientName::Business { words } => Form::Business { words: words.iter().map(|(w, role)| (self.token(&w.folded, &w.spelled, true), *role)).collect() },
        };
        if let Some(&known) = self.by_form.get(&form) {
            let clients = &mut self.names[known as usize].clients;
            if clients.last() != Some(&client) { clients.push(client) }
            return;
        }
        let id = self.names.len() as NameId;
        match &form {
            Form::Person { givens, surnames, .. } => {
                for &(token, cost) in givens { self.post(token, id, Slot::Given, cost) }
                for &(token, cost) in surnames { self.post(token, id, Slot::Surname, cost) }
            }
            Form::Business { words } => for (at, &(token, _)) in words.iter().enumerate() {
                self.post(token, id, Slot::Word(u8::try_from(at).unwrap_or(u8::MAX)), 0);
            },
        }
        self.by_form.insert(form.clone(), id);
        self.names.push(Name { clients: vec![client], form });
    }
}

impl ClientIndex {
    pub fn build(clients: &[ClientEntry], learned: &[LearnedAlias]) -> ClientIndex {
        let mut builder = Builder::default();
        let mut kept: Vec<Client> = Vec::new();
        let mut numbers: HashMap<&str, ClientNo> = HashMap::new();
        let mut addresses = super::address::AddressBook::default();
        let mut phones = super::phone::PhoneBook::default();
        for entry in clients.iter().filter(|c| c.active && !c.client_id.is_empty()) {
            if numbers.contains_key(entry.client_id.as_str()) { continue }
            let no = kept.len() as ClientNo;
            numbers.insert(&entry.client_id, no);
            kept.push(Client { id: entry.client_id.clone(), name: entry.name.trim().to_owned() });
            builder.add(no, &entry.name);
            for alias in &entry.aliases { builder.add(no, alias) }
            for place in entry.address.iter().chain(&entry.sites) { addresses.add(no, place) }
            for number in &entry.phone_number { phones.add(no, number) }
        }
        let mut confirmed = Vec::new();
        for alias in learned {
            if let Some(&no) = numbers.get(alias.client_id.as_str()) {
                builder.add(no, &alias.heard);
                confirmed.push(no);
            }
        }
        let tree = SoundTree::build(builder.entries);
        ClientIndex { clients: kept, names: builder.names, tokens: builder.tokens, by_text: builder.by_text, tree, addresses, phones, learned: confirmed }
    }

    /// A name of the list that is this word.
    pub(super) fn is_listed(&self, folded: &str) -> bool {
        self.by_text.get(folded).is_some_and(|&token| self.tokens[token as usize].listed)
    }

    /// Names to listen for, at most `limit`: clients that notes were about before, then the names a recogniser is least
    /// likely to know, in the order of the list.
    pub fn vocabulary(&self, limit: usize) -> Vec<String> {
        let familiar = |client: &Client| client.name.split_whitespace().all(|word| {
            let folded = super::text::fold(word);
            folded.is_empty() || lexicon::given_name(&folded) || lexicon::everyday(&folded).is_some() || lexicon::is_tabled(&folded)
        });
        let (known, rare): (Vec<ClientNo>, Vec<ClientNo>) = (0..self.clients.len() as ClientNo).partition(|&no| familiar(&self.clients[no as usize]));
        let mut seen = std::collections::HashSet::new();
        self.learned.iter().copied().chain(rare).chain(known).map(|no| self.clients[no as usize].name.as_str()).filter(|name| !name.is_empty() && name.chars().count() <= MAX_SPOKEN_NAME && seen.insert(*name)).take(limit).map(str::to_owned).collect()
    }
}

/// Longer names are not listened for.
const MAX_SPOKEN_NAME: usize = 80;
