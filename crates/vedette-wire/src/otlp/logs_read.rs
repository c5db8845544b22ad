//! Reading `ExportLogsServiceRequest`
//! (<https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto>).

use serde_json::Value as Json;

use super::json_read::{each, id, number, string, unwrapped, wide_id};
use super::schema::LOGS;
use super::signal::{attributes, each_scope, read, text_of, time, Encoding, Origin};
use crate::bounds::{DecodeLimits, Error};

/// One log record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogRow {
    /// When it happened, or was observed; nanoseconds since the Unix epoch.
    pub time: u64,
    /// 0 for none.
    pub trace_id: u128,
    /// 0 for none.
    pub span_id: u64,
    /// 1 (trace) to 24 (fatal); 0 for unknown.
    pub severity: u8,
    /// Severity as the sender calls it.
    pub level: String,
    /// The message; what is no text is JSON.
    pub body: String,
    /// Name of the event, for records that are one.
    pub event: String,
    /// JSON object; empty for none.
    pub attributes: String,
    /// Who sent it.
    pub origin: Origin,
}

/// Decodes the body of a `/v1/logs` request.
///
/// # Errors
/// If it is not of that encoding, or passes one of the limits.
pub fn decode(bytes: &[u8], encoding: Encoding, limits: &DecodeLimits) -> Result<Vec<LogRow>, Error> {
    let (json, mut budget) = read(bytes, encoding, &LOGS, limits)?;
    let mut rows = Vec::new();
    each_scope(&json, ("resourceLogs", "scopeLogs"), |scope, origin| {
        for record in each(scope, "logRecords") {
            budget.charge_span()?;
            rows.push(row(record, origin));
        }
        Ok(())
    })?;
    Ok(rows)
}

fn row(record: &Json, origin: &Origin) -> LogRow {
    LogRow {
        time: time(record, &["timeUnixNano", "observedTimeUnixNano"]),
        trace_id: wide_id(record, "traceId"),
        span_id: id(record, "spanId"),
        severity: u8::try_from(number(&record["severityNumber"])).unwrap_or(0),
        level: string(record, "severityText").to_owned(),
        body: text(unwrapped(&record["body"])),
        event: string(record, "eventName").to_owned(),
        attributes: text_of(attributes(record)),
        origin: origin.clone(),
    }
}

fn text(body: Json) -> String {
    match body {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    }
}
