//! One trace that uses everything the model has.

use vedette_model::span::Extras;
use vedette_model::{
    keys, Array, Chunk, Decision, ErrorInfo, Event, Key, Kind, Link, Mechanism, Process, Span, Value,
};

/// 2026-01-02 03:04:05 UTC.
const START: u64 = 1_767_323_045_000_000_000;
const TRACE: u128 = 0x6957_3625_0000_0000_0123_4567_89ab_cdef;

pub fn process() -> Process {
    Process {
        service: "shop".into(),
        env: "staging".into(),
        version: "1.2.3".into(),
        hostname: "web-1".into(),
        runtime_id: "0b8ed1a2-6e2a-4d5e-9a4f-3f6f0c1d2e3f".into(),
        pid: 4242,
        language: "python".into(),
        language_version: "3.11.7".into(),
        interpreter: "CPython".into(),
        tracer_version: "0.1.0".into(),
        tags: vec![("team".into(), "checkout".into())],
        chunk_tags: vec![("_dd.git.commit.sha".into(), "0a1b2c3d".into())],
        container_id: String::new(),
        standalone: false,
    }
}

pub fn chunks() -> Vec<Chunk> {
    vec![whole_trace(), part_of_a_trace()]
}

fn whole_trace() -> Chunk {
    let decision = Decision {
        priority: 2,
        mechanism: Some(Mechanism::LocalRule),
        rule_rate: Some(0.5),
        ..Decision::default()
    };
    Chunk {
        trace_id: TRACE,
        spans: vec![request(), query(), call(), work()],
        has_root: true,
        decision,
        origin: "rum".into(),
        tags: vec![("_dd.p.usr.id".into(), "dXNlcg==".into())],
        tracestate: "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE".into(),
    }
}

fn part_of_a_trace() -> Chunk {
    let decision = Decision {
        priority: 1,
        mechanism: Some(Mechanism::AgentRate),
        agent_rate: Some(1.0),
        ..Decision::default()
    };
    let span =
        Span { id: 21, parent: 20, start: START, duration: 5, name: "job.step".into(), ..Span::default() };
    Chunk { trace_id: 77, spans: vec![span], decision, ..Chunk::default() }
}

fn request() -> Span {
    let mut span = Span {
        id: 1,
        parent: 0xffee,
        start: START,
        duration: 120_000_000,
        name: "flask.request".into(),
        resource: "GET /orders/<id>".into(),
        span_type: "web".into(),
        kind: Kind::Server,
        error: true,
        ..Span::default()
    };
    span.set(keys::COMPONENT, "flask");
    span.set(keys::HTTP_REQUEST_METHOD, "GET");
    span.set(keys::HTTP_RESPONSE_STATUS_CODE, 500);
    span.set(keys::HTTP_ROUTE, "/orders/<id>");
    span.set(keys::URL_FULL, "http://shop.example:8080/orders/7?full=1");
    span.set(keys::USER_AGENT_ORIGINAL, "curl/8.5");
    span.set(keys::CLIENT_ADDRESS, "203.0.113.9");
    span.set(keys::NETWORK_PEER_ADDRESS, "10.0.0.2");
    *span.extras() = Extras {
        failure: Some(failure()),
        events: vec![event()],
        structures: vec![("_dd.stack".into(), b"\x81\xa2id\x07".to_vec())],
        ..Extras::default()
    };
    span
}

fn failure() -> ErrorInfo {
    ErrorInfo {
        kind: "shop.errors.OutOfStock".into(),
        message: "no \"blue\" left – sorry".into(),
        stack: "Traceback (most recent call last):\n  File \"app.py\", line 7\n".into(),
    }
}

fn event() -> Event {
    Event {
        time: START + 1_000,
        name: "stock.checked".into(),
        attributes: vec![
            (key("stock.left"), Value::Int(0)),
            (key("stock.warm"), Value::Bool(true)),
            (key("stock.ratio"), Value::Double(0.25)),
            (key("stock.places"), strings(&["north", "süd"])),
        ],
    }
}

