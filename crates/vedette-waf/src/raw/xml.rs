//! XML (1.0, fifth edition) read into [`Data`], without resolving anything that it refers to.
//!
//! An element is a map: its attributes by `@name`, its text under `#text`, its children by their names, in order.
//! What stands outside of the root element (declarations, comments) is kept as one text: entities are declared there.

use quick_xml::events::{BytesStart, Event};
use quick_xml::Reader;

use super::pieces::Pieces;
use super::Parsed;
use crate::data::Data;
use crate::limits::{Limits, Truncated};
use crate::transforms::html_decode;

/// Reads an XML text, as far as it is one: `[what is outside of the root, the root]`. None if it has no element.
pub fn xml(text: &str, limits: Limits) -> Option<Parsed> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut tree = Tree {
        open: Vec::new(),
        outside: String::new(),
        roots: Vec::new(),
        // What is kept as text is to fit into what one evaluation looks at, too.
        limits: Limits { elements: limits.elements - limits.elements / 8, ..limits },
        elements: 0,
        cut: Truncated::default(),
        rest: Pieces::default(),
    };
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => tree.take(&event),
            Err(_) => {
                // Forgiving readers go on where this one does not.
                let read = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
                tree.rest.add(text.get(read..).unwrap_or(text));
                break;
            }
        }
    }
    tree.finished()
}

struct Tree {
    /// Elements that have not ended, the root first.
    open: Vec<(String, Element)>,
    outside: String,
    /// One, by the standard; forgiving readers take more.
    roots: Vec<(String, Data)>,
    limits: Limits,
    elements: usize,
    cut: Truncated,
    /// Texts of what is no part of the tree: attributes beyond the limits, what follows after an error.
    rest: Pieces,
}

#[derive(Default)]
struct Element {
    items: Vec<(String, Data)>,
    text: String,
    /// Elements within that lie beyond the limits.
    skipped: usize,
}

impl Tree {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(start) => self.start(start),
            Event::Empty(start) => {
                self.start(start);
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&String::from_utf8_lossy(text)),
            Event::CData(text) => self.text(&String::from_utf8_lossy(text)),
            Event::GeneralRef(name) => self.text(&format!("&{};", String::from_utf8_lossy(name))),
            Event::DocType(text) => self.outside(&format!("<!DOCTYPE {}>", String::from_utf8_lossy(text))),
            Event::PI(text) => self.outside(&format!("<?{}?>", String::from_utf8_lossy(text))),
            Event::Comment(text) => self.text(&format!("<!--{}-->", String::from_utf8_lossy(text))),
            _ => {}
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) {
        if self.open.len() >= self.limits.depth || self.elements >= self.limits.elements {
            self.cut(self.open.len() >= self.limits.depth);
            if let Some((_, element)) = self.open.last_mut() {
                element.skipped += 1;
            }
            self.keep(start);
            return;
        }
        let mut element = Element::default();
        for attribute in start.attributes().with_checks(false).flatten() {
            if self.elements >= self.limits.elements {
                self.cut(false);
                self.keep(start);
                break;
            }
            self.elements += 1;
            let name = format!("@{}", String::from_utf8_lossy(attribute.key.as_ref()));
            element.items.push((name, Data::Str(unescaped(&String::from_utf8_lossy(&attribute.value)))));
        }
        self.elements += 1;
        self.open.push((String::from_utf8_lossy(start.name().as_ref()).into_owned(), element));
    }

    /// What an element beyond the limits says in its attributes.
    fn keep(&mut self, start: &BytesStart<'_>) {
        for attribute in start.attributes().with_checks(false).flatten() {
            self.rest.add(&unescaped(&String::from_utf8_lossy(&attribute.value)));
        }
    }

    fn cut(&mut self, is_deep: bool) {
        if is_deep {
            self.cut.depth = self.limits.depth;
        } else {
            self.cut.elements = self.cut.elements.max(self.elements) + 1;
        }
    }

    fn end(&mut self) {
        if let Some((_, element)) = self.open.last_mut().filter(|(_, element)| element.skipped > 0) {
            element.skipped -= 1;
            return;
        }
        let Some((name, element)) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some((_, parent)) => parent.items.push((name, element.data())),
            None => self.roots.push((name, element.data())),
        }
    }

    fn text(&mut self, text: &str) {
        match self.open.last_mut() {
            Some((_, element)) => element.text.push_str(text),
            None => self.outside(text),
        }
    }

    fn outside(&mut self, text: &str) {
        self.outside.push_str(text);
    }

    fn finished(mut self) -> Option<Parsed> {
        while !self.open.is_empty() {
            self.open.iter_mut().for_each(|(_, element)| element.skipped = 0);
            self.end();
        }
        if self.roots.is_empty() {
            return None;
        }
        let data = Data::List(vec![Data::Str(self.outside), Data::Map(self.roots)]);
        Some(Parsed { data: self.rest.behind(data), cut: self.cut })
    }
}

impl Element {
    /// An element with nothing but text is that text.
    fn data(mut self) -> Data {
        let text = unescaped(self.text.trim());
        if self.items.is_empty() {
            return Data::Str(text);
        }
        if !text.is_empty() {
            self.items.push(("#text".into(), Data::Str(text)));
        }
        Data::Map(self.items)
    }
}

/// Text without its references to characters.
fn unescaped(text: &str) -> String {
    html_decode(text).unwrap_or_else(|| text.to_owned())
}
