//! Logs and metrics of any OpenTelemetry SDK as rows, for the embedded agent.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use vedette_wire::otlp::logs_read::{self, LogRow};
use vedette_wire::otlp::metrics_read::{self, MetricRow};
use vedette_wire::otlp::signal::Encoding;
use vedette_wire::DecodeLimits;

/// Decodes log records; one tuple each, with the columns of `vedette.agent.store.rows.LogRow`.
///
/// `format` is `otlp-protobuf` or `otlp-json`. The GIL is released while the payload is decoded. Raises `ValueError`
/// with the reason if it can't be.
#[pyfunction]
pub fn decode_logs<'py>(py: Python<'py>, format: &str, body: &[u8]) -> PyResult<Vec<Bound<'py, PyTuple>>> {
    let encoding = encoding(format)?;
    let rows =
        py.detach(|| logs_read::decode(body, encoding, &DecodeLimits::default())).map_err(bad_payload)?;
    rows.iter().map(|row| log(py, row)).collect()
}

/// Decodes data points of metrics; one tuple each, with the columns of `vedette.agent.store.rows.MetricRow`.
///
/// `format` is `otlp-protobuf` or `otlp-json`. The GIL is released while the payload is decoded. Raises `ValueError`
/// with the reason if it can't be.
#[pyfunction]
pub fn decode_metrics<'py>(py: Python<'py>, format: &str, body: &[u8]) -> PyResult<Vec<Bound<'py, PyTuple>>> {
    let encoding = encoding(format)?;
    let rows =
        py.detach(|| metrics_read::decode(body, encoding, &DecodeLimits::default())).map_err(bad_payload)?;
    rows.iter().map(|row| point(py, row)).collect()
}

fn encoding(format: &str) -> PyResult<Encoding> {
    match format {
        "otlp-protobuf" => Ok(Encoding::Protobuf),
        "otlp-json" => Ok(Encoding::Json),
        other => Err(PyValueError::new_err(format!("no such format: {other}"))),
    }
}

fn bad_payload(error: vedette_wire::Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn log<'py>(py: Python<'py>, row: &LogRow) -> PyResult<Bound<'py, PyTuple>> {
    let trace_id = format!("{:032x}", row.trace_id);
    let first = (row.time, trace_id, row.span_id, &*row.origin.service, row.severity, &row.level);
    let rest = (&*row.origin.scope, &row.body, &row.event, &row.attributes, &*row.origin.process);
    joined(&first.into_pyobject(py)?, &rest.into_pyobject(py)?)
}

fn point<'py>(py: Python<'py>, row: &MetricRow) -> PyResult<Bound<'py, PyTuple>> {
    let first = (row.time, row.start, &*row.origin.service, &row.name, row.kind, row.value, &row.unit);
    let rest = (
        &row.description,
        row.temporality,
        row.monotonic,
        &row.details,
        &row.attributes,
        &*row.origin.process,
    );
    joined(&first.into_pyobject(py)?, &rest.into_pyobject(py)?)
}

/// PyO3 makes tuples of at most twelve from Rust's.
fn joined<'py>(first: &Bound<'py, PyTuple>, rest: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyTuple>> {
    first.as_sequence().concat(rest.as_sequence())?.to_tuple()
}
