//! `base64Encode`, and `base64Decode`: both alphabets of RFC 4648, padding or not, up to the first other character.

use super::text_of;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The standard alphabet, padded.
pub(super) fn encode(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len().div_ceil(3) * 4);
    for three in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]);
            out.push(if at <= three.len() { digit } else { '=' });
        }
    }
    Some(out)
}

pub(super) fn decode(text: &str) -> Option<String> {
    let decoded = bytes(text.as_bytes());
    (!decoded.is_empty()).then(|| text_of(decoded))
}

/// Only if the whole text is base64 and what comes out is a text with marks: most that looks like base64 is an identifier.
/// Behind the `Basic` of credentials (RFC 7617), too.
pub(super) fn decode_text(text: &str) -> Option<String> {
    let body = text.strip_prefix("Basic ").unwrap_or(text).trim_end_matches('=');
    let plausible = body.len() >= 12 && body.len() % 4 != 1 && body.bytes().all(|byte| digit(byte).is_some());
    if !plausible {
        return None;
    }
    let decoded = String::from_utf8(bytes(body.as_bytes())).ok()?;
    let is_text = decoded.chars().all(|letter| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t'));
    (is_text && decoded.bytes().any(|byte| byte.is_ascii_punctuation())).then_some(decoded)
}

/// Of a text that is looked for in what an application does, where chance can do no harm: shorter ones count as well.
pub(super) fn decode_carried(text: &str) -> Option<String> {
    let body = text.trim_end_matches('=');
    let plausible = body.len() >= 7 && body.len() % 4 != 1 && body.bytes().all(|byte| digit(byte).is_some());
    if !plausible {
        return None;
    }
    let decoded = String::from_utf8(bytes(body.as_bytes())).ok()?;
    super::is_carried(&decoded).then_some(decoded)
}

fn bytes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for value in text.iter().map_while(|byte| digit(*byte)) {
        bits = bits << 6 | value;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    out
}

fn digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}
