//! The inspection of one request.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use vedette_waf::{Address, Data, Limits, Outcome, Request};

use super::builder::Builder;
use super::finding::dict_of;
use super::rules::Rules;
use super::totals::Totals;
use super::turn::Turn;

/// Bytes of new data from which the interpreter lock is released while they are evaluated.
const LARGE: usize = 4_096;

/// What is known of one request, and what was found in it.
#[pyclass(frozen, module = "vedette._native")]
pub struct Inspection {
    request: Turn,
    limits: Limits,
    totals: Mutex<Totals>,
}

#[pymethods]
impl Inspection {
    /// `seconds` bounds one evaluation, `depth` and `elements` what is looked at in it.
    #[new]
    fn new(rules: &Rules, seconds: f64, depth: usize, elements: usize) -> Inspection {
        let time = Duration::from_secs_f64(seconds.clamp(0.000_1, 10.0));
        let limits = Limits { depth, elements, time, ..Limits::default() };
        let request = Turn::new(Request::new(rules.rules.clone(), limits));
        Inspection { request, limits, totals: Mutex::default() }
    }

    /// Evaluates new data by address; returns findings (dictionaries), and whether something was left out.
    /// `raw` is data as it was sent: (address, `json`, `xml`, `form`, `cookies`, `pieces` or `text`, the bytes or the text).
    #[pyo3(signature = (addresses, raw=None))]
    fn evaluate<'py>(
        &self,
        py: Python<'py>,
        addresses: &Bound<'py, PyDict>,
        raw: Option<Vec<(String, String, Bound<'py, PyAny>)>>,
    ) -> PyResult<(Bound<'py, PyList>, bool)> {
        let mut builder = Builder::new(self.limits);
        let mut data: Vec<(Address, Data)> = addresses
            .iter()
            .map(|(address, value)| {
                (Cow::Owned(address.to_string()), builder.data(&value, self.limits.depth))
            })
            .collect();
        for (address, kind, content) in raw.unwrap_or_default() {
            data.push((Cow::Owned(address), builder.raw(&kind, &content)));
        }
        let is_large = builder.bytes > LARGE;
        let evaluated = self.request.with(py, is_large, |request| request.evaluate(data));
        let mut outcome = evaluated.unwrap_or_else(|| Outcome { timed_out: true, ..Outcome::default() });
        let findings = PyList::empty(py);
        for finding in &outcome.findings {
            findings.append(dict_of(py, finding)?)?;
        }
        outcome.truncated = outcome.truncated.and(builder.cut);
        self.totals.lock().unwrap_or_else(|p| p.into_inner()).add(&outcome);
        Ok((findings, outcome.truncated.any() || outcome.timed_out))
    }

    /// What the evaluations so far cost and left out, as attributes of the request's span.
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, value) in self.totals.lock().unwrap_or_else(|p| p.into_inner()).attributes() {
            dict.set_item(name, value)?;
        }
        Ok(dict)
    }

    /// What identifies the client's program, the endpoint, the way here and the session, by attribute.
    fn fingerprints(&self, py: Python<'_>) -> HashMap<&'static str, String> {
        let told = self.request.with(py, false, |request| request.fingerprints());
        told.unwrap_or_default().into_iter().collect()
    }
}
