//! `urlDecode` and `urlDecodeUni`: percent-encoding (RFC 3986, 2.1) and `+` for a blank; the second also `%u0027`.

use super::{hex, text_of};

pub(super) fn decode(text: &str) -> Option<String> {
    run(text, false, true)
}

pub(super) fn decode_uni(text: &str) -> Option<String> {
    run(text, true, true)
}

/// Percent-encoding alone; blanks for `+` only if something else was encoded, for then the text is a form's.
pub(super) fn decode_marked(text: &str) -> Option<String> {
    let decoded = run(text, true, false)?;
    Some(if text.contains('+') { run(text, true, true)? } else { decoded })
}

fn run(text: &str, wide: bool, plus: bool) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let (mut at, mut changed) = (0, false);
    while at < bytes.len() {
        let (length, decoded) = one(&bytes[at..], wide, plus);
        changed |= decoded.is_some();
        match decoded {
            Some(letter) if letter < 0x100 && length <= 3 => out.push(letter as u8),
            Some(letter) => push(&mut out, letter),
            None => out.push(bytes[at]),
        }
        at += length;
    }
    changed.then(|| text_of(out))
}

/// How many bytes stand for one, and for which.
fn one(rest: &[u8], wide: bool, plus: bool) -> (usize, Option<u32>) {
    match rest[0] {
        b'+' if plus => (1, Some(u32::from(b' '))),
        b'%' if wide && matches!(rest.get(1), Some(b'u' | b'U')) => match hex(rest.get(2..6)) {
            Some(letter) => (6, Some(letter)),
            None => (1, None),
        },
        b'%' => match hex(rest.get(1..3)) {
            Some(byte) => (3, Some(byte)),
            None => (1, None),
        },
        _ => (1, None),
    }
}

/// Full-width forms of ASCII count as ASCII: servers that know `%u` fold them.
fn push(out: &mut Vec<u8>, letter: u32) {
    let letter = if (0xff01..=0xff5e).contains(&letter) { letter - 0xfee0 } else { letter };
    let letter = char::from_u32(letter).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}
