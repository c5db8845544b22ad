//! The span as Python sees it.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
use vedette_model::limits::count_cut;
use vedette_model::{Event, Limits, Mechanism, Text};

use super::attributes::{bounded_push, pairs, set_structure, to_dict};
use super::Span;
use crate::facts::Facts;
use crate::{convert, json, remote};

/// Bytes of one structure; findings have some hundred each.
const MOST_STRUCTURE: usize = 1 << 20;

#[pymethods]
impl Span {
    /// The 128-bit trace id.
    #[getter]
    fn trace_id(&self) -> u128 {
        self.trace.id
    }

    /// The 64-bit id, unique within the trace.
    #[getter]
    fn span_id(&self) -> u64 {
        self.id
    }

    /// The parent's id, local or remote; 0 for none.
    #[getter]
    fn parent_id(&self) -> u64 {
        self.data().as_ref().map_or(0, |data| data.parent)
    }

    /// The parent in this process, or None.
    #[getter]
    fn parent<'py>(&self, py: Python<'py>) -> Option<Bound<'py, Span>> {
        self.local_parent(py)
    }

    /// Whether the span is unfinished and takes attributes.
    #[getter]
    fn recording(&self) -> bool {
        self.is_recording()
    }

    /// The operation name; empty after the end.
    #[getter]
    fn name(&self) -> String {
        self.data().as_ref().map_or_else(String::new, |data| data.name.to_string())
    }

    #[setter]
    fn set_name(&self, name: &Bound<'_, PyAny>) {
        let name = convert::text_of(name);
        self.change(|data| data.name = name);
    }

    /// What the operation is done to; the name where none was given; empty after the end.
    #[getter]
    fn resource(&self) -> String {
        self.data().as_ref().map_or_else(String::new, |data| data.resource_or_name().to_owned())
    }

    #[setter]
    fn set_resource(&self, resource: &Bound<'_, PyAny>) {
        let resource = convert::text_of(resource);
        self.change(|data| data.resource = resource);
    }

    /// The service, or None for the process's own.
    #[getter]
    fn service(&self) -> Option<String> {
        self.data().as_ref().filter(|d| !d.service.is_empty()).map(|data| data.service.to_string())
    }

    #[setter]
    fn set_service(&self, service: Option<&Bound<'_, PyAny>>) {
        let service = service.map_or_else(Text::default, |s| convert::text_of(s));
        self.change(|data| data.service = service);
    }

    /// The Datadog span type, such as `web`, or None.
    #[getter]
    fn r#type(&self) -> Option<String> {
        self.data().as_ref().filter(|d| !d.span_type.is_empty()).map(|data| data.span_type.to_string())
    }

    #[setter]
    fn set_type(&self, span_type: Option<&Bound<'_, PyAny>>) {
        let span_type = span_type.map_or_else(Text::default, |s| convert::text_of(s));
        self.change(|data| data.span_type = span_type);
    }

    /// The role: server, client, producer, consumer, internal or None.
    #[getter]
    fn kind(&self) -> Option<&'static str> {
        self.data().as_ref().map(|data| data.kind.name()).filter(|name| !name.is_empty())
    }

    /// Whether the work failed.
    #[getter]
    fn error(&self) -> bool {
        self.data().as_ref().is_some_and(|data| data.error)
    }

    #[setter(error)]
    fn set_error_flag(&self, error: bool) {
        self.change(|data| data.error = error);
    }

    /// A copy of the attributes; empty after the end.
    #[getter]
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        // Copied first: making Python objects may run anything, which must not happen with the lock held.
        let copy = self.data().as_ref().map_or_else(Vec::new, |data| data.attributes.clone());
        to_dict(py, &copy)
    }

    /// Sets one attribute. `None` and what has no text is left out; `manual.keep` and `manual.drop` decide the trace.
    #[inline]
    fn set_attribute(&self, name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) {
        self.put(name, value);
    }

    /// Sets several attributes; values that are None are left out.
    fn set_attributes(&self, attributes: &Bound<'_, PyDict>) {
        if let Ok(facts) = attributes.cast_exact::<Facts>() {
            return self.put_all(&facts.get().pairs);
        }
        for (name, value) in attributes.iter() {
            if !value.is_none() {
                self.put(&name, &value);
            }
        }
    }

    /// Marks the span as failed because of `error`, an exception or a message.
    fn set_error(&self, error: &Bound<'_, PyAny>) {
        self.fail(error);
    }

    /// Marks the span as failed and says why, beside an exception that was recorded already.
    fn set_error_message(&self, message: &Bound<'_, PyAny>) {
        let message = convert::text_of(message);
        self.change(|data| {
            data.error = true;
            data.extras().failure.get_or_insert_default().message = message;
        });
    }

    /// Adds something that happened at `time` (nanoseconds since the epoch; now if not given).
    #[pyo3(signature = (name, attributes=None, time=None))]
    fn add_event(&self, name: &Bound<'_, PyAny>, attributes: Option<&Bound<'_, PyDict>>, time: Option<u64>) {
        let event = Event {
            time: time.unwrap_or_else(|| self.now()),
            name: convert::text_of(name),
            attributes: pairs(attributes),
        };
        self.change(|data| bounded_push(&mut data.extras().events, event, Limits::DEFAULT.events));
    }

    /// Relates this span to another: a span or a context extracted from headers.
    #[pyo3(signature = (target, attributes=None))]
    fn add_link(&self, target: &Bound<'_, PyAny>, attributes: Option<&Bound<'_, PyDict>>) {
        let Some(mut link) = remote::link_to(target) else { return count_cut() };
        link.attributes = pairs(attributes);
        self.change(|data| bounded_push(&mut data.extras().links, link, Limits::DEFAULT.links));
    }

    /// Sets structured data (Datadog `meta_struct`): plain data under a name, in the place of what was there.
    fn set_structure(&self, name: &str, data: &Bound<'_, PyAny>) {
        let packed = json::packed(data);
        if packed.len() > MOST_STRUCTURE {
            return count_cut();
        }
        self.change(|span| set_structure(&mut span.extras().structures, name, packed));
    }

    /// Keeps the trace, whatever the rules say.
    fn keep(&self) {
        self.trace.overrule(true, Mechanism::Manual);
    }

    /// Keeps the trace because of a security event.
    fn keep_for_security(&self) {
        self.trace.overrule(true, Mechanism::AppSec);
    }

    /// Drops the trace, whatever the rules say.
    fn discard(&self) {
        self.trace.overrule(false, Mechanism::Manual);
    }

    /// The sampling priority of the trace (2, 1, 0 or -1), or None while undecided.
    #[getter]
    fn sampling_priority(&self) -> Option<i8> {
        self.trace.decision().map(|decision| decision.priority)
    }

    /// Members of other vendors in the W3C tracestate that came with the trace.
    #[getter]
    fn tracestate(&self) -> &str {
        self.trace.remote_parts().1
    }

    /// Items of the trace's baggage.
    #[getter]
    fn baggage<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (key, value) in self.trace.baggage() {
            dict.set_item(key, value)?;
        }
        Ok(dict)
    }

    /// Sets a baggage item, which goes to all services called from here; None removes it.
    #[pyo3(signature = (key, value))]
    fn set_baggage(&self, key: &Bound<'_, PyAny>, value: Option<&Bound<'_, PyAny>>) {
        let value = value.map(convert::text_of);
        self.trace.set_baggage(&convert::text_of(key), value.as_deref());
    }

    /// Removes all baggage items.
    fn clear_baggage(&self) {
        self.trace.clear_baggage();
    }

    /// Ends the span, now or at `end` (nanoseconds since the epoch). Only the first call counts.
    #[pyo3(signature = (end=None))]
    fn finish(&self, end: Option<u64>) {
        let Some(end) = end else { return self.end() };
        let Some(mut data) = self.data().take() else { return };
        data.duration = end.saturating_sub(data.start);
        self.hand_over(data);
    }

    /// Makes the span active in this context.
    fn activate(this: &Bound<'_, Self>) {
        Span::enter(this);
    }

    /// Makes what was active before active again, if this span still is.
    fn deactivate(this: &Bound<'_, Self>) {
        Span::leave(this);
    }

    fn __enter__<'py>(this: Bound<'py, Self>) -> Bound<'py, Self> {
        Span::enter(&this);
        this
    }

    fn __exit__(
        this: &Bound<'_, Self>,
        kind: &Bound<'_, PyAny>,
        error: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> bool {
        if !kind.is_none() {
            this.get().fail(error);
        }
        this.get().end();
        Span::leave(this);
        false
    }

    /// As a decorator: each call of `function` gets a span like this one.
    fn __call__<'py>(this: &Bound<'py, Self>, function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        let template = this.get().template(py)?;
        py.import("vedette.tracing.decorator")?.getattr("decorate")?.call1((template, function))
    }

    fn __repr__(&self) -> String {
        let state = if self.is_recording() { "" } else { ", finished" };
        format!("<Span {:?} {:032x}/{:016x}{state}>", self.name(), self.trace.id, self.id)
    }

    // A span that lands in something pickled (a task's arguments, a process pool) must not break it; it arrives as None.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let none_type: Bound<'py, PyType> = py.None().bind(py).get_type();
        (none_type, PyTuple::empty(py)).into_pyobject(py)
    }

    fn __copy__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __deepcopy__<'py>(this: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        this
    }
}
