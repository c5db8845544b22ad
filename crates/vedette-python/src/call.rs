//! One watched call, from its description to its end.

use std::sync::{Mutex, MutexGuard};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use vedette_model::key::keys;
use vedette_model::{Kind, Span as Data, Text, Value};

use crate::hook::Hook;
use crate::remote;
use crate::span::{Parent, Span};
use crate::{context, convert};

/// A call of a hooked function while it runs: what describers read and listeners act on.
#[pyclass(frozen, module = "vedette._native")]
pub struct Call {
    hook: Py<Hook>,
    state: Mutex<State>,
}

struct State {
    args: Py<PyTuple>,
    kwargs: Option<Py<PyDict>>,
    target: Option<Py<PyAny>>,
    operation: Option<Py<PyAny>>,
    span: Option<Py<Span>>,
    result: Option<Py<PyAny>>,
    open: bool,
    kept_open: bool,
}

/// What an ended call lets go of: arguments, keyword arguments, target.
type Released = (Py<PyTuple>, Option<Py<PyDict>>, Option<Py<PyAny>>);

impl Call {
    pub fn new(hook: &Bound<'_, Hook>, args: Bound<'_, PyTuple>, kwargs: Option<Bound<'_, PyDict>>) -> Call {
        let state = State {
            args: args.unbind(),
            kwargs: kwargs.map(Bound::unbind),
            target: None,
            operation: None,
            span: None,
            result: None,
            open: false,
            kept_open: false,
        };
        Call { hook: hook.clone().unbind(), state: Mutex::new(state) }
    }

    // Held for moments, never while Python code runs: callbacks may come back here.
    #[inline]
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Whether a describer put something else in the place of the function.
    pub fn is_redirected(&self) -> bool {
        self.state().target.is_some()
    }

    fn operation<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.state().operation.as_ref().map(|operation| operation.bind(py).clone())
    }

    fn bound_span<'py>(&self, py: Python<'py>) -> Option<Bound<'py, Span>> {
        self.state().span.as_ref().map(|span| span.bind(py).clone())
    }

    /// Starts the operation: span, propagation, then the listeners, who may refuse it by raising.
    pub fn begin<'py>(this: &Bound<'py, Call>, operation: Bound<'py, PyAny>) -> PyResult<()> {
        let py = this.py();
        let call = this.get();
        let hook = call.hook.get();
        let span = match start_span(hook, &operation) {
            Ok(span) => span,
            Err(error) => {
                hook.contain(py, error)?;
                None
            }
        };
        {
            let mut state = call.state();
            state.operation = Some(operation.clone().unbind());
            state.span = span.clone().map(Bound::unbind);
            state.open = true;
        }
        if let Some(span) = &span {
            Span::enter(span);
            span.get().belongs_to(Some(operation.clone().unbind()));
            if let Err(error) = describe_start(&operation, span) {
                hook.contain(py, error)?;
            }
        }
        Call::tell(this, &operation, intern!(py, "before")).inspect_err(|error| {
            Call::close_with(this, Some(error.value(py).as_any()));
        })
    }

    /// Calls the listeners of the operation's class. A refusal (`vedette.operations.Refusal`) goes on to the
    /// application; other errors are contained.
    fn tell(
        this: &Bound<'_, Call>,
        operation: &Bound<'_, PyAny>,
        moment: &Bound<'_, PyString>,
    ) -> PyResult<()> {
        let py = this.py();
        for listener in listeners(operation) {
            if let Err(error) = listener.call_method1(moment, (this,)) {
                this.get().hook.get().contain(py, error)?;
            }
        }
        Ok(())
    }

    /// Runs the target between begin and end (for callables that have no Python frame of their own).
    pub fn run<'py>(this: &Bound<'py, Call>) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        let (target, args, kwargs) = {
            let state = this.get().state();
            let target = state.target.as_ref().unwrap_or(&this.get().hook.get().original).clone_ref(py);
            (target, state.args.clone_ref(py), state.kwargs.as_ref().map(|k| k.clone_ref(py)))
        };
        match target.bind(py).call(args.bind(py), kwargs.as_ref().map(|k| k.bind(py))) {
            Ok(result) => Call::finish(this, result),
            Err(error) if Call::fail(this, error.value(py).as_any())? => Ok(this.get().result(py)),
            Err(error) => Err(error),
        }
    }

    /// Marks the operation as ended and lets go of the arguments, which often lead back here (the wrappers that a
    /// family puts into them): as a cycle they would wait for the garbage collector. None if it was ended before.
    fn end_once(&self, py: Python<'_>) -> Option<Released> {
        let mut state = self.state();
        if !std::mem::take(&mut state.open) {
            return None;
        }
        let args = std::mem::replace(&mut state.args, PyTuple::empty(py).unbind());
        Some((args, state.kwargs.take(), state.target.take()))
    }

    fn close_with(this: &Bound<'_, Call>, error: Option<&Bound<'_, PyAny>>) {
        let py = this.py();
        let Some(released) = this.get().end_once(py) else {
            // Ended elsewhere (another thread, the garbage collector): here it may still be the active one.
            if let Some(span) = this.get().bound_span(py) {
                Span::leave_here(&span);
            }
            return;
        };
        // Dropped only here, where no lock is held: the last reference to an argument may run anything.
        drop(released);
        let Some(span) = this.get().bound_span(py) else { return };
        if let Some(error) = error {
            span.get().fail(error);
        }
        if let Some(Err(error)) = this.get().operation(py).map(|operation| describe_end(&operation, &span)) {
            // An interrupt here would leave the span open; it is the application's all the same, at its next check.
            if let Err(interrupt) = this.get().hook.get().contain(py, error) {
                interrupt.restore(py);
                // SAFETY: the exception just set is taken back as unraisable, so that none is pending on return.
                unsafe { pyo3::ffi::PyErr_WriteUnraisable(span.as_ptr()) };
            }
        }
        span.get().belongs_to(None);
        span.get().end();
        Span::leave(&span);
        let operation = this.get().state().operation.take();
        drop(operation);
    }
}

