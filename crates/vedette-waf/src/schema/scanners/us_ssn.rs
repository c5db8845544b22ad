//! Social security numbers of the United States, as they are written: `ddd-dd-dddd`, no group all zeros. Without
//! hyphens only under a name that says so.

use crate::schema::classes::{personal, Class};
use crate::schema::words::Words;

pub fn scan(words: &Words, text: &str) -> Option<Class> {
    let bytes = text.as_bytes();
    let hyphened = bytes.len() == 11 && bytes[3] == b'-' && bytes[6] == b'-';
    let named = || words.any(&["ssn", "social"]) || words.together(&["socialsecurity"]);
    let number: String = match bytes.len() {
        11 if hyphened => text.replacen('-', "", 2),
        9 if named() => text.to_owned(),
        _ => return None,
    };
    is_issued(&number).then(|| personal("us_ssn"))
}

fn is_issued(number: &str) -> bool {
    number.len() == 9
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.starts_with("000")
        && !number.starts_with("666")
        && &number[3..5] != "00"
        && &number[5..] != "0000"
}
