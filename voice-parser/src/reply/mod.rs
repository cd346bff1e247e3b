//! What the worker reads: one message that says what was understood, in their language, and how to put it right.
//! [`compose`] writes it, [`phrases`] has the words, [`parts`] makes it fit.

pub mod compose;
pub mod parts;
pub mod phrases;
