//! The active span: one `contextvars.ContextVar`, read and set through the C API.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::span::Span;

static VARIABLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

fn variable(py: Python<'_>) -> PyResult<&Py<PyAny>> {
    VARIABLE.get_or_try_init(py, || {
        // SAFETY: the name is a NUL-terminated literal, a null default is allowed, and the result is a new
        // reference or null with an exception set.
        unsafe {
            Bound::from_owned_ptr_or_err(
                py,
                ffi::PyContextVar_New(c"vedette.span".as_ptr(), std::ptr::null_mut()),
            )
            .map(Bound::unbind)
        }
    })
}

/// The active span of this context (thread, task, greenlet), finished or not.
#[inline]
pub fn active(py: Python<'_>) -> Option<Bound<'_, Span>> {
    let variable = variable(py).ok()?;
    let mut value: *mut ffi::PyObject = std::ptr::null_mut();
    // SAFETY: `variable` is a ContextVar (made above); on success `value` is null or a new reference, which
    // `Bound` takes over.
    let value = unsafe {
        if ffi::PyContextVar_Get(variable.as_ptr(), std::ptr::null_mut(), &mut value) < 0 {
            ffi::PyErr_Clear();
            return None;
        }
        Bound::from_owned_ptr_or_opt(py, value)?
    };
    value.cast_into::<Span>().ok()
}

/// Makes `span` (or none) the active one of this context.
#[inline]
pub fn activate(py: Python<'_>, span: Option<&Bound<'_, Span>>) {
    let Ok(variable) = variable(py) else { return };
    let value = span.map_or_else(|| py.None().into_ptr(), |s| s.clone().into_ptr());
    // SAFETY: `variable` is a ContextVar; `value` is an owned reference released here after the call, which takes
    // its own; the returned token is an owned reference that nobody needs (leaving restores by value).
    unsafe {
        let token = ffi::PyContextVar_Set(variable.as_ptr(), value);
        ffi::Py_DECREF(value);
        if token.is_null() {
            ffi::PyErr_Clear();
        } else {
            ffi::Py_DECREF(token);
        }
    }
}

/// Leaves `span`: makes `previous` active if `span` still is. A span that was left in another context
/// (a generator closed elsewhere) changes nothing there.
#[inline]
pub fn leave(py: Python<'_>, span: &Bound<'_, Span>, previous: Option<&Bound<'_, Span>>) {
    if active(py).is_some_and(|current| current.is(span)) {
        activate(py, previous.and_then(unfinished).as_ref());
    }
}

/// The span itself, or the nearest of its ancestors that is not finished.
fn unfinished<'py>(span: &Bound<'py, Span>) -> Option<Bound<'py, Span>> {
    let mut at = Some(span.clone());
    while let Some(current) = at {
        if current.get().is_recording() {
            return Some(current);
        }
        at = current.get().local_parent(current.py());
    }
    None
}
