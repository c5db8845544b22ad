//! The WAF as Python sees it: rules, and the inspection of one request.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use vedette_waf::{Action, Address, Data, Finding, Limits, Outcome, Parsed, Request, Ruleset, Truncated};

/// Bytes of new data from which the interpreter lock is released while they are evaluated.
const LARGE: usize = 4_096;

/// A parsed rule file, shared by all requests.
#[pyclass(frozen, module = "vedette._native")]
pub struct Rules {
    rules: Arc<Ruleset>,
    failures: Vec<(String, String)>,
    loaded: usize,
}

#[pymethods]
impl Rules {
    /// Parses rule files (JSON, event-rule schema 2.x), several as one. Raises ValueError if they can't be used at all.
    #[new]
    #[pyo3(signature = (*files))]
    fn new(py: Python<'_>, files: Vec<Vec<u8>>) -> PyResult<Rules> {
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

/// What is known of one request, and what was found in it.
#[pyclass(frozen, module = "vedette._native")]
pub struct Inspection {
    request: Mutex<Request>,
    limits: Limits,
    totals: Mutex<Totals>,
}

/// What the evaluations of one request came to.
#[derive(Default)]
struct Totals {
    truncated: Truncated,
    micros: u64,
    timeouts: u32,
    sinks: u32,
    sink_micros: u64,
    sink_timeouts: u32,
}

impl Totals {
    fn add(&mut self, outcome: &Outcome) {
        self.truncated = self.truncated.and(outcome.truncated);
        if outcome.sinks > 0 {
            self.sinks += outcome.sinks;
            self.sink_micros += outcome.micros;
            self.sink_timeouts += u32::from(outcome.timed_out);
        } else {
            self.micros += outcome.micros;
            self.timeouts += u32::from(outcome.timed_out);
        }
    }

    /// As attributes of the request's span, without those that say nothing.
    fn attributes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let cut = &self.truncated;
        let all = [
            ("_dd.appsec.waf.duration", self.micros),
            ("_dd.appsec.waf.timeouts", self.timeouts.into()),
            ("_dd.appsec.rasp.rule.eval", self.sinks.into()),
            ("_dd.appsec.rasp.duration", self.sink_micros),
            ("_dd.appsec.rasp.timeout", self.sink_timeouts.into()),
            ("_dd.appsec.truncated.string_length", cut.string_bytes as u64),
            ("_dd.appsec.truncated.container_size", cut.elements as u64),
            ("_dd.appsec.truncated.container_depth", cut.depth as u64),
        ];
        all.into_iter().filter(|(_, value)| *value > 0)
    }
}

#[pymethods]
impl Inspection {
    /// `seconds` bounds one evaluation, `depth` and `elements` what is looked at in it.
    #[new]
    fn new(rules: &Rules, seconds: f64, depth: usize, elements: usize) -> Inspection {
        let time = Duration::from_secs_f64(seconds.clamp(0.000_1, 10.0));
        let limits = Limits { depth, elements, time, ..Limits::default() };
        let request = Mutex::new(Request::new(rules.rules.clone(), limits));
        Inspection { request, limits, totals: Mutex::default() }
    }

    /// Evaluates new data by address; returns findings (dictionaries), and whether something was left out.
    /// `raw` is data as it was sent: (address, `json`, `form` or `cookies`, the bytes or the text).
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
        let mut outcome = if builder.bytes > LARGE {
            py.detach(|| self.request.lock().unwrap_or_else(|p| p.into_inner()).evaluate(data))
        } else {
            self.request.lock().unwrap_or_else(|p| p.into_inner()).evaluate(data)
        };
        let findings = PyList::empty(py);
        for finding in &outcome.findings {
            findings.append(finding_dict(py, finding)?)?;
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
    fn fingerprints(&self) -> HashMap<&'static str, String> {
        self.request.lock().unwrap_or_else(|p| p.into_inner()).fingerprints().into_iter().collect()
    }
}

/// Turns Python data into the WAF's, within limits.
pub(crate) struct Builder {
    limits: Limits,
    elements: usize,
    bytes: usize,
    cut: Truncated,
}

impl Builder {
    /// With nothing built yet.
    pub(crate) fn new(limits: Limits) -> Builder {
        Builder { limits, elements: limits.elements, bytes: 0, cut: Truncated::default() }
    }

