//! What every format keeps, and what each one cannot.

mod cases;

use vedette_model::{keys, Array, Chunk, Kind, Process, Span, Value};
use vedette_wire::{decode, encode, rows, DecodeLimits, Format, Options, Received};

const EVENTS: Options = Options { native_events: true, structures: true };

fn there_and_back(format: Format, options: &Options) -> Vec<Received> {
    let body = encode(format, &cases::chunks(), &cases::process(), options);
    decode(format, &body, &DecodeLimits::default()).expect("our own payload")
}

fn find<'a>(received: &'a [Received], name: &str) -> (&'a Span, &'a Chunk, &'a Process) {
    let chunks = received.iter().flat_map(|r| r.chunks.iter().map(move |chunk| (chunk, &r.process)));
    let mut spans =
        chunks.flat_map(|(chunk, process)| chunk.spans.iter().map(move |span| (span, chunk, process)));
    spans.find(|(span, ..)| span.name == name).unwrap_or_else(|| panic!("no span {name}"))
}

/// Attributes in an order of their own: formats may shuffle them.
fn sorted(span: &Span) -> Span {
    let mut span = span.clone();
    span.attributes.sort_by_key(|(key, _)| key.name());
    for event in span.extras.iter_mut().flat_map(|extras| &mut extras.events) {
        event.attributes.sort_by_key(|(key, _)| key.name());
    }
    span
}

/// What the Datadog formats make of a span: no arrays, process tags on each, numbers as doubles.
fn as_datadog(span: &Span) -> Span {
    let mut span = span.clone();
    for (key, value) in std::mem::take(&mut span.attributes) {
        match value {
            Value::Array(array) => flatten(&mut span, key.name(), *array),
            Value::Bool(truth) => span.set(key, &*truth.to_string()),
            Value::Int(big) if big > 1 << 53 => span.set(key, &*big.to_string()),
            other => span.set(key, other),
        }
    }
    span.set(cases::key("team"), "checkout");
    sorted(&span)
}

fn flatten(span: &mut Span, name: &str, array: Array) {
    let Array::Str(items) = array else { panic!("the case has texts only") };
    for (at, item) in items.into_iter().enumerate() {
        span.set(cases::key(&format!("{name}.{at}")), Value::Str(item));
    }
}

#[test]
fn datadog_keeps_spans() {
    for format in [Format::DatadogV04, Format::DatadogV05] {
        for options in [EVENTS, Options::default()] {
            let received = there_and_back(format, &options);
            for sent in cases::chunks().iter().flat_map(|chunk| &chunk.spans) {
                let mut sent = as_datadog(sent);
                if let (true, Some(extras)) =
                    (format == Format::DatadogV05 || options != EVENTS, &mut sent.extras)
                {
                    extras.structures.clear();
                }
                assert_eq!(sorted(find(&received, &sent.name).0), sent, "{format:?}");
            }
        }
    }
}

#[test]
fn datadog_keeps_what_chunks_say() {
    for format in [Format::DatadogV04, Format::DatadogV05] {
        let received = there_and_back(format, &EVENTS);
        for sent in cases::chunks() {
            let (_, chunk, process) = find(&received, &sent.spans[0].name);
            assert_eq!(
                Chunk { spans: vec![], ..chunk.clone() },
                // The protocol has no place for what other vendors say.
                Chunk { spans: vec![], tracestate: "".into(), ..sent },
                "{format:?}"
            );
            assert_eq!(process.service, "shop");
        }
    }
}

#[test]
fn datadog_keeps_the_process_of_a_root() {
    let received = there_and_back(Format::DatadogV04, &EVENTS);
    let mut sent = cases::process();
    // Version numbers travel in request headers; tags cannot be told from attributes.
    sent.language_version.clear();
    sent.interpreter.clear();
    sent.tracer_version.clear();
    sent.tags.clear();
    assert_eq!(*find(&received, "flask.request").2, sent);
}

/// What OTLP makes of a span: nothing that is Datadog's alone, and what the conventions want beside.
fn as_otlp(span: &Span) -> Span {
    let mut span = span.clone();
    span.remove(keys::COMPONENT);
    span.remove(keys::MEASURED);
    if span.kind == Kind::Unspecified {
        span.kind = Kind::Internal;
    }
    if let Some(extras) = &mut span.extras {
        extras.structures.clear();
    }
    span.service.clear();
    for (key, value) in beside(&span) {
        span.set(key, value);
    }
    sorted(&span)
}

