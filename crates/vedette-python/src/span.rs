//! The span as Python sees it.

use std::sync::{Arc, Mutex, MutexGuard};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
use vedette_model::key::keys;
use vedette_model::limits::count_cut;
use vedette_model::span::set_in;
use vedette_model::{clock, ids, Event, Key, Limits, Link, Mechanism, SpanId, Text, Value};
use vedette_model::{Decision, Span as Data};

use crate::trace::Trace;
use crate::{context, convert, failure, remote};

/// Room kept for the attributes of a new span.
const USUAL_ATTRIBUTES: usize = 5;

/// A unit of work. Context manager and decorator; see `vedette.tracer.span`.
#[pyclass(frozen, module = "vedette", weakref)]
pub struct Span {
    pub trace: Arc<Trace>,
    pub id: SpanId,
    parent: Option<Py<Span>>,
    /// Whether the parent was given, not what happened to be active.
    given: bool,
    /// Monotonic start.
    begun: u64,
    /// None once finished.
    data: Mutex<Option<Data>>,
    /// What was active before this span was entered.
    previous: Mutex<Option<Py<Span>>>,
    /// The operation it was made for; until the end.
    operation: Mutex<Option<Py<PyAny>>>,
}

/// Who a new span descends from.
pub enum Parent<'py> {
    /// Whatever is active.
    Active,
    /// Nobody: a new trace.
    None,
    /// A span of this process.
    Span(Bound<'py, Span>),
    /// A span of another service, from its headers.
    Remote(Bound<'py, remote::Context>),
}

impl Span {
    /// Starts a span; it does not become active by that.
    pub fn start<'py>(py: Python<'py>, mut data: Data, parent: Parent<'py>) -> PyResult<Bound<'py, Span>> {
        data.id = ids::span_id();
        let given = !matches!(parent, Parent::Active);
        let (trace, local) = match parent {
            Parent::Active => descend(context::active(py), &mut data),
            Parent::Span(span) => descend(Some(span), &mut data),
            Parent::None => descend(None, &mut data),
            Parent::Remote(context) => (context.get().continue_trace(&mut data), None),
        };
        trace.opened();
        let begun = clock::monotonic();
        if data.start == 0 {
            data.start = begun.wrapping_add(trace.anchor);
        }
        data.attributes.reserve_exact(USUAL_ATTRIBUTES);
        let id = data.id;
        let span = Span {
            trace,
            id,
            parent: local,
            given,
            begun,
            data: Mutex::new(Some(data)),
            previous: Mutex::new(None),
            operation: Mutex::new(None),
        };
        Bound::new(py, span)
    }

    #[inline]
    fn data(&self) -> MutexGuard<'_, Option<Data>> {
        self.data.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Whether it still takes attributes.
    #[inline]
    pub fn is_recording(&self) -> bool {
        self.data().is_some()
    }

    /// Changes the data, unless the span is finished.
    #[inline]
    pub fn change(&self, change: impl FnOnce(&mut Data)) {
        if let Some(data) = self.data().as_mut() {
            change(data);
        }
    }

    /// The parent in this process.
    pub fn local_parent<'py>(&self, py: Python<'py>) -> Option<Bound<'py, Span>> {
        self.parent.as_ref().map(|parent| parent.bind(py).clone())
    }

    /// Ends the span now. Only the first call counts.
    #[inline]
    pub fn end(&self) {
        let Some(mut data) = self.data().take() else { return };
        data.duration = clock::monotonic().saturating_sub(self.begun);
        self.hand_over(data);
    }

    /// Remembers the operation that the span was made for.
    pub fn belongs_to(&self, operation: Option<Py<PyAny>>) {
        *self.operation.lock().unwrap_or_else(|p| p.into_inner()) = operation;
    }

    /// The operation that the span was made for, until its end.
    pub fn operation<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.operation.lock().unwrap_or_else(|p| p.into_inner()).as_ref().map(|o| o.bind(py).clone())
    }

    /// Gives the finished data to the trace, without the room that was kept for attributes that did not come: the
    /// spans of a long trace wait for its end.
    #[inline]
    fn hand_over(&self, mut data: Data) {
        if data.attributes.capacity() - data.attributes.len() > USUAL_ATTRIBUTES / 2 {
            data.attributes.shrink_to_fit();
        }
        self.trace.finished(data);
    }

    /// Makes the span active, remembering what was.
    #[inline]
    pub fn enter(this: &Bound<'_, Span>) {
        let py = this.py();
        let active = context::active(py);
        // Entered twice, it must not take itself for what was active before it.
        if active.as_ref().is_some_and(|span| span.is(this)) {
            return;
        }
        *this.get().previous.lock().unwrap_or_else(|p| p.into_inner()) = active.map(Bound::unbind);
        context::activate(py, Some(this));
    }

    /// Makes what was active before active again, if this span still is.
    #[inline]
    pub fn leave(this: &Bound<'_, Span>) {
        let py = this.py();
        let previous = this.get().previous.lock().unwrap_or_else(|p| p.into_inner()).take();
        context::leave(py, this, previous.as_ref().map(|p| p.bind(py)));
    }

    /// Leaves a span that was left before, in another context: what is active here then is the nearest ancestor that
    /// is not finished.
    pub fn leave_here(this: &Bound<'_, Span>) {
        let py = this.py();
        let parent = this.get().parent.as_ref().filter(|_| !this.get().given);
        context::leave(py, this, parent.map(|parent| parent.bind(py)));
    }

    /// The decision about the trace, made now by its local root if it must be.
    pub fn decide(&self, py: Python<'_>) -> Decision {
        if let Some(decision) = self.trace.decision() {
            return decision;
        }
        let mut root_data = None;
        self.with_root(py, |root| root_data.clone_from(&root.data()));
        self.trace.decide(&root_data.unwrap_or_default())
    }

    /// Changes the first span of the trace in this process, unless that is finished.
    pub fn change_root(&self, py: Python<'_>, change: impl FnOnce(&mut Data)) {
        self.with_root(py, |root| root.change(change));
    }

    fn with_root(&self, py: Python<'_>, act: impl FnOnce(&Span)) {
        let mut at: &Span = self;
        while let Some(parent) = &at.parent {
            at = parent.bind(py).get();
        }
        act(at);
    }

    /// Records an exception: type, message, stack.
    pub fn fail(&self, error: &Bound<'_, PyAny>) {
        let failure = failure::of(error);
        self.change(|data| {
            data.error = true;
            data.extras().failure = Some(failure);
        });
    }
}