fn query() -> Span {
    let mut span = Span {
        id: 2,
        parent: 1,
        start: START + 10_000,
        duration: 2_000_000,
        name: "postgres.query".into(),
        resource: "SELECT * FROM orders WHERE id = ?".into(),
        service: "postgres".into(),
        span_type: "sql".into(),
        kind: Kind::Client,
        ..Span::default()
    };
    span.set(keys::DB_SYSTEM_NAME, "postgresql");
    span.set(keys::DB_NAMESPACE, "orders");
    span.set(keys::SERVER_ADDRESS, "db.internal");
    span.set(keys::SERVER_PORT, 5432);
    span.set(keys::DB_RESPONSE_RETURNED_ROWS, 3);
    span.set(keys::MEASURED, 1);
    span
}

fn call() -> Span {
    let mut span = Span {
        id: 3,
        parent: 1,
        start: START + 3_000_000,
        duration: 50_000_000,
        name: "requests.request".into(),
        resource: "POST /pay".into(),
        span_type: "http".into(),
        kind: Kind::Client,
        ..Span::default()
    };
    span.set(keys::HTTP_REQUEST_METHOD, "POST");
    span.set(keys::URL_FULL, "https://pay.example/pay");
    span.set(keys::SERVER_ADDRESS, "pay.example");
    span.set(keys::HTTP_RESPONSE_STATUS_CODE, 200);
    span.extras().links.push(Link {
        trace_id: TRACE + 1,
        span_id: 99,
        flags: Some(1),
        tracestate: "dd=s:1,other=x".into(),
        attributes: vec![(key("reason"), Value::from("retry"))],
    });
    span
}

fn work() -> Span {
    let mut span = Span {
        id: 4,
        parent: 1,
        start: START + 60_000_000,
        duration: 1_000,
        name: "cart.total".into(),
        kind: Kind::Internal,
        ..Span::default()
    };
    span.set(key("cart.ratio"), 0.125);
    span.set(key("cart.paid"), true);
    span.set(key("cart.big"), i64::MAX);
    span.set(key("cart.items"), strings(&["apple", "pear"]));
    span
}

pub fn key(name: &str) -> Key {
    Key::new(name).expect("a key with sense")
}

fn strings(items: &[&str]) -> Value {
    Value::Array(Box::new(Array::Str(items.iter().map(|item| (*item).into()).collect())))
}

#[allow(dead_code, reason = "not every user of these cases has a use for it")]
/// A request with one finding that was stopped, as protection tells it.
pub fn attack() -> Vec<Chunk> {
    let mut span =
        Span { id: 31, start: START, duration: 9, name: "flask.request".into(), ..Span::default() };
    span.kind = Kind::Server;
    span.set(keys::HTTP_ROUTE, "/search");
    span.set(keys::APPSEC_EVENT, "true");
    span.set(keys::APPSEC_BLOCKED, "true");
    let pack = |json: &serde_json::Value| {
        let mut out = Vec::new();
        vedette_wire::msgpack::json::write(&mut out, json);
        out
    };
    let trigger = serde_json::json!({
        "rule": {"id": "vdt-rasp-sqli-001", "name": "SQL injection exploit", "tags": {"type": "sql_injection"}},
        "span_id": 31, "stack_id": "5"
    });
    let frame = serde_json::json!({"id": 0, "file": "app.py", "line": 7, "function": "search"});
    let stack = serde_json::json!({"id": "5", "language": "python", "frames": [frame]});
    *span.extras() = Extras {
        events: vec![Event {
            time: START + 5,
            name: vedette_wire::findings::EVENT.into(),
            attributes: vec![
                (key("security.rule.id"), "vdt-rasp-sqli-001".into()),
                (key("security.rule.name"), "SQL injection exploit".into()),
                (key("security.category"), "vulnerability_trigger".into()),
                (key("security.input.address"), "server.request.query".into()),
                (key("security.input.path"), "q".into()),
                (key("security.blocked"), true.into()),
                (key("code.line.number"), 7.into()),
            ],
        }],
        structures: vec![
            ("appsec".into(), pack(&serde_json::json!({"triggers": [trigger]}))),
            ("_dd.stack".into(), pack(&serde_json::json!({"exploit": [stack]}))),
        ],
        ..Extras::default()
    };
    let decision = Decision { priority: 2, mechanism: Some(Mechanism::AppSec), ..Decision::default() };
    let tags = vec![("_dd.p.ts".into(), "02".into())];
    vec![Chunk { trace_id: TRACE, spans: vec![span], has_root: true, decision, tags, ..Chunk::default() }]
}
