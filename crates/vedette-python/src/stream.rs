//! The life of a stream: an iterator whose operation ends when it is exhausted, closed, or thrown away.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use pyo3::exceptions::{PyAttributeError, PyStopIteration};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::call::Call;

/// Stands for an iterable that a hooked function returned: each step runs with the operation's span active,
/// and the operation ends with the last one. Also for generators (`send`, `throw`).
#[pyclass(frozen, module = "vedette._native", weakref)]
pub struct Stream {
    call: Py<Call>,
    source: Py<PyAny>,
    iterator: Py<PyAny>,
    /// Bytes to come, where that is known.
    left: AtomicI64,
}

/// So many bytes never come.
const UNKNOWN: i64 = i64::MAX;

#[pymethods]
impl Stream {
    /// With a `length` in bytes the operation ends with the piece that completes it, before that is handed over: a
    /// process that is killed as soon as its client has everything has finished the span.
    #[new]
    #[pyo3(signature = (call, source, length=None))]
    fn new(
        py: Python<'_>,
        call: Py<Call>,
        source: Bound<'_, PyAny>,
        length: Option<i64>,
    ) -> PyResult<Stream> {
        let iterator = source.try_iter()?.into_any().unbind();
        call.bind(py).call_method0(intern!(py, "keep_open"))?;
        let left = AtomicI64::new(length.filter(|length| *length > 0).unwrap_or(UNKNOWN));
        Ok(Stream { call, source: source.unbind(), iterator, left })
    }

    /// What a stream stands for may lead back to it (a response knows its server's handler, which has the response):
    /// the garbage collector has to see the way. The others on it can be cleared.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.source)?;
        visit.call(&self.iterator)
    }

    fn __iter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let item = self.step(py, || self.iterator.bind(py).call_method0(intern!(py, "__next__")))?;
        self.count(py, &item);
        Ok(item)
    }

    /// As of a generator.
    fn send<'py>(&self, py: Python<'py>, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.step(py, || self.iterator.bind(py).call_method1(intern!(py, "send"), (value,)))
    }

    /// As of a generator.
    #[pyo3(signature = (*error))]
    fn throw<'py>(&self, py: Python<'py>, error: Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        self.step(py, || self.iterator.bind(py).call_method1(intern!(py, "throw"), error))
    }

    /// Closes the source if it can be closed, and ends the operation.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let call = self.call.bind(py);
        let close = self.source.bind(py).getattr_opt(intern!(py, "close"))?;
        let closed = close.map_or(Ok(()), |close| {
            Call::resume(call);
            let closed = close.call0().map(drop);
            Call::pause(call);
            closed
        });
        Call::close(call, closed.as_ref().err().map(|error| error.value(py).clone().into_any()));
        closed
    }

    // Not for special names: `hasattr(stream, "__len__")` must not promise what `len()` can't do.
    fn __getattr__<'py>(&self, py: Python<'py>, name: Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        if name.to_str()?.starts_with("__") {
            return Err(PyAttributeError::new_err(name.unbind()));
        }
        self.source.bind(py).getattr(name)
    }
}

impl Stream {
    /// Ends the operation if this is the piece that was still missing.
    fn count(&self, py: Python<'_>, item: &Bound<'_, PyAny>) {
        if self.left.load(Relaxed) == UNKNOWN {
            return;
        }
        let bytes = item.cast::<PyBytes>().map_or(0, |bytes| bytes.as_bytes().len() as i64);
        if self.left.fetch_sub(bytes, Relaxed) <= bytes {
            Call::close(self.call.bind(py), None);
        }
    }

    fn step<'py>(
        &self,
        py: Python<'py>,
        next: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let call = self.call.bind(py);
        Call::resume(call);
        let item = next();
        Call::pause(call);
        if let Err(error) = &item {
            let failure =
                (!error.is_instance_of::<PyStopIteration>(py)).then(|| error.value(py).clone().into_any());
            Call::close(call, failure);
        }
        item
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // Thrown away half read: the operation ends here. Without the interpreter there is nobody to tell.
        Python::try_attach(|py| Call::close(self.call.bind(py), None));
    }
}
