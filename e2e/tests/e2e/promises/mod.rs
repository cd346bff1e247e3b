//! Nothing lost, nothing twice: the promises of the pipeline, each shown with the real binaries under faults that are ordered
//! one by one (what fails, the how-manieth call of it, before or after its effect).

mod batches;
mod deletion;
mod duplicates;
mod giving_up;
mod kills;
mod limits;
mod logs;
mod one_reply;
mod reconciliation;
mod recordings;
mod strangers;
mod support;
