//! W3C Baggage (<https://www.w3.org/TR/baggage/>): `key=value` pairs of the application's own.

use std::borrow::Cow;

use super::{Carrier, Config};

const HEADER: &str = "baggage";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Reads the header. One malformed pair discards it whole; more than the configuration allows is cut off at a pair.
///
/// Properties (`;name=value` after a value) are metadata of the pair and not part of its value; they are dropped.
pub(super) fn extract(config: &Config, carrier: &dyn Carrier) -> Vec<(String, String)> {
    carrier.get(HEADER).and_then(|header| parse(config, &header)).unwrap_or_default()
}

fn parse(config: &Config, header: &str) -> Option<Vec<(String, String)>> {
    let mut items: Vec<(String, String)> = Vec::new();
    let mut end = 0;
    for pair in header.split(',') {
        end += pair.len() + 1;
        let (key, value) = parse_pair(pair)?;
        if end - 1 <= config.baggage_bytes {
            keep(&mut items, key, value, config.baggage_items);
        }
    }
    Some(items)
}

fn keep(items: &mut Vec<(String, String)>, key: Cow<'_, str>, value: Cow<'_, str>, most: usize) {
    if let Some(item) = items.iter_mut().find(|(known, _)| *known == key) {
        item.1 = value.into_owned();
    } else if items.len() < most {
        items.push((key.into_owned(), value.into_owned()));
    }
}

fn parse_pair(pair: &str) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let (key, value) = pair.split(';').next()?.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    (!key.is_empty() && !value.is_empty()).then(|| (decoded(key), decoded(value)))
}

/// Resolves percent encoding. What is no encoding stays; bytes that are no UTF-8 become U+FFFD.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (byte, used) = escaped(rest).map_or((*first, 1), |byte| (byte, 3));
        bytes.push(byte);
        rest = if used == 1 { after } else { &rest[3..] };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn escaped(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    let digit = |byte: u8| (byte as char).to_digit(16);
    Some((digit(*high)? * 16 + digit(*low)?) as u8)
}

/// Writes the header as far as the items fit; nothing if there are none.
pub(super) fn inject(
    config: &Config,
    items: &[(String, String)],
    line: &mut String,
    set: &mut dyn FnMut(&'static str, &str),
) {
    line.clear();
    for (key, value) in items.iter().take(config.baggage_items) {
        let before = line.len();
        if before > 0 {
            line.push(',');
        }
        push_encoded(line, key, key_byte);
        line.push('=');
        push_encoded(line, value, value_byte);
        if line.len() > config.baggage_bytes {
            line.truncate(before);
            break;
        }
    }
    if !line.is_empty() {
        set(HEADER, line);
    }
}

fn push_encoded(line: &mut String, text: &str, allowed: impl Fn(u8) -> bool) {
    for byte in text.bytes() {
        if allowed(byte) {
            line.push(byte as char);
        } else {
            let digit = |half: u8| UPPER[usize::from(half)] as char;
            line.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

/// A token character (RFC 7230, section 3.2.6), without the percent sign.
fn key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte)
}

/// A baggage octet (section 3.3.1), without the percent sign, and without "=", which not every reader expects.
fn value_byte(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7e) && !b"\"%,;=\\".contains(&byte)
}