#[pymethods]
impl Call {
    /// Positional arguments, defaults filled in; for a method the instance comes first.
    #[getter]
    fn args(&self, py: Python<'_>) -> Py<PyTuple> {
        self.state().args.clone_ref(py)
    }

    #[setter]
    fn set_args(&self, args: Py<PyTuple>) {
        self.state().args = args;
    }

    /// Keyword arguments.
    #[getter]
    fn kwargs(&self, py: Python<'_>) -> Py<PyDict> {
        self.state().kwargs.get_or_insert_with(|| PyDict::new(py).unbind()).clone_ref(py)
    }

    #[setter]
    fn set_kwargs(&self, kwargs: Py<PyDict>) {
        self.state().kwargs = Some(kwargs);
    }

    /// What is called: the original, unless a describer or listener put something in its place.
    #[getter]
    fn target(&self, py: Python<'_>) -> Py<PyAny> {
        self.state().target.as_ref().unwrap_or(&self.hook.get().original).clone_ref(py)
    }

    #[setter]
    fn set_target(&self, target: Py<PyAny>) {
        self.state().target = Some(target);
    }

    /// What the describer made of the call, or None.
    #[getter]
    #[pyo3(name = "operation")]
    fn operation_python<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.operation(py)
    }

    /// The span of the operation, or None.
    #[getter]
    fn span<'py>(&self, py: Python<'py>) -> Option<Bound<'py, Span>> {
        self.bound_span(py)
    }

    /// The instance whose method was called.
    #[getter]
    fn instance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let args = self.args(py);
        args.bind(py).get_item(0)
    }

    /// The argument of that name, or (where the function has no such parameter) at that position not counting
    /// the instance; `default` if it was not given.
    #[pyo3(signature = (position, name, default=None))]
    fn arg<'py>(
        &self,
        py: Python<'py>,
        position: usize,
        name: &Bound<'py, PyString>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (args, kwargs) = {
            let state = self.state();
            (state.args.clone_ref(py), state.kwargs.as_ref().map(|k| k.clone_ref(py)))
        };
        let (args, hook) = (args.bind(py), self.hook.get());
        if let Some(at) = hook.names.bind(py).iter().position(|n| n.is(name) || n.eq(name).unwrap_or(false)) {
            return args.get_item(at);
        }
        if let Some(value) = kwargs.and_then(|k| k.bind(py).get_item(name).ok().flatten()) {
            return Ok(value);
        }
        let unnamed = hook.names.bind(py).len();
        let found = if unnamed == 0 { args.get_item(position + 1).ok() } else { None };
        Ok(found.or(default).unwrap_or_else(|| py.None().into_bound(py)))
    }

    /// What the function is to return in place of its own result, after `fail` said so.
    #[getter]
    #[pyo3(name = "result")]
    fn result<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.state().result.as_ref().map_or_else(|| py.None(), |r| r.clone_ref(py)).into_bound(py)
    }

    #[setter]
    fn set_result(&self, result: Py<PyAny>) {
        self.state().result = Some(result);
    }

    /// Keeps the operation open beyond the call: whoever says so ends it by `close` (the life of a stream).
    fn keep_open(&self) {
        self.state().kept_open = true;
    }

    /// The function returned: what the caller is to get.
    fn finish<'py>(this: &Bound<'py, Self>, result: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        let call = this.get();
        let mut result = result;
        if let Some(after) = &call.hook.get().after {
            match after.bind(py).call1((this, &result)) {
                Ok(replaced) if !replaced.is_none() => result = replaced,
                Ok(_) => {}
                Err(error) => call.hook.get().contain(py, error)?,
            }
        }
        if call.state().kept_open {
            Call::pause(this);
            return Ok(result);
        }
        if let Some(operation) = call.operation(py) {
            call.state().result = Some(result.unbind());
            Call::tell(this, &operation, intern!(py, "after")).inspect_err(|error| {
                Call::close_with(this, Some(error.value(py).as_any()));
            })?;
            let last = call.state().result.take();
            result = last.unwrap_or_else(|| py.None()).into_bound(py);
        }
        Call::close_with(this, None);
        Ok(result)
    }

    /// The function raised `error`. True if the caller is to get `result` instead of the exception.
    fn fail<'py>(this: &Bound<'py, Self>, error: &Bound<'py, PyAny>) -> PyResult<bool> {
        let py = this.py();
        let call = this.get();
        let Some(operation) = call.operation(py) else { return Ok(false) };
        call.state().result = None;
        let answered = Call::answer(this, &operation, error)?;
        if !call.state().kept_open || !answered {
            let expected = answered || is_expected(&operation, error);
            Call::close_with(this, (!expected).then_some(error));
        }
        Ok(answered)
    }

    /// Makes the span the active one (a stream goes on).
    pub fn resume(this: &Bound<'_, Self>) {
        if let Some(span) = this.get().bound_span(this.py()) {
            Span::enter(&span);
        }
    }

    /// Makes what was active before active again (a stream waits).
    pub fn pause(this: &Bound<'_, Self>) {
        if let Some(span) = this.get().bound_span(this.py()) {
            Span::leave(&span);
        }
    }

    /// Ends an operation that was kept open; only the first call counts.
    #[pyo3(signature = (error=None))]
    pub fn close(this: &Bound<'_, Self>, error: Option<Bound<'_, PyAny>>) {
        Call::close_with(this, error.filter(|e| !e.is_none()).as_ref());
    }

    /// Begins another operation on behalf of the same integration (a message of the connection this call opened).
    fn start<'py>(
        &self,
        py: Python<'py>,
        operation: Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, Call>>> {
        Hook::begin(self.hook.bind(py), operation)
    }

    /// Contains an error that happened on behalf of this call.
    fn contain(&self, py: Python<'_>, error: Bound<'_, PyAny>) -> PyResult<()> {
        self.hook.get().contain(py, PyErr::from_value(error))
    }
}

