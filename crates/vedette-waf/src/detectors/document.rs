//! `nosqli_detector`: an input of the request brings an operator, or code, into the query of a document database.
//!
//! Detects: operators (`$ne`, `$gt`, `$where`) that came as names of fields, where the application meant a value, from JSON
//! as from forms (`password[$ne]=`); input within the code of `$where`, `$function` or `mapReduce` that is more than a value.
//! Why it matters: the query answers what the client asks, such as that any password is right.
//! Example: `{"password": {"$ne": null}}` as the body of a login.
//! Limits: applications that let clients write queries by design are reported as well.
//! References: CWE-943.

use vedette_sql::{Folded, Needle};

use super::Reading;
use crate::data::Data;

/// Operators whose values are code.
const CODE: &[&str] =
    &["$where", "$function", "$accumulator", "body", "map", "reduce", "finalize", "init", "merge"];
/// Containers within containers.
const DEEPEST: usize = 64;

#[derive(Default)]
struct Document<'s> {
    operators: Vec<&'s str>,
    code: Vec<(&'s str, Folded)>,
}

/// A query about to be run.
pub(super) fn read<'s>(sink: &'s Data, _: &str) -> Option<Box<dyn Reading + 's>> {
    let mut document = Document::default();
    document.gather(sink, DEEPEST);
    Some(Box::new(document))
}

impl<'s> Document<'s> {
    fn gather(&mut self, data: &'s Data, depth: usize) {
        match data {
            _ if depth == 0 => {}
            Data::List(items) => items.iter().for_each(|item| self.gather(item, depth - 1)),
            Data::Map(items) => items.iter().for_each(|(key, item)| {
                if key.starts_with('$') {
                    self.operators.push(key);
                }
                match item.text().filter(|_| CODE.contains(&key.as_str())) {
                    Some(code) => self.code.push((code, Folded::new(code))),
                    None => self.gather(item, depth - 1),
                }
            }),
            _ => {}
        }
    }

    /// An operator that the input is, or names behind a field's name (`age[$gt]`).
    fn operator(&self, input: &str) -> Option<&'s str> {
        let is_it = |operator: &&&str| {
            input.eq_ignore_ascii_case(operator)
                || bracketed(input).any(|part| part.eq_ignore_ascii_case(operator))
        };
        self.operators.iter().find(is_it).copied()
    }

    fn code(&self, input: &str) -> Option<String> {
        self.code.iter().find_map(|(code, folded)| {
            let mut all = folded.occurrences(input);
            all.find(|(start, end)| !is_value(code, *start, *end))
                .map(|(start, end)| code.get(start..end).unwrap_or_default().to_owned())
        })
    }
}

impl Reading for Document<'_> {
    fn injection(&self, input: &Needle) -> Option<String> {
        let input = input.plain();
        if let Some(operator) = self.operator(input) {
            return Some(operator.to_owned());
        }
        let is_word =
            input.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
        if is_word || input.len() < 3 {
            return None;
        }
        self.code(input)
    }
}

fn bracketed(input: &str) -> impl Iterator<Item = &str> {
    input.split('[').skip(1).filter_map(|part| part.strip_suffix(']'))
}

/// Whether a part of code lies within one string of it.
fn is_value(code: &str, start: usize, end: usize) -> bool {
    let (mut quote, mut began, mut escaped) = (None, 0, false);
    for (at, byte) in code.bytes().enumerate() {
        match quote {
            _ if escaped => escaped = false,
            _ if byte == b'\\' => escaped = true,
            None if matches!(byte, b'\'' | b'"' | b'`') => (quote, began) = (Some(byte), at),
            Some(mark) if mark == byte => {
                if began < start && end <= at {
                    return true;
                }
                quote = None;
            }
            _ => {}
        }
        if at >= end && quote.is_none() {
            return false;
        }
    }
    false
}
