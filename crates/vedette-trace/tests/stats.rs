//! What the concentrator counts, where, and how much of it there may be.

use vedette_model::{keys, Chunk, Key, Kind, Process, Span, Value};
use vedette_trace::stats::{Concentrator, Sketch, BLOCKED, BUCKET};
use vedette_wire::stats::{decode, encode, Group, Payload};
use vedette_wire::DecodeLimits;

const START: u64 = 1_700_000_000_000_000_000;
const MS: u64 = 1_000_000;

fn process() -> Process {
    Process { service: "shop".into(), env: "prod".into(), version: "1.2".into(), ..Process::default() }
}

fn root() -> Span {
    let mut span = Span {
        id: 1,
        start: START,
        duration: 5 * MS,
        name: "web.request".into(),
        resource: "GET /cart".into(),
        span_type: "web".into(),
        kind: Kind::Server,
        ..Span::default()
    };
    span.set(keys::HTTP_RESPONSE_STATUS_CODE, 200i64);
    span.set(keys::HTTP_REQUEST_METHOD, "GET");
    span.set(keys::HTTP_ROUTE, "/cart");
    span
}

fn child(id: u64, name: &str) -> Span {
    Span { id, parent: 1, start: START, duration: MS, name: name.into(), ..Span::default() }
}

fn chunk(spans: Vec<Span>) -> Chunk {
    Chunk { trace_id: 7, spans, has_root: true, ..Chunk::default() }
}

fn with(mut span: Span, tags: &[(&str, Value)]) -> Span {
    tags.iter().for_each(|(name, value)| span.set(Key::new(name).unwrap(), value.clone()));
    span
}

/// All that was counted of some chunks.
fn counted(peer_tags: &[&str], chunks: &[Chunk]) -> Payload {
    let names: Vec<String> = peer_tags.iter().map(|name| (*name).to_owned()).collect();
    let mut concentrator = Concentrator::new(&names);
    chunks.iter().for_each(|chunk| concentrator.add(chunk, &process()));
    concentrator.flush(START, true, &process()).unwrap_or_default()
}

fn groups(spans: Vec<Span>) -> Vec<Group> {
    let payload = counted(&["db.name", "out.host", "_dd.base_service"], &[chunk(spans)]);
    payload.buckets.into_iter().flat_map(|bucket| bucket.groups).collect()
}

fn summary(durations: &[u64]) -> Vec<u8> {
    let mut sketch = Sketch::default();
    durations.iter().for_each(|duration| sketch.add(*duration));
    sketch.encode()
}

/// A root's group is told in full.
#[test]
fn a_request_is_counted_with_all_it_has_in_common_with_others() {
    let expected = Group {
        service: "shop".into(),
        name: "web.request".into(),
        resource: "GET /cart".into(),
        span_type: "web".into(),
        http_status_code: 200,
        span_kind: "server".into(),
        is_trace_root: Some(true),
        http_method: "GET".into(),
        http_endpoint: "/cart".into(),
        hits: 2,
        top_level_hits: 2,
        errors: 1,
        duration: 12 * MS,
        ok_summary: summary(&[5 * MS]),
        error_summary: summary(&[7 * MS]),
        ..Group::default()
    };
    let failed = Span { error: true, duration: 7 * MS, ..root() };
    let payload = counted(&[], &[chunk(vec![root()]), chunk(vec![failed])]);
    assert_eq!(payload.buckets[0].groups, [expected]);
    assert_eq!((&*payload.service, &*payload.env, &*payload.version), ("shop", "prod", "1.2"));
}

#[test]
fn what_is_counted_is_what_matters() {
    let measured = |value: Value| with(child(2, "measured"), &[("_dd.measured", value)]);
    let kinds = [Kind::Client, Kind::Producer, Kind::Consumer, Kind::Server];
    assert_eq!(groups(vec![root(), child(2, "inner")]).len(), 1);
    assert_eq!(groups(vec![root(), measured(Value::Int(1))]).len(), 2);
    assert_eq!(groups(vec![root(), measured(Value::Double(1.0))]).len(), 2);
    assert_eq!(groups(vec![root(), measured(Value::Int(0))]).len(), 1);
    assert_eq!(groups(vec![root(), Span { kind: Kind::Internal, ..child(2, "x") }]).len(), 1);
    for kind in kinds {
        assert_eq!(groups(vec![root(), Span { kind, ..child(2, "x") }]).len(), 2, "{kind:?}");
    }
}

