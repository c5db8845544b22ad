//! `unicode_normalize`: look-alikes of ASCII as ASCII: full-width forms, and letters without their accents (NFKD).

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::UnicodeNormalization;

pub(super) fn normalize(text: &str) -> Option<String> {
    Some(text.nfkd().filter(|letter| !is_combining_mark(*letter)).collect())
}
