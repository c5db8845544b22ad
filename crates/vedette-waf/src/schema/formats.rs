//! Formats of strings, by the names that JSON Schema gives them (draft 2020-12, validation, section 7.3).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::scanners::email;

/// Bytes of the longest string that has one.
const MOST: usize = 2_048;

/// A format's name, and whether a text has it.
type Known = (&'static str, fn(&str) -> bool);

/// The format of a whole string, if it has one.
pub fn format(text: &str) -> Option<&'static str> {
    if text.len() > MOST || !text.is_ascii() {
        return None;
    }
    let known: [Known; 7] = [
        ("uuid", is_uuid),
        ("date-time", is_date_time),
        ("date", is_date),
        ("email", email::is_address),
        ("uri", is_uri),
        ("ipv4", |text| text.parse::<Ipv4Addr>().is_ok()),
        ("ipv6", |text| text.contains(':') && text.parse::<Ipv6Addr>().is_ok()),
    ];
    known.iter().find(|(_, is)| is(text)).map(|(name, _)| *name)
}

/// Whether a text looks as the pattern does, in which `d` is a digit, `x` a hexadecimal one, and all else itself.
fn looks(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_hexdigit(),
            _ => byte == wanted,
        })
}

fn is_uuid(text: &str) -> bool {
    looks(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
}

fn is_date(text: &str) -> bool {
    let number =
        |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u8>().ok()).unwrap_or(0);
    looks(text, "dddd-dd-dd") && (1..=12).contains(&number(5, 7)) && (1..=31).contains(&number(8, 10))
}

/// RFC 3339: the zone is part of it.
fn is_date_time(text: &str) -> bool {
    let (Some(date), Some(time)) = (text.get(..10), text.get(11..)) else { return false };
    let between = matches!(text.as_bytes()[10], b'T' | b't' | b' ');
    let Some(zone) = time.find(['Z', 'z', '+', '-']) else { return false };
    let (clock, zone) = time.split_at(zone);
    let (seconds, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let is_zone = zone.eq_ignore_ascii_case("z") || looks(zone, "+dd:dd") || looks(zone, "-dd:dd");
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    between && is_date(date) && looks(seconds, "dd:dd:dd") && is_fraction && is_zone
}

/// An absolute address of the usual kinds.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let known = ["http", "https", "ws", "wss", "ftp", "s3", "postgres", "postgresql", "redis", "amqp"];
    known.iter().any(|name| scheme.eq_ignore_ascii_case(name))
        && !rest.is_empty()
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`'))
}
