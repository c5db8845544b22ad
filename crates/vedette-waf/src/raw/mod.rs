//! Parts of a request as they come over the wire, turned into [`Data`] within limits.

mod address;
mod fields;
mod json;

pub use address::client_address;
pub use fields::{cookies, form};
pub use json::{json, Parsed};

#[cfg(test)]
mod tests;
