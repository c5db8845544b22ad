//! The span: its life from start to end, and when it is active. What Python may call is in `methods`.

mod attributes;
mod methods;
mod template;

use std::sync::{Arc, Mutex, MutexGuard};

use pyo3::prelude::*;
use vedette_model::{clock, ids, Decision, Link, Span as Data, SpanId};

pub use attributes::pairs;

use crate::trace::Trace;
use crate::{context, failure, remote};

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

/// A link to a local span.
pub fn link(span: &Span) -> Link {
    let flags = span.trace.decision().map(|decision| u8::from(decision.keeps()));
    Link { trace_id: span.trace.id, span_id: span.id, flags, ..Link::default() }
}
