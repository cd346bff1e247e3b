//! The stand-ins over real HTTP: what checks outside this repository rely on.

#[cfg(test)]
mod app;
#[cfg(test)]
mod controls;
#[cfg(test)]
mod openai;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod signature;
#[cfg(test)]
mod twilio;
