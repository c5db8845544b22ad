//! The shapes of requests and responses, as Python asks for them.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use vedette_waf::{Data, Limits, Place, Schema};

use crate::waf::Builder;

/// Text by name.
type Texts<'py> = Bound<'py, PyDict>;

/// The shapes of parts; `_native.pyi` says of what.
#[pyfunction]
pub fn schemas<'py>(
    py: Python<'py>,
    parts: Vec<(String, String, Bound<'py, PyAny>)>,
    depth: usize,
    elements: usize,
) -> PyResult<(Texts<'py>, Bound<'py, PyDict>)> {
    let limits = Limits { depth, elements, ..Limits::default() };
    let read: Vec<(String, Data)> = parts
        .into_iter()
        .filter_map(|(name, kind, content)| Some((name, read(&kind, &content, limits)?)))
        .collect();
    let found = py.detach(|| read.into_iter().map(told).collect::<Vec<_>>());
    let (texts, formats) = (PyDict::new(py), PyDict::new(py));
    for (name, schema) in found {
        texts.set_item(&name, schema.text)?;
        if !schema.formats.is_empty() {
            let told = PyDict::new(py);
            schema.formats.iter().try_for_each(|(place, format)| told.set_item(place, format))?;
            formats.set_item(&name, told)?;
        }
    }
    Ok((texts, formats))
}

fn told((name, data): (String, Data)) -> (String, Schema) {
    let place = if name.ends_with(".headers") { Place::Headers } else { Place::Elsewhere };
    let schema = vedette_waf::schema(&data, place);
    (name, schema)
}

fn read(kind: &str, content: &Bound<'_, PyAny>, limits: Limits) -> Option<Data> {
    let mut builder = Builder::new(limits);
    match kind {
        "data" => Some(builder.data(content, limits.depth)),
        "fields" => Some(single(builder.data(content, limits.depth))),
        "json" => {
            Some(builder.raw(kind, content)).filter(|data| !matches!(data, Data::Str(_)) || is_text(content))
        }
        "xml" => root(builder.raw(kind, content)),
        "form" | "cookies" => Some(single(builder.raw(kind, content))),
        _ => None,
    }
}

/// The root element of what was read as XML: what stands outside of it comes first.
fn root(data: Data) -> Option<Data> {
    let Data::List(mut parts) = data else { return None };
    parts.pop()
}

/// Whether a content in JSON is a string; what can't be read is taken for text as well.
fn is_text(content: &Bound<'_, PyAny>) -> bool {
    let bytes = content.extract::<Vec<u8>>();
    bytes.is_ok_and(|bytes| bytes.trim_ascii_start().first() == Some(&b'"'))
}

/// Fields have lists of values; of those that came once, the value.
fn single(data: Data) -> Data {
    let Data::Map(fields) = data else { return data };
    let one = |value| match value {
        Data::List(mut values) if values.len() == 1 => values.remove(0),
        other => other,
    };
    Data::Map(fields.into_iter().map(|(name, value)| (name, one(value))).collect())
}

/// The endpoint of a path that no router knows.
#[pyfunction]
pub fn endpoint_of(path: &str) -> String {
    vedette_wire::endpoint::of_path(path)
}
