//! How the engine treats rule files, requests and limits.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{json, Value};
use vedette_waf::{Data, Limits, Outcome, Request, Ruleset};

fn rule(id: &str, conditions: Value) -> Value {
    json!({"id": id, "name": id, "tags": {"type": "test", "category": "attack_attempt"}, "conditions": conditions})
}

fn regex(address: &str, regex: &str) -> Value {
    json!({"operator": "match_regex", "parameters": {"inputs": [{"address": address}], "regex": regex}})
}

fn load(rules: Value) -> (Ruleset, Vec<(String, String)>) {
    let file = json!({"version": "2.2", "metadata": {"rules_version": "7"}, "rules": rules, "unknown": 1});
    let (rules, diagnostics) = Ruleset::parse(file.to_string().as_bytes()).unwrap();
    (rules, diagnostics.failed.into_iter().map(|failure| (failure.id, failure.reason)).collect())
}

fn request(rules: Value) -> Request {
    let (rules, failed) = load(rules);
    assert_eq!(failed, []);
    Request::new(Arc::new(rules), Limits { time: Duration::from_secs(60), ..Limits::default() })
}

fn give(request: &mut Request, address: &str, value: Value) -> Outcome {
    request.evaluate(vec![(address.to_owned().into(), value.into())])
}

fn ids(outcome: &Outcome) -> Vec<&str> {
    outcome.findings.iter().map(|finding| finding.rule_id.as_str()).collect()
}

#[test]
fn a_bad_rule_is_reported_and_the_others_stay() {
    let (rules, failed) = load(json!([
        rule("good", json!([regex("a", "x")])),
        rule("good", json!([regex("a", "y")])),
        rule("broken", json!([regex("a", "(")])),
        rule("huge", json!([regex("a", "(?:a{1000}){1000}")])),
        rule("empty", json!([])),
        rule("unknown", json!([{"operator": "guess", "parameters": {"inputs": [{"address": "a"}]}}])),
        rule("blind", json!([{"operator": "is_xss", "parameters": {}}])),
        {"id": "odd", "conditions": [regex("a", "x")], "transformers": ["rot13"]},
        {"name": "nameless"}, 42,
    ]));
    let broken: Vec<_> = failed.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(broken, ["good", "broken", "huge", "empty", "unknown", "blind", "odd", "#8", "#9"]);
    assert!(failed.iter().all(|(_, reason)| !reason.is_empty()));
    assert_eq!((rules.version(), rules.addresses()), ("7", &["a".to_owned()][..]));
}

#[test]
fn what_is_no_rule_file_is_an_error() {
    for file in [
        "",
        "[]",
        "{",
        r#"{"version": "1.0", "rules": []}"#,
        r#"{"version": "2.2"}"#,
        "\u{0}",
        r#"{"version": "2.1", "rules": 3}"#,
    ] {
        assert!(Ruleset::parse(file.as_bytes()).is_err(), "{file:?}");
    }
}

#[test]
fn a_finding_says_where_and_what() {
    let mut request = request(json!([rule("r", json!([regex("body", "b[ao]d")]))]));
    let outcome = give(&mut request, "body", json!({"items": [{"x": "fine"}, {"x": "so bad!"}]}));
    let finding = &outcome.findings[0];
    assert_eq!(finding.key_path, ["items", "1", "x"]);
    assert_eq!((finding.value.as_str(), finding.highlight[0].as_str()), ("so bad!", "bad"));
    assert_eq!((finding.operator.as_str(), finding.operator_value.as_str()), ("match_regex", "b[ao]d"));
    assert_eq!(finding.tags[0], ("category".to_owned(), "attack_attempt".to_owned()));
}

#[test]
fn a_rule_is_reported_once_per_request() {
    let mut request = request(json!([rule("r", json!([regex("a", "x")]))]));
    assert_eq!(ids(&give(&mut request, "a", json!("x"))), ["r"]);
    assert!(give(&mut request, "a", json!("x")).findings.is_empty());
}

#[test]
fn all_conditions_must_be_met_whenever_their_data_come() {
    let mut request = request(json!([rule("r", json!([regex("a", "x"), regex("b", "y")]))]));
    assert!(give(&mut request, "b", json!("y")).findings.is_empty());
    assert!(give(&mut request, "c", json!("x")).findings.is_empty());
    assert_eq!(ids(&give(&mut request, "a", json!("x"))), ["r"]);
}

