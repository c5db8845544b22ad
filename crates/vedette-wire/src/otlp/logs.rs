//! Findings as OTLP log records, beside the span events that say the same: for those who look for attacks among logs.
//! One record each, with the ids of its trace and span, and the attributes of the event
//! (<https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto>).

use vedette_model::{keys, Chunk, Event, Process, Span, Value};

use super::{json, protobuf, resource};
use crate::findings;
use crate::json::Writer;
use crate::protobuf::write;

/// Severity number `WARN`: somebody tried.
const WARN: u8 = 13;
/// Severity number `ERROR`: an exploit reached what it was made for, or would have.
const ERROR: u8 = 17;

/// One finding.
struct Record<'a> {
    chunk: &'a Chunk,
    span: &'a Span,
    event: &'a Event,
}

/// Encodes the findings of `chunks` as the body of a `/v1/logs` request, in protobuf or `as_json`; None if there are
/// none.
pub fn encode(chunks: &[Chunk], process: &Process, as_json: bool) -> Option<Vec<u8>> {
    let records: Vec<Record> = chunks.iter().flat_map(of).collect();
    if records.is_empty() {
        return None;
    }
    Some(if as_json { in_json(&records, process) } else { in_protobuf(&records, process) })
}

fn of(chunk: &Chunk) -> impl Iterator<Item = Record<'_>> {
    let of_span = move |span| findings::events(span).map(move |event| Record { chunk, span, event });
    chunk.spans.iter().flat_map(of_span)
}

impl Record<'_> {
    fn text(&self, name: &str) -> &str {
        let found = self.event.attributes.iter().find(|(key, _)| key.name() == name);
        found.and_then(|(_, value)| value.as_str()).unwrap_or_default()
    }

    fn severity(&self) -> (u8, &'static str) {
        match self.text("security.category") {
            "vulnerability_trigger" => (ERROR, "ERROR"),
            _ => (WARN, "WARN"),
        }
    }

    /// A sentence: what was found, where, and what was done.
    fn body(&self) -> String {
        let blocked = self
            .event
            .attributes
            .iter()
            .any(|(key, value)| key.name() == "security.blocked" && *value == Value::Bool(true));
        let what = if blocked { ", blocked" } else { "" };
        let place = [self.text("security.input.address"), self.text("security.input.path")];
        let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
        let route =
            self.span.get_str(keys::HTTP_ROUTE).map(|route| format!(" ({route})")).unwrap_or_default();
        format!("{}: {}{route}{what}", self.text("security.rule.name"), place.join(" / "))
    }

    fn flags(&self) -> u32 {
        u32::from(self.chunk.decision.keeps())
    }
}

fn in_protobuf(records: &[Record], process: &Process) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024 + records.len() * 1024);
    write::message(&mut out, 1, 4, |out| {
        write::message(out, 1, 2, |out| {
            resource::tell(process, &process.service, &mut |k, v| protobuf::attribute(out, 1, k, v));
        });
        write::message(out, 2, 4, |out| {
            write::message(out, 1, 1, |out| {
                write::bytes(out, 1, b"vedette");
                write::bytes(out, 2, process.tracer_version.as_bytes());
            });
            records.iter().for_each(|record| write::message(out, 2, 2, |out| message(out, record)));
        });
    });
    out
}

fn message(out: &mut Vec<u8>, record: &Record) {
    let (number, text) = record.severity();
    write::fixed64(out, 1, record.event.time);
    write::number(out, 2, number.into());
    write::bytes(out, 3, text.as_bytes());
    write::message(out, 5, 1, |out| write::bytes(out, 1, record.body().as_bytes()));
    record.event.attributes.iter().for_each(|(k, v)| protobuf::attribute(out, 6, k.name(), v.into()));
    write::fixed32(out, 8, record.flags());
    write::bytes(out, 9, &record.chunk.trace_id.to_be_bytes());
    write::bytes(out, 10, &record.span.id.to_be_bytes());
    write::fixed64(out, 11, record.event.time);
    write::bytes(out, 12, findings::EVENT.as_bytes());
}

fn in_json(records: &[Record], process: &Process) -> Vec<u8> {
    let mut out = Writer::new(1024 + records.len() * 2048);
    out.object(|out| {
        out.list("resourceLogs", |out| out.object(|out| resource_logs(out, records, process)));
    });
    out.finish()
}

fn resource_logs(out: &mut Writer, records: &[Record], process: &Process) {
    out.key("resource");
    out.object(|out| {
        out.list("attributes", |out| {
            resource::tell(process, &process.service, &mut |k, v| json::attribute(out, k, v));
        });
    });
    out.list("scopeLogs", |out| {
        out.object(|out| {
            out.key("scope");
            out.object(|out| {
                out.text("name", "vedette");
                out.text("version", &process.tracer_version);
            });
            out.list("logRecords", |out| records.iter().for_each(|one| out.object(|out| object(out, one))));
        });
    });
}

fn object(out: &mut Writer, record: &Record) {
    let (number, text) = record.severity();
    out.long("timeUnixNano", record.event.time);
    out.long("observedTimeUnixNano", record.event.time);
    out.number("severityNumber", number.into());
    out.text("severityText", text);
    out.key("body");
    out.object(|out| out.text("stringValue", &record.body()));
    json::attribute_list(out, &record.event.attributes);
    out.number("flags", record.flags().into());
    out.text("traceId", &format!("{:032x}", record.chunk.trace_id));
    out.text("spanId", &format!("{:016x}", record.span.id));
    out.text("eventName", findings::EVENT);
}
