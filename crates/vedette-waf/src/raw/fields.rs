//! Fields of forms (`application/x-www-form-urlencoded`, as in query strings) and cookies (RFC 6265).

use foldhash::{HashMap, HashMapExt};

use crate::data::Data;
use crate::transforms::url_decoded;

/// The fields of a query string or form by name, values in a list each. What follows after `most` fields is one
/// more text, without a name.
pub fn form(text: &str, most: usize) -> Data {
    let mut fields = Fields::new();
    let mut pieces = text.splitn(most.saturating_add(1), '&');
    for piece in pieces.by_ref().take(most).filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        fields.add(url_decoded(name), url_decoded(value));
    }
    if let Some(rest) = pieces.next() {
        fields.add(String::new(), url_decoded(rest));
    }
    fields.data()
}

/// The cookies of a `Cookie` header by name, values in a list each.
pub fn cookies(text: &str, most: usize) -> Data {
    let mut fields = Fields::new();
    for piece in text.splitn(most.max(1), ';') {
        let (name, value) = piece.trim().split_once('=').unwrap_or((piece.trim(), ""));
        fields.add(name.to_owned(), value.to_owned());
    }
    fields.data()
}

/// Named values in the order of their first coming.
struct Fields {
    named: Vec<(String, Data)>,
    places: HashMap<String, usize>,
}

impl Fields {
    fn new() -> Self {
        Fields { named: Vec::new(), places: HashMap::new() }
    }

    fn add(&mut self, name: String, value: String) {
        let value = Data::Str(value);
        match self.places.get(&name).and_then(|at| self.named.get_mut(*at)) {
            Some((_, Data::List(values))) => values.push(value),
            _ => {
                self.places.insert(name.clone(), self.named.len());
                self.named.push((name, Data::List(vec![value])));
            }
        }
    }

    fn data(self) -> Data {
        Data::Map(self.named)
    }
}
