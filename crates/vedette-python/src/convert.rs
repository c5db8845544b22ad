//! Python values to attribute values. Whatever the application hands over, the result is bounded and nothing
//! is raised: what can't be converted is dropped and counted.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use vedette_model::limits::{count_cut, cut_text};
use vedette_model::{Array, Key, Limits, Text, Value};

const TEXT: usize = Limits::DEFAULT.text;

/// The key of that name; None (counted) for names that are not text, empty, too long, or one too many.
#[inline]
pub fn key(name: &Bound<'_, PyAny>) -> Option<Key> {
    let name = name.cast::<PyString>().ok()?;
    let key = name.to_str().ok().and_then(Key::new);
    if key.is_none() {
        count_cut();
    }
    key
}

/// The attribute value for a Python value; None for `None` and for what has no text.
#[inline]
pub fn value(object: &Bound<'_, PyAny>) -> Option<Value> {
    if let Ok(text) = object.cast::<PyString>() {
        return Some(Value::Str(string(text)));
    }
    if object.is_none() {
        return None;
    }
    scalar(object).or_else(|| array(object)).or_else(|| described(object))
}

/// A Python string, cut to the limit; lone surrogates become U+FFFD.
#[inline]
pub fn string(text: &Bound<'_, PyString>) -> Text {
    if text.len().unwrap_or(0) > TEXT {
        return long_string(text);
    }
    match text.to_str() {
        Ok(text) => Text::new(cut_text(text, TEXT)),
        Err(_) => Text::new(cut_text(&text.to_string_lossy(), TEXT)),
    }
}

/// Cuts before encoding: CPython keeps the UTF-8 form of a string with it, which doubles a huge one.
#[cold]
fn long_string(text: &Bound<'_, PyString>) -> Text {
    count_cut();
    let start = text.get_item(pyo3::types::PySlice::new(text.py(), 0, TEXT as isize, 1));
    start
        .ok()
        .and_then(|s| s.cast_into::<PyString>().ok())
        .map_or_else(Text::default, |s| Text::new(cut_text(&s.to_string_lossy(), TEXT)))
}

fn scalar(object: &Bound<'_, PyAny>) -> Option<Value> {
    if let Ok(truth) = object.cast::<PyBool>() {
        return Some(Value::Bool(truth.is_true()));
    }
    if let Ok(number) = object.cast::<PyInt>() {
        return integer(number);
    }
    object.cast::<PyFloat>().ok().map(|number| Value::Double(number.value()))
}

/// Integers beyond 64 bits become doubles, those beyond doubles are dropped.
fn integer(number: &Bound<'_, PyInt>) -> Option<Value> {
    if let Ok(small) = number.extract::<i64>() {
        return Some(Value::Int(small));
    }
    count_cut();
    number.extract::<f64>().ok().map(Value::Double)
}

fn array(object: &Bound<'_, PyAny>) -> Option<Value> {
    let items: Vec<Bound<'_, PyAny>> = if let Ok(list) = object.cast::<PyList>() {
        list.iter().take(Limits::DEFAULT.items).collect()
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        tuple.iter().take(Limits::DEFAULT.items).collect()
    } else {
        return None;
    };
    Some(Value::Array(Box::new(homogeneous(&items))))
}

/// The narrowest list type that holds all items; texts of the items where they differ.
fn homogeneous(items: &[Bound<'_, PyAny>]) -> Array {
    let scalars: Option<Vec<Value>> = items.iter().map(scalar).collect();
    if let Some(scalars) = scalars.filter(|s| !s.is_empty()) {
        let same = std::mem::discriminant(&scalars[0]);
        if scalars.iter().all(|s| std::mem::discriminant(s) == same) {
            return typed(scalars);
        }
    }
    Array::Str(items.iter().map(text_of).collect())
}

fn typed(scalars: Vec<Value>) -> Array {
    match scalars[0] {
        Value::Bool(_) => Array::Bool(scalars.iter().filter_map(as_bool).collect()),
        Value::Int(_) => Array::Int(scalars.iter().filter_map(as_int).collect()),
        _ => Array::Double(scalars.iter().filter_map(as_double).collect()),
    }
}

fn as_bool(value: &Value) -> Option<bool> {
    if let Value::Bool(truth) = value {
        Some(*truth)
    } else {
        None
    }
}

fn as_int(value: &Value) -> Option<i64> {
    if let Value::Int(number) = value {
        Some(*number)
    } else {
        None
    }
}

fn as_double(value: &Value) -> Option<f64> {
    if let Value::Double(number) = value {
        Some(*number)
    } else {
        None
    }
}

fn described(object: &Bound<'_, PyAny>) -> Option<Value> {
    Some(Value::Str(text_of(object)))
}

/// `str(object)` for whatever is no attribute value, or a note that there is none.
pub fn text_of(object: &Bound<'_, PyAny>) -> Text {
    if let Ok(text) = object.cast::<PyString>() {
        return string(text);
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        let bytes = bytes.as_bytes();
        return Text::new(cut_text(&String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT)]), TEXT));
    }
    // A container's text may be huge or recursive, and costs its whole size to make.
    if object.cast::<PyDict>().is_ok() || object.cast::<PyList>().is_ok() {
        return container(object);
    }
    match object.str() {
        Ok(text) => string(&text),
        Err(_) => unprintable(object),
    }
}

fn container(object: &Bound<'_, PyAny>) -> Text {
    if object.len().unwrap_or(usize::MAX) > Limits::DEFAULT.items {
        return unprintable(object);
    }
    object.str().map_or_else(|_| unprintable(object), |text| string(&text))
}

fn unprintable(object: &Bound<'_, PyAny>) -> Text {
    count_cut();
    let name = object.get_type().name().map(|n| n.to_string()).unwrap_or_default();
    Text::new(cut_text(&format!("<unprintable {name}>"), TEXT))
}

/// An attribute value as a Python object.
pub fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Str(text) => PyString::new(py, text).into_any(),
        Value::Bool(truth) => PyBool::new(py, *truth).to_owned().into_any(),
        Value::Int(number) => number.into_pyobject(py)?.into_any(),
        Value::Double(number) => PyFloat::new(py, *number).into_any(),
        Value::Array(array) => match &**array {
            Array::Str(items) => PyList::new(py, items.iter().map(|t| t.as_str()))?.into_any(),
            Array::Bool(items) => PyList::new(py, items)?.into_any(),
            Array::Int(items) => PyList::new(py, items)?.into_any(),
            Array::Double(items) => PyList::new(py, items)?.into_any(),
        },
    })
}
