//! International bank account numbers: country, length and check digits (ISO 13616, ISO 7064 MOD 97-10).

use crate::schema::classes::{payment, Class};
use crate::schema::words::Words;

pub fn scan(_: &Words, text: &str) -> Option<Class> {
    let plausible = text.len() >= 15 && text.len() <= 42 && text.as_bytes()[0].is_ascii_uppercase();
    (plausible && is_iban(text)).then(|| payment("iban", None))
}

fn is_iban(text: &str) -> bool {
    let number: String = text.chars().filter(|letter| *letter != ' ').collect();
    let bytes = number.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && remainder(bytes) == 1
}

/// Letters count as two digits, the first four characters come last.
fn remainder(bytes: &[u8]) -> u32 {
    bytes[4..].iter().chain(&bytes[..4]).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    })
}
