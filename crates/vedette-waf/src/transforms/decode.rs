//! `decode`: our own; whatever encodings are wrapped around the text, in any order: percent-encoding, numeric escapes
//! of JavaScript, references of HTML, full-width letters, base64 of the whole text. In a text that has tags, the named
//! references stay: a page that shows `&lt;` shows no tag.

use super::{base64, full_width, html, js, nulls, url};
use crate::specials::{of_all, Specials, WIDE};

/// Encodings within encodings that are undone; more serve nobody, as no server would undo them.
const ROUNDS: usize = 4;
/// Marks of base64 beside letters and digits.
const BASE64: Specials = of_all(b"+/=-_ azAZ09");

pub(super) fn decode(text: &str) -> Option<String> {
    let mut current = once(text)?;
    for _ in 1..ROUNDS {
        match once(&current) {
            Some(next) => current = next,
            None => break,
        }
    }
    Some(current)
}

fn once(text: &str) -> Option<String> {
    let specials = of_all(text.as_bytes());
    let mut decoded = None;
    let mut step = |marks: Specials, apply: fn(&str) -> Option<String>| {
        if specials & marks != 0 {
            if let Some(changed) = apply(decoded.as_deref().unwrap_or(text)) {
                decoded = Some(changed);
            }
        }
    };
    step(of_all(b"%"), url::decode_marked);
    step(of_all(b"\\"), js::decode_numbers);
    step(of_all(b"&"), html::decode_hidden);
    step(WIDE, full_width::fold);
    step(of_all(b"\0"), nulls::remove);
    if decoded.is_none() && specials & !BASE64 == 0 {
        decoded = base64::decode_text(text);
    }
    decoded
}
