//! Which of a company's clients do the words of a note mention?
//!
//! A recogniser writes names as it hears them: other spellings of the same sounds, everyday words, pieces. So names
//! and text are compared as sounds (`phoneme`): everything listed is read into sounds (`readings`) and kept in one
//! prefix tree (`trie`), in which each place of the text is looked up with errors (`find`). What is found is
//! weighed by how well it sounds and what kind of words were heard (`evidence`) and by how the words around read
//! (`context`, `place`, `weigh`); thresholds and a margin decide (`decide`).
//!
//! Pure and deterministic: no clock, no randomness, whole numbers only, no iteration over hash maps. It reads no
//! files, keeps no state between texts, and an index knows one company only.

mod address;
mod answer;
mod business;
mod client_name;
mod context;
mod decide;
mod entry;
mod evidence;
mod find;
mod index;
mod lexicon;
mod numbers;
mod phone;
mod phoneme;
mod place;
mod readings;
mod spelling;
mod text;
mod trie;
mod weigh;

pub use answer::{Candidate, Decision, LinkAnswer};
pub use decide::Thresholds;
pub use entry::{ClientEntry, LearnedAlias};
pub use index::ClientIndex;
