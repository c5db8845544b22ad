//! `ExportTraceServiceRequest` in OTLP's JSON: ids in hexadecimal, 64-bit integers as texts, enums as numbers
//! (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>).

use vedette_model::{Array, Chunk, Event, Key, Link, Process, Value};

use super::attributes::{self, Told};
use super::outgoing::{by_service, tell_exception, Place};
use super::{conventions, resource};
use crate::json::Writer;
use crate::statement::Statements;
use crate::{DecodeLimits, Error, Received};

/// Encodes `chunks` as the body of a `/v1/traces` request.
pub fn encode(chunks: &[Chunk], process: &Process) -> Vec<u8> {
    let spans: usize = chunks.iter().map(|chunk| chunk.spans.len()).sum();
    let mut out = Writer::new(512 + spans * 768);
    let mut statements = Statements::new();
    out.object(|out| {
        out.list("resourceSpans", |out| {
            for (service, places) in by_service(chunks, process) {
                out.object(|out| resource_spans(out, service, &places, process, &mut statements));
            }
        });
    });
    out.finish()
}

/// Decodes the body of a `/v1/traces` request, from any SDK.
///
/// # Errors
/// If it is not JSON of that form, or passes one of the limits.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    super::json_read::decode(bytes, limits)
}

fn resource_spans<'a>(
    out: &mut Writer,
    service: &str,
    places: &[Place<'a>],
    process: &Process,
    statements: &mut Statements<'a>,
) {
    out.key("resource");
    out.object(|out| {
        out.list("attributes", |out| resource::tell(process, service, &mut |k, v| attribute(out, k, v)));
    });
    out.list("scopeSpans", |out| {
        out.object(|out| {
            out.key("scope");
            out.object(|out| {
                out.text("name", "vedette");
                out.text("version", &process.tracer_version);
            });
            out.list("spans", |out| {
                places.iter().for_each(|place| out.object(|out| span(out, *place, statements)))
            });
        });
    });
}

fn span<'a>(out: &mut Writer, place: Place<'a>, statements: &mut Statements<'a>) {
    let span = place.span;
    let name = conventions::name(span, statements);
    out.text("traceId", &format!("{:032x}", place.chunk.trace_id));
    out.text("spanId", &format!("{:016x}", span.id));
    let state = place.trace_state();
    if !state.is_empty() {
        out.text("traceState", &state);
    }
    if span.parent != 0 {
        out.text("parentSpanId", &format!("{:016x}", span.parent));
    }
    out.text("name", &name);
    out.number("kind", place.kind().into());
    out.long("startTimeUnixNano", span.start);
    out.long("endTimeUnixNano", place.end());
    out.list("attributes", |out| {
        attributes::tell(span, &name, statements, &mut |name, value| attribute(out, name, value))
    });
    extras(out, place);
    status(out, place);
    out.number("flags", place.flags().into());
}

fn extras(out: &mut Writer, place: Place) {
    let Some(extras) = &place.span.extras else { return };
    let exception = place.exception();
    if !extras.events.is_empty() || exception.is_some() {
        out.list("events", |out| {
            extras.events.iter().for_each(|told| out.object(|out| event(out, told)));
            exception.into_iter().for_each(|failure| {
                out.object(|out| {
                    out.long("timeUnixNano", place.end());
                    out.text("name", "exception");
                    out.list("attributes", |out| tell_exception(failure, &mut |k, v| attribute(out, k, v)));
                });
            });
        });
    }
    if !extras.links.is_empty() {
        out.list("links", |out| extras.links.iter().for_each(|told| out.object(|out| link(out, told))));
    }
}

fn event(out: &mut Writer, event: &Event) {
    out.long("timeUnixNano", event.time);
    out.text("name", &event.name);
    attribute_list(out, &event.attributes);
}

fn link(out: &mut Writer, link: &Link) {
    out.text("traceId", &format!("{:032x}", link.trace_id));
    out.text("spanId", &format!("{:016x}", link.span_id));
    if !link.tracestate.is_empty() {
        out.text("traceState", &link.tracestate);
    }
    attribute_list(out, &link.attributes);
    if let Some(flags) = link.flags {
        out.number("flags", flags.into());
    }
}

pub(super) fn attribute_list(out: &mut Writer, attributes: &[(Key, Value)]) {
    out.list("attributes", |out| {
        attributes.iter().for_each(|(key, value)| attribute(out, key.name(), value.into()));
    });
}

fn status(out: &mut Writer, place: Place) {
    if !place.span.error {
        return;
    }
    out.key("status");
    out.object(|out| {
        if let Some(failure) = place.failure().filter(|failure| !failure.message.is_empty()) {
            out.text("message", &failure.message);
        }
        out.number("code", 2);
    });
}

pub(super) fn attribute(out: &mut Writer, name: &str, told: Told) {
    out.object(|out| {
        out.text("key", name);
        out.key("value");
        out.object(|out| value(out, told));
    });
}

fn value(out: &mut Writer, told: Told) {
    match told {
        Told::Text(text) => out.text("stringValue", text),
        Told::Truth(truth) => out.truth("boolValue", truth),
        Told::Whole(number) => out.text("intValue", itoa::Buffer::new().format(number)),
        Told::Double(number) => out.double("doubleValue", number),
        Told::List(array) => {
            out.key("arrayValue");
            out.object(|out| out.list("values", |out| list(out, array)));
        }
    }
}

fn list(out: &mut Writer, array: &Array) {
    let mut item = |told| out.object(|out| value(out, told));
    match array {
        Array::Str(items) => items.iter().for_each(|text| item(Told::Text(text))),
        Array::Bool(items) => items.iter().for_each(|truth| item(Told::Truth(*truth))),
        Array::Int(items) => items.iter().for_each(|number| item(Told::Whole(*number))),
        Array::Double(items) => items.iter().for_each(|number| item(Told::Double(*number))),
    }
}
