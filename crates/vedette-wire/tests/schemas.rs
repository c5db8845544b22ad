//! Schemas of requests: packed for Datadog, plain for OpenTelemetry, and plain again where they arrive.

use vedette_model::{keys, Chunk, Kind, Process, Span, Value};
use vedette_wire::{decode, encode, rows, DecodeLimits, Format, Options};

const SCHEMA: &str = r#"[{"email":[8,{"category":"pii","type":"email"}]}]"#;

fn encoded(format: Format) -> Vec<u8> {
    let mut span = Span { id: 1, name: "flask.request".into(), kind: Kind::Server, ..Span::default() };
    span.set(keys::SCHEMA_REQUEST_BODY, Value::from(SCHEMA));
    let chunk = Chunk { trace_id: 7, spans: vec![span], has_root: true, ..Chunk::default() };
    encode(format, &[chunk], &Process::default(), &Options::default())
}

fn holds(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn datadog_gets_them_packed() {
    let body = encoded(Format::DatadogV04);
    assert!(holds(&body, "_dd.appsec.s.req.body") && holds(&body, "H4sI"));
    assert!(!holds(&body, "security.api.") && !holds(&body, "email"));
}

#[test]
fn opentelemetry_gets_them_as_they_are() {
    let body = encoded(Format::OtlpProtobuf);
    assert!(holds(&body, "security.api.request.body.schema") && holds(&body, SCHEMA));
    assert!(!holds(&body, "_dd.appsec.s."));
}

#[test]
fn both_arrive_as_they_were() {
    for format in [Format::DatadogV04, Format::DatadogV05, Format::OtlpProtobuf, Format::OtlpJson] {
        let received = decode(format, &encoded(format), &DecodeLimits::default()).unwrap();
        let attributes: serde_json::Value = serde_json::from_str(&rows(received)[0].attributes).unwrap();
        assert_eq!(attributes["security.api.request.body.schema"], SCHEMA, "{format:?}");
    }
}
