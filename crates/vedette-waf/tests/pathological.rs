//! The default rules over hostile input: nothing panics, time is bounded, and the rest of the request is unharmed.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use vedette_waf::{form, json, xml, Data, Limits, Outcome, Request, Ruleset};

const RULES: &str = include_str!("../../../src/vedette/protection/rules/default.json");
const ATTACK: &str = "<script>alert(1)</script>";

fn rules() -> Arc<Ruleset> {
    static PARSED: std::sync::OnceLock<Arc<Ruleset>> = std::sync::OnceLock::new();
    Arc::clone(PARSED.get_or_init(|| {
        let (rules, diagnostics) = Ruleset::parse(RULES.as_bytes()).unwrap();
        assert_eq!(diagnostics.failed, []);
        Arc::new(rules)
    }))
}

fn body(request: &mut Request, data: Data) -> Outcome {
    request.evaluate(vec![("server.request.body".into(), data)])
}

/// Texts that make naive engines slow.
fn hostile() -> Vec<String> {
    let pieces = [
        "a", "'", "\"", "/*", "--", "<", "<a ", "(", "../", "%25", "&#", "\\x", "\\", "$(", "${", "`",
        "or 1 ", "union ", "=", "{{", "\u{0}", "é", " ", "\n", ";a=", "<!--", "a@", "://", "a.b.", "{\"a\":",
        "[", "AAAA",
    ];
    pieces.iter().map(|piece| piece.repeat(200_000 / piece.len())).collect()
}

#[test]
fn no_text_takes_longer_than_its_time() {
    for text in hostile() {
        let limits = Limits { time: Duration::from_millis(20), ..Limits::default() };
        let mut request = Request::new(rules(), limits);
        let start = text.chars().take(8).collect::<String>();
        let outcome = body(&mut request, Data::List(vec![Data::Str(text.clone()); 50]));
        // Looked at between values and groups of rules: a single one may go on for a while, in a debug build longer.
        assert!(outcome.micros < 3_000_000, "{start:?}: {} µs", outcome.micros);
        assert_eq!(outcome.truncated.string_bytes, text.len(), "{start:?}");
        let found = request.evaluate(vec![("server.request.query".into(), Data::from(ATTACK))]).findings;
        assert!(!found.is_empty(), "behind {start:?}");
    }
}

#[test]
fn time_that_ran_out_is_told_and_later_data_are_inspected() {
    let limits = Limits { time: Duration::from_micros(1), ..Limits::default() };
    let mut request = Request::new(rules(), limits);
    let many = Data::List((0..5_000).map(|n| Data::Str(format!("words (and more) {n}"))).collect());
    assert!(body(&mut request, many).timed_out);
    let found = request.evaluate(vec![("server.request.query".into(), Data::from(ATTACK))]).findings;
    assert!(!found.is_empty());
}

#[test]
fn a_megabyte_of_json_and_ten_thousand_levels() {
    let wide = format!("[{}]", vec!["{\"a\": \"some words\", \"b\": [1, 2]}"; 30_000].join(","));
    let deep = format!("{}{}", "{\"a\":".repeat(10_000), "1".to_owned() + &"}".repeat(10_000));
    for text in [wide, deep] {
        let parsed = json(text.as_bytes(), Limits::default()).unwrap();
        assert!(parsed.cut.any());
        body(&mut Request::new(rules(), Limits::default()), parsed.data);
    }
}

#[test]
fn padding_hides_nothing() {
    for (before, after) in [(0, 2_000_000), (2_000_000, 0), (10_000, 10_000)] {
        let text = format!("{}{ATTACK}{}", "a ".repeat(before / 2), " b".repeat(after / 2));
        let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
        let found = body(&mut Request::new(rules(), limits), Data::Str(text)).findings;
        assert!(!found.is_empty(), "{before} before, {after} after");
    }
}

fn data() -> impl Strategy<Value = Data> {
    let scalar = prop_oneof![
        any::<bool>().prop_map(Data::Bool),
        any::<i64>().prop_map(Data::Int),
        any::<f64>().prop_map(Data::Double),
        "\\PC{0,40}".prop_map(Data::Str),
        "[a-z'\"`$(){};|&<>#@:/?\\\\.=%*\u{0}é\n -]{0,60}".prop_map(Data::Str),
    ];
    scalar.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Data::List),
            prop::collection::vec(("[a-z$\\[\\].'-]{0,10}", inner), 0..6).prop_map(Data::Map),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes, at whatever address, before and behind sinks.
    #[test]
    fn no_request_is_too_odd(parts in prop::collection::vec((0usize..8, data()), 1..8)) {
        const ADDRESSES: [&str; 8] = [
            "server.request.query", "server.request.body", "server.request.headers.no_cookies", "http.client_ip",
            "server.db.statement", "server.io.net.url", "server.db.document", "server.io.net.redirect",
        ];
        let limits = Limits { depth: 5, elements: 50, string_bytes: 64, ..Limits::default() };
        let mut request = Request::new(rules(), limits);
        for (at, data) in parts {
            request.evaluate(vec![(ADDRESSES[at].into(), data)]);
        }
        request.fingerprints();
    }

    #[test]
    fn no_body_is_too_odd(text in "[\\[\\]{}\"':,a0&=%<>/!? \\\\\n\u{0}é-]{0,80}") {
        let limits = Limits { depth: 4, elements: 8, ..Limits::default() };
        json(text.as_bytes(), limits);
        xml(&text, limits);
        form(&text, 5);
    }

    #[test]
    fn no_rule_file_is_too_odd(text in "[\\[\\]{}\"':,a0.]{0,60}", operator in "[a-z_!@]{0,12}", value in data_json()) {
        let _ = Ruleset::parse(text.as_bytes());
        let file = serde_json::json!({"version": "2.2", "rules": [{"id": "r", "tags": value, "output": value,
            "conditions": [{"operator": operator, "parameters": value}], "transformers": value}],
            "exclusions": [value], "rules_override": [value], "actions": [value], "rules_data": [value]});
        let _ = Ruleset::parse(file.to_string().as_bytes());
    }
}

fn data_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{json, Value};
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "[a-z(.*)]{0,6}".prop_map(Value::String),
        "[a-z(.*)]{0,6}".prop_map(
            |text| json!({"inputs": [{"address": text}], "regex": text, "list": [text], "id": text})
        ),
        "[a-z]{0,6}"
            .prop_map(|text| json!({"inputs": text, "value": text, "data": text, "attributes": {text: 1}})),
        "[a-z]{0,3}".prop_map(|text| json!([text, {"key": text}])),
    ]
}
