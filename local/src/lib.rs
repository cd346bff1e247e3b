//! The local stack: everything the product runs against, on one machine and without an account anywhere.
//!
//! [`stack`] puts it together: the emulator of AWS ([`ministack`]) that runs the real functions, the real templates
//! deployed to it ([`deployment`]), the stand-ins for Twilio and OpenAI ([`standin`]), and a [`proxy`] between functions
//! and emulator, so that one set of controls counts and disturbs every call a function makes.

pub mod aws;
pub mod checkout;
pub mod demonstration;
pub mod deployment;
pub mod event_source;
pub mod executioner;
pub mod folder;
pub mod function_logs;
pub mod http;
pub mod ministack;
pub mod phone;
pub mod ports;
pub mod process_group;
pub mod processes;
pub mod proxy;
pub mod samples;
pub mod settings;
pub mod signals;
pub mod stack;
pub mod stack_env;
pub mod standin;
pub mod terminal;

pub mod exec;
pub mod up;
