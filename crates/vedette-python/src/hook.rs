//! The hook: what stands around a library's function while it is instrumented.
//!
//! `enter` finds out whether anybody is interested, asks the integration's describer what the call is about,
//! and begins the operation; `Call.finish` and `Call.fail` end it. Errors of describers and listeners are
//! contained here and nowhere else.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use crate::call::Call;

/// Errors after which an integration switches itself off.
const MOST_FAILURES: u32 = 20;

/// One integration's switch, shared by its hooks.
#[pyclass(frozen, module = "vedette._native")]
pub struct Switch {
    on: AtomicBool,
    failures: AtomicU32,
    /// Called with (message, error) at the first error and when the switch goes off.
    report: Py<PyAny>,
}

#[pymethods]
impl Switch {
    #[new]
    fn new(report: Py<PyAny>) -> Switch {
        Switch { on: AtomicBool::new(true), failures: AtomicU32::new(0), report }
    }

    /// Whether its hooks do anything.
    #[getter]
    fn on(&self) -> bool {
        self.is_on()
    }

    #[setter]
    fn set_on(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
    }

    /// Errors contained so far.
    #[getter]
    fn failures(&self) -> u32 {
        self.failures.load(Ordering::Relaxed)
    }
}

impl Switch {
    #[inline]
    fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Contains an error: counted, told once, and once more when there are too many. What is no `Exception`
    /// (an interrupt, a greenlet's timeout) belongs to the application and is handed back.
    pub fn contain(&self, py: Python<'_>, error: PyErr) -> PyResult<()> {
        if !error.is_instance_of::<PyException>(py) {
            return Err(error);
        }
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if failures == MOST_FAILURES {
            self.on.store(false, Ordering::Relaxed);
        }
        if failures == 1 || failures == MOST_FAILURES {
            let _ = self.report.call1(py, (failures == MOST_FAILURES, error.into_value(py)));
        }
        Ok(())
    }
}

/// Stands around one function of a library.
#[pyclass(frozen, module = "vedette._native")]
pub struct Hook {
    /// The integration's switch.
    #[pyo3(get)]
    pub switch: Py<Switch>,
    /// What the hook stands around.
    #[pyo3(get)]
    pub original: Py<PyAny>,
    describe: Py<PyAny>,
    /// The class of operations without whose listeners the describer is not asked.
    heard: Option<Py<PyAny>>,
    pub after: Option<Py<PyAny>>,
    /// Names of the function's parameters, in the order of `Call.args`.
    pub names: Py<PyTuple>,
    /// Service of spans that do not name one.
    pub service: Option<Py<PyString>>,
    /// Value of the `component` attribute.
    pub component: Py<PyString>,
}

#[pymethods]
impl Hook {
    #[new]
    #[pyo3(signature = (switch, original, describe, after, names, service, component))]
    fn new(
        switch: Py<Switch>,
        original: Py<PyAny>,
        describe: Bound<'_, PyAny>,
        after: Option<Py<PyAny>>,
        names: Py<PyTuple>,
        service: Option<Py<PyString>>,
        component: Py<PyString>,
    ) -> PyResult<Hook> {
        let heard = describe.getattr_opt("heard")?.map(Bound::unbind);
        Ok(Hook { switch, original, describe: describe.unbind(), heard, after, names, service, component })
    }