#[test]
fn key_paths_keys_and_scalars_are_selected() {
    let input = |operator: &str, extra: Value, input: Value| {
        let mut parameters = json!({"inputs": [input]});
        parameters.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!([{"operator": operator, "parameters": parameters}])
    };
    let mut request = request(json!([
        rule(
            "header",
            input(
                "match_regex",
                json!({"regex": "bot"}),
                json!({"address": "h", "key_path": ["user-agent"]})
            )
        ),
        rule(
            "key",
            input(
                "phrase_match",
                json!({"list": ["$NE"]}),
                json!({"address": "h", "transformers": ["keys_only"]})
            )
        ),
        rule("number", input("equals", json!({"value": 42}), json!({"address": "h", "key_path": ["n"]}))),
        rule("there", input("exists", json!({}), json!({"address": "h", "key_path": ["deep", "er"]}))),
        rule("address", input("exists", json!({}), json!({"address": "h"}))),
        rule("listed", input("exact_match", json!({"list": ["one"]}), json!({"address": "h"}))),
        rule("ip", input("ip_match", json!({"list": ["192.0.2.0/24"]}), json!({"address": "h"}))),
    ]));
    let none = give(
        &mut request,
        "h",
        json!({"other": "bot $ne", "n": "42", "deep": {}, "user-agent": "x", "one": 1}),
    );
    assert_eq!(ids(&none), ["address"]);
    let all = give(
        &mut request,
        "h",
        json!({"user-agent": ["a bot"], "$ne": 1, "n": 42, "deep": {"er": []}, "l": "one", "i": "192.0.2.9"}),
    );
    let mut found = ids(&all);
    found.sort_unstable();
    assert_eq!(found, ["header", "ip", "key", "listed", "number", "there"]);
}

#[test]
fn whole_words_are_told_from_parts() {
    let list = json!([{"operator": "phrase_match", "parameters": {"inputs": [{"address": "a"}], "list": ["cat", "at"], "options": {"enforce_word_boundary": true}}}]);
    let mut request = request(json!([rule("r", list)]));
    assert!(give(&mut request, "a", json!("concatenate, cat_1")).findings.is_empty());
    assert_eq!(ids(&give(&mut request, "a", json!("a Cat!"))), ["r"]);
}

#[test]
fn lists_come_from_rules_data() {
    let file = json!({"version": "2.2", "rules": [rule("r", json!([{"operator": "ip_match", "parameters": {"inputs": [{"address": "ip"}], "data": "denied"}}]))],
        "rules_data": [{"id": "denied", "type": "ip_with_expiration", "data": [{"value": "192.0.2.1", "expiration": 0}]}]});
    let (rules, _) = Ruleset::parse(file.to_string().as_bytes()).unwrap();
    let mut request = Request::new(Arc::new(rules), Limits::default());
    assert_eq!(ids(&give(&mut request, "ip", json!("192.0.2.1"))), ["r"]);
}

#[test]
fn limits_are_kept_and_told() {
    let (rules, _) = load(json!([rule("r", json!([regex("a", "needle")]))]));
    let limits = Limits { depth: 3, elements: 10, string_bytes: 100, time: Duration::from_secs(60) };
    let rules = Arc::new(rules);
    let evaluate =
        |value: Value| Request::new(Arc::clone(&rules), limits).evaluate(vec![("a".into(), value.into())]);

    let deep = evaluate(json!([[[["needle"]]]]));
    assert_eq!((deep.findings.len(), deep.truncated.depth), (0, 3));
    let many = evaluate(json!(vec!["x"; 11]));
    assert_eq!(many.truncated.elements, 11);
    let long = evaluate(json!(format!("{}needle{}", "é".repeat(100), "é".repeat(100))));
    assert_eq!((long.findings.len(), long.truncated.string_bytes), (0, 406));
    assert_eq!(
        evaluate(json!(format!("{} needle", "é".repeat(1_000)))).findings.len(),
        1,
        "the end is looked at"
    );
    assert!(!evaluate(json!(["needle"])).truncated.any());
}

