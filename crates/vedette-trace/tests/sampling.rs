//! Sampling against the case files.

mod case_files;

use case_files::{run, same};
use serde_json::{json, Value as Json};
use vedette_model::{Chunk, Decision, Key, Kind, Span, Value};
use vedette_trace::sampling::{
    keeps, manual, parse_rules, parse_span_rules, security_event, trim_dropped, Rule, Sampler, SamplingConfig,
};

const NOW: u64 = 1_700_000_000_000_000_000;
const SECOND: u64 = 1_000_000_000;

fn rules(list: &Json) -> Vec<Rule> {
    let (rules, warnings) = parse_rules(&list.to_string()).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    rules
}

fn span(given: &Json) -> Span {
    let text = |field: &str| given[field].as_str().unwrap_or("").into();
    let kind = given["kind"].as_str().map_or(Kind::Unspecified, |kind| Kind::from_name(kind).unwrap());
    let mut span = Span {
        name: text("name"),
        service: text("service"),
        resource: text("resource"),
        kind,
        ..Span::default()
    };
    for (name, value) in given["tags"].as_object().into_iter().flatten() {
        span.set(Key::new(name).unwrap(), attribute(value));
    }
    span
}

fn attribute(value: &Json) -> Value {
    match value {
        Json::String(text) => Value::from(text.as_str()),
        Json::Bool(truth) => Value::from(*truth),
        number => number.as_i64().map_or_else(|| Value::Double(number.as_f64().unwrap()), Value::Int),
    }
}

fn sampler(case: &Json) -> Sampler {
    let config = SamplingConfig {
        rules: rules(&case["rules"]),
        rate: case["rate"].as_f64(),
        ..SamplingConfig::default()
    };
    let sampler = Sampler::new(config);
    let rates = case["agent"].as_object().into_iter().flatten();
    let rates: Vec<(String, f64)> = rates.map(|(key, rate)| (key.clone(), rate.as_f64().unwrap())).collect();
    sampler.set_agent_rates(&rates);
    sampler.set_remote(case.get("remote_rules").map(rules), case["remote_rate"].as_f64());
    sampler
}

