//! Why a span failed, from a Python exception.

use pyo3::prelude::*;
use pyo3::types::PyString;
use vedette_model::limits::cut_text;
use vedette_model::{ErrorInfo, Text};

use crate::convert;

/// Type, message and stack of an exception; of anything else, its text as message.
pub fn of(error: &Bound<'_, PyAny>) -> ErrorInfo {
    let py = error.py();
    if !error.is_instance_of::<pyo3::exceptions::PyBaseException>() {
        return ErrorInfo { kind: Text::default(), message: convert::text_of(error), stack: Text::default() };
    }
    let class = error.get_type();
    let name = class.fully_qualified_name().map(|n| n.to_string()).unwrap_or_default();
    let name = name.strip_prefix("builtins.").unwrap_or(&name);
    ErrorInfo {
        kind: Text::new(cut_text(name, 1_000)),
        message: convert::text_of(error),
        stack: stack_of(py, error),
    }
}

/// The stack as text, by `vedette.tracing.stack`; empty if it can't be made.
fn stack_of(py: Python<'_>, error: &Bound<'_, PyAny>) -> Text {
    let text = py
        .import("vedette.tracing.stack")
        .and_then(|module| module.getattr("format_exception")?.call1((error,)))
        .and_then(|text| Ok(convert::string(text.cast::<PyString>()?)));
    text.unwrap_or_default()
}