    /// Before the function runs: the call, if it is to be watched, else None.
    #[pyo3(signature = (args, kwargs=None))]
    fn enter<'py>(
        this: &Bound<'py, Self>,
        args: Bound<'py, PyTuple>,
        kwargs: Option<Bound<'py, PyDict>>,
    ) -> PyResult<Option<Bound<'py, Call>>> {
        let py = this.py();
        let hook = this.get();
        if !hook.switch.get().is_on() || !hook.is_heard(py) {
            return Ok(None);
        }
        let call = Bound::new(py, Call::new(this, args, kwargs))?;
        let described = match hook.describe.bind(py).call1((&call,)) {
            Ok(described) => described,
            Err(error) => {
                hook.contain(py, error)?;
                return Ok(None);
            }
        };
        if described.is_none() {
            return Ok(call.get().is_redirected().then_some(call));
        }
        Call::begin(&call, described)?;
        Ok(Some(call))
    }

    /// Begins an operation that no single function call stands for (between two signals).
    pub fn begin<'py>(
        this: &Bound<'py, Self>,
        operation: Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, Call>>> {
        let py = this.py();
        if !this.get().switch.get().is_on() {
            return Ok(None);
        }
        let call = Bound::new(py, Call::new(this, PyTuple::empty(py), None))?;
        Call::begin(&call, operation)?;
        Ok(Some(call))
    }

    /// Contains an error that happened on this hook's account.
    #[pyo3(name = "contain")]
    fn contain_python(&self, py: Python<'_>, error: Bound<'_, PyAny>) -> PyResult<()> {
        self.contain(py, PyErr::from_value(error))
    }
}

impl Hook {
    /// Whether there is somebody to tell, where that is all that the hook is for.
    fn is_heard(&self, py: Python<'_>) -> bool {
        let Some(kind) = &self.heard else { return true };
        let listeners = kind.bind(py).getattr(intern!(py, "listeners"));
        listeners.and_then(|listeners| listeners.is_truthy()).unwrap_or(true)
    }

    /// See [`Switch::contain`].
    pub fn contain(&self, py: Python<'_>, error: PyErr) -> PyResult<()> {
        self.switch.get().contain(py, error)
    }
}

static METHOD: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// Stands in place of a function that is not written in Python: a native callable around it.
/// It binds like a function, and passes on what the original says of itself.
#[pyclass(frozen, module = "vedette._native", weakref, dict)]
pub struct Wrapped {
    hook: Py<Hook>,
    /// Whether it becomes a method when it is found on an instance.
    binds: bool,
}

#[pymethods]
impl Wrapped {
    #[new]
    fn new(hook: Py<Hook>, binds: bool) -> Wrapped {
        Wrapped { hook, binds }
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        args: Bound<'py, PyTuple>,
        kwargs: Option<Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let hook = self.hook.bind(py);
        match Hook::enter(hook, args.clone(), kwargs.clone())? {
            None => hook.get().original.bind(py).call(args, kwargs.as_ref()),
            Some(call) => Call::run(&call),
        }
    }

    fn __get__<'py>(
        this: Bound<'py, Self>,
        instance: Bound<'py, PyAny>,
        _owner: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        if instance.is_none() || !this.get().binds {
            return Ok(this.into_any());
        }
        METHOD.import(py, "types", "MethodType")?.call1((this, instance))
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        self.hook.get().original.bind(py).getattr(name)
    }

    #[getter]
    fn __wrapped__(&self, py: Python<'_>) -> Py<PyAny> {
        self.hook.get().original.clone_ref(py)
    }

    #[getter]
    fn __module__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.hook.get().original.bind(py).getattr("__module__")
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.hook.get().original.bind(py).repr()?.to_string())
    }

    /// Pickled as the original, by the name under which a process without vedette finds it, too.
    fn __reduce__<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        let original = this.get().hook.get().original.bind(py);
        let reduced = original.call_method0(intern!(py, "__reduce__"))?;
        let Ok(name) = reduced.cast::<PyString>() else { return Ok(reduced) };
        let path = format!("{}:{}", original.getattr(intern!(py, "__module__"))?, name);
        let find = py.import(intern!(py, "pkgutil"))?.getattr(intern!(py, "resolve_name"))?;
        // A plain name is looked up by the pickler, which wants to find this very object there.
        let found = find.call1((&path,))?.is(this);
        if found {
            Ok(reduced)
        } else {
            Ok((find, (path,)).into_pyobject(py)?.into_any())
        }
    }

    fn __copy__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __deepcopy__<'py>(this: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        this
    }
}
