//! Payloads of any tracer as rows, for the embedded agent.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyInt, PyString, PyTuple};
use vedette_model::{keys, Key, Span, Value};
use vedette_wire::{datadog, otlp, process_json, rows, DecodeLimits, Error, Format, Received, Row};

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

type Decoder = fn(&[u8], &DecodeLimits) -> Result<Vec<Received>, Error>;

/// Decodes a payload; one tuple per span, with the columns of `vedette.agent.store.rows.SpanRow`.
///
/// `format` is `v0.3`, `v0.4`, `v0.5`, `v0.7`, `v1.0` (Datadog Agent), `otlp-protobuf` or `otlp-json`. `headers` are
/// those of the request, in lower case: what they say of the sender is used where the payload does not say it. The
/// GIL is released while the payload is decoded. Raises `ValueError` with the reason if it can't be.
#[pyfunction]
#[pyo3(signature = (format, body, headers=Vec::new()))]
pub fn decode_rows<'py>(
    py: Python<'py>,
    format: &str,
    body: &[u8],
    headers: Vec<(String, String)>,
) -> PyResult<Vec<Bound<'py, PyTuple>>> {
    let decoder = decoder_named(format)?;
    let received = py.detach(|| received(decoder, body, &headers)).map_err(bad_payload)?;
    let lines: Vec<_> = py.detach(|| received.into_iter().flat_map(lines_of_process).collect());
    lines.iter().map(|line| tuple(py, line)).collect()
}

/// The same payload in another format, `v0.4`, `v0.5`, `otlp-protobuf` or `otlp-json`: one body per process that sent
/// it. The GIL is released meanwhile. Raises `ValueError` with the reason if it can't be decoded.
#[pyfunction]
#[pyo3(signature = (format, body, wanted, headers=Vec::new()))]
pub fn translate<'py>(
    py: Python<'py>,
    format: &str,
    body: &[u8],
    wanted: &str,
    headers: Vec<(String, String)>,
) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let decoder = decoder_named(format)?;
    let target = format_named(wanted)?;
    let bodies = py
        .detach(|| received(decoder, body, &headers).map(|all| encoded(&all, target)))
        .map_err(bad_payload)?;
    Ok(bodies.iter().map(|body| PyBytes::new(py, body)).collect())
}

fn encoded(received: &[Received], format: Format) -> Vec<Vec<u8>> {
    let options = vedette_wire::Options { native_events: true, structures: true };
    received.iter().map(|one| vedette_wire::encode(format, &one.chunks, &one.process, &options)).collect()
}

fn bad_payload(error: Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn decoder_named(name: &str) -> PyResult<Decoder> {
    match name {
        "v0.3" | "v0.4" => Ok(datadog::v04::decode),
        "v0.5" => Ok(datadog::v05::decode),
        "v0.7" => Ok(datadog::v07::decode),
        "v1.0" => Ok(datadog::v10::decode),
        "otlp-protobuf" => Ok(otlp::protobuf::decode),
        "otlp-json" => Ok(otlp::json::decode),
        other => Err(PyValueError::new_err(format!("no such format: {other}"))),
    }
}

fn format_named(name: &str) -> PyResult<Format> {
    match name {
        "v0.4" => Ok(Format::DatadogV04),
        "v0.5" => Ok(Format::DatadogV05),
        "otlp-protobuf" => Ok(Format::OtlpProtobuf),
        "otlp-json" => Ok(Format::OtlpJson),
        other => Err(PyValueError::new_err(format!("nothing is written as {other}"))),
    }
}

fn received(decoder: Decoder, body: &[u8], headers: &[(String, String)]) -> Result<Vec<Received>, Error> {
    let mut received = decoder(body, &DecodeLimits::default())?;
    let mut envelope = datadog::envelope::Envelope::default();
    headers.iter().for_each(|(name, value)| envelope.header(name, value));
    envelope.fill(&mut received);
    Ok(received)
}

fn lines_of_process(received: Received) -> Vec<Line> {
    let process: std::sync::Arc<str> = process_json(&received.process).into();
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
