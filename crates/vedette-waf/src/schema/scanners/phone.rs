//! Telephone numbers: international ones (ITU-T E.164, `+` and 8 to 15 digits) under any name, others under a name that
//! says so.

use super::digits;
use crate::schema::classes::{personal, Class};
use crate::schema::words::Words;

const NAMES: &[&str] = &[
    "phone",
    "phones",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "cellphone",
    "fax",
    "msisdn",
    "phonenumber",
    "contact",
];

pub fn scan(words: &Words, text: &str) -> Option<Class> {
    if text.len() < 7 || text.len() > 24 {
        return None;
    }
    let international = text.strip_prefix('+');
    let number = digits(international.unwrap_or(text), &[' ', '-', '.', '(', ')', '/'])?;
    let found = match international {
        Some(_) => (8..=15).contains(&number.len()),
        None => (7..=15).contains(&number.len()) && words.any(NAMES) || is_american(text),
    };
    found.then(|| personal("phone"))
}

/// `(555) 123-4567` and `555-123-4567`.
fn is_american(text: &str) -> bool {
    let shape: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { 'd' } else { letter }).collect();
    matches!(shape.as_str(), "(ddd) ddd-dddd" | "ddd-ddd-dddd" | "(ddd)ddd-dddd")
}
