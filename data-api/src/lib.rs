//! The data-api function: what was filed, over HTTP, for the office's page and for other systems.
//!
//! A request passes, in this order: [`gateway`] (the HTTP API's event), [`edge`] (request id, CORS, one log line),
//! [`access`] (whose key is it, and which companies does it see), [`parameters`] (parsed once, each error named), and
//! then one handler of [`files`] or the like.
//!
//! Two rules hold everywhere. Only a [`access::CompanyScope`] names a company's objects, and only an [`access::Access`]
//! that sees the company makes one; so a handler cannot reach another company's data by forgetting a check. And what
//! exists but may not be seen is answered exactly as what does not exist.

pub mod access;
pub mod admin_key;
pub mod api_key;
pub mod api_keys;
pub mod app;
pub mod clients;
pub mod companies;
pub mod config;
pub mod deletion;
pub mod docs;
pub mod edge;
pub mod entity_tag;
pub mod error;
pub mod files;
pub mod gateway;
pub mod json_body;
pub mod message;
pub mod messages;
pub mod notes;
pub mod object_key;
pub mod page;
pub mod parameters;
pub mod schema;
pub mod seal;
pub mod text;
pub mod twilio;
pub mod workers;
