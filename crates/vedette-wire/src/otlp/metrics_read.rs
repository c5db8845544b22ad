//! Reading `ExportMetricsServiceRequest`
//! (<https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto>).

use serde_json::{Map, Value as Json};

use super::json_read::{each, number, string};
use super::schema::METRICS;
use super::signal::{attributes, double, each_scope, read, text_of, time, Encoding, Origin};
use crate::bounds::{DecodeLimits, Error};

/// Kinds of metric: their member in JSON, and how we call them.
const KINDS: [(&str, &str); 5] = [
    ("gauge", "gauge"),
    ("sum", "sum"),
    ("histogram", "histogram"),
    ("exponentialHistogram", "exponential_histogram"),
    ("summary", "summary"),
];
/// What a point tells beside its number: kept as they are.
const DETAILS: [&str; 10] = [
    "count",
    "sum",
    "min",
    "max",
    "bucketCounts",
    "explicitBounds",
    "scale",
    "positive",
    "negative",
    "quantileValues",
];

/// One data point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricRow {
    /// Name of the metric.
    pub name: String,
    /// Unit, in UCUM.
    pub unit: String,
    /// What it measures.
    pub description: String,
    /// `gauge`, `sum`, `histogram`, `exponential_histogram`, `summary`.
    pub kind: &'static str,
    /// `delta`, `cumulative`, or empty.
    pub temporality: &'static str,
    /// Whether a sum only grows.
    pub monotonic: bool,
    /// Beginning of what the point sums up, ns since the Unix epoch; 0 for none.
    pub start: u64,
    /// Nanoseconds since the Unix epoch.
    pub time: u64,
    /// The number; for distributions, their sum.
    pub value: Option<f64>,
    /// JSON object: what a distribution says beside; empty for plain numbers.
    pub details: String,
    /// JSON object; empty for none.
    pub attributes: String,
    /// Who sent it.
    pub origin: Origin,
}

/// Decodes the body of a `/v1/metrics` request: one row per data point.
///
/// # Errors
/// If it is not of that encoding, or passes one of the limits.
pub fn decode(bytes: &[u8], encoding: Encoding, limits: &DecodeLimits) -> Result<Vec<MetricRow>, Error> {
    let (json, mut budget) = read(bytes, encoding, &METRICS, limits)?;
    let mut rows = Vec::new();
    each_scope(&json, ("resourceMetrics", "scopeMetrics"), |scope, origin| {
        for metric in each(scope, "metrics") {
            for (member, kind) in KINDS.iter().filter(|(member, _)| metric[*member].is_object()) {
                let data = &metric[*member];
                for point in each(data, "dataPoints") {
                    budget.charge_span()?;
                    rows.push(MetricRow { kind, origin: origin.clone(), ..row(metric, data, point) });
                }
            }
        }
        Ok(())
    })?;
    Ok(rows)
}

fn row(metric: &Json, data: &Json, point: &Json) -> MetricRow {
    let value = ["asDouble", "asInt", "sum"].iter().find_map(|name| double(&point[*name]));
    MetricRow {
        name: string(metric, "name").to_owned(),
        unit: string(metric, "unit").to_owned(),
        description: string(metric, "description").to_owned(),
        temporality: temporality(&data["aggregationTemporality"]),
        monotonic: data["isMonotonic"] == true,
        start: time(point, &["startTimeUnixNano"]),
        time: time(point, &["timeUnixNano"]),
        value: value.filter(|value| value.is_finite()),
        details: details(point),
        attributes: text_of(attributes(point)),
        ..MetricRow::default()
    }
}

fn temporality(json: &Json) -> &'static str {
    match (number(json), json.as_str()) {
        (1, _) | (_, Some("AGGREGATION_TEMPORALITY_DELTA")) => "delta",
        (2, _) | (_, Some("AGGREGATION_TEMPORALITY_CUMULATIVE")) => "cumulative",
        _ => "",
    }
}

fn details(point: &Json) -> String {
    let told = DETAILS.iter().filter(|name| !point[**name].is_null());
    let pairs: Map<_, _> = told.map(|name| ((*name).to_owned(), point[*name].clone())).collect();
    text_of(pairs)
}
