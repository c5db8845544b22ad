//! OTLP (<https://opentelemetry.io/docs/specs/otlp/>), in both of its encodings: traces in both directions, logs and metrics for reading.
//!
//! What is Datadog's alone stays behind: `component`, `span.kind`, `_dd.*`. Three attributes that Datadog's own
//! OTLP intake knows as overrides keep what a conventional span has no place for: `operation.name` where the
//! operation is not the span's name, `resource.name` and `span.type` where they do not follow from the rest.

mod attributes;
mod conventions;
mod incoming;
pub mod json;
mod json_read;
pub mod logs;
pub mod logs_read;
pub mod metrics_read;
mod outgoing;
pub mod protobuf;
mod protobuf_read;
mod resource;
mod schema;
pub mod signal;
mod tracestate;
mod transcode;
mod url;
