//! The inputs of a request, collected once for all that it is about to do.

use vedette_sql::Needle;

use crate::data::{Address, Data};
use crate::detectors::pieces;
use crate::evaluate::nested;
use crate::limits::Limits;
use crate::rules::Input;
use crate::transforms;

/// An input, in the forms that are looked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) address: Address,
    pub(crate) key_path: Vec<String>,
    pub(crate) text: String,
    /// As sent, and as the application may have decoded it.
    pub(crate) forms: Vec<Needle>,
}

/// The address of the URI as it was sent.
const URI: &str = "server.request.uri.raw";
/// How addresses of headers end.
const HEADERS: &str = "headers.no_cookies";
/// Bytes of an input that is looked for in pieces, too.
const LONGEST_IN_PIECES: usize = 512;
/// Inputs of a request kept at most: each is looked for in everything.
const MOST: usize = 2_048;
/// Bytes; longer inputs are whole documents, whose parts arrive as values of their own.
const LONGEST: usize = 8 * 1024;
/// Bytes of a word that is not worth looking for.
const SHORTEST_WORD: usize = 3;

/// The candidates in one address's data, keys of maps included.
pub(crate) fn collect(address: &Address, data: &Data, depth: usize, all: &mut Vec<Candidate>) {
    let mut path = Vec::new();
    match data {
        Data::Str(uri) if address == URI => segments(address, uri, all),
        data => walk(address, data, depth, &mut path, all),
    }
}

/// Of a URI its path's segments, for applications that route by themselves; the whole path only if it climbs.
fn segments(address: &Address, uri: &str, all: &mut Vec<Candidate>) {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    if path.contains("..") || path.contains('%') {
        keep(address, path, &[], all);
    }
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .for_each(|segment| keep(address, segment, &[], all));
}

fn walk(address: &Address, data: &Data, depth: usize, path: &mut Vec<String>, all: &mut Vec<Candidate>) {
    if depth == 0 || all.len() >= MOST {
        return;
    }
    match data {
        Data::Str(text) => {
            keep(address, text, path, all);
            let room = Limits { depth: depth - 1, elements: MOST, ..Limits::default() };
            if let Some(inner) = nested::read(text, room) {
                walk(address, &inner, depth - 1, path, all);
            }
        }
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
                keep_key(address, key, path, all);
                walk(address, item, depth - 1, path, all);
                path.pop();
            }
        }
        _ => {}
    }
}

/// Names of fields are input too, but words are what they usually are.
fn keep_key(address: &Address, key: &str, path: &[String], all: &mut Vec<Candidate>) {
    if !is_word(key) {
        keep(address, key, path, all);
    }
}

fn keep(address: &Address, text: &str, path: &[String], all: &mut Vec<Candidate>) {
    if text.len() > LONGEST || all.len() >= MOST || (text.len() < SHORTEST_WORD && is_word(text)) {
        return;
    }
    all.push(Candidate {
        address: address.clone(),
        key_path: path.to_vec(),
        text: text.to_owned(),
        forms: forms(text, !address.ends_with(HEADERS)),
    });
}

/// A text as it was sent, and as an application may have made it of that; of headers no pieces, which they all have.
fn forms(text: &str, with_pieces: bool) -> Vec<Needle> {
    let mut texts = vec![text.to_owned()];
    texts.extend(transforms::decoded(text));
    if text.contains('&') {
        texts.extend(transforms::html_decode(text));
    }
    if text.contains('+') {
        texts.push(transforms::url_decoded(text));
    }
    if text.contains("\\/") {
        texts.push(text.replace("\\/", "/"));
    }
    if !text.is_ascii() {
        texts.extend(transforms::normalized(text));
    }
    if texts.len() == 1 {
        texts.extend(transforms::carried(text));
    }
    if texts.len() > 1 {
        texts.dedup();
    }
    if with_pieces && text.len() <= LONGEST_IN_PIECES {
        texts.extend(pieces::of(text).filter(|piece| !is_word(piece)).map(str::to_owned));
    }
    texts.iter().map(|text| Needle::new(text)).collect()
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Candidate {
    /// Whether a detector's parameter selects it.
    pub(crate) fn is_from(&self, inputs: &[Input]) -> bool {
        inputs.iter().any(|input| input.address == self.address && self.key_path.starts_with(&input.key_path))
    }
}
