//! Payloads of any tracer as rows, for the embedded agent.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString, PyTuple};
use serde_json::{Map, Value as Json};
use vedette_model::{keys, Key, Process, Span, Value};
use vedette_wire::{decode, rows, DecodeLimits, Format, Received, Row};

/// Name of the span event that tells of an attack.
const FINDING: &str = "security.finding";
/// Name of the structure that tells of an attack.
const STRUCTURE: &str = "appsec";

/// A row with what else a reader asks for.
struct Line {
    row: Row,
    attack: bool,
    blocked: bool,
    /// JSON object: what is known of the process.
    process: std::sync::Arc<str>,
}

/// Decodes a payload; one tuple per span, with the columns of `vedette.agent.store.rows.SpanRow`.
///
/// `format` is `v0.3`, `v0.4`, `v0.5` (Datadog Agent), `otlp-protobuf` or `otlp-json`. The GIL is released while the
/// payload is decoded. Raises `ValueError` with the reason if it can't be.
#[pyfunction]
pub fn decode_rows<'py>(py: Python<'py>, format: &str, body: &[u8]) -> PyResult<Vec<Bound<'py, PyTuple>>> {
    let format = format_named(format)?;
    let lines =
        py.detach(|| lines(format, body)).map_err(|error| PyValueError::new_err(error.to_string()))?;
    lines.iter().map(|line| tuple(py, line)).collect()
}

fn format_named(name: &str) -> PyResult<Format> {
    match name {
        "v0.3" | "v0.4" => Ok(Format::DatadogV04),
        "v0.5" => Ok(Format::DatadogV05),
        "otlp-protobuf" => Ok(Format::OtlpProtobuf),
        "otlp-json" => Ok(Format::OtlpJson),
        other => Err(PyValueError::new_err(format!("no such format: {other}"))),
    }
}

fn lines(format: Format, body: &[u8]) -> Result<Vec<Line>, vedette_wire::Error> {
    let received = decode(format, body, &DecodeLimits::default())?;
    Ok(received.into_iter().flat_map(lines_of_process).collect())
}

fn lines_of_process(received: Received) -> Vec<Line> {
    let process: std::sync::Arc<str> = process_object(&received.process).into();
    let marks: Vec<_> = received.chunks.iter().flat_map(|chunk| &chunk.spans).map(marks).collect();
    let lines = rows(vec![received]).into_iter().zip(marks);
    lines.map(|(row, (attack, blocked))| Line { row, attack, blocked, process: process.clone() }).collect()
}

/// Whether protection found something in the span, and whether it stopped it.
fn marks(span: &Span) -> (bool, bool) {
    let blocked = is_true(span, keys::APPSEC_BLOCKED);
    let told = is_true(span, keys::APPSEC_EVENT) || span.get(keys::APPSEC_JSON).is_some();
    (blocked || told || has_finding(span), blocked)
}

fn has_finding(span: &Span) -> bool {
    span.extras.as_deref().is_some_and(|extras| {
        extras.events.iter().any(|event| event.name == FINDING)
            || extras.structures.iter().any(|(name, _)| name == STRUCTURE)
    })
}

fn is_true(span: &Span, key: Key) -> bool {
    match span.get(key) {
        Some(Value::Bool(truth)) => *truth,
        Some(Value::Str(text)) => text == "true" || text == "1",
        Some(Value::Int(number)) => *number != 0,
        _ => false,
    }
}

fn process_object(process: &Process) -> String {
    let known = [
        ("service.name", &process.service),
        ("deployment.environment.name", &process.env),
        ("service.version", &process.version),
        ("host.name", &process.hostname),
        ("service.instance.id", &process.runtime_id),
        ("telemetry.sdk.language", &process.language),
        ("process.runtime.version", &process.language_version),
        ("process.runtime.name", &process.interpreter),
        ("telemetry.sdk.version", &process.tracer_version),
        ("container.id", &process.container_id),
    ];
    let known = known.into_iter().map(|(name, value)| (name.to_owned(), value.clone()));
    let all = known.chain(process.tags.iter().cloned()).chain(process.chunk_tags.iter().cloned());
    let mut object: Map<_, _> =
        all.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, Json::String(value))).collect();
    if process.pid != 0 {
        object.insert("process.pid".to_owned(), process.pid.into());
    }
    Json::Object(object).to_string()
}

fn tuple<'py>(py: Python<'py>, line: &Line) -> PyResult<Bound<'py, PyTuple>> {
    let Line { row, attack, blocked, process } = line;
    let text = |value: &str| PyString::new(py, value).into_any();
    let number = |value: u64| PyInt::new(py, value).into_any();
    let truth = |value: bool| PyBool::new(py, value).to_owned().into_any();
    PyTuple::new(
        py,
        [
            text(&row.trace_id),
            number(id(&row.span_id)),
            number(id(&row.parent_id)),
            text(&row.service),
            text(&row.env),
            text(&row.version),
            text(&row.name),
            text(&row.resource),
            text(&row.span_type),
            text(&row.kind),
            number(row.start_ns),
            number(row.duration_ns),
            truth(row.error),
            text(&row.status_code.map(|code| code.to_string()).unwrap_or_default()),
            truth(*attack),
            truth(*blocked),
            text(&row.attributes),
            text(&row.events),
            text(&row.links),
            text(&row.failure),
            text(&row.structures),
            text(process),
        ],
    )
}

fn id(hex: &str) -> u64 {
    u64::from_str_radix(hex, 16).unwrap_or(0)
}
