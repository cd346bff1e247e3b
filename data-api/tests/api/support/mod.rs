//! The application in process, over a real local S3 of its own.

pub(crate) mod app;
pub(crate) mod ministack;
pub(crate) mod proxy;
pub(crate) mod seed;
pub(crate) mod twilio;
