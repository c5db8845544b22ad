//! The inputs of a request that could be code, collected once for all statements of the request.

use crate::data::{Address, Data};
use crate::rules::Input;

/// An input that is more than a word or a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) address: Address,
    pub(crate) key_path: Vec<String>,
    pub(crate) text: String,
}

/// Inputs of a request kept at most: each is looked for in every statement.
const MOST: usize = 2_048;
/// Bytes; longer inputs are whole documents, whose parts arrive as values of their own.
const LONGEST: usize = 8 * 1024;

/// The candidates in one address's data, keys of maps included.
pub(crate) fn collect(address: &Address, data: &Data, depth: usize, all: &mut Vec<Candidate>) {
    let mut path = Vec::new();
    walk(address, data, depth, &mut path, all);
}

fn walk(address: &Address, data: &Data, depth: usize, path: &mut Vec<String>, all: &mut Vec<Candidate>) {
    if depth == 0 || all.len() >= MOST {
        return;
    }
    match data {
        Data::Str(text) => keep(address, text, path, all),
        Data::List(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string());
                walk(address, item, depth - 1, path, all);
                path.pop();
            }
        }
        Data::Map(items) => {
            for (key, item) in items {
                path.push(key.clone());
                keep(address, key, path, all);
                walk(address, item, depth - 1, path, all);
                path.pop();
            }
        }
        _ => {}
    }
}

fn keep(address: &Address, text: &str, path: &[String], all: &mut Vec<Candidate>) {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if text.len() <= LONGEST && !text.bytes().all(is_word) && all.len() < MOST {
        all.push(Candidate { address: address.clone(), key_path: path.to_vec(), text: text.to_owned() });
    }
}

impl Candidate {
    /// Whether a detector's parameter selects it.
    pub(crate) fn is_from(&self, inputs: &[Input]) -> bool {
        inputs.iter().any(|input| input.address == self.address && self.key_path.starts_with(&input.key_path))
    }
}
