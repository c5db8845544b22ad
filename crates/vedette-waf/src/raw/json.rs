//! JSON (RFC 8259) read straight into [`Data`]. Of what lies beyond the limits the texts alone are kept, in pieces:
//! an attack must not hide behind many values, or below many levels.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::pieces::Pieces;
use crate::data::Data;
use crate::limits::{Limits, Truncated};

/// A body that was read.
#[derive(Debug, PartialEq)]
pub struct Parsed {
    /// Its values.
    pub data: Data,
    /// What was not looked at value by value because of the limits.
    pub cut: Truncated,
}

/// Reads a JSON text; None if it is none. Keys that repeat are all kept.
pub fn json(text: &[u8], limits: Limits) -> Option<Parsed> {
    // The pieces are to fit into what one evaluation looks at.
    let elements = limits.elements - limits.elements / 8;
    let mut left = Left { limits, elements, cut: Truncated::default(), rest: Pieces::default() };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let data = Seed { left: &mut left, depth: limits.depth }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(Parsed { data: left.rest.behind(data), cut: left.cut })
}

struct Left {
    limits: Limits,
    elements: usize,
    cut: Truncated,
    rest: Pieces,
}

impl Left {
    fn take(&mut self) {
        self.elements = self.elements.saturating_sub(1);
    }

    /// Of a container with `seen` elements before them, `skipped` ones were left out.
    fn skip(&mut self, depth: usize, seen: usize, skipped: usize) {
        if skipped > 0 && depth == 0 {
            self.cut.depth = self.limits.depth;
        } else if skipped > 0 {
            self.cut.elements = self.cut.elements.max(seen + skipped);
        }
    }
}

/// One value, with so many levels of containers below it.
struct Seed<'a> {
    left: &'a mut Left,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Data;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Data, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Data;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Data, E> {
        Ok(Data::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Data, E> {
        Ok(Data::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Data, E> {
        Ok(i64::try_from(value).map_or(Data::Double(value as f64), Data::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Data, E> {
        Ok(Data::Double(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Data, E> {
        Ok(Data::Str(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Data, E> {
        Ok(Data::Str(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Data, A::Error> {
        let mut list = Vec::new();
        while self.depth > 0 && self.left.elements > 0 {
            let seed = Seed { left: self.left, depth: self.depth - 1 };
            let Some(item) = items.next_element_seed(Counted(seed))? else { return Ok(Data::List(list)) };
            list.push(item);
        }
        let mut skipped = 0;
        while items.next_element_seed(Rest::new(&mut self.left.rest))?.is_some() {
            skipped += 1;
        }
        self.left.skip(self.depth, list.len(), skipped);
        Ok(Data::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Data, A::Error> {
        let mut map = Vec::new();
        while self.depth > 0 && self.left.elements > 0 {
            let Some(key) = items.next_key()? else { return Ok(Data::Map(map)) };
            let seed = Seed { left: self.left, depth: self.depth - 1 };
            map.push((key, items.next_value_seed(Counted(seed))?));
        }
        let mut skipped = 0;
        while items.next_key_seed(Rest::new(&mut self.left.rest))?.is_some() {
            items.next_value_seed(Rest::new(&mut self.left.rest))?;
            skipped += 1;
        }
        self.left.skip(self.depth, map.len(), skipped);
        Ok(Data::Map(map))
    }
}

/// A value within a container, which counts.
struct Counted<'a>(Seed<'a>);

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = Data;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Data, D::Error> {
        self.0.left.take();
        self.0.deserialize(reader)
    }
}

/// Levels that are gone through beyond the limits; together with them, fewer than serde_json's own 128.
const MORE_LEVELS: usize = 32;

/// A value beyond the limits, of which the texts are kept.
struct Rest<'a> {
    texts: &'a mut Pieces,
    levels: usize,
}

impl<'a> Rest<'a> {
    fn new(texts: &'a mut Pieces) -> Self {
        Self { texts, levels: MORE_LEVELS }
    }

    fn below(&mut self) -> Rest<'_> {
        Rest { texts: self.texts, levels: self.levels - 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Rest<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        if self.levels > 0 {
            return reader.deserialize_any(self);
        }
        // Without recursion, however deep it is; as it stands there, with its escapes.
        self.texts.add(<&RawValue>::deserialize(reader)?.get());
        Ok(())
    }
}

impl<'de> Visitor<'de> for Rest<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.texts.add(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self.below())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        // A key is no raw value: it is always gone through.
        while items.next_key_seed(Rest::new(self.texts))?.is_some() {
            items.next_value_seed(self.below())?;
        }
        Ok(())
    }
}
