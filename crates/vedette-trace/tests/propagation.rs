//! Propagation against the case files, and against headers nobody would send.

mod case_files;

use std::collections::BTreeMap;

use case_files::{run, same};
use proptest::prelude::*;
use serde_json::{json, Map, Value};
use vedette_model::{Decision, Link, Mechanism, Text};
use vedette_trace::propagation::{
    extract, guard, inject, Behavior, Config, Extracted, Guard, Headers, Outgoing, Remote, Style,
};

fn config(case: &Value) -> Config {
    let given = &case["config"];
    let mut config = Config::default();
    let styles = |list: &Value| -> Option<Vec<Style>> {
        let names = list.as_array()?.iter().map(|name| name.as_str().unwrap());
        Some(names.map(|name| Style::from_name(name).expect("a style")).collect())
    };
    let number = |field: &str, default: usize| given[field].as_u64().map_or(default, |n| n as usize);
    config.extract = styles(&given["extract"]).unwrap_or(config.extract);
    config.inject = styles(&given["inject"]).unwrap_or(config.inject);
    config.extract_first = given["extract_first"].as_bool().unwrap_or(false);
    config.behavior =
        given["behavior"].as_str().map_or(Behavior::Continue, |b| Behavior::from_name(b).unwrap());
    config.tags_header_max = number("tags_header_max", config.tags_header_max);
    config.baggage_items = number("baggage_items", config.baggage_items);
    config.baggage_bytes = number("baggage_bytes", config.baggage_bytes);
    config
}

fn pairs(value: &Value) -> Vec<(&str, &str)> {
    let map = value.as_object().into_iter().flatten();
    map.map(|(key, value)| (key.as_str(), value.as_str().expect("a text"))).collect()
}

fn told(extracted: &Extracted) -> Value {
    json!({
        "context": extracted.remote.as_ref().map(told_context),
        "links": extracted.links.iter().map(told_link).collect::<Vec<_>>(),
        "baggage": extracted.baggage,
    })
}

fn told_context(remote: &Remote) -> Value {
    let tags: BTreeMap<&str, &str> = remote.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    json!({
        "trace_id": format!("{:032x}", remote.trace_id),
        "span_id": format!("{:016x}", remote.span_id),
        "priority": remote.priority,
        "origin": remote.origin.as_str(),
        "tags": tags,
        "tracestate": remote.tracestate.as_str(),
        "parent_tag": remote.parent_tag.as_deref(),
        "problem": remote.problem,
    })
}

fn told_link(link: &Link) -> Value {
    let attributes: Map<String, Value> =
        link.attributes.iter().map(|(key, value)| (key.name().to_owned(), json!(value.as_str()))).collect();
    json!({
        "trace_id": format!("{:032x}", link.trace_id),
        "span_id": format!("{:016x}", link.span_id),
        "flags": link.flags,
        "tracestate": link.tracestate.as_str(),
        "attributes": attributes,
    })
}

/// What a case expects, with what it leaves out filled in: a case names only what matters, and nothing else may be.
fn expected(case: &Value) -> Value {
    let mut context = case["context"].clone();
    if let Some(context) = context.as_object_mut() {
        let defaults = [("origin", json!("")), ("tags", json!({})), ("tracestate", json!(""))];
        for (field, default) in
            defaults.into_iter().chain([("parent_tag", Value::Null), ("problem", Value::Null)])
        {
            context.entry(field).or_insert(default);
        }
    }
    let list = |field: &str| case.get(field).cloned().unwrap_or(json!([]));
    json!({"context": context, "links": list("links"), "baggage": list("baggage")})
}

fn check_extract(case: &Value) -> Result<(), String> {
    let headers = pairs(&case["headers"]);
    same(&expected(case), &told(&extract(&config(case), &Headers(&headers))))
}

#[test]
fn datadog_headers_are_read() {
    run("propagation_datadog.json", 42, check_extract);
}

#[test]
fn w3c_headers_are_read() {
    run("propagation_tracecontext.json", 52, check_extract);
}

#[test]
fn b3_headers_are_read() {
    run("propagation_b3.json", 28, check_extract);
}

#[test]
fn baggage_is_read() {
    run("propagation_baggage.json", 18, check_extract);
}

#[test]
fn conflicts_are_settled() {
    run("propagation_conflicts.json", 23, check_extract);
}

fn decision(given: &Value) -> Option<Decision> {
    let mechanism = match given.get("mechanism")?.as_u64() {
        None => None,
        Some(3) => Some(Mechanism::LocalRule),
        Some(other) => panic!("no mechanism {other} in these cases"),
    };
    let priority = given["priority"].as_i64()? as i8;
    let rule_rate = given["rule_rate"].as_f64();
    Some(Decision { priority, mechanism, rule_rate, ..Decision::default() })
}

