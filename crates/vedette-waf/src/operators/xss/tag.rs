//! Tags and attributes as browsers read them.

use std::borrow::Cow;

use crate::transforms::html_decode;

/// A tag as found in a text.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    pub(super) start: usize,
    /// Behind its `>`, or the end of the text: the page would close it.
    pub(super) end: usize,
    pub(super) name: Cow<'a, str>,
    pub(super) attributes: Vec<Attribute<'a>>,
}

/// One attribute; its value without quotes.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: &'a str,
}

/// Attributes of one tag that are looked at.
const MOST: usize = 64;

impl<'a> Tag<'a> {
    /// The opening tag that begins at `start`, if one does.
    pub(super) fn at(text: &'a str, start: usize) -> Option<Tag<'a>> {
        let rest = text.get(start + 1..)?;
        rest.bytes().next().filter(u8::is_ascii_alphabetic)?;
        let length = rest.find(|letter: char| {
            letter.is_ascii_whitespace() || matches!(letter, '/' | '>' | '<' | '\0' | '\u{b}')
        });
        let length = length.unwrap_or(rest.len());
        let (attributes, end) = attributes(text, start + 1 + length);
        Some(Tag { start, end, name: lower(&rest[..length]), attributes })
    }

    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }
}

impl Attribute<'_> {
    /// Its value as the browser sees it: character references decoded, blanks and control characters gone, lower case.
    pub(super) fn effective(&self) -> String {
        let decoded = html_decode(self.value);
        let text = decoded.as_deref().unwrap_or(self.value);
        text.chars()
            .filter(|letter| !letter.is_whitespace() && !letter.is_control())
            .collect::<String>()
            .to_ascii_lowercase()
    }
}

/// The attributes from `at` on, and where the tag ends.
pub(super) fn attributes(text: &str, mut at: usize) -> (Vec<Attribute<'_>>, usize) {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    while at < bytes.len() && all.len() < MOST {
        match bytes[at] {
            b'>' => return (all, at + 1),
            byte if is_between(byte) => at += 1,
            _ => {
                let (attribute, end) = attribute(text, at);
                all.push(attribute);
                at = end;
            }
        }
    }
    (all, at)
}

fn attribute(text: &str, start: usize) -> (Attribute<'_>, usize) {
    let end = until(text, start + 1, |byte| is_between(byte) || matches!(byte, b'=' | b'>'));
    let name = lower(&text[start..end]);
    let equals = until(text, end, |byte| !is_blank(byte));
    if text.as_bytes().get(equals) != Some(&b'=') {
        return (Attribute { name, value: "" }, end);
    }
    let (value, end) = value(text, until(text, equals + 1, |byte| !is_blank(byte)));
    (Attribute { name, value }, end)
}

fn value(text: &str, start: usize) -> (&str, usize) {
    match text.as_bytes().get(start) {
        Some(quote @ (b'"' | b'\'' | b'`')) => {
            let end = until(text, start + 1, |byte| byte == *quote);
            (&text[start + 1..end], (end + 1).min(text.len()))
        }
        _ => {
            let end = until(text, start, |byte| byte.is_ascii_whitespace() || byte == b'>');
            // No browser of today ends a value at a slash; some that strip slashes, and all who write `/onerror=`, do.
            let end = text[start..end].find("/on").map_or(end, |at| start + at);
            (&text[start..end], end)
        }
    }
}

/// The first byte from `at` on that is wanted. All that are asked for are ASCII, so it is a border of characters;
/// one behind the beginning of a name may not be.
fn until(text: &str, at: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let bytes = text.as_bytes();
    let at = at.min(bytes.len());
    let is_border = |position: usize| text.is_char_boundary(position);
    bytes[at..]
        .iter()
        .enumerate()
        .find(|(offset, byte)| wanted(**byte) && is_border(at + offset))
        .map_or(bytes.len(), |(offset, _)| at + offset)
}

/// The vertical tab is none to the standard, but was to old browsers.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

fn is_between(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'/' | b'"' | b'\'' | b'`' | 0)
}

/// NUL within a name is dropped by some browsers.
fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase() || byte == 0) {
        return Cow::Owned(name.replace('\0', "").to_ascii_lowercase());
    }
    Cow::Borrowed(name)
}
