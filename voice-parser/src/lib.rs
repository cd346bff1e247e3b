//! The voice-parser: takes messages from the queue and turns each into filed notes and one reply.
//!
//! [`handler`] is the entry, [`batch`] one delivery of the queue, [`pipeline`] the resumable steps of one message.
//! [`ledger`] keeps a message's record and lease. [`structure`] is what is asked of the model and how its answer is
//! checked; [`filing`] makes notes and artifacts of it; [`reply`] what the worker reads. [`allowance`] counts a company's
//! minutes of the day. [`openai`], [`twilio`], [`media`], [`queue`] and [`directory`] are adapters.

pub mod allowance;
pub mod ascii_words;
pub mod backoff;
pub mod batch;
pub mod config;
pub mod decisions;
pub mod directory;
pub mod failure;
pub mod filing;
pub mod handler;
pub mod http;
pub mod ledger;
pub mod media;
pub mod openai;
pub mod pipeline;
pub mod queue;
pub mod reconcile;
pub mod reply;
pub mod services;
pub mod status;
pub mod structure;
pub mod twilio;

#[cfg(test)]
mod fakes;