fn check_inject(case: &Value) -> Result<(), String> {
    let given = &case["outgoing"];
    let hex = |field: &str| u128::from_str_radix(given[field].as_str().unwrap(), 16).unwrap();
    let text = |field: &str| given[field].as_str().unwrap_or("").to_owned();
    let tags: Vec<(Text, Text)> =
        pairs(&given["tags"]).into_iter().map(|(key, value)| (key.into(), value.into())).collect();
    let baggage: Vec<(String, String)> = serde_json::from_value(given["baggage"].clone()).unwrap_or_default();
    let (origin, tracestate, decision) = (text("origin"), text("tracestate"), decision(&given["decision"]));
    let outgoing = Outgoing {
        trace_id: hex("trace_id"),
        span_id: hex("span_id") as u64,
        priority: given["priority"].as_i64().map(|priority| priority as i8),
        decision: decision.as_ref(),
        origin: &origin,
        tags: &tags,
        tracestate: &tracestate,
        baggage: &baggage,
    };
    let mut headers = Map::new();
    let problem = inject(&config(case), &outgoing, &mut |name, value| {
        assert!(headers.insert(name.to_owned(), json!(value)).is_none(), "{name} written twice");
    });
    same(&case["headers"], &Value::Object(headers))?;
    same(case.get("problem").unwrap_or(&Value::Null), &json!(problem))
}

#[test]
fn headers_are_written() {
    run("propagation_inject.json", 30, check_inject);
}

#[test]
fn style_names_are_read_in_any_case() {
    let names =
        [("DataDog", Style::Datadog), ("tracecontext", Style::TraceContext), (" B3MULTI ", Style::B3Multi)];
    for (name, style) in names {
        assert_eq!(Style::from_name(name), Some(style));
    }
    assert_eq!(Style::from_name("B3 Single Header"), Some(Style::B3));
    assert_eq!(["jaeger", "", "b3,datadog"].map(Style::from_name), [None; 3]);
}

#[test]
fn a_link_to_a_remote_context_has_its_tracestate() {
    let config = Config::default();
    let datadog = [
        ("x-datadog-trace-id", "1"),
        ("x-datadog-parent-id", "2"),
        ("x-datadog-sampling-priority", "2"),
        ("x-datadog-tags", "_dd.p.dm=-4"),
    ];
    let remote = extract(&config, &Headers(&datadog)).remote.unwrap();
    assert_eq!((remote.link_tracestate().as_str(), remote.flags()), ("dd=s:2;t.dm:-4", 1));
    let state = "dd=s:2;o:rum;p:00000000000000ff;t.dm:-4,a=b";
    let w3c =
        [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("tracestate", state)];
    assert_eq!(extract(&config, &Headers(&w3c)).remote.unwrap().link_tracestate(), state);
    assert_eq!(Remote::default().link_tracestate(), "");
}

const ALL: [Style; 5] = [Style::Datadog, Style::TraceContext, Style::B3Multi, Style::B3, Style::Baggage];
const NAMES: [&str; 13] = [
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-origin",
    "x-datadog-tags",
    "traceparent",
    "tracestate",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-sampled",
    "x-b3-flags",
    "b3",
    "baggage",
];

/// Anything, or something that gets far before it goes wrong.
fn header() -> impl Strategy<Value = String> {
    let valid = proptest::sample::select(vec![
        "123",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        "00f067aa0ba902b7",
        "_dd.p.dm=-1,_dd.p.tid=4bf92f3577b34da6",
        "dd=s:1;t.dm:-1,a=b",
        "a=b,c=%41",
    ]);
    let broken = (valid.clone(), any::<prop::sample::Index>(), any::<char>()).prop_map(|(text, at, c)| {
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len());
        chars[at] = c;
        chars.into_iter().collect()
    });
    prop_oneof![valid.prop_map(str::to_owned), broken, ".{0,80}", "[0-9a-f%=,;:~ -]{0,80}"]
}

