//! The forms of an input that are looked for in a statement.

use super::text::folded;

/// False for what is one token wherever it stands: a word or a number, as most input is.
pub(super) fn may_be_code(input: &str) -> bool {
    !input.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The input itself, and as it looks after its quotes were doubled or given a backslash.
pub(super) fn variants(input: &str) -> Vec<String> {
    let plain = folded(input);
    if plain.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::with_capacity(1);
    if plain.contains('\'') {
        all.push(plain.replace('\'', "''"));
        all.push(plain.replace('\'', "\\'"));
    }
    if plain.contains('"') {
        all.push(plain.replace('"', "\"\""));
    }
    all.push(plain);
    all
}
