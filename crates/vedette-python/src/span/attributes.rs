//! Attributes, and lists within limits.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use vedette_model::key::keys;
use vedette_model::limits::count_cut;
use vedette_model::span::set_in;
use vedette_model::{clock, Key, Limits, Mechanism, Text, Value};

use super::Span;
use crate::convert;

impl Span {
    #[inline]
    pub(super) fn put(&self, name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) {
        let (Some(key), Some(value)) = (convert::key(name), convert::value(value)) else { return };
        if key == keys::MANUAL_KEEP || key == keys::MANUAL_DROP {
            return self.trace.overrule(key == keys::MANUAL_KEEP, Mechanism::Manual);
        }
        self.put_value(key, value);
    }

    #[inline]
    fn put_value(&self, key: Key, value: Value) {
        self.change(|data| set_in(&mut data.attributes, key, value, &Limits::DEFAULT));
    }

    /// What is known to be no command to the trace.
    pub(super) fn put_all(&self, pairs: &[(Key, Value)]) {
        self.change(|data| {
            data.attributes.reserve(pairs.len() + 2);
            for (key, value) in pairs {
                set_in(&mut data.attributes, *key, value.clone(), &Limits::DEFAULT);
            }
        });
    }

    pub(super) fn now(&self) -> u64 {
        clock::monotonic().wrapping_add(self.trace.anchor)
    }
}

pub(super) fn bounded_push<T>(list: &mut Vec<T>, item: T, most: usize) {
    if list.len() < most {
        list.push(item);
    } else {
        count_cut();
    }
}

/// Puts a structure in the place of the one of that name.
pub(super) fn set_structure(structures: &mut Vec<(Text, Vec<u8>)>, name: &str, packed: Vec<u8>) {
    match structures.iter_mut().find(|(known, _)| known == name) {
        Some(slot) => slot.1 = packed,
        None => bounded_push(structures, (Text::new(name), packed), Limits::DEFAULT.links),
    }
}

pub fn pairs(attributes: Option<&Bound<'_, PyDict>>) -> Vec<(Key, Value)> {
    let mut list = Vec::new();
    for (name, value) in attributes.into_iter().flat_map(|dict| dict.iter()) {
        if let (Some(key), Some(value)) = (convert::key(&name), convert::value(&value)) {
            set_in(&mut list, key, value, &Limits::DEFAULT);
        }
    }
    list
}

pub(super) fn to_dict<'py>(py: Python<'py>, attributes: &[(Key, Value)]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (key, value) in attributes {
        dict.set_item(key.name(), convert::to_python(py, value)?)?;
    }
    Ok(dict)
}