impl Call {
    /// Asks the listeners whether they answer in the application's place.
    fn answer<'py>(
        this: &Bound<'py, Call>,
        operation: &Bound<'py, PyAny>,
        error: &Bound<'py, PyAny>,
    ) -> PyResult<bool> {
        let py = this.py();
        for listener in listeners(operation) {
            match listener.call_method1(intern!(py, "failed"), (this, error)) {
                Ok(answered) if answered.is_truthy().unwrap_or(false) => return Ok(true),
                Ok(_) => {}
                Err(error) => this.get().hook.get().contain(py, error)?,
            }
        }
        Ok(false)
    }
}

/// Who listens to operations of this class; nobody where a describer gave something that is none.
fn listeners<'py>(operation: &Bound<'py, PyAny>) -> Bound<'py, PyTuple> {
    let py = operation.py();
    let listeners =
        operation.getattr(intern!(py, "listeners")).and_then(|found| Ok(found.cast_into::<PyTuple>()?));
    listeners.unwrap_or_else(|_| PyTuple::empty(py))
}

/// Whether the operation calls this exception a way of ending, not a failure.
fn is_expected(operation: &Bound<'_, PyAny>, error: &Bound<'_, PyAny>) -> bool {
    let expects = operation.getattr(intern!(operation.py(), "expects"));
    expects.and_then(|expects| error.is_instance(&expects)).unwrap_or(false)
}

