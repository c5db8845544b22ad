//! Exploit prevention: detectors that look for the request's inputs in what is about to be executed.

pub(crate) mod candidates;
pub(crate) mod sql;
