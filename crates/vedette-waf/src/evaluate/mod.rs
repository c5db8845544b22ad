//! Evaluation: a request's data walked once, each text given to the conditions that may want it.

mod nested;
mod request;
mod texts;
mod walk;

pub use request::Request;
