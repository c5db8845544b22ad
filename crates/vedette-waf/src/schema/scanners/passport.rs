//! Numbers of passports (ICAO Doc 9303: up to nine letters and digits), under a name that says so.

use crate::schema::classes::{personal, Class};
use crate::schema::words::Words;

pub fn scan(words: &Words, text: &str) -> Option<Class> {
    let plausible = (6..=9).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().filter(u8::is_ascii_digit).count() >= 5;
    (plausible && words.any(&["passport"])).then(|| personal("passport_number"))
}
