//! `ExportTraceServiceRequest` in protobuf
//! (<https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto>).

use vedette_model::{Array, Chunk, Event, Link, Process};

use super::attributes::{self, Told};
use super::outgoing::{by_service, tell_exception, Place};
use super::{conventions, resource};
use crate::protobuf::write;
use crate::statement::Statements;
use crate::{DecodeLimits, Error, Received};

/// Status code `ERROR`.
const ERROR: u64 = 2;

/// Encodes `chunks` as the body of a `/v1/traces` request.
pub fn encode(chunks: &[Chunk], process: &Process) -> Vec<u8> {
    let spans: usize = chunks.iter().map(|chunk| chunk.spans.len()).sum();
    let mut out = Vec::with_capacity(512 + spans * 384);
    let mut statements = Statements::new();
    for (service, places) in by_service(chunks, process) {
        write::message(&mut out, 1, 4, |out| {
            write::message(out, 1, 2, |out| {
                resource::tell(process, service, &mut |k, v| attribute(out, 1, k, v))
            });
            write::message(out, 2, 4, |out| scope_spans(out, &places, process, &mut statements));
        });
    }
    out
}

/// Decodes the body of a `/v1/traces` request, from any SDK.
///
/// # Errors
/// If it is not protobuf of that form, or passes one of the limits.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    super::protobuf_read::decode(bytes, limits)
}

fn scope_spans<'a>(
    out: &mut Vec<u8>,
    places: &[Place<'a>],
    process: &Process,
    statements: &mut Statements<'a>,
) {
    write::message(out, 1, 1, |out| {
        write::bytes(out, 1, b"vedette");
        write::bytes(out, 2, process.tracer_version.as_bytes());
    });
    places.iter().for_each(|place| write::message(out, 2, 2, |out| span(out, *place, statements)));
}

fn span<'a>(out: &mut Vec<u8>, place: Place<'a>, statements: &mut Statements<'a>) {
    let span = place.span;
    let name = conventions::name(span, statements);
    write::bytes(out, 1, &place.chunk.trace_id.to_be_bytes());
    write::bytes(out, 2, &span.id.to_be_bytes());
    let state = place.trace_state();
    if !state.is_empty() {
        write::bytes(out, 3, state.as_bytes());
    }
    if span.parent != 0 {
        write::bytes(out, 4, &span.parent.to_be_bytes());
    }
    write::bytes(out, 5, name.as_bytes());
    write::number(out, 6, u64::from(place.kind()));
    write::fixed64(out, 7, span.start);
    write::fixed64(out, 8, place.end());
    attributes::tell(span, &name, statements, &mut |name, value| attribute(out, 9, name, value));
    extras(out, place);
    status(out, place);
    write::fixed32(out, 16, place.flags());
}

fn extras(out: &mut Vec<u8>, place: Place) {
    let Some(extras) = &place.span.extras else { return };
    extras.events.iter().for_each(|told| write::message(out, 11, 1, |out| event(out, told)));
    if let Some(failure) = place.exception() {
        write::message(out, 11, 2, |out| {
            write::fixed64(out, 1, place.end());
            write::bytes(out, 2, b"exception");
            tell_exception(failure, &mut |name, value| attribute(out, 3, name, value));
        });
    }
    extras.links.iter().for_each(|told| write::message(out, 13, 1, |out| link(out, told)));
}

fn event(out: &mut Vec<u8>, event: &Event) {
    write::fixed64(out, 1, event.time);
    write::bytes(out, 2, event.name.as_bytes());
    event.attributes.iter().for_each(|(key, value)| attribute(out, 3, key.name(), value.into()));
}

fn link(out: &mut Vec<u8>, link: &Link) {
    write::bytes(out, 1, &link.trace_id.to_be_bytes());
    write::bytes(out, 2, &link.span_id.to_be_bytes());
    if !link.tracestate.is_empty() {
        write::bytes(out, 3, link.tracestate.as_bytes());
    }
    link.attributes.iter().for_each(|(key, value)| attribute(out, 4, key.name(), value.into()));
    if let Some(flags) = link.flags {
        write::fixed32(out, 6, u32::from(flags));
    }
}

fn status(out: &mut Vec<u8>, place: Place) {
    if !place.span.error {
        return;
    }
    write::message(out, 15, 1, |out| {
        if let Some(failure) = place.failure().filter(|failure| !failure.message.is_empty()) {
            write::bytes(out, 2, failure.message.as_bytes());
        }
        write::number(out, 3, ERROR);
    });
}

/// Writes a `KeyValue`.
#[inline]
pub(super) fn attribute(out: &mut Vec<u8>, field: u32, name: &str, told: Told) {
    write::message(out, field, 1, |out| {
        write::bytes(out, 1, name.as_bytes());
        write::message(out, 2, 1, |out| value(out, told));
    });
}

/// Writes the content of an `AnyValue`.
#[inline]
fn value(out: &mut Vec<u8>, told: Told) {
    match told {
        Told::Text(text) => write::bytes(out, 1, text.as_bytes()),
        Told::Truth(truth) => write::number(out, 2, u64::from(truth)),
        Told::Whole(number) => write::number(out, 3, number as u64),
        Told::Double(number) => write::double(out, 4, number),
        Told::List(array) => write::message(out, 5, 1, |out| list(out, array)),
    }
}

fn list(out: &mut Vec<u8>, array: &Array) {
    let mut item = |told| write::message(out, 1, 1, |out| value(out, told));
    match array {
        Array::Str(items) => items.iter().for_each(|text| item(Told::Text(text))),
        Array::Bool(items) => items.iter().for_each(|truth| item(Told::Truth(*truth))),
        Array::Int(items) => items.iter().for_each(|number| item(Told::Whole(*number))),
        Array::Double(items) => items.iter().for_each(|number| item(Told::Double(*number))),
    }
}
