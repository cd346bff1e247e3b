//! The webhook-handler function: verifies what Twilio sends, puts it on the queue, and only then says that it has it.
//!
//! One request goes through these types in this order, and there is no way around one of them:
//! [`event::HttpApiEvent`] (what the gateway passes on) → [`request::WebhookRequest`] (complete, within the limits, not
//! believed) → [`verified::VerifiedWebhook`] (only [`verified::Verifier`] makes one) → [`shared::message::QueueMessage`].
//!
//! The function does not look up who the sender is: no answer of it depends on whether a number is a customer's. It
//! keeps no state but its secrets; a message that arrives twice is enqueued twice, and the pipeline tells.

pub mod answer;
pub mod config;
pub mod content;
pub mod event;
pub mod form;
pub mod handler;
pub mod json;
pub mod keyring;
pub mod parameters;
pub mod queue;
pub mod request;
pub mod signature;
pub mod trace;
pub mod verified;
