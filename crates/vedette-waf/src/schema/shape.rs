//! From data to its shape, within bounds.

use std::collections::BTreeMap;

use super::classes::Class;
use super::encode::quoted;
use super::words::Words;
use super::{formats, scanners, Place};
use crate::data::Data;

/// Levels of containers; deeper ones are told as if they were empty, as Datadog's tracers do.
const DEPTH: usize = 17;
/// Fields of one object.
const FIELDS: usize = 255;
/// Elements of one list.
const ELEMENTS: usize = 10;
/// Bytes that the encoded schema may have: an attribute's value has at most 25,000.
const ROOM: usize = 24_000;
/// Bytes that any value takes, its name not counted, and what containers and classes take more.
const EACH: usize = 8;
const CONTAINER: usize = 40;
const CLASS: usize = 72;
/// Places with a format that are told, and bytes of one.
const PLACES: usize = 200;
const PLACE_BYTES: usize = 200;

/// What data looks like.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Unknown,
    Null,
    Bool,
    Int,
    Double,
    Str(Option<Class>),
    /// The different shapes of the elements, how many elements there are, and whether some were not looked at.
    List {
        kinds: Vec<Shape>,
        len: usize,
        cut: bool,
    },
    /// Shapes by name, and whether some were left out.
    Map {
        fields: Vec<(String, Shape)>,
        cut: bool,
    },
}

/// Looks at one value and all in it.
pub struct Reader {
    place: Place,
    room: usize,
    path: String,
    /// The format of all strings at a path; None where they have none, or differ.
    formats: BTreeMap<String, Option<&'static str>>,
}

impl Reader {
    /// For data that stands there.
    pub fn new(place: Place) -> Reader {
        Reader { place, room: ROOM, path: String::new(), formats: BTreeMap::new() }
    }

    /// What was found of formats.
    pub fn formats(self) -> Vec<(String, &'static str)> {
        self.formats.into_iter().filter_map(|(path, format)| Some((path, format?))).take(PLACES).collect()
    }

    /// The shape of a value with that name, within so many containers.
    pub fn shape(&mut self, data: &Data, name: &str, depth: usize) -> Shape {
        match data {
            Data::Null => Shape::Null,
            Data::Bool(_) => Shape::Bool,
            Data::Int(_) => Shape::Int,
            Data::Double(_) => Shape::Double,
            Data::Str(text) => self.string(text, name),
            Data::List(_) | Data::Map(_) if !self.takes(CONTAINER) => Shape::Unknown,
            Data::List(items) => self.list(items, name, depth + 1),
            Data::Map(items) => self.map(items, depth + 1),
        }
    }

    fn string(&mut self, text: &str, name: &str) -> Shape {
        if !text.is_empty() && self.place == Place::Elsewhere && self.path.len() <= PLACE_BYTES {
            let format = formats::format(text);
            let known = self.formats.entry(self.path.clone()).or_insert(format);
            if *known != format {
                *known = None;
            }
        }
        let class = scanners::scan(&Words::of(name), name, text, self.place);
        Shape::Str(class.filter(|_| self.takes(CLASS)))
    }

    /// Takes so much room; false if there is none.
    fn takes(&mut self, bytes: usize) -> bool {
        let fits = bytes <= self.room;
        if fits {
            self.room -= bytes;
        }
        fits
    }

    fn list(&mut self, items: &[Data], name: &str, depth: usize) -> Shape {
        let looked = if depth > DEPTH { 0 } else { items.len().min(ELEMENTS) };
        let (mut kinds, mut cut) = (Vec::new(), looked < items.len() && depth <= DEPTH);
        let path = self.path.len();
        self.path.push_str("/*");
        for item in &items[..looked] {
            let before = self.room;
            if !self.takes(EACH) {
                cut = true;
                break;
            }
            let shape = self.shape(item, name, depth);
            if kinds.contains(&shape) {
                self.room = before;
            } else {
                kinds.push(shape);
            }
        }
        self.path.truncate(path);
        Shape::List { kinds, len: items.len(), cut }
    }

    fn map(&mut self, items: &[(String, Data)], depth: usize) -> Shape {
        let mut fields: Vec<(String, Shape)> = Vec::new();
        if depth > DEPTH {
            return Shape::Map { fields, cut: false };
        }
        let mut cut = items.len() > FIELDS;
        let path = self.path.len();
        for (name, value) in items.iter().take(FIELDS) {
            if !self.takes(EACH + quoted(name).len()) {
                cut = true;
                break;
            }
            self.path.push('/');
            self.path.push_str(&name.replace('~', "~0").replace('/', "~1"));
            let shape = self.shape(value, name, depth);
            self.path.truncate(path);
            // Of a name that is repeated, the last one counts, as for most readers of JSON.
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = shape,
                None => fields.push((name.clone(), shape)),
            }
        }
        Shape::Map { fields, cut }
    }
}