#[test]
fn an_inner_span_of_another_service_is_an_entry() {
    let found = groups(vec![root(), Span { service: "cache".into(), ..child(2, "get") }]);
    assert_eq!((found[1].top_level_hits, found[1].is_trace_root), (1, Some(false)));
    assert_eq!(found[1].peer_tags, ["_dd.base_service:shop"]);
}

#[test]
fn snapshots_of_unfinished_spans_are_not_counted() {
    assert!(groups(vec![with(root(), &[("_dd.partial_version", Value::Int(1))])]).is_empty());
}

#[test]
fn every_difference_makes_a_group() {
    let changes: Vec<fn(&mut Span)> = vec![
        |span| span.service = "other".into(),
        |span| span.name = "other".into(),
        |span| span.resource = "other".into(),
        |span| span.span_type = "other".into(),
        |span| span.kind = Kind::Consumer,
        |span| span.parent = 9,
        |span| span.set(keys::HTTP_RESPONSE_STATUS_CODE, 500i64),
        |span| span.set(keys::HTTP_REQUEST_METHOD, "POST"),
        |span| span.set(keys::HTTP_ROUTE, "/other"),
        |span| span.set(Key::new("rpc.grpc.status_code").unwrap(), 5i64),
    ];
    for (at, change) in changes.iter().enumerate() {
        let mut other = root();
        change(&mut other);
        let payload = counted(&[], &[chunk(vec![root()]), chunk(vec![other])]);
        assert_eq!(payload.buckets[0].groups.len(), 2, "change {at}");
    }
    let synthetic = Chunk { origin: "synthetics-browser".into(), ..chunk(vec![root()]) };
    let payload = counted(&[], &[chunk(vec![root()]), synthetic]);
    assert_eq!(
        payload.buckets[0].groups.iter().map(|group| group.synthetics).collect::<Vec<_>>(),
        [false, true]
    );
}

#[test]
fn an_endpoint_without_route_is_the_computed_one() {
    let mut span = with(root(), &[("http.endpoint", "/cart/{id}".into())]);
    span.remove(keys::HTTP_ROUTE);
    assert_eq!(groups(vec![span])[0].http_endpoint, "/cart/{id}");
}

#[test]
fn a_status_may_be_a_text() {
    let status = |value: Value| {
        groups(vec![with(root(), &[("http.response.status_code", value)])])[0].http_status_code
    };
    assert_eq!(status("404".into()), 404);
    assert_eq!(["x", "", "-1"].map(|text| status(text.into())), [0; 3]);
    assert_eq!(status(Value::Int(-1)), 0);
}

#[test]
fn grpc_statuses_are_numbers_however_they_are_told() {
    let grpc =
        |name: &str, value: Value| groups(vec![with(root(), &[(name, value)])])[0].grpc_status_code.clone();
    assert_eq!(grpc("rpc.grpc.status_code", Value::Int(5)), "5");
    assert_eq!(grpc("rpc.grpc.status_code", Value::Double(5.0)), "5");
    assert_eq!(grpc("grpc.status.code", "5".into()), "5");
    assert_eq!(grpc("grpc.status.code", "OK".into()), "0");
    assert_eq!(grpc("grpc.status.code", "StatusCode.NOT_FOUND".into()), "5");
    assert_eq!(grpc("rpc.response.status_code", "UNAVAILABLE".into()), "14");
    assert_eq!(grpc("grpc.status.code", "nonsense".into()), "");
    assert_eq!(grpc("grpc.status.code", Value::Int(77)), "");
}

#[test]
fn callers_tell_whom_they_called() {
    let call = with(
        Span { kind: Kind::Client, service: "postgres".into(), ..child(2, "query") },
        &[("db.namespace", "orders".into()), ("server.address", "db1".into()), ("other", "x".into())],
    );
    let found = groups(vec![root(), call]);
    assert_eq!(found[1].peer_tags, ["db.name:orders", "out.host:db1", "_dd.base_service:shop"]);
    assert!(found[0].peer_tags.is_empty(), "a server is nobody's caller");
}

#[test]
fn buckets_are_aligned_and_hold_what_ended_in_them() {
    let late = Span { start: START + 9_999 * MS, duration: 2 * MS, ..root() };
    let payload = counted(&[], &[chunk(vec![root()]), chunk(vec![late])]);
    let starts: Vec<(u64, u64)> = payload.buckets.iter().map(|b| (b.start, b.duration)).collect();
    assert_eq!(starts, [(START, BUCKET), (START + BUCKET, BUCKET)]);
}

