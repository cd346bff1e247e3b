//! From decisions to what is filed: notes ([`notes`]), whom they are about ([`clients`]), and how a note reads as plain text
//! ([`summary`]). All of it is a pure function of message, media, transcript and model answer: a message filed twice
//! comes out byte for byte the same.

pub mod clients;
pub mod notes;
pub mod summary;

#[cfg(test)]
mod tests;
