//! The shape of data: which fields of which types, which of them hold what is sensitive, and never a value.
//!
//! ```
//! use vedette_waf::{schema, Data, Place};
//!
//! let body = Data::Map(vec![("email".into(), "ann@example.org".into()), ("age".into(), Data::Int(34))]);
//! let found = schema(&body, Place::Elsewhere);
//! assert_eq!(found.text, r#"[{"email":[8,{"category":"pii","type":"email"}],"age":[4]}]"#);
//! ```
//!
//! The text is Datadog's encoding of schemas: `[type, metadata]`, where the type is 0 unknown, 1 null, 2 boolean,
//! 4 integer, 8 string, 16 number, a list of the different shapes of a list's elements, or an object of the shapes of
//! an object's fields. The metadata says `len` of lists, `truncated` of containers that were not looked at in full, and
//! `category` and `type` of sensitive strings; it is left out if there is nothing to say.

mod classes;
mod encode;
mod formats;
mod scanners;
mod shape;
mod words;

use crate::data::Data;
use shape::Reader;

/// Where data stands in a request or response: some scanners look at headers alone, or not at all there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Names and values of headers.
    Headers,
    /// Anything else.
    Elsewhere,
}

/// What is known of the shape of some data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The encoded schema, JSON; at most 24,000 bytes.
    pub text: String,
    /// Formats of strings (`uuid`, `date-time`, ...; those of JSON Schema) by the place of the string: keys after `/`
    /// each (RFC 6901), `*` for the elements of a list. Places where strings differ in format are left out.
    pub formats: Vec<(String, &'static str)>,
}

/// The schema of `data`. Looks at 17 levels, 255 fields of an object and the first 10 elements of a list, and stops
/// where the text would become too long.
pub fn schema(data: &Data, place: Place) -> Schema {
    let mut reader = Reader::new(place);
    let shape = reader.shape(data, "", 0);
    Schema { text: encode::text(&shape), formats: reader.formats() }
}

#[cfg(test)]
mod tests;