fn beside(span: &Span) -> Vec<(vedette_model::Key, Value)> {
    match span.name.as_str() {
        "flask.request" => vec![
            (keys::URL_SCHEME, "http".into()),
            (keys::URL_PATH, "/orders/7".into()),
            (keys::URL_QUERY, "full=1".into()),
            (keys::SERVER_ADDRESS, "shop.example".into()),
            (keys::SERVER_PORT, 8080.into()),
        ],
        "postgres.query" => vec![
            (keys::DB_QUERY_TEXT, span.resource.as_str().into()),
            (keys::PEER_SERVICE, "postgres".into()),
        ],
        _ => vec![],
    }
}

#[test]
fn otlp_keeps_spans() {
    for format in [Format::OtlpProtobuf, Format::OtlpJson] {
        let received = there_and_back(format, &EVENTS);
        for sent in cases::chunks().iter().flat_map(|chunk| &chunk.spans) {
            assert_eq!(sorted(find(&received, &sent.name).0), as_otlp(sent), "{format:?}");
        }
    }
}

#[test]
fn otlp_keeps_traces_and_decisions() {
    for format in [Format::OtlpProtobuf, Format::OtlpJson] {
        let received = there_and_back(format, &EVENTS);
        for name in ["flask.request", "postgres.query", "job.step"] {
            let (_, chunk, _) = find(&received, name);
            let all = cases::chunks();
            let sent = all.iter().find(|chunk| chunk.spans.iter().any(|span| span.name == name)).unwrap();
            assert_eq!(
                (chunk.trace_id, &chunk.origin, &chunk.tags),
                (sent.trace_id, &sent.origin, &sent.tags)
            );
            assert_eq!(chunk.decision.priority, sent.decision.priority, "{name}");
            assert_eq!(chunk.decision.mechanism, sent.decision.mechanism, "{name}");
            // The query is told by the same process, so it stands in one chunk with the root.
            assert_eq!(chunk.has_root, name != "job.step");
        }
    }
}

#[test]
fn otlp_keeps_the_process() {
    for format in [Format::OtlpProtobuf, Format::OtlpJson] {
        let received = there_and_back(format, &EVENTS);
        let mut sent = cases::process();
        sent.chunk_tags.clear();
        assert_eq!(*find(&received, "flask.request").2, sent);
        let of_a_peer = find(&received, "postgres.query").2;
        assert_eq!((of_a_peer.service.as_str(), of_a_peer.version.as_str()), ("shop", "1.2.3"));
    }
}

#[test]
fn both_encodings_of_otlp_say_the_same() {
    let protobuf = rows(there_and_back(Format::OtlpProtobuf, &EVENTS));
    assert_eq!(protobuf, rows(there_and_back(Format::OtlpJson, &EVENTS)));
    assert_eq!(protobuf.len(), 5);
}

#[test]
fn rows_say_it_all() {
    let rows = rows(there_and_back(Format::DatadogV04, &EVENTS));
    let row = rows.iter().find(|row| row.name == "flask.request").unwrap();
    assert_eq!(row.trace_id, "69573625000000000123456789abcdef");
    assert_eq!((row.span_id.as_str(), row.parent_id.as_str()), ("0000000000000001", "000000000000ffee"));
    assert_eq!((row.status_code, row.priority, row.error), (Some(500), Some(2), true));
    assert_eq!((row.service.as_str(), row.env.as_str(), row.version.as_str()), ("shop", "staging", "1.2.3"));
    assert_eq!(row.structures, r#"{"_dd.stack":{"id":7}}"#);
    assert!(row.attributes.contains(r#""http.request.method":"GET""#), "{}", row.attributes);
    assert!(row.failure.contains("OutOfStock") && row.events.contains("stock.checked"));
    let query = rows.iter().find(|row| row.service == "postgres").unwrap();
    assert_eq!((query.version.as_str(), query.parent_id.as_str()), ("", "0000000000000001"));
}

#[test]
fn names_are_those_of_each_dialect() {
    let body = encode(Format::DatadogV04, &cases::chunks(), &cases::process(), &EVENTS);
    let holds = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
    for tag in
        ["http.method", "http.status_code", "out.host", "network.client.ip", "network.destination.port"]
    {
        assert!(holds(tag), "{tag}");
    }
    assert!(!holds(keys::HTTP_REQUEST_METHOD.name()));
}
