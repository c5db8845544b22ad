//! Attributes that many spans have: converted once.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use vedette_model::{Key, Value};

use crate::span;

/// A dictionary of attributes, to be left as it is: `Span.set_attributes` takes what it held when it was made.
#[pyclass(frozen, extends = PyDict, module = "vedette._native")]
pub struct Facts {
    pub pairs: Vec<(Key, Value)>,
}

#[pymethods]
impl Facts {
    #[new]
    fn new(attributes: &Bound<'_, PyDict>) -> Facts {
        // The dictionary itself is filled by its own `__init__`, which gets the same argument.
        Facts { pairs: span::pairs(Some(attributes)) }
    }
}
