//! Parts of a request as they come over the wire, turned into [`Data`] within limits.

mod address;
mod fields;
mod json;
mod pieces;
mod xml;

pub use address::client_address;
pub use fields::{cookies, form};
pub use json::{json, Parsed};
pub use pieces::in_pieces;
pub use xml::xml;

#[cfg(test)]
mod tests;
