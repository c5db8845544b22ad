//! Trace context that crosses services: out of headers and into them.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use vedette_model::key::keys;
use vedette_model::{Key, Link, Span as Data, Text, Value};
use vedette_trace::propagation::{self, Carrier, Extracted, Outgoing, Remote};

use crate::raw_headers::{CasedHeaders, RawHeaders};
use crate::span::Span;
use crate::trace::Trace;

/// What a request's headers say about the trace it belongs to.
#[pyclass(frozen, module = "vedette")]
pub struct Context {
    extracted: Extracted,
}

impl Context {
    /// The local part of the remote trace (a new trace where the headers name none), for its first span.
    pub fn continue_trace(&self, data: &mut Data) -> Arc<Trace> {
        let remote = self.extracted.remote.clone().map(Box::new);
        if let Some(remote) = &remote {
            data.parent = remote.span_id;
            if let Some(problem) = remote.problem {
                data.set(keys::PROPAGATION_ERROR, problem);
            }
            if let (Some(parent), Some(key)) = (&remote.parent_tag, Key::new("_dd.parent_id")) {
                data.set(key, Value::Str(parent.clone()));
            }
        }
        if !self.extracted.links.is_empty() {
            data.extras().links.clone_from(&self.extracted.links);
        }
        let core = crate::core::core();
        core.tag_baggage(&self.extracted.baggage, data);
        Trace::new(core, remote, self.extracted.baggage.clone(), data.id, None)
    }
}

#[pymethods]
impl Context {
    /// The remote trace id, or None where the headers name no trace.
    #[getter]
    fn trace_id(&self) -> Option<u128> {
        self.extracted.remote.as_ref().map(|remote| remote.trace_id)
    }

    /// The remote parent's span id, or None.
    #[getter]
    fn span_id(&self) -> Option<u64> {
        self.extracted.remote.as_ref().map(|remote| remote.span_id)
    }

    /// The sampling priority that was decided upstream, or None.
    #[getter]
    fn sampling_priority(&self) -> Option<i8> {
        self.extracted.remote.as_ref().and_then(|remote| remote.priority)
    }

    /// The Datadog origin, such as `synthetics`, or None.
    #[getter]
    fn origin(&self) -> Option<&str> {
        self.extracted
            .remote
            .as_ref()
            .map(|remote| remote.origin.as_str())
            .filter(|origin| !origin.is_empty())
    }

    /// The baggage items.
    #[getter]
    fn baggage<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (key, value) in &self.extracted.baggage {
            dict.set_item(key, value)?;
        }
        Ok(dict)
    }
}

/// The local part of a trace that this process inherited by a fork, for its first span.
pub fn continue_inherited(trace: &Arc<Trace>, data: &mut Data) -> Arc<Trace> {
    let (origin, tracestate) = trace.remote_parts();
    let remote = Remote {
        trace_id: trace.id,
        span_id: data.parent,
        origin: Text::new(origin),
        tags: trace.tags().into_owned(),
        tracestate: Text::new(tracestate),
        ..Remote::default()
    };
    Trace::new(crate::core::core(), Some(Box::new(remote)), trace.baggage(), data.id, trace.decision())
}

/// A link to a `Span` or to an extracted `Context`; None for anything else.
pub fn link_to(target: &Bound<'_, PyAny>) -> Option<Link> {
    if let Ok(span) = target.cast::<Span>() {
        return Some(crate::span::link(span.get()));
    }
    let remote = target.cast::<Context>().ok()?.get().extracted.remote.as_ref()?;
    Some(Link {
        trace_id: remote.trace_id,
        span_id: remote.span_id,
        flags: remote.priority.map(|priority| u8::from(priority > 0)),
        tracestate: Text::new(remote.link_tracestate()),
        ..Link::default()
    })
}

/// Reads the trace context out of headers: a mapping, a WSGI environ, or a list of pairs of bytes (ASGI).
/// Malformed headers count as absent.
#[pyfunction]
pub fn extract(headers: &Bound<'_, PyAny>) -> Context {
    let config = &crate::core::core().propagation;
    let extracted = if let Ok(pairs) = headers.cast::<PyList>() {
        propagation::extract(config, &Pairs(pairs))
    } else if is_environ(headers) {
        propagation::extract(config, &Environ(headers))
    } else {
        propagation::extract(config, &Mapping::new(headers))
    };
    Context { extracted }
}

fn is_environ(headers: &Bound<'_, PyAny>) -> bool {
    headers.cast::<PyDict>().is_ok_and(|dict| dict.contains("wsgi.version").unwrap_or(false))
}

/// Writes the trace context of `span` into a mapping of headers, and into those that are `shown` for them. Nothing is
/// raised.
#[pyfunction]
#[pyo3(signature = (headers, span, shown=None))]
pub fn inject(headers: &Bound<'_, PyAny>, span: &Bound<'_, Span>, shown: Option<&Bound<'_, PyAny>>) {
    let decision = span.get().decide(span.py());
    let trace = &span.get().trace;
    let (origin, tracestate) = trace.remote_parts();
    let tags = trace.tags();
    let baggage = trace.baggage();
    let outgoing = Outgoing {
        trace_id: if trace.goes_on() { trace.id } else { 0 },
        span_id: span.get().id,
        priority: Some(decision.priority),
        decision: Some(&decision),
        origin,
        tags: &tags,
        tracestate,
        baggage: &baggage,
    };
    let problem = propagation::inject(&trace.core.propagation, &outgoing, &mut |name, value| {
        put(headers, name, value);
        if let Some(shown) = shown {
            put(shown, name, value);
        }
    });
    if let Some(problem) = problem {
        span.get().change_root(span.py(), |root| root.set(keys::PROPAGATION_ERROR, problem));
    }
}

