//! Plain Python data as JSON text and back, without importing a module for it.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use pyo3::IntoPyObjectExt;
use serde_json::Value;

/// Containers in containers that are written.
const DEPTH: usize = 16;

/// The text of `object`; what is no plain data is given by its `str`.
pub fn text(object: &Bound<'_, PyAny>) -> String {
    value(object, DEPTH).to_string()
}

/// The same, not yet as text.
pub fn plain(object: &Bound<'_, PyAny>) -> Value {
    value(object, DEPTH)
}

/// The same as MessagePack.
pub fn packed(object: &Bound<'_, PyAny>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    vedette_wire::msgpack::json::write(&mut out, &value(object, DEPTH));
    out
}

fn value(object: &Bound<'_, PyAny>, depth: usize) -> Value {
    if depth == 0 || object.is_none() {
        return Value::Null;
    }
    if let Ok(flag) = object.cast::<PyBool>() {
        return flag.is_true().into();
    }
    if object.is_instance_of::<PyInt>() {
        let whole = object.extract::<i64>().map(Value::from);
        return whole
            .or_else(|_| object.extract::<u64>().map(Value::from))
            .unwrap_or_else(|_| printed(object));
    }
    if let Ok(number) = object.cast::<PyFloat>() {
        return number.extract::<f64>().map_or(Value::Null, Value::from);
    }
    if let Ok(dict) = object.cast::<PyDict>() {
        return dict.iter().map(|(key, item)| (key.to_string(), value(&item, depth - 1))).collect();
    }
    if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
        let items = object.try_iter().into_iter().flatten().flatten();
        return items.map(|item| value(&item, depth - 1)).collect();
    }
    if let Ok(text) = object.cast::<PyString>() {
        return text.to_string_lossy().into_owned().into();
    }
    printed(object)
}

fn printed(object: &Bound<'_, PyAny>) -> Value {
    object.str().map_or(Value::Null, |text| text.to_string_lossy().into_owned().into())
}

/// `value` as Python has it: dictionaries, lists, texts, numbers, truth, None.
pub fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Bool(flag) => flag.into_bound_py_any(py),
        Value::Number(number) if number.is_f64() => number.as_f64().into_bound_py_any(py),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.into_bound_py_any(py),
            None => number.as_u64().into_bound_py_any(py),
        },
        Value::String(text) => text.into_bound_py_any(py),
        Value::Array(items) => {
            let list = PyList::empty(py);
            items.iter().try_for_each(|item| list.append(to_python(py, item)?))?;
            Ok(list.into_any())
        }
        Value::Object(map) => {
            let dict = PyDict::new(py);
            map.iter().try_for_each(|(key, item)| dict.set_item(key, to_python(py, item)?))?;
            Ok(dict.into_any())
        }
    }
}
