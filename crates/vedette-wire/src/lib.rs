//! Formats on the wire, one file each: encoding for the tracer, decoding for the agent.
//!
//! ```
//! use vedette_model::{Chunk, Process, Span};
//! use vedette_wire::{decode, encode, rows, DecodeLimits, Format, Options};
//!
//! let process = Process { service: "shop".into(), ..Process::default() };
//! let span = Span { id: 1, name: "cart.add".into(), ..Span::default() };
//! let chunk = Chunk { trace_id: 7, spans: vec![span], has_root: true, ..Chunk::default() };
//! let body = encode(Format::DatadogV04, &[chunk], &process, &Options::default());
//!
//! let received = decode(Format::DatadogV04, &body, &DecodeLimits::default())?;
//! assert_eq!(rows(received)[0].service, "shop");
//! # Ok::<(), vedette_wire::Error>(())
//! ```

pub mod bounds;
pub mod datadog;
mod decision;
pub mod endpoint;
pub mod entry;
pub mod findings;
mod json;
pub mod msgpack;
pub mod names;
pub mod otlp;
mod overflow;
mod packed;
mod process;
pub mod protobuf;
pub mod rows;
mod statement;
pub mod stats;
pub mod value;

use vedette_model::{Chunk, Process};

pub use bounds::{DecodeLimits, Error};
pub use entry::service_entries;
pub use process::process_json;
pub use rows::{rows, Row};

/// A format for traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Datadog Agent `/v0.4/traces` (and `/v0.3/traces`, which has the same form).
    DatadogV04,
    /// Datadog Agent `/v0.5/traces`.
    DatadogV05,
    /// OTLP `/v1/traces`, `http/protobuf`.
    OtlpProtobuf,
    /// OTLP `/v1/traces`, `http/json`.
    OtlpJson,
}

/// What the receiver can take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// It takes `span_events` (`/info` says so); otherwise events go as text. v0.4 only.
    pub native_events: bool,
    /// It takes `meta_struct` (`/info` says so); otherwise findings go as text. v0.4 only.
    pub structures: bool,
}

/// What one process sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Received {
    /// The sender, as far as the payload tells. Datadog formats leave versions and language to request headers.
    pub process: Process,
    /// Its spans, by trace.
    pub chunks: Vec<Chunk>,
}

/// Encodes finished spans of one process as the body of a request.
pub fn encode(format: Format, chunks: &[Chunk], process: &Process, options: &Options) -> Vec<u8> {
    match format {
        Format::DatadogV04 => datadog::v04::encode(chunks, process, options),
        Format::DatadogV05 => datadog::v05::encode(chunks, process, options),
        Format::OtlpProtobuf => otlp::protobuf::encode(chunks, process),
        Format::OtlpJson => otlp::json::encode(chunks, process),
    }
}

/// The `Content-Type` of such a body.
pub fn content_type(format: Format) -> &'static str {
    match format {
        Format::DatadogV04 | Format::DatadogV05 => "application/msgpack",
        Format::OtlpProtobuf => "application/x-protobuf",
        Format::OtlpJson => "application/json",
    }
}

/// Decodes the body of a request, from any tracer.
///
/// # Errors
/// If it is not of that format, or passes one of the limits.
pub fn decode(format: Format, bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    match format {
        Format::DatadogV04 => datadog::v04::decode(bytes, limits),
        Format::DatadogV05 => datadog::v05::decode(bytes, limits),
        Format::OtlpProtobuf => otlp::protobuf::decode(bytes, limits),
        Format::OtlpJson => otlp::json::decode(bytes, limits),
    }
}
