//! The values of `/v1.0/traces`: texts by their place in a table, attributes with the number of their type.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};
use vedette_model::{Key, Limits, Value};

use crate::bounds::{Budget, DecodeLimits, Error};
use crate::msgpack::read::{Reader, Token};
use crate::overflow;
use crate::value::from_json;

/// JSON values take up to so many times the bytes of their encoding.
const JSON_GROWTH: usize = 16;

/// The value of an attribute.
pub(super) enum Item<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    Double(f64),
    Int(i64),
    /// A structure (`meta_struct` of older formats).
    Bytes(&'a [u8]),
    Nested(Json),
}

impl Item<'_> {
    /// As JSON; bytes as text.
    pub fn json(self) -> Json {
        match self {
            Item::Text(text) => text.into(),
            Item::Bool(truth) => truth.into(),
            Item::Double(number) => number.into(),
            Item::Int(number) => number.into(),
            Item::Bytes(bytes) => String::from_utf8_lossy(bytes).into(),
            Item::Nested(json) => json,
        }
    }

    /// As an attribute of the model.
    pub fn value(self) -> Value {
        match self {
            Item::Double(number) => Value::Double(number),
            other => from_json(&other.json()),
        }
    }
}

/// A payload that is being read.
pub(super) struct Payload<'a> {
    pub reader: Reader<'a>,
    pub budget: Budget,
    texts: Vec<Cow<'a, str>>,
}

impl<'a> Payload<'a> {
    /// Starts at the front of `bytes`; place 0 of the table is the empty text.
    pub fn open(bytes: &'a [u8], limits: &DecodeLimits) -> Result<Self, Error> {
        let budget = Budget::open(bytes, limits)?;
        Ok(Payload { reader: Reader::new(bytes), budget, texts: vec![Cow::Borrowed("")] })
    }

    /// A text, or the one at a place of the table.
    pub fn text(&mut self) -> Result<Cow<'a, str>, Error> {
        let place = match self.reader.token()? {
            Token::Text(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                self.budget.charge(std::mem::size_of::<Cow<str>>() + text.len())?;
                self.texts.push(text.clone());
                return Ok(text);
            }
            Token::Int(place) => usize::try_from(place).ok(),
            Token::Nil => Some(0),
            _ => None,
        };
        let known = place.and_then(|place| self.texts.get(place));
        known.cloned().ok_or_else(|| self.reader.expected("a text, or a place in the table of texts"))
    }

    /// The same, where it is going to be copied.
    pub fn charged_text(&mut self) -> Result<Cow<'a, str>, Error> {
        let text = self.text()?;
        self.budget.charge(text.len())?;
        Ok(text)
    }

    /// Passes over one value.
    pub fn skip(&mut self) -> Result<(), Error> {
        self.reader.skip(self.budget.depth)
    }

    /// An id of the wrong length is no id.
    pub fn wide_id(&mut self) -> Result<u128, Error> {
        match self.reader.token()? {
            Token::Bytes(bytes) => Ok(bytes.try_into().map_or(0, u128::from_be_bytes)),
            _ => Err(self.reader.expected("the bytes of a trace id")),
        }
    }

    /// Attributes of a link or event.
    pub fn parts(&mut self) -> Result<Vec<(Key, Value)>, Error> {
        let mut parts = Vec::new();
        let (mut cost, limits) = (0, Limits::DEFAULT);
        self.attributes(|name, item| {
            cost += 64;
            overflow::set(&mut parts, name, item.value(), &limits);
        })?;
        self.budget.charge(cost)?;
        Ok(parts)
    }

    /// Calls `take` with each attribute of the list that follows.
    pub fn attributes(&mut self, mut take: impl FnMut(&str, Item<'a>)) -> Result<(), Error> {
        for _ in 0..self.pairs()? {
            let name = self.charged_text()?;
            let item = self.item(self.budget.depth)?;
            if let Item::Text(text) = &item {
                self.budget.charge(64 + text.len())?;
            }
            take(&name, item);
        }
        Ok(())
    }

    /// How many attributes the list holds that follows.
    pub fn pairs(&mut self) -> Result<usize, Error> {
        self.groups(3)
    }

    /// How many groups of so many values the list holds that follows.
    fn groups(&mut self, size: usize) -> Result<usize, Error> {
        let length = self.reader.list()?;
        if length % size == 0 {
            Ok(length / size)
        } else {
            Err(self.reader.expected("a list of whole groups"))
        }
    }

    /// The type and the value that follow.
    pub fn item(&mut self, depth: usize) -> Result<Item<'a>, Error> {
        Ok(match self.reader.unsigned()? {
            1 => Item::Text(self.text()?),
            2 => Item::Bool(self.reader.unsigned()? != 0),
            3 => Item::Double(self.reader.double()?),
            4 => Item::Int(self.reader.unsigned()? as i64),
            5 => match self.reader.token()? {
                Token::Bytes(bytes) => Item::Bytes(bytes),
                _ => return Err(self.reader.expected("bytes")),
            },
            6 => Item::Nested(self.list(depth)?),
            7 => Item::Nested(self.map(depth)?),
            _ => return Err(self.reader.expected("the type of a value")),
        })
    }

    fn list(&mut self, depth: usize) -> Result<Json, Error> {
        let within = depth.checked_sub(1).ok_or(Error::TooBig { limit: "depth" })?;
        (0..self.groups(2)?).map(|_| self.nested(within)).collect::<Result<_, _>>().map(Json::Array)
    }

    fn map(&mut self, depth: usize) -> Result<Json, Error> {
        let within = depth.checked_sub(1).ok_or(Error::TooBig { limit: "depth" })?;
        let mut map = Map::new();
        for _ in 0..self.pairs()? {
            let name = self.charged_text()?.into_owned();
            let item = self.nested(within)?;
            map.insert(name, item);
        }
        Ok(Json::Object(map))
    }

    fn nested(&mut self, depth: usize) -> Result<Json, Error> {
        let item = self.item(depth)?;
        let size = if let Item::Text(text) = &item { text.len() } else { 0 };
        self.budget.charge(8 * JSON_GROWTH + size)?;
        Ok(item.json())
    }
}
