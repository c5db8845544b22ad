//! Transformers: forms that a text is brought into before it is matched. One file each.

mod base64;
mod case;
mod comments;
mod css;
mod decode;
mod full_width;
mod hexadecimal;
mod html;
mod js;
mod nulls;
mod overlong;
mod path;
mod path_tail;
mod shell;
mod unicode;
mod uri;
mod url;
mod whitespace;

use std::borrow::Cow;

use crate::specials::{of_all, Specials, ALL, UPPER, WIDE};
pub(crate) use html::decode as html_decode;

/// What a text of nothing but digits of base 16 or 64 says, if that is a text with marks: for texts that are looked for
/// in what an application does, where it says nothing by chance.
pub(crate) fn carried(text: &str) -> Option<String> {
    hexadecimal::decode_carried(text).or_else(|| base64::decode_carried(text))
}

/// Whether decoded bytes are a text that says more than a name.
fn is_carried(text: &str) -> bool {
    let is_text = text.chars().all(|letter| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t'));
    is_text && text.bytes().any(|byte| byte.is_ascii_punctuation() || byte == b' ')
}

/// A part of a query string or form as it was meant.
pub(crate) fn url_decoded(text: &str) -> String {
    url::decode(text).unwrap_or_else(|| text.to_owned())
}

/// A text without the encodings that are wrapped around it; None if there are none.
pub(crate) fn decoded(text: &str) -> Option<String> {
    decode::decode(text)
}

/// A text with look-alikes of ASCII as ASCII.
pub(crate) fn normalized(text: &str) -> Option<String> {
    unicode::normalize(text)
}

/// A transformer of the table below.
#[derive(Clone, Copy)]
pub(crate) struct Transform(&'static Definition);

struct Definition {
    /// In rule files; both spellings in use.
    names: &'static [&'static str],
    /// A text with none of these stays as it is.
    touches: Specials,
    /// None if the text stays as it is.
    apply: fn(&str) -> Option<String>,
}

const DEFINITIONS: &[Definition] = &[
    Definition { names: &["lowercase"], touches: UPPER, apply: case::lower },
    Definition { names: &["urlDecode", "url_decode"], touches: of_all(b"%+"), apply: url::decode },
    Definition { names: &["urlDecodeUni", "url_decode_iis"], touches: of_all(b"%+"), apply: url::decode_uni },
    Definition {
        names: &["htmlEntityDecode", "html_entity_decode"],
        touches: of_all(b"&"),
        apply: html::decode,
    },
    Definition { names: &["jsDecode", "js_decode"], touches: of_all(b"\\"), apply: js::decode },
    Definition { names: &["cssDecode", "css_decode"], touches: of_all(b"\\"), apply: css::decode },
    Definition { names: &["removeNulls", "remove_nulls"], touches: of_all(b"\0"), apply: nulls::remove },
    Definition {
        names: &["compressWhiteSpace", "compressWhitespace", "compress_whitespace"],
        touches: of_all(b" \t\n\r\x0b") | WIDE,
        apply: whitespace::compress,
    },
    Definition {
        names: &["removeWhitespace", "remove_whitespace"],
        touches: of_all(b" \t\n\r\x0b") | WIDE,
        apply: whitespace::remove,
    },
    Definition { names: &["normalizePath", "normalize_path"], touches: of_all(b"/"), apply: path::normalize },
    Definition {
        names: &["normalizePathWin", "normalize_path_win"],
        touches: of_all(b"/\\"),
        apply: path::normalize_windows,
    },
    Definition {
        names: &["base64Decode", "base64_decode", "base64DecodeExt", "base64url_decode"],
        touches: ALL,
        apply: base64::decode,
    },
    Definition {
        names: &["removeComments", "remove_comments"],
        touches: of_all(b"/-#"),
        apply: comments::remove,
    },
    Definition {
        names: &["replaceComments", "replace_comments"],
        touches: of_all(b"/"),
        apply: comments::replace,
    },
    Definition {
        names: &["cmdLine", "shell_unescape"],
        touches: of_all(b"\\\"'^,; \t\n") | UPPER,
        apply: shell::unescape,
    },
    Definition {
        names: &["unicode_normalize", "unicodeNormalize", "utf8toUnicode"],
        touches: WIDE,
        apply: unicode::normalize,
    },
    Definition { names: &["base64Encode", "base64_encode"], touches: ALL, apply: base64::encode },
    Definition { names: &["urlPath", "url_path"], touches: of_all(b"?#"), apply: uri::path },
    Definition { names: &["urlQuerystring", "url_querystring"], touches: ALL, apply: uri::query },
    Definition { names: &["decode"], touches: ALL, apply: decode::decode },
    Definition { names: &["pathTail"], touches: ALL, apply: path_tail::tail },
];

impl Transform {
    /// The transformer that rule files call `name`.
    pub(crate) fn named(name: &str) -> Option<Transform> {
        DEFINITIONS.iter().find(|definition| definition.names.contains(&name)).map(Transform)
    }
}

impl PartialEq for Transform {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

/// `text` after all of `transforms`, and its kinds of characters.
pub(crate) fn apply<'t>(
    transforms: &[Transform],
    text: &'t str,
    specials: Specials,
) -> (Cow<'t, str>, Specials) {
    let (mut text, mut specials) = (Cow::Borrowed(text), specials);
    for Transform(definition) in transforms {
        if definition.touches & specials == 0 {
            continue;
        }
        if let Some(changed) = (definition.apply)(&text) {
            specials = of_all(changed.as_bytes());
            text = Cow::Owned(changed);
        }
    }
    (text, specials)
}

/// `text` after all of `transforms`.
pub(crate) fn apply_all<'t>(transforms: &[Transform], text: &'t str) -> Cow<'t, str> {
    apply(transforms, text, of_all(text.as_bytes())).0
}

/// A text from decoded bytes, leniently.
fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| overlong::text_of(error.as_bytes()))
}

/// The number that `digits` are in base 16; None if there are too few or others.
fn hex(digits: Option<&[u8]>) -> Option<u32> {
    let digits = digits?;
    digits.iter().try_fold(0u32, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests;
