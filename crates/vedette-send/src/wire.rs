//! Formats of request bodies, by `vedette-wire`.

use vedette_model::{Chunk, Process};
pub(crate) use vedette_wire::Format;
use vedette_wire::Options;

use crate::datadog::Info;

/// For a Datadog Agent, using what it understands.
pub(crate) fn datadog(format: Format, chunks: &[Chunk], process: &Process, info: &Info) -> Vec<u8> {
    vedette_wire::encode(format, chunks, process, &Options { native_events: info.span_events })
}

/// For an OTLP receiver.
pub(crate) fn otlp(format: Format, chunks: &[Chunk], process: &Process) -> Vec<u8> {
    vedette_wire::encode(format, chunks, process, &Options::default())
}
