//! What the end-to-end tests share: the running stack they are pointed at, people of their own, and patience.
//!
//! The stack is started by `local exec`, which names its addresses in the file `STACK_ENV`. Tests run beside each other
//! against that one stack, so each brings its own company and workers ([`people`]) and looks at nobody else's.

pub mod object;
pub mod office;
pub mod people;
pub mod phone;
pub mod queue;
pub mod recording;
pub mod stack;
pub mod twilio;
pub mod wait;
