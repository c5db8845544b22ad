//! The life of a stream: an iterator whose operation ends when it is exhausted, closed, or thrown away.

use pyo3::exceptions::{PyAttributeError, PyStopIteration};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::call::Call;

/// Stands for an iterable that a hooked function returned: each step runs with the operation's span active,
/// and the operation ends with the last one. Also for generators (`send`, `throw`).
#[pyclass(frozen, module = "vedette._native", weakref)]
pub struct Stream {
    call: Py<Call>,
    source: Py<PyAny>,
    iterator: Py<PyAny>,
}

#[pymethods]
impl Stream {
    #[new]
    fn new(py: Python<'_>, call: Py<Call>, source: Bound<'_, PyAny>) -> PyResult<Stream> {
        let iterator = source.try_iter()?.into_any().unbind();
        call.bind(py).call_method0(intern!(py, "keep_open"))?;
        Ok(Stream { call, source: source.unbind(), iterator })
    }

    fn __iter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.step(py, || self.iterator.bind(py).call_method0(intern!(py, "__next__")))
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
