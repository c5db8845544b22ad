//! What tests look at: finished spans kept in memory, fixed ids and clock, and the exporter's counters.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use vedette_model::{clock, ids, Chunk, Extras, Span};
use vedette_send::{Amount, Counters, TargetCounters};

use crate::convert;
use crate::core::{self, Sink};

/// Takes the chunks that the in-memory sink holds: a list of dictionaries with a list of spans each.
#[pyfunction]
pub fn take(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let list = PyList::empty(py);
    if let Sink::Memory(chunks) = &core::core().sink {
        let taken = std::mem::take(&mut *chunks.lock().unwrap_or_else(|p| p.into_inner()));
        for chunk in &taken {
            list.append(chunk_dict(py, chunk)?)?;
        }
    }
    Ok(list)
}

fn chunk_dict<'py>(py: Python<'py>, chunk: &Chunk) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let spans = PyList::empty(py);
    for span in &chunk.spans {
        spans.append(span_dict(py, span)?)?;
    }
    dict.set_item("trace_id", chunk.trace_id)?;
    dict.set_item("priority", chunk.decision.priority)?;
    dict.set_item("mechanism", chunk.decision.mechanism.map(|mechanism| mechanism as u8))?;
    dict.set_item("rule_rate", chunk.decision.rule_rate)?;
    dict.set_item("origin", chunk.origin.as_str())?;
    let tags: Vec<_> = chunk.tags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    dict.set_item("tags", tags)?;
    dict.set_item("has_root", chunk.has_root)?;
    dict.set_item("spans", spans)?;
    Ok(dict)
}

fn span_dict<'py>(py: Python<'py>, span: &Span) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("span_id", span.id)?;
    dict.set_item("parent_id", span.parent)?;
    dict.set_item("start", span.start)?;
    dict.set_item("duration", span.duration)?;
    dict.set_item("name", span.name.as_str())?;
    dict.set_item("resource", span.resource_or_name())?;
    dict.set_item("service", span.service.as_str())?;
    dict.set_item("type", span.span_type.as_str())?;
    dict.set_item("kind", span.kind.name())?;
    dict.set_item("error", span.error)?;
    dict.set_item("attributes", pairs(py, &span.attributes)?)?;
    if let Some(extras) = &span.extras {
        if let Some(failure) = &extras.failure {
            dict.set_item(
                "failure",
                (failure.kind.as_str(), failure.message.as_str(), failure.stack.as_str()),
            )?;
        }
        let links: Vec<_> = extras.links.iter().map(|link| (link.trace_id, link.span_id)).collect();
        dict.set_item("links", links)?;
        let events = PyList::empty(py);
        for event in &extras.events {
            events.append((event.name.as_str(), pairs(py, &event.attributes)?))?;
        }
        dict.set_item("events", events)?;
        dict.set_item("structures", structures(py, extras)?)?;
    }
    Ok(dict)
}

/// Structured data by name, as JSON text.
fn structures<'py>(py: Python<'py>, extras: &Extras) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, packed) in &extras.structures {
        let json = vedette_wire::msgpack::json::value(packed, 32).unwrap_or_default();
        dict.set_item(name.as_str(), json.to_string())?;
    }
    Ok(dict)
}

fn pairs<'py>(
    py: Python<'py>,
    attributes: &[(vedette_model::Key, vedette_model::Value)],
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (key, value) in attributes {
        dict.set_item(key.name(), convert::to_python(py, value)?)?;
    }
    Ok(dict)
}

/// Makes ids count up from `id` and the clocks from `time` (nanoseconds since the epoch); 0 undoes it.
#[pyfunction]
pub fn fix(id: u64, time: u64) {
    ids::fix(id);
    clock::fix(time);
}

/// The exporter's counters as entries of a dictionary.
pub fn count(counters: &Counters, dict: &Bound<'_, PyDict>) -> PyResult<()> {
    dict.set_item("queued", amount(counters.queued))?;
    dict.set_item("dropped_full", amount(counters.dropped_full))?;
    dict.set_item("dropped_closed", amount(counters.dropped_closed))?;
    dict.set_item("dropped_panic", amount(counters.dropped_panic))?;
    dict.set_item("queue_bytes", counters.queue_bytes)?;
    let targets = PyList::empty(dict.py());
    for target in &counters.targets {
        targets.append(target_dict(dict.py(), target)?)?;
    }
    dict.set_item("targets", targets)
}

fn target_dict<'py>(py: Python<'py>, target: &TargetCounters) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("address", &target.address)?;
    dict.set_item("sent", amount(target.sent))?;
    dict.set_item("unsampled", amount(target.unsampled))?;
    dict.set_item("dropped_failed", amount(target.dropped_failed))?;
    dict.set_item("dropped_rejected", amount(target.dropped_rejected))?;
    dict.set_item("dropped_full", amount(target.dropped_full))?;
    dict.set_item("dropped_shutdown", amount(target.dropped_shutdown))?;
    dict.set_item("requests", target.requests)?;
    dict.set_item("bytes", target.bytes)?;
    dict.set_item("retries", target.retries)?;
    dict.set_item("errors", target.errors)?;
    dict.set_item("last_error", &target.last_error)?;
    Ok(dict)
}

/// Traces and spans.
fn amount(amount: Amount) -> (u64, u64) {
    (amount.traces, amount.spans)
}