/// Whether a header can be sent at all.
fn is_sendable(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_comes_in_nothing_panics_and_what_goes_out_can_be_sent(values in proptest::collection::vec(header(), NAMES.len())) {
        let headers: Vec<(&str, &str)> = NAMES.iter().copied().zip(values.iter().map(String::as_str)).collect();
        let config = Config { extract: ALL.to_vec(), inject: ALL.to_vec(), ..Config::default() };
        let extracted = extract(&config, &Headers(&headers));
        let remote = extracted.remote.clone().unwrap_or_default();
        let outgoing = Outgoing {
            trace_id: remote.trace_id,
            span_id: 5,
            priority: remote.priority,
            origin: &remote.origin,
            tags: &remote.tags,
            tracestate: &remote.tracestate,
            baggage: &extracted.baggage,
            ..Outgoing::default()
        };
        inject(&config, &outgoing, &mut |name, value| assert!(is_sendable(value), "{name}: {value:?}"));
    }

    #[test]
    fn what_was_injected_is_extracted(trace in 1u128.., span in 1u64.., priority in -1i8..=2, tag in "[a-z0-9=]{1,20}", style in 0usize..4) {
        let styles = vec![ALL[style]];
        let config = Config { extract: styles.clone(), inject: styles, ..Config::default() };
        let trace_id = if trace as u64 == 0 { trace | 1 } else { trace };
        let tags = [("_dd.p.dm".into(), "-3".into()), ("_dd.p.x".into(), Text::new(&tag))];
        let outgoing = Outgoing { trace_id, span_id: span, priority: Some(priority), origin: "rum", tags: &tags, ..Outgoing::default() };
        let mut headers = Vec::new();
        inject(&config, &outgoing, &mut |name, value| headers.push((name, value.to_owned())));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let remote = extract(&config, &Headers(&headers)).remote.unwrap();
        prop_assert_eq!((remote.trace_id, remote.span_id), (trace_id, span));
        if style < 2 {
            prop_assert_eq!((remote.priority, &*remote.origin, &remote.tags[..]), (Some(priority), "rum", &tags[..]));
        } else {
            prop_assert_eq!(remote.priority, Some(i8::from(priority > 0)));
        }
    }

    #[test]
    fn baggage_comes_back_as_it_was(items in proptest::collection::btree_map("\\PC{1,10}", "\\PC{1,20}", 0..10)) {
        let baggage: Vec<(String, String)> = items.into_iter().collect();
        let mut line = String::new();
        let outgoing = Outgoing { baggage: &baggage, ..Outgoing::default() };
        inject(&Config::default(), &outgoing, &mut |_, value| line = value.to_owned());
        let headers = [("baggage", line.as_str())];
        prop_assert_eq!(extract(&Config::default(), &Headers(&headers)).baggage, baggage);
    }
}

/// The marker belongs to the process: this is the only test that learns one.
#[test]
fn a_guard_marks_what_goes_out_and_strips_what_strangers_decided() {
    let config = Config { guard: Some(Guard::default()), ..Config::default() };
    let headers = |marker: &str| {
        let tags = format!("_dd.p.dm=-4,_dd.p.opm={marker}");
        let state = format!("dd=s:2;t.dm:-4;t.opm:{marker},other=1");
        let parent = "00-00000000000000000000000000000007-0000000000000008-01";
        let pairs = [
            ("x-datadog-trace-id", "7"),
            ("x-datadog-parent-id", "8"),
            ("x-datadog-sampling-priority", "2"),
            ("x-datadog-origin", "rum"),
            ("x-datadog-tags", &tags),
            ("traceparent", parent),
            ("tracestate", &state),
            ("baggage", "user.id=1"),
        ];
        extract(&config, &Headers(&pairs))
    };
    assert_eq!(headers("theirs").remote.unwrap().priority, Some(2), "nobody knows yet who we are");
    guard::learn(Some("ours"));
    assert_eq!(headers("ours").remote.unwrap().priority, Some(2));
    let stranger = headers("theirs");
    let remote = stranger.remote.unwrap();
    assert_eq!((remote.trace_id, remote.span_id, remote.tracestate.as_str()), (7, 8, "other=1"));
    assert_eq!((remote.priority, remote.origin.as_str(), remote.tags.len()), (None, "", 0));
    assert_eq!(stranger.baggage, [("user.id".to_owned(), "1".to_owned())]);

    let upstream = [(Text::new("_dd.p.opm"), Text::new("friends"))];
    let outgoing = Outgoing { trace_id: 7, span_id: 9, tags: &upstream, ..Outgoing::default() };
    let written = |config: &Config| {
        let mut told = BTreeMap::new();
        inject(config, &outgoing, &mut |name, value| drop(told.insert(name, value.to_owned())));
        told
    };
    let ours = written(&config);
    assert_eq!(ours["x-datadog-tags"], "_dd.p.opm=ours");
    assert!(ours["tracestate"].contains("t.opm:ours") && !ours["tracestate"].contains("friends"));
    assert_eq!(
        written(&Config::default())["x-datadog-tags"],
        "_dd.p.opm=friends",
        "without it all passes through"
    );
}
