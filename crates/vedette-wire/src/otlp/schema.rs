//! The messages of OTLP's logs and metrics as data
//! (<https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto>): what turns their protobuf
//! into the JSON of the same specification, so that each signal is read in one way. Traces, which come in masses, have
//! a reader of their own.

/// How a field is encoded, and what it becomes in JSON.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Text.
    Text,
    /// Bytes as hexadecimal digits (ids).
    Hex,
    /// Bytes as base64.
    Base64,
    /// A truth value.
    Bool,
    /// A whole number; 64-bit ones stay numbers, which readers take as well as texts.
    Unsigned,
    /// A number that may be negative: `int64`, or one of fixed size.
    Signed,
    /// `sint32`, zigzag-encoded.
    ZigZag,
    /// A double.
    Double,
    /// A packed list of `fixed64`.
    Fixed64s,
    /// A packed list of doubles.
    Doubles,
    /// A packed list of variable-length numbers.
    Varints,
    /// Another message.
    Message(&'static Message),
    /// Any number of messages.
    Messages(&'static Message),
}

/// Fields by number, with their names in JSON.
pub(super) struct Message(pub &'static [(u32, &'static str, Form)]);

use Form::{
    Base64, Bool, Double, Doubles, Fixed64s, Hex, Message as One, Messages as Many, Signed, Text, Unsigned,
    Varints, ZigZag,
};

static ANY_VALUE: Message = Message(&[
    (1, "stringValue", Text),
    (2, "boolValue", Bool),
    (3, "intValue", Signed),
    (4, "doubleValue", Double),
    (5, "arrayValue", One(&ARRAY)),
    (6, "kvlistValue", One(&MAP)),
    (7, "bytesValue", Base64),
]);
static ARRAY: Message = Message(&[(1, "values", Many(&ANY_VALUE))]);
static MAP: Message = Message(&[(1, "values", Many(&KEY_VALUE))]);
static KEY_VALUE: Message = Message(&[(1, "key", Text), (2, "value", One(&ANY_VALUE))]);
static RESOURCE: Message = Message(&[(1, "attributes", Many(&KEY_VALUE))]);
static SCOPE: Message = Message(&[(1, "name", Text)]);

/// `ExportLogsServiceRequest`.
pub(super) static LOGS: Message = Message(&[(1, "resourceLogs", Many(&RESOURCE_LOGS))]);
static RESOURCE_LOGS: Message =
    Message(&[(1, "resource", One(&RESOURCE)), (2, "scopeLogs", Many(&SCOPE_LOGS))]);
static SCOPE_LOGS: Message = Message(&[(1, "scope", One(&SCOPE)), (2, "logRecords", Many(&LOG_RECORD))]);
static LOG_RECORD: Message = Message(&[
    (1, "timeUnixNano", Unsigned),
    (2, "severityNumber", Unsigned),
    (3, "severityText", Text),
    (5, "body", One(&ANY_VALUE)),
    (6, "attributes", Many(&KEY_VALUE)),
    (9, "traceId", Hex),
    (10, "spanId", Hex),
    (11, "observedTimeUnixNano", Unsigned),
    (12, "eventName", Text),
]);

/// `ExportMetricsServiceRequest`.
pub(super) static METRICS: Message = Message(&[(1, "resourceMetrics", Many(&RESOURCE_METRICS))]);
static RESOURCE_METRICS: Message =
    Message(&[(1, "resource", One(&RESOURCE)), (2, "scopeMetrics", Many(&SCOPE_METRICS))]);
static SCOPE_METRICS: Message = Message(&[(1, "scope", One(&SCOPE)), (2, "metrics", Many(&METRIC))]);
static METRIC: Message = Message(&[
    (1, "name", Text),
    (2, "description", Text),
    (3, "unit", Text),
    (5, "gauge", One(&NUMBERS)),
    (7, "sum", One(&NUMBERS)),
    (9, "histogram", One(&HISTOGRAM)),
    (10, "exponentialHistogram", One(&EXPONENTIAL_HISTOGRAM)),
    (11, "summary", One(&SUMMARY)),
]);
static NUMBERS: Message = Message(&[
    (1, "dataPoints", Many(&NUMBER_POINT)),
    (2, "aggregationTemporality", Unsigned),
    (3, "isMonotonic", Bool),
]);
static NUMBER_POINT: Message = Message(&[
    (2, "startTimeUnixNano", Unsigned),
    (3, "timeUnixNano", Unsigned),
    (4, "asDouble", Double),
    (6, "asInt", Signed),
    (7, "attributes", Many(&KEY_VALUE)),
]);
static HISTOGRAM: Message =
    Message(&[(1, "dataPoints", Many(&HISTOGRAM_POINT)), (2, "aggregationTemporality", Unsigned)]);
static HISTOGRAM_POINT: Message = Message(&[
    (2, "startTimeUnixNano", Unsigned),
    (3, "timeUnixNano", Unsigned),
    (4, "count", Unsigned),
    (5, "sum", Double),
    (6, "bucketCounts", Fixed64s),
    (7, "explicitBounds", Doubles),
    (9, "attributes", Many(&KEY_VALUE)),
    (11, "min", Double),
    (12, "max", Double),
]);
static EXPONENTIAL_HISTOGRAM: Message =
    Message(&[(1, "dataPoints", Many(&EXPONENTIAL_POINT)), (2, "aggregationTemporality", Unsigned)]);
static EXPONENTIAL_POINT: Message = Message(&[
    (1, "attributes", Many(&KEY_VALUE)),
    (2, "startTimeUnixNano", Unsigned),
    (3, "timeUnixNano", Unsigned),
    (4, "count", Unsigned),
    (5, "sum", Double),
    (6, "scale", ZigZag),
    (7, "zeroCount", Unsigned),
    (8, "positive", One(&BUCKETS)),
    (9, "negative", One(&BUCKETS)),
    (12, "min", Double),
    (13, "max", Double),
]);
static BUCKETS: Message = Message(&[(1, "offset", ZigZag), (2, "bucketCounts", Varints)]);
static SUMMARY: Message = Message(&[(1, "dataPoints", Many(&SUMMARY_POINT))]);
static SUMMARY_POINT: Message = Message(&[
    (2, "startTimeUnixNano", Unsigned),
    (3, "timeUnixNano", Unsigned),
    (4, "count", Unsigned),
    (5, "sum", Double),
    (6, "quantileValues", Many(&QUANTILE)),
    (7, "attributes", Many(&KEY_VALUE)),
]);
static QUANTILE: Message = Message(&[(1, "quantile", Double), (2, "value", Double)]);