fn told(decision: &Decision) -> Json {
    let fields = [
        ("priority", json!(decision.priority)),
        ("mechanism", json!(decision.mechanism.map(|mechanism| mechanism as u8))),
        ("rule_rate", json!(decision.rule_rate)),
        ("agent_rate", json!(decision.agent_rate)),
        ("limit_rate", json!(decision.limit_rate)),
    ];
    fields
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

#[test]
fn rules_decide() {
    run("sampling_rules.json", 48, |case| {
        let decision = sampler(case).decide(&span(&case["span"]), 77, "shop", "prod", NOW);
        same(&case["decision"], &told(&decision))
    });
}

#[test]
fn the_same_id_gives_the_same_answer_as_in_other_tracers() {
    run("sampling_knuth.json", 132, |case| {
        let id = u128::from_str_radix(case["trace_id"].as_str().unwrap(), 16).unwrap();
        same(&case["kept"], &json!(keeps(id as u64, case["rate"].as_f64().unwrap())))
    });
}

#[test]
fn a_rate_keeps_its_share() {
    for rate in [0.01, 0.2, 0.5, 0.9] {
        let kept = (0..100_000).filter(|_| keeps(vedette_model::ids::span_id(), rate)).count();
        assert!((kept as f64 / 100_000.0 - rate).abs() < 0.01, "{rate}: {kept}");
    }
}

fn marks(chunk: &Chunk) -> Json {
    let of = |span: &Span| -> Json {
        let names = ["mechanism", "rule_rate", "max_per_second"];
        let value = |name: &str| match span.get(Key::new(&format!("_dd.span_sampling.{name}")).unwrap()) {
            Some(Value::Int(number)) => json!(number),
            Some(Value::Double(number)) => json!(number),
            _ => Json::Null,
        };
        let found: serde_json::Map<String, Json> = names
            .into_iter()
            .map(|name| (name.to_owned(), value(name)))
            .filter(|(_, value)| !value.is_null())
            .collect();
        if found.is_empty() {
            Json::Null
        } else {
            Json::Object(found)
        }
    };
    chunk.spans.iter().map(of).collect()
}

#[test]
fn single_spans_are_marked() {
    run("sampling_spans.json", 10, |case| {
        let (span_rules, _) = parse_span_rules(&case["rules"].to_string()).unwrap();
        let sampler = Sampler::new(SamplingConfig { span_rules, ..SamplingConfig::default() });
        let decision =
            Decision { priority: case["priority"].as_i64().unwrap_or(-1) as i8, ..Decision::default() };
        let spans = case["spans"].as_array().unwrap().iter().map(span).collect();
        let mut chunk = Chunk { spans, decision, has_root: true, ..Chunk::default() };
        let any = sampler.mark_spans(&mut chunk, "shop", NOW);
        same(&case["marks"], &marks(&chunk))?;
        let marked = case["marks"].as_array().unwrap().iter().any(|mark| !mark.is_null());
        same(&json!([marked, decision.priority]), &json!([any, chunk.decision.priority]))
    });
}

#[test]
fn rules_are_read_from_text() {
    run("sampling_parse.json", 23, |case| {
        let text = case["text"].as_str().unwrap();
        let (found, error) = match parse_rules(text) {
            Ok((rules, warnings)) => (json!([rules.len(), warnings.len()]), false),
            Err(_) => (json!([null, 0]), true),
        };
        same(&json!([case["rules"], case["warnings"]]), &found)?;
        same(&case["error"], &json!(error))
    });
}

#[test]
fn span_rules_keep_everything_by_default_and_refuse_negative_limits() {
    let (rules, warnings) =
        parse_span_rules(r#"[{"name":"a"},{"max_per_second":-1},{"max_per_second":"x"}]"#).unwrap();
    assert_eq!((rules.len(), warnings.len()), (1, 2));
    assert_eq!((rules[0].sample_rate, rules[0].max_per_second), (1.0, None));
}

#[test]
fn the_limit_is_for_what_rules_keep() {
    let keep_all = rules(&json!([{"service": "web", "sample_rate": 1}]));
    let config = SamplingConfig { rules: keep_all, rate_limit: 1.0, ..SamplingConfig::default() };
    let sampler = Sampler::new(config);
    let (web, other) = (span(&json!({"service": "web"})), span(&json!({"service": "other"})));
    let decide = |root: &Span, now: u64| sampler.decide(root, 1, "", "", now);
    let first = decide(&web, NOW);
    assert_eq!((first.priority, first.limit_rate), (2, Some(1.0)));
    let second = decide(&web, NOW);
    assert_eq!((second.priority, second.limit_rate), (-1, Some(0.75)));
    assert_eq!(second.rule_rate, Some(1.0));
    assert!((0..100).all(|_| decide(&other, NOW).priority == 1), "without a rule nothing is limited");
    assert_eq!(decide(&web, NOW + SECOND).priority, 2);
}

#[test]
fn remote_settings_go_back_to_the_local_ones() {
    let drop_all = rules(&json!([{"sample_rate": 0}]));
    let sampler = Sampler::new(SamplingConfig { rules: drop_all, ..SamplingConfig::default() });
    let priority = || sampler.decide(&Span::default(), 1, "", "", NOW).priority;
    sampler.set_remote(Some(rules(&json!([{"sample_rate": 1}]))), None);
    assert_eq!(priority(), 2);
    sampler.set_remote(None, None);
    assert_eq!(priority(), -1);
}

#[test]
fn the_agents_last_answer_counts() {
    let sampler = Sampler::new(SamplingConfig::default());
    let priority = || sampler.decide(&Span::default(), 1, "web", "prod", NOW).priority;
    sampler.set_agent_rates(&[("service:web,env:prod".to_owned(), 0.0)]);
    assert_eq!(priority(), 0);
    sampler.set_agent_rates(&[]);
    assert_eq!(priority(), 1);
}

#[test]
fn users_and_security_events_decide_for_good() {
    assert_eq!(told(&manual(true)), json!({"priority": 2, "mechanism": 4}));
    assert_eq!(told(&manual(false)), json!({"priority": -1, "mechanism": 4}));
    assert_eq!(told(&security_event()), json!({"priority": 2, "mechanism": 5}));
}

#[test]
fn a_dropped_chunk_keeps_errors_whole_and_marked_spans_alone() {
    let chunk = |priority: i8, error: bool| {
        let decision = Decision { priority, ..Decision::default() };
        let spans = vec![Span::default(), Span { error, name: "b".into(), ..Span::default() }];
        Chunk { spans, decision, has_root: true, ..Chunk::default() }
    };
    let trimmed = |mut chunk: Chunk| (trim_dropped(&mut chunk), chunk.spans.len(), chunk.has_root);
    assert_eq!(trimmed(chunk(1, false)), (true, 2, true));
    assert_eq!(trimmed(chunk(0, true)), (true, 2, true));
    assert_eq!(trimmed(chunk(0, false)), (false, 0, false));
    let (span_rules, _) = parse_span_rules(r#"[{"name":"b"}]"#).unwrap();
    let sampler = Sampler::new(SamplingConfig { span_rules, ..SamplingConfig::default() });
    let mut marked = chunk(-1, false);
    assert!(sampler.mark_spans(&mut marked, "", NOW));
    assert_eq!(trimmed(marked), (true, 1, false));
}

#[test]
fn threads_share_one_limit() {
    let sampler =
        Sampler::new(SamplingConfig { rate: Some(1.0), rate_limit: 50.0, ..SamplingConfig::default() });
    let kept = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let decisions = (0..100).map(|_| sampler.decide(&Span::default(), 1, "", "", NOW));
                let some = decisions.filter(Decision::keeps).count();
                kept.fetch_add(some, std::sync::atomic::Ordering::Relaxed);
            });
        }
    });
    assert_eq!(kept.into_inner(), 50);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_rules_panic(text in "[\\[\\]{}\":,a-z0-9.*? -]{0,60}", any in ".{0,60}") {
        for text in [text, any] {
            let _ = (parse_rules(&text), parse_span_rules(&text));
        }
    }
}
