//! A parsed rule file, as Python has it.

use std::collections::HashMap;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use vedette_waf::{Action, Ruleset};

use crate::process::watch_forks;

/// A parsed rule file, shared by all requests.
#[pyclass(frozen, module = "vedette._native")]
pub struct Rules {
    pub(super) rules: Arc<Ruleset>,
    failures: Vec<(String, String)>,
    loaded: usize,
}

#[pymethods]
impl Rules {
    /// Parses rule files (JSON, event-rule schema 2.x), several as one. Raises ValueError if they can't be used at all.
    #[new]
    #[pyo3(signature = (*files))]
    fn new(py: Python<'_>, files: Vec<Vec<u8>>) -> PyResult<Rules> {
        watch_forks(); // before any thread has a request in hand
        let parsed = py.detach(|| Ruleset::merged(&files.iter().map(Vec::as_slice).collect::<Vec<_>>()));
        let (rules, diagnostics) = parsed.map_err(|error| PyValueError::new_err(error.to_string()))?;
        let loaded = diagnostics.loaded.len();
        let failures = diagnostics.failed.into_iter().map(|failure| (failure.id, failure.reason)).collect();
        Ok(Rules { rules: Arc::new(rules), failures, loaded })
    }

    /// Version that the file gives.
    #[getter]
    fn version(&self) -> &str {
        self.rules.version()
    }

    /// How many rules are in force.
    #[getter]
    fn loaded(&self) -> usize {
        self.loaded
    }

    /// Addresses that some rule looks at.
    #[getter]
    fn addresses(&self) -> Vec<String> {
        self.rules.addresses().to_vec()
    }

    /// What the consequences that rules name are: id, kind, parameters as text.
    #[getter]
    fn actions(&self) -> Vec<(String, String, HashMap<String, String>)> {
        let parameters = |action: &Action| action.parameters.iter().cloned().collect();
        let actions = self.rules.actions().iter();
        actions.map(|action| (action.id.clone(), action.kind.clone(), parameters(action))).collect()
    }

    /// Rules that were skipped, with the reason.
    #[getter]
    fn failures(&self) -> Vec<(String, String)> {
        self.failures.clone()
    }
}
