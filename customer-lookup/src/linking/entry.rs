//! What a linker is told of the clients.

/// One client of a company's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientEntry {
    /// Unique in the company; of entries with the same id the first counts.
    pub client_id: String,
    /// As its owner spells it: a person, a couple or a business.
    pub name: String,
    /// Other names the client goes by.
    pub aliases: Vec<String>,
    /// E.164 or as dialled.
    pub phone_number: Option<String>,
    /// Street address, "14 Banksia Street, Coburg".
    pub address: Option<String>,
    /// Addresses or labels of further sites.
    pub sites: Vec<String>,
    /// Clients that are not are never found.
    pub active: bool,
}

impl Default for ClientEntry {
    fn default() -> Self {
        ClientEntry {
            client_id: String::new(),
            name: String::new(),
            aliases: Vec::new(),
            phone_number: None,
            address: None,
            sites: Vec::new(),
            active: true,
        }
    }
}

/// What a worker confirmed to mean a client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LearnedAlias {
    /// The client it means.
    pub client_id: String,
    /// The words as the recogniser wrote them.
    pub heard: String,
}