/// The span for an operation; None if it has none (`operation` is None: enrichment or protection only).
fn start_span<'py>(hook: &Hook, operation: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, Span>>> {
    let py = operation.py();
    let name = operation.getattr(intern!(py, "name"))?;
    if name.is_none() {
        return Ok(None);
    }
    let mut data = Data { name: convert::text_of(&name), ..Data::default() };
    data.resource = optional_text(operation.getattr(intern!(py, "resource"))?);
    data.service = service(hook, operation.getattr(intern!(py, "service"))?);
    data.span_type = optional_text(operation.getattr(intern!(py, "type"))?);
    data.kind = kind(&operation.getattr(intern!(py, "kind"))?);
    let span = Span::start(py, data, parent(operation)?)?;
    let component = Value::Str(convert::string(hook.component.bind(py)));
    span.get().change(|data| data.set(keys::COMPONENT, component));
    let headers = operation.getattr(intern!(py, "inject_into"))?;
    if !headers.is_none() {
        remote::inject(&headers, &span, None);
    }
    Ok(Some(span))
}

fn parent<'py>(operation: &Bound<'py, PyAny>) -> PyResult<Parent<'py>> {
    let py = operation.py();
    let carrier = operation.getattr(intern!(py, "carrier"))?;
    if carrier.is_none() {
        return Ok(Parent::Active);
    }
    // Inside of a span of this process (an application called by another one, a test client) the headers add nothing.
    if context::active(py).is_some_and(|span| span.get().is_recording()) {
        return Ok(Parent::Active);
    }
    Ok(Parent::Remote(Bound::new(py, remote::extract(&carrier))?))
}

fn optional_text(value: Bound<'_, PyAny>) -> Text {
    if value.is_none() {
        Text::default()
    } else {
        convert::text_of(&value)
    }
}

fn service(hook: &Hook, named: Bound<'_, PyAny>) -> Text {
    match &hook.service {
        Some(service) if named.is_none() => convert::string(service.bind(named.py())),
        _ => optional_text(named),
    }
}

fn kind(name: &Bound<'_, PyAny>) -> Kind {
    name.cast::<PyString>()
        .ok()
        .and_then(|name| name.to_str().ok())
        .and_then(Kind::from_name)
        .unwrap_or_default()
}

/// Lets the operation put its attributes on the span.
fn describe_start(operation: &Bound<'_, PyAny>, span: &Bound<'_, Span>) -> PyResult<()> {
    operation.call_method1(intern!(operation.py(), "begin"), (span,)).map(drop)
}

/// Lets the operation put on the span what only its end tells.
fn describe_end(operation: &Bound<'_, PyAny>, span: &Bound<'_, Span>) -> PyResult<()> {
    operation.call_method1(intern!(operation.py(), "end"), (span,)).map(drop)
}