    pub(crate) fn data(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> Data {
        if let Ok(text) = value.cast::<PyString>() {
            return self.text(text.to_string_lossy().into_owned());
        }
        if depth == 0 {
            self.cut.depth = self.limits.depth;
            return Data::Null;
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            return self.map(dict, depth);
        }
        if let Ok(list) = value.cast::<PyList>() {
            return Data::List(list.iter().map_while(|item| self.item(&item, depth, list.len())).collect());
        }
        if let Ok(tuple) = value.cast::<PyTuple>() {
            return Data::List(tuple.iter().map_while(|item| self.item(&item, depth, tuple.len())).collect());
        }
        self.scalar(value)
    }

    /// Data as it was sent.
    pub(crate) fn raw(&mut self, kind: &str, content: &Bound<'_, PyAny>) -> Data {
        let text = text_of(content);
        self.bytes += text.len();
        match kind {
            "json" => self.json(content.py(), text),
            "xml" => self.xml(text),
            "form" => vedette_waf::form(&text, self.fields()),
            "cookies" => vedette_waf::cookies(&text, self.fields()),
            "pieces" => vedette_waf::in_pieces(&text),
            _ => Data::Str(text.into_owned()),
        }
    }

    /// Fields that are looked at one by one, so that those of all parts of a request, and the text that the rest of
    /// each becomes, stay within what one evaluation looks at.
    fn fields(&self) -> usize {
        (self.limits.elements / 4).max(1)
    }

    fn json(&mut self, py: Python<'_>, text: Cow<'_, str>) -> Data {
        if let Some(parsed) = vedette_waf::json(text.as_bytes(), self.limits) {
            return self.parsed(parsed);
        }
        // What Python reads and others do not: half surrogates, NaN. Anything else is inspected as the text it is.
        let read = py
            .import(intern!(py, "json"))
            .and_then(|json| json.call_method1(intern!(py, "loads"), (&*text,)));
        match read {
            Ok(value) => self.whole_or_text(&value, &text),
            Err(_) => vedette_waf::in_pieces(&text),
        }
    }

    /// A value; the text that it was read from, where not all of it can be looked at.
    fn whole_or_text(&mut self, value: &Bound<'_, PyAny>, text: &str) -> Data {
        let before = std::mem::take(&mut self.cut);
        let data = self.data(value, self.limits.depth);
        let is_cut = self.cut.any();
        self.cut = self.cut.and(before);
        if is_cut {
            vedette_waf::in_pieces(text)
        } else {
            data
        }
    }

    /// What is no XML is inspected as the text it is.
    fn xml(&mut self, text: Cow<'_, str>) -> Data {
        match vedette_waf::xml(&text, self.limits) {
            Some(parsed) => self.parsed(parsed),
            None => Data::Str(text.into_owned()),
        }
    }

    fn parsed(&mut self, parsed: Parsed) -> Data {
        self.cut = self.cut.and(parsed.cut);
        parsed.data
    }

    fn text(&mut self, text: String) -> Data {
        self.bytes += text.len();
        Data::Str(text)
    }

    fn map(&mut self, dict: &Bound<'_, PyDict>, depth: usize) -> Data {
        let pair = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let value = self.item(&value, depth, dict.len())?;
            Some((key.str().map(|key| key.to_string_lossy().into_owned()).unwrap_or_default(), value))
        };
        Data::Map(dict.iter().map_while(pair).collect())
    }

    /// An element of a container of `size`; None when no more are looked at.
    fn item(&mut self, value: &Bound<'_, PyAny>, depth: usize, size: usize) -> Option<Data> {
        if self.elements == 0 {
            self.cut.elements = self.cut.elements.max(size);
            return None;
        }
        self.elements -= 1;
        Some(self.data(value, depth - 1))
    }

    fn scalar(&mut self, value: &Bound<'_, PyAny>) -> Data {
        if let Ok(truth) = value.cast::<PyBool>() {
            return Data::Bool(truth.is_true());
        }
        if value.cast::<PyInt>().is_ok() {
            return value
                .extract()
                .map_or_else(|_| Data::Double(value.extract().unwrap_or(f64::NAN)), Data::Int);
        }
        if let Ok(number) = value.cast::<PyFloat>() {
            return Data::Double(number.value());
        }
        match value.cast::<PyBytes>() {
            Ok(bytes) => self.text(String::from_utf8_lossy(bytes.as_bytes()).into_owned()),
            Err(_) => Data::Null,
        }
    }
}

/// The text of bytes or a string, with marks where it is none.
fn text_of<'a>(content: &'a Bound<'_, PyAny>) -> Cow<'a, str> {
    if let Ok(bytes) = content.cast::<PyBytes>() {
        return String::from_utf8_lossy(bytes.as_bytes());
    }
    content.cast::<PyString>().map_or(Cow::Borrowed(""), |text| text.to_string_lossy())
}

/// The client's address: the first public one among the values of headers in `named`, else `peer` if it is public,
/// else the first at all, else `peer`.
#[pyfunction]
#[pyo3(signature = (named, peer))]
pub fn client_address(named: Vec<String>, peer: Option<&str>) -> Option<String> {
    vedette_waf::client_address(named.iter().map(String::as_str), peer)
}

fn finding_dict<'py>(py: Python<'py>, finding: &Finding) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let tags = PyDict::new(py);
    for (name, value) in &finding.tags {
        tags.set_item(name, value)?;
    }
    dict.set_item("rule_id", &finding.rule_id)?;
    dict.set_item("rule_name", &finding.rule_name)?;
    dict.set_item("tags", tags)?;
    dict.set_item("operator", &finding.operator)?;
    dict.set_item("operator_value", &finding.operator_value)?;
    dict.set_item("address", &finding.address)?;
    dict.set_item("key_path", &finding.key_path)?;
    dict.set_item("value", &finding.value)?;
    dict.set_item("highlight", &finding.highlight)?;
    dict.set_item("on_match", &finding.on_match)?;
    dict.set_item("event", finding.event)?;
    dict.set_item("keep", finding.keep)?;
    dict.set_item("attributes", attributes_dict(py, &finding.attributes)?)?;
    if let Some(sink) = &finding.sink {
        dict.set_item("sink", (&sink.address, &sink.value))?;
    }
    Ok(dict)
}

fn attributes_dict<'py>(py: Python<'py>, attributes: &[(String, Data)]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in attributes {
        match value {
            Data::Str(text) => dict.set_item(name, text)?,
            Data::Bool(truth) => dict.set_item(name, truth)?,
            Data::Int(number) => dict.set_item(name, number)?,
            Data::Double(number) => dict.set_item(name, number)?,
            Data::Null | Data::List(_) | Data::Map(_) => {}
        }
    }
    Ok(dict)
}