#[test]
fn a_bucket_is_sent_when_it_and_the_next_are_over() {
    let mut concentrator = Concentrator::new(&[]);
    concentrator.add(&chunk(vec![root()]), &process());
    let mut flush = |now: u64, force| concentrator.flush(now, force, &process());
    assert_eq!(flush(START + BUCKET, false), None);
    assert_eq!(flush(START + 2 * BUCKET - 1, false), None);
    let payload = flush(START + 2 * BUCKET, false).unwrap();
    assert_eq!((payload.sequence, payload.buckets.len()), (0, 1));
    assert_eq!(flush(START + 9 * BUCKET, true), None);
}

#[test]
fn what_comes_after_its_bucket_was_sent_is_counted_in_the_oldest_open_one() {
    let mut concentrator = Concentrator::new(&[]);
    concentrator.flush(START + 10 * BUCKET, false, &process());
    concentrator.add(&chunk(vec![root()]), &process());
    let payload = concentrator.flush(START + 10 * BUCKET, true, &process()).unwrap();
    assert_eq!(payload.buckets[0].start, START + 9 * BUCKET);
    concentrator.add(&chunk(vec![root()]), &process());
    let payload = concentrator.flush(START + 12 * BUCKET, true, &process()).unwrap();
    assert_eq!((payload.buckets[0].start, payload.sequence), (START + 10 * BUCKET, 1));
}

#[test]
fn clocks_that_jump_make_no_more_buckets_than_allowed() {
    let mut concentrator = Concentrator::new(&[]);
    for hour in 0..1_000 {
        let span = Span { start: START + hour * 3_600_000 * MS, ..root() };
        concentrator.add(&chunk(vec![span]), &process());
    }
    concentrator.add(&chunk(vec![Span { start: u64::MAX, duration: u64::MAX, ..root() }]), &process());
    let payload = concentrator.flush(START, true, &process()).unwrap();
    assert!(payload.buckets.len() <= 32);
    let hits: u64 = payload.buckets.iter().flat_map(|bucket| &bucket.groups).map(|group| group.hits).sum();
    assert_eq!(hits, 1_001, "no span is lost");
}

/// The groups of requests that differ in one thing.
fn many(count: usize, change: impl Fn(&mut Span, String)) -> (Vec<Group>, u64) {
    let mut concentrator = Concentrator::new(&["db.name".to_owned()]);
    for at in 0..count {
        let mut span = root();
        change(&mut span, format!("value {at}"));
        concentrator.add(&chunk(vec![span]), &process());
    }
    let payload = concentrator.flush(START, true, &process()).unwrap();
    (payload.buckets.into_iter().flat_map(|bucket| bucket.groups).collect(), concentrator.collapsed())
}

#[test]
fn too_many_resources_are_collapsed() {
    let (found, collapsed) = many(2_000, |span, value| span.resource = value.into());
    assert_eq!((found.len(), collapsed), (1_025, 976));
    let blocked = found.iter().find(|group| group.resource == BLOCKED).unwrap();
    assert_eq!((blocked.hits, &*blocked.name, &*blocked.service), (976, "web.request", "shop"));
}

#[test]
fn too_many_endpoints_and_peers_are_collapsed() {
    let (found, _) = many(1_000, |span, value| span.set(keys::HTTP_ROUTE, Value::Str(value.into())));
    assert_eq!(found.len(), 513);
    let (found, _) = many(1_000, |span, value| {
        span.kind = Kind::Client;
        span.set(keys::DB_NAMESPACE, Value::Str(value.into()));
    });
    assert_eq!(found.len(), 513);
    assert!(found.iter().any(|group| group.peer_tags == [BLOCKED]));
}

#[test]
fn too_many_groups_are_collapsed_into_one() {
    let (found, collapsed) = many(9_000, |span, value| span.name = value.into());
    assert_eq!((found.len(), collapsed), (7_001, 2_000));
    let blocked = found.iter().find(|group| group.name == BLOCKED).unwrap();
    assert_eq!((blocked.hits, &*blocked.service), (2_000, BLOCKED));
}

#[test]
fn the_payload_is_read_back() {
    let payload = counted(&[], &[chunk(vec![root(), Span { kind: Kind::Client, ..child(2, "query") }])]);
    assert_eq!(decode(&encode(&payload), &DecodeLimits::default()), Ok(payload));
}
