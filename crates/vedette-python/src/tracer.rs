//! Functions of the tracer: starting spans, asking for the active one, sending what is finished.

use std::time::Duration;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use vedette_model::{Kind, Span as Data, Text};

use crate::core;
use crate::last_words;
use crate::remote::Context;
use crate::span::{Parent, Span};
use crate::{context, convert};

/// Starts a span. See `_native.pyi`.
#[pyfunction]
#[pyo3(signature = (name, resource=None, service=None, r#type=None, kind=None, parent=None, attributes=None, start=None))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments of the public API")]
pub fn span<'py>(
    py: Python<'py>,
    name: &Bound<'py, PyAny>,
    resource: Option<&Bound<'py, PyAny>>,
    service: Option<&Bound<'py, PyAny>>,
    r#type: Option<&Bound<'py, PyAny>>,
    kind: Option<&Bound<'py, PyAny>>,
    parent: Option<&Bound<'py, PyAny>>,
    attributes: Option<&Bound<'py, PyDict>>,
    start: Option<u64>,
) -> PyResult<Bound<'py, Span>> {
    let kind = kind.and_then(|kind| kind.cast::<PyString>().ok()).map(|kind| kind.to_string_lossy());
    let mut data = data_from(name, resource, service, r#type, kind.as_deref());
    data.start = start.unwrap_or(0);
    let span = Span::start(py, data, parent_from(parent))?;
    if let Some(attributes) = attributes {
        span.call_method1("set_attributes", (attributes,))?;
    }
    Ok(span)
}

/// Span data from the arguments of `tracer.span`.
fn data_from(
    name: &Bound<'_, PyAny>,
    resource: Option<&Bound<'_, PyAny>>,
    service: Option<&Bound<'_, PyAny>>,
    span_type: Option<&Bound<'_, PyAny>>,
    kind: Option<&str>,
) -> Data {
    let text = |value: Option<&Bound<'_, PyAny>>| value.map_or_else(Text::default, |v| convert::text_of(v));
    Data {
        name: convert::text_of(name),
        resource: text(resource),
        service: text(service),
        span_type: text(span_type),
        kind: kind.and_then(Kind::from_name).unwrap_or_default(),
        ..Data::default()
    }
}

/// A span, an extracted context, `False` for a new trace; whatever is active otherwise.
fn parent_from<'py>(parent: Option<&Bound<'py, PyAny>>) -> Parent<'py> {
    let Some(parent) = parent else { return Parent::Active };
    if let Ok(span) = parent.cast::<Span>() {
        return Parent::Span(span.clone());
    }
    if let Ok(context) = parent.cast::<Context>() {
        return Parent::Remote(context.clone());
    }
    if parent.is_none() {
        Parent::Active
    } else {
        Parent::None
    }
}

/// The active span, or None.
#[pyfunction]
pub fn current_span(py: Python<'_>) -> Option<Bound<'_, Span>> {
    context::active(py).filter(|span| span.get().is_recording())
}

/// The active span, also if it is finished; or None.
#[pyfunction]
pub fn active_span(py: Python<'_>) -> Option<Bound<'_, Span>> {
    context::active(py)
}

/// The first span of the active trace in this process, or None.
#[pyfunction]
pub fn current_root_span(py: Python<'_>) -> Option<Bound<'_, Span>> {
    let mut at = current_span(py)?;
    while let Some(parent) = at.get().local_parent(py) {
        at = parent;
    }
    Some(at)
}

/// The nearest enclosing operation of class `kind` (and of that name) that is under way in this context, or None.
#[pyfunction]
#[pyo3(signature = (kind, name=None))]
pub fn enclosing<'py>(
    py: Python<'py>,
    kind: &Bound<'py, PyAny>,
    name: Option<&Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut at = context::active(py);
    while let Some(span) = at {
        if let Some(operation) = span.get().operation(py) {
            if operation.is_instance(kind)? && is_named(&operation, name)? {
                return Ok(Some(operation));
            }
        }
        at = span.get().local_parent(py);
    }
    Ok(None)
}

fn is_named(operation: &Bound<'_, PyAny>, name: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
    match name {
        Some(name) => operation.getattr(intern!(operation.py(), "name"))?.eq(name),
        None => Ok(true),
    }
}

/// Makes a span (or none) the active one of this context, without remembering what was: for carrying context
/// into a thread or greenlet.
#[pyfunction]
#[pyo3(signature = (span))]
pub fn activate(py: Python<'_>, span: Option<&Bound<'_, Span>>) {
    context::activate(py, span);
}

/// Sends what is finished; waits at most `timeout` seconds.
#[pyfunction]
pub fn flush(py: Python<'_>, timeout: f64) -> bool {
    let exporter = core::core().exporter();
    py.detach(|| exporter.is_none_or(|exporter| exporter.flush(seconds(timeout))))
}

/// Sends what is left and stops; waits at most `timeout` seconds.
#[pyfunction]
pub fn shutdown(py: Python<'_>, timeout: f64) -> bool {
    crate::remote_config::stop(py);
    let exporter = core::core().exporter();
    let sent = py.detach(|| exporter.is_none_or(|exporter| exporter.shutdown(seconds(timeout))));
    last_words::said();
    sent
}

fn seconds(timeout: f64) -> Duration {
    Duration::from_secs_f64(if timeout.is_finite() { timeout.clamp(0.0, 3_600.0) } else { 3_600.0 })
}

/// What was sent and dropped by this process.
#[pyfunction]
pub fn counters(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("cut", vedette_model::limits::CUT.load(std::sync::atomic::Ordering::Relaxed))?;
    dict.set_item("telemetry_dropped", crate::telemetry::dropped())?;
    if let Some(exporter) = core::core().exporter() {
        crate::memory::count(&exporter.counters(), &dict)?;
    }
    Ok(dict)
}