/// A mapping that refuses (immutable, odd types) is the caller's to have.
fn put(headers: &Bound<'_, PyAny>, name: &str, value: &str) {
    let _ = if let Ok(raw) = headers.cast::<RawHeaders>() {
        raw.get().set(headers.py(), name, value)
    } else if let Ok(cased) = headers.cast::<CasedHeaders>() {
        cased.get().set(headers.py(), name, value)
    } else {
        headers.set_item(name, value)
    };
}

/// The context that the local part of a trace came from, if it came from elsewhere.
pub fn context_of(trace: &Trace) -> Option<Context> {
    let remote = trace.remote.as_deref()?.clone();
    Some(Context {
        extracted: Extracted { remote: Some(remote), baggage: trace.baggage(), ..Extracted::default() },
    })
}

/// The context that W3C headers tell, whatever the settings say about headers of requests.
#[pyfunction]
pub fn w3c_context(traceparent: &str, tracestate: &str) -> Context {
    let config = propagation::Config {
        extract: vec![propagation::Style::TraceContext],
        ..propagation::Config::default()
    };
    let headers = [("traceparent", traceparent), ("tracestate", tracestate)];
    Context { extracted: propagation::extract(&config, &propagation::Headers(&headers)) }
}

/// ASGI's list of (name, value), both bytes, names in lower case.
struct Pairs<'a, 'py>(&'a Bound<'py, PyList>);

impl Carrier for Pairs<'_, '_> {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut joined: Option<String> = None;
        for value in self.0.iter().filter_map(|pair| value_of(&pair, name)) {
            match &mut joined {
                None => joined = Some(value),
                // Repeated headers are one list (RFC 9110, section 5.3).
                Some(text) => {
                    text.push(',');
                    text.push_str(&value);
                }
            }
        }
        joined.map(Cow::Owned)
    }
}

fn value_of(pair: &Bound<'_, PyAny>, name: &str) -> Option<String> {
    let pair = pair.cast::<PyTuple>().ok()?;
    let key = pair.get_borrowed_item(0).ok()?;
    if !key.cast::<PyBytes>().ok()?.as_bytes().eq_ignore_ascii_case(name.as_bytes()) {
        return None;
    }
    let value = pair.get_borrowed_item(1).ok()?;
    Some(String::from_utf8_lossy(value.cast::<PyBytes>().ok()?.as_bytes()).into_owned())
}

/// A WSGI environ: `HTTP_X_NAME` keys.
struct Environ<'a, 'py>(&'a Bound<'py, PyAny>);

impl Carrier for Environ<'_, '_> {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut key = String::with_capacity(name.len() + 5);
        key.push_str("HTTP_");
        key.extend(name.chars().map(|c| if c == '-' { '_' } else { c.to_ascii_uppercase() }));
        let value = self.0.cast::<PyDict>().ok()?.get_item(key).ok()??;
        owned(&value)
    }
}

/// Any mapping. Plain ones may spell names in any case, which is looked at only when the lower-case name is absent.
struct Mapping<'a, 'py> {
    headers: &'a Bound<'py, PyAny>,
    folded: OnceCell<Vec<(String, String)>>,
}

impl<'a, 'py> Mapping<'a, 'py> {
    fn new(headers: &'a Bound<'py, PyAny>) -> Self {
        Mapping { headers, folded: OnceCell::new() }
    }

    fn folded(&self) -> &[(String, String)] {
        self.folded.get_or_init(|| {
            let Ok(dict) = self.headers.cast::<PyDict>() else { return Vec::new() };
            let pair = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
                let key = text(&key)?;
                key.bytes()
                    .any(|b| b.is_ascii_uppercase())
                    .then(|| Some((key.to_ascii_lowercase(), text(&value)?)))?
            };
            dict.iter().filter_map(pair).collect()
        })
    }
}

impl Carrier for Mapping<'_, '_> {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let direct = match self.headers.cast::<PyDict>() {
            Ok(dict) => dict.get_item(name).ok().flatten(),
            Err(_) => self.headers.call_method1("get", (name,)).ok().filter(|value| !value.is_none()),
        };
        direct.as_ref().and_then(owned).or_else(|| {
            self.folded().iter().find(|(key, _)| key == name).map(|(_, value)| Cow::Borrowed(value.as_str()))
        })
    }
}

fn owned(value: &Bound<'_, PyAny>) -> Option<Cow<'static, str>> {
    text(value).map(Cow::Owned)
}

/// A header value as text: str, bytes, or the first of a list of them.
fn text(value: &Bound<'_, PyAny>) -> Option<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return Some(text.to_string_lossy().into_owned());
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Some(String::from_utf8_lossy(bytes.as_bytes()).into_owned());
    }
    value.cast::<PyList>().ok().and_then(|list| text(&list.get_item(0).ok()?))
}