#[test]
fn time_is_limited() {
    let (rules, _) = load(json!([rule("r", json!([regex("a", "needle")]))]));
    let limits = Limits { time: Duration::ZERO, ..Limits::default() };
    let items = Data::List((0..1_000).map(|_| Data::from("some text")).collect());
    assert!(Request::new(Arc::new(rules), limits).evaluate(vec![("a".into(), items)]).timed_out);
}

#[test]
fn an_exploit_is_found_at_each_statement_it_reaches() {
    let detector = json!([{"operator": "sqli_detector", "parameters": {"resource": [{"address": "server.db.statement"}],
        "params": [{"address": "query"}], "db_type": [{"address": "server.db.system"}]}}]);
    let mut request = request(json!([rule("sqli", detector)]));
    give(&mut request, "query", json!({"id": ["1 OR 1=1"], "name": "O'Brien"}));
    give(&mut request, "server.db.system", json!("sqlite"));
    assert!(give(&mut request, "server.db.statement", json!("SELECT * FROM t WHERE id = ?"))
        .findings
        .is_empty());
    for _ in 0..2 {
        let outcome = give(&mut request, "server.db.statement", json!("SELECT * FROM t WHERE id = 1 OR 1=1"));
        let finding = &outcome.findings[0];
        assert_eq!(
            (finding.address.as_str(), &finding.key_path[..]),
            ("query", &["id".to_owned(), "0".to_owned()][..])
        );
        assert_eq!(finding.highlight, ["1 OR 1=1"]);
        let sink = finding.sink.as_ref().expect("the statement is told");
        assert_eq!(
            (sink.address.as_str(), sink.value.as_str()),
            ("server.db.statement", "SELECT * FROM t WHERE id = 1 OR 1=1")
        );
    }
}

mod fuzz {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        /// Rule files come from outside: whatever they hold, loading ends with rules or an error.
        #[test]
        fn no_rule_file_panics(pattern in ".{0,20}", operator in "match_regex|phrase_match|ip_match|equals|exists|is_sqli|x", transformer in "decode|lowercase|keys_only|y") {
            let rule = json!({"id": "r", "transformers": [transformer], "conditions": [{"operator": operator,
                "parameters": {"inputs": [{"address": "a", "key_path": [pattern]}], "regex": pattern, "list": [pattern], "value": pattern}}]});
            let (rules, _) = load(json!([rule]));
            let data = json!({"k": pattern, "list": [1, null, {"deep": pattern}]});
            Request::new(Arc::new(rules), Limits::default()).evaluate(vec![("a".into(), data.into())]);
        }

        #[test]
        fn no_input_panics_the_default_rules(text in "([<>'\"`;|&$(){}\\[\\]/\\\\.%#!*=:,\u{0}\n é𝄞-]|select|union|or|script|on|load|\\.\\./|etc|jndi|cat|%27|\\\\u00|[a-z0-9]){0,40}") {
            use std::sync::LazyLock;
            const RULES: &[u8] = include_bytes!("../../../src/vedette/protection/rules/default.json");
            static LOADED: LazyLock<Arc<Ruleset>> = LazyLock::new(|| Arc::new(Ruleset::parse(RULES).unwrap().0));
            let query = Data::Map(vec![(text.clone(), Data::Str(text.clone()))]);
            let data = vec![("server.request.query".into(), query), ("server.request.uri.raw".into(), Data::Str(text))];
            for finding in Request::new(Arc::clone(&LOADED), Limits::default()).evaluate(data).findings {
                prop_assert!(finding.value.len() <= 1_024);
            }
        }
    }
}

#[test]
fn negations_of_scalars_and_of_presence() {
    let asks = |operator: &str, key_path: Value, value: Value| {
        let inputs = json!([{"address": "a", "key_path": key_path}]);
        json!([{"operator": operator, "parameters": {"inputs": inputs, "value": value}}])
    };
    let rules = json!([
        rule("absent", asks("!exists", json!(["x"]), json!(null))),
        rule("there", asks("exists@v2", json!(["y"]), json!(null))),
        rule("other", asks("!equals", json!(["y"]), json!(1))),
    ]);
    assert_eq!(ids(&give(&mut request(rules.clone()), "a", json!({"y": 1}))), ["absent", "there"]);
    assert_eq!(ids(&give(&mut request(rules.clone()), "a", json!({"x": null, "y": 2}))), ["there", "other"]);
    assert!(give(&mut request(rules), "b", json!({})).findings.is_empty());
}

