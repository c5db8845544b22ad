//! Payment cards: the issuer's prefix and length (ISO/IEC 7812), and the check digit of Luhn.
//!
//! Under a name that speaks of cards the prefix is enough, since test and masked numbers fail the check. Under others only
//! the usual lengths count: longer numbers are mostly ids, one in ten of which passes the check by chance.

use super::digits;
use crate::schema::classes::{payment, Class};
use crate::schema::words::Words;

const NAMES: &[&str] = &[
    "card",
    "cards",
    "cc",
    "ccn",
    "pan",
    "credit",
    "debit",
    "payment",
    "visa",
    "mastercard",
    "amex",
    "discover",
    "jcb",
    "maestro",
    "diners",
    "unionpay",
];
const TOGETHER: &[&str] = &["creditcard", "debitcard", "cardnumber", "cardno", "ccnum"];

pub fn scan(words: &Words, text: &str) -> Option<Class> {
    if text.len() < 12 || text.len() > 24 {
        return None;
    }
    let number = digits(text, &[' ', '-'])?;
    let issuer = issuer(&number)?;
    let named = || words.any(NAMES) || words.together(TOGETHER);
    let usual = (14..=16).contains(&number.len()) && issuer != "maestro";
    (named() || (usual && luhn(&number))).then(|| payment("card", Some(issuer)))
}

/// Who issues cards with numbers like this.
fn issuer(number: &str) -> Option<&'static str> {
    let prefix = |length: usize| number.get(..length).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let (two, three, four) = (prefix(2), prefix(3), prefix(4));
    match (number.len(), two) {
        (13 | 16 | 19, 40..=49) => Some("visa"),
        (15, 34 | 37) => Some("amex"),
        (16, 51..=55) => Some("mastercard"),
        (16, _) if (2221..=2720).contains(&four) => Some("mastercard"),
        (16..=19, _) if four == 6011 || (644..=649).contains(&three) || two == 65 => Some("discover"),
        (16..=19, 35) if (3528..=3589).contains(&four) => Some("jcb"),
        (14..=19, 36 | 38) => Some("diners"),
        (14..=19, 30) if (300..=305).contains(&three) => Some("diners"),
        (16..=19, 62) => Some("unionpay"),
        (12..=19, 50 | 56..=61 | 63 | 66..=69) => Some("maestro"),
        _ => None,
    }
}

fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let doubled = u32::from(byte - b'0') * if at % 2 == 1 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    sum % 10 == 0
}