/// The trace a span belongs to, and its parent in this process.
fn descend(parent: Option<Bound<'_, Span>>, data: &mut Data) -> (Arc<Trace>, Option<Py<Span>>) {
    let Some(parent) = parent else {
        return (Trace::new(crate::core::core(), None, Vec::new(), data.id, None), None);
    };
    let trace = &parent.get().trace;
    data.parent = parent.get().id;
    if trace.is_ours() {
        return (trace.clone(), Some(parent.unbind()));
    }
    // The parent came through a fork: its trace goes on here as a part of its own, sent by this process.
    (remote::continue_inherited(trace, data), None)
}

impl Drop for Span {
    fn drop(&mut self) {
        if self.is_recording() {
            self.trace.abandoned();
        }
    }
}

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
        let copy = self.data().as_ref().map_or_else(Vec::new, |data| data.attributes.clone());
        let dict = PyDict::new(py);
        for (key, value) in &copy {
            dict.set_item(key.name(), convert::to_python(py, value)?)?;
        }
        Ok(dict)
    }

    /// Sets one attribute. `None` and what has no text is left out; `manual.keep` and `manual.drop` decide the trace.
    #[inline]
    fn set_attribute(&self, name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) {
        self.put(name, value);
    }

    /// Sets several attributes; values that are None are left out.
    fn set_attributes(&self, attributes: &Bound<'_, PyDict>) {
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

    /// Adds structured data (Datadog `meta_struct`): a name and a msgpack-encoded value.
    fn add_structure(&self, name: &str, packed: &[u8]) {
        let entry = (Text::new(name), packed.to_vec());
        self.change(|data| bounded_push(&mut data.extras().structures, entry, Limits::DEFAULT.links));
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
        self.trace.remote_parts().2
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

impl Span {
    #[inline]
    fn put(&self, name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) {
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

    fn now(&self) -> u64 {
        clock::monotonic().wrapping_add(self.trace.anchor)
    }

    /// The arguments that make such a span again.
    fn template<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let template = PyDict::new(py);
        template.set_item("name", self.name())?;
        template.set_item("resource", Some(self.resource()).filter(|r| *r != self.name()))?;
        template.set_item("service", self.service())?;
        template.set_item("type", self.r#type())?;
        template.set_item("kind", self.kind())?;
        template.set_item("attributes", self.attributes(py)?)?;
        if self.given {
            template.set_item("parent", self.given_parent(py)?)?;
        }
        Ok(template)
    }
}

impl Span {
    /// The parent as it was given: a span, a context, or False for none.
    fn given_parent<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(parent) = &self.parent {
            return Ok(parent.bind(py).clone().into_any());
        }
        if let Some(context) = remote::context_of(&self.trace) {
            return Ok(Bound::new(py, context)?.into_any());
        }
        Ok(false.into_pyobject(py)?.to_owned().into_any())
    }
}

fn bounded_push<T>(list: &mut Vec<T>, item: T, most: usize) {
    if list.len() < most {
        list.push(item);
    } else {
        count_cut();
    }
}

fn pairs(attributes: Option<&Bound<'_, PyDict>>) -> Vec<(Key, Value)> {
    let mut list = Vec::new();
    for (name, value) in attributes.into_iter().flat_map(|dict| dict.iter()) {
        if let (Some(key), Some(value)) = (convert::key(&name), convert::value(&value)) {
            set_in(&mut list, key, value, &Limits::DEFAULT);
        }
    }
    list
}

/// A link to a local span.
pub fn link(span: &Span) -> Link {
    let flags = span.trace.decision().map(|decision| u8::from(decision.keeps()));
    Link { trace_id: span.trace.id, span_id: span.id, flags, ..Link::default() }
}
