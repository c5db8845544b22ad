//! Vehicle identification numbers (ISO 3779): 17 letters and digits without I, O, Q; the check digit of North America
//! (49 CFR 565.15), or a name that says so.

use crate::schema::classes::{personal, Class};
use crate::schema::words::Words;

const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

pub fn scan(words: &Words, text: &str) -> Option<Class> {
    let plausible = text.len() == 17
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !b"IOQ".contains(&byte)))
        && text.bytes().any(|byte| byte.is_ascii_uppercase());
    (plausible && (words.any(&["vin"]) || is_checked(text))).then(|| personal("vin"))
}

fn is_checked(text: &str) -> bool {
    let sum: u32 = text.bytes().zip(WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum();
    let wanted = match sum % 11 {
        10 => b'X',
        rest => b'0' + rest as u8,
    };
    text.as_bytes()[8] == wanted
}

/// What a letter counts.
fn value(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'R' => u32::from(byte - b'J') + 1,
        _ => u32::from(byte - b'S') + 2,
    }
}
