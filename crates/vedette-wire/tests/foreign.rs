//! Payloads as tracers of other makers write them.

use serde_json::{json, Value as Json};
use vedette_wire::{decode, rows, DecodeLimits, Format, Row};

fn read(format: Format, body: &[u8]) -> Vec<Row> {
    rows(decode(format, body, &DecodeLimits::default()).expect("a payload of that format"))
}

fn attributes(row: &Row) -> Json {
    serde_json::from_str(&row.attributes).expect("JSON")
}

fn attribute(name: &str, value: Json) -> Json {
    json!({"key": name, "value": value})
}

/// A server span with names of before the stable conventions and no "sampled" flag, as SDKs still send them.
fn otlp() -> Vec<Row> {
    let span = json!({
        "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174", "parentSpanId": "",
        "name": "GET /pay/{id}", "kind": 2, "flags": 256,
        "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": 1_544_712_661_000_000_000u64,
        "attributes": [
            attribute("http.method", json!({"stringValue": "GET"})),
            attribute("http.status_code", json!({"intValue": "503"})),
            attribute("url.scheme", json!({"stringValue": "https"})),
            attribute("url.path", json!({"stringValue": "/pay/7"})),
            attribute("server.address", json!({"stringValue": "pay.example"})),
            attribute("server.port", json!({"intValue": 443})),
            attribute("map", json!({"kvlistValue": {"values": [attribute("n", json!({"intValue": "1"}))]}})),
            attribute("mixed", json!({"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "a"}]}})),
            attribute("whole", json!({"doubleValue": 1})),
        ],
        "events": [{"timeUnixNano": "1544712660500000000", "name": "exception", "attributes": [
            attribute("exception.type", json!({"stringValue": "IOError"})),
            attribute("exception.message", json!({"stringValue": "gone"})),
        ]}],
        "status": {"code": 2},
    });
    let body = json!({"resourceSpans": [{
        "resource": {"attributes": [
            attribute("service.name", json!({"stringValue": "pay"})),
            attribute("deployment.environment", json!({"stringValue": "prod"})),
        ]},
        "scopeSpans": [{"scope": {"name": "some.instrumentation"}, "spans": [span]}],
        "unknown": 1,
    }]});
    read(Format::OtlpJson, body.to_string().as_bytes())
}

#[test]
fn otlp_of_another_sdk_gets_stable_names() {
    let row = &otlp()[0];
    assert_eq!(row.trace_id, "5b8efff798038103d269b633813fc60c");
    assert_eq!((row.name.as_str(), row.resource.as_str()), ("GET /pay/{id}", "GET /pay/{id}"));
    assert_eq!((row.service.as_str(), row.env.as_str(), row.span_type.as_str()), ("pay", "prod", "web"));
    assert_eq!((row.status_code, row.duration_ns, row.parent_id.as_str()), (Some(503), 1_000_000_000, ""));
    let expected = json!({
        "http.request.method": "GET", "http.response.status_code": 503, "url.scheme": "https",
        "url.path": "/pay/7", "url.full": "https://pay.example/pay/7", "server.address": "pay.example",
        "server.port": 443, "map": "{\"n\":1}", "mixed": "[1,\"a\"]", "whole": 1.0,
        "otel.scope.name": "some.instrumentation",
    });
    assert_eq!(attributes(row), expected);
}

#[test]
fn otlp_without_the_sampled_flag_was_kept_all_the_same() {
    assert_eq!(otlp()[0].priority, Some(1));
}

#[test]
fn an_exception_before_the_end_stays_an_event() {
    let row = &otlp()[0];
    assert_eq!(row.failure, r#"{"message":"gone","stack":"","type":"IOError"}"#);
    assert!(row.events.contains("exception"));
}

/// A trace as another Datadog tracer may send it: order of its own, nothing said of sampling, a raw statement.
fn datadog() -> Vec<Row> {
    let body = json!([[
        {"service": "store", "name": "mysql.query", "resource": "SELECT * FROM t WHERE pin = '4711'", "type": "sql",
         "trace_id": 5, "span_id": 11, "parent_id": 10, "start": 20, "duration": 3, "error": 0, "meta": null,
         "metrics": {"db.row_count": 2, "ratio": 0.5}},
        {"service": "web", "name": "rack.request", "resource": "GET /", "type": "web", "trace_id": 5, "span_id": 10,
         "parent_id": 0, "start": 10, "duration": 30, "error": 1, "unknown": [{"a": 1}],
         "meta": {"http.status_code": "500", "error.type": "E", "error.msg": "m", "_dd.p.tid": "640cfd8d00000000",
                  "network.client.ip": "10.0.0.1", "span.kind": "server"}},
    ]]);
    let mut bytes = Vec::new();
    vedette_wire::msgpack::json::write(&mut bytes, &body);
    read(Format::DatadogV04, &bytes)
}

#[test]
fn the_root_comes_first_whatever_the_order() {
    let rows = datadog();
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["rack.request", "mysql.query"]);
    assert!(rows
        .iter()
        .all(|row| row.trace_id == "640cfd8d000000000000000000000005" && row.priority == Some(1)));
}

#[test]
fn datadog_tags_get_opentelemetry_names() {
    let rows = datadog();
    let expected = json!({"http.response.status_code": 500, "network.peer.address": "10.0.0.1"});
    assert_eq!(attributes(&rows[0]), expected);
    assert_eq!(attributes(&rows[1]), json!({"db.response.returned_rows": 2, "ratio": 0.5}));
    assert_eq!(rows[0].failure, r#"{"message":"m","stack":"","type":"E"}"#);
}

#[test]
fn rows_hold_no_values_of_statements() {
    assert_eq!(datadog()[1].resource, "SELECT * FROM t WHERE pin = ?");
}
