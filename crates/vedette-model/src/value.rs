//! Attribute values: what OpenTelemetry's common attribute model allows, and nothing else.

use compact_str::CompactString;

/// A short string: up to 24 bytes live inside the value, longer ones on the heap.
pub type Text = CompactString;

/// The value of an attribute (OpenTelemetry "common attribute value", without nested maps).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// UTF-8 text.
    Str(Text),
    /// A truth value.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// A 64-bit float; NaN and infinities are kept, formats without them write text.
    Double(f64),
    /// A homogeneous list.
    Array(Box<Array>),
}

/// A homogeneous list of scalars.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    /// Texts.
    Str(Vec<Text>),
    /// Truth values.
    Bool(Vec<bool>),
    /// Integers.
    Int(Vec<i64>),
    /// Floats.
    Double(Vec<f64>),
}

impl Value {
    /// The text, if the value is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Bytes held on the heap, for queues that are bounded by bytes.
    pub fn heap_bytes(&self) -> usize {
        match self {
            Value::Str(text) => text_heap_bytes(text),
            Value::Array(array) => array.heap_bytes(),
            _ => 0,
        }
    }
}

impl Array {
    fn heap_bytes(&self) -> usize {
        match self {
            Array::Str(items) => items.iter().map(|t| 24 + text_heap_bytes(t)).sum(),
            Array::Bool(items) => items.len(),
            Array::Int(items) => items.len() * 8,
            Array::Double(items) => items.len() * 8,
        }
    }
}

/// Bytes a text holds outside of itself.
pub fn text_heap_bytes(text: &Text) -> usize {
    if text.is_heap_allocated() {
        text.capacity()
    } else {
        0
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Str(Text::new(text))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Double(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}
