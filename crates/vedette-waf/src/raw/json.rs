//! JSON (RFC 8259) read straight into [`Data`]: what lies beyond the limits is skipped, not built.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::data::Data;
use crate::limits::{Limits, Truncated};

/// A body that was read.
#[derive(Debug, PartialEq)]
pub struct Parsed {
    /// Its values.
    pub data: Data,
    /// What was left out because of the limits.
    pub cut: Truncated,
}

/// Reads a JSON text; None if it is none. Keys that repeat are all kept.
pub fn json(text: &[u8], limits: Limits) -> Option<Parsed> {
    let mut left = Left { limits, elements: limits.elements, cut: Truncated::default() };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let data = Seed { left: &mut left, depth: limits.depth }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(Parsed { data, cut: left.cut })
}

struct Left {
    limits: Limits,
    elements: usize,
    cut: Truncated,
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
        while items.next_element::<IgnoredAny>()?.is_some() {
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
        while items.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
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
