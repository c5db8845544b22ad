//! Scanners of sensitive data: one file each, which says by what it recognises a value.
//!
//! What proves itself (an address with its domain, a number with its check digits, a token with its mark) counts under
//! any name. What could be anything (ten digits) counts only under a name that says what it is.

mod authorization;
mod card;
pub mod email;
mod iban;
mod ip_address;
mod named_secret;
mod passport;
mod phone;
mod token;
mod us_ssn;
mod vin;

use super::classes::Class;
use super::words::Words;
use super::Place;

/// Bytes of the longest string that is scanned.
const MOST: usize = 8_192;

type Scanner = fn(&Words, &str) -> Option<Class>;

/// In the order in which they are asked: the surest first.
const SCANNERS: &[Scanner] = &[
    token::scan,
    email::scan,
    iban::scan,
    us_ssn::scan,
    passport::scan,
    phone::scan,
    card::scan,
    vin::scan,
    named_secret::scan,
];

/// The class of a string under the name of its field (that of the list, for elements of lists).
pub fn scan(words: &Words, name: &str, text: &str, place: Place) -> Option<Class> {
    if text.is_empty() || text.len() > MOST {
        return None;
    }
    if place == Place::Headers && authorization::is_about(name) {
        return authorization::scan(text);
    }
    let found = SCANNERS.iter().find_map(|scanner| scanner(words, text));
    // Headers say where a request came from; that is no data of the application's.
    found.or_else(|| if place == Place::Elsewhere { ip_address::scan(text) } else { None })
}

/// The digits of a text that has nothing else but the given separators; None if there is anything else.
fn digits(text: &str, separators: &[char]) -> Option<String> {
    text.chars()
        .all(|letter| letter.is_ascii_digit() || separators.contains(&letter))
        .then(|| text.chars().filter(char::is_ascii_digit).collect())
}