#[test]
fn rules_put_attributes_on_traces_with_or_without_an_event() {
    let mut tagging = rule("tag", json!([regex("agent", "bot")]));
    tagging["output"] = json!({"event": false, "keep": false, "attributes": {
        "fixed": {"value": 7}, "read": {"address": "h", "key_path": ["n"], "transformers": ["lowercase"]},
        "missing": {"address": "h", "key_path": ["o"]}}});
    let mut broken = tagging.clone();
    (broken["id"], broken["output"]["attributes"]) = (json!("broken"), json!({"list": {"value": []}}));
    let (rules, failed) = load(json!([tagging, rule("plain", json!([regex("agent", "b")])), broken]));
    assert_eq!(failed.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["broken"]);
    let mut request = Request::new(Arc::new(rules), Limits::default());
    give(&mut request, "h", json!({"n": ["LOUD"]}));
    let findings = give(&mut request, "agent", json!("a bot")).findings;
    let told: Vec<_> = findings.iter().map(|one| (one.event, one.keep, one.attributes.clone())).collect();
    let attributes = vec![("fixed".to_owned(), Data::Int(7)), ("read".to_owned(), "loud".into())];
    assert_eq!(told, [(false, false, attributes), (true, true, vec![])]);
}

#[test]
fn what_is_known_of_a_sink_does_not_pile_up() {
    let sink = json!({"resource": [{"address": "sql"}], "params": [{"address": "q"}], "db_type": [{"address": "db"}]});
    let detector = json!([{"operator": "sqli_detector@v3", "parameters": sink}]);
    let mut request = request(json!([rule("r", detector)]));
    give(&mut request, "q", json!({"q": ["x' or 1=1 -- "]}));
    for _ in 0..3 {
        give(&mut request, "db", json!("mysql"));
        let outcome = give(&mut request, "sql", json!("select 'x' or 1=1 -- '"));
        assert_eq!((outcome.sinks, ids(&outcome)), (1, vec!["r"]));
    }
}

#[test]
fn json_within_a_text_is_looked_into() {
    let keys = json!([{"operator": "match_regex", "parameters": {"regex": "^\\$ne$",
        "inputs": [{"address": "q", "transformers": ["keys_only"]}]}}]);
    let mut request = request(json!([rule("r", keys)]));
    let found = give(&mut request, "q", json!({"filter": [r#"{"name": "{\"$ne\": null}"}"#]}));
    assert_eq!(found.findings[0].key_path, ["filter", "0", "name", "$ne"]);
}

#[test]
fn json_within_json_ends_at_the_depth_limit() {
    let mut text = "[]".to_owned();
    for _ in 0..12 {
        text = json!([text]).to_string();
    }
    let (rules, _) = load(json!([rule("r", json!([regex("q", "z")]))]));
    let mut request = Request::new(Arc::new(rules), Limits { depth: 4, ..Limits::default() });
    assert!(give(&mut request, "q", json!(text)).truncated.any());
}

#[test]
fn bad_entries_of_lists_are_told_and_left_out() {
    let by_data =
        json!([{"operator": "ip_match", "parameters": {"inputs": [{"address": "ip"}], "data": "deny"}}]);
    let list = json!([{"value": "somewhere"}, {"value": "192.0.2.0/24", "expiration": 0}, {"value": 3}, {"value": "1.1.1.1", "expiration": 5}]);
    let file = json!({"version": "2.2", "rules": [rule("r", by_data)], "rules_data": [{"id": "deny", "data": list}]});
    let (rules, diagnostics) = Ruleset::parse(file.to_string().as_bytes()).unwrap();
    assert_eq!(diagnostics.failed.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["deny"]);
    let mut request = Request::new(Arc::new(rules), Limits::default());
    assert!(give(&mut request, "ip", json!("1.1.1.1")).findings.is_empty());
    assert_eq!(ids(&give(&mut request, "ip", json!("192.0.2.77"))), ["r"]);
}
