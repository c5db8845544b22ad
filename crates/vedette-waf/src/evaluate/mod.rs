//! Evaluation: a request's data walked once, each text given to the conditions that may want it.

mod destinations;
mod matches;
pub(crate) mod nested;
mod request;
mod sinks;
mod texts;
mod walk;

pub use request::Request;
