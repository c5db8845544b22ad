//! Overrides, exclusions, actions, lists that end, and files that are read as one.

use std::sync::Arc;

use serde_json::{json, Value};
use vedette_waf::{Limits, Request, Ruleset};

fn rule(id: &str, operator: &str, parameters: Value) -> Value {
    let mut parameters = parameters;
    parameters["inputs"] = json!([{"address": "q"}]);
    json!({"id": id, "name": id, "tags": {"type": id, "category": "attack_attempt"}, "on_match": ["block"],
        "conditions": [{"operator": operator, "parameters": parameters}]})
}

fn bad() -> Value {
    rule("bad", "match_regex", json!({"regex": "bad"}))
}

fn merged(files: &[Value]) -> (Arc<Ruleset>, Vec<String>) {
    let texts: Vec<String> = files.iter().map(Value::to_string).collect();
    let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    let (rules, diagnostics) = Ruleset::merged(&bytes).unwrap();
    (Arc::new(rules), diagnostics.failed.into_iter().map(|failure| failure.id).collect())
}

fn file(rules: Value, more: Value) -> Arc<Ruleset> {
    let mut all = json!({"version": "2.2", "rules": rules});
    more.as_object().unwrap().iter().for_each(|(key, value)| all[key] = value.clone());
    let (rules, failed) = merged(&[all]);
    assert!(failed.is_empty(), "{failed:?}");
    rules
}

/// Ids and consequences of what is found in data given one after the other.
fn found(rules: &Arc<Ruleset>, given: &[(&str, Value)]) -> Vec<(String, Vec<String>)> {
    let mut request = Request::new(Arc::clone(rules), Limits::default());
    let each = |(address, value): &(&str, Value)| {
        request.evaluate(vec![((*address).to_owned().into(), value.clone().into())]).findings
    };
    given.iter().flat_map(each).map(|finding| (finding.rule_id, finding.on_match)).collect()
}

fn one(id: &str, on_match: &[&str]) -> Vec<(String, Vec<String>)> {
    vec![(id.to_owned(), on_match.iter().map(|action| (*action).to_owned()).collect())]
}

#[test]
fn overrides_switch_rules_and_change_their_consequences() {
    let attack = [("q", json!("bad"))];
    let with = |overrides: Value| found(&file(json!([bad()]), json!({"rules_override": overrides})), &attack);
    assert_eq!(with(json!([])), one("bad", &["block"]));
    assert_eq!(with(json!([{"id": "bad", "enabled": false}])), []);
    assert_eq!(with(json!([{"rules_target": [{"rule_id": "bad"}], "on_match": []}])), one("bad", &[]));
    assert_eq!(
        with(json!([{"rules_target": [{"tags": {"type": "bad"}}], "on_match": ["x"]}])),
        one("bad", &["x"])
    );
    assert_eq!(with(json!([{"rules_target": [{"tags": {"type": "other"}}], "enabled": false}])).len(), 1);
    let both = json!([{"id": "bad", "on_match": ["by id"]}, {"rules_target": [{"tags": {"type": "bad"}}], "on_match": ["by tag"]}]);
    assert_eq!(with(both), one("bad", &["by id"]));
    let on =
        json!({"id": "off", "name": "off", "enabled": false, "tags": {}, "conditions": bad()["conditions"]});
    let rules = file(json!([on]), json!({"rules_override": [{"id": "off", "enabled": true}]}));
    assert_eq!(found(&rules, &attack), one("off", &[]));
}

#[test]
fn exclusions_take_requests_and_inputs_out() {
    let with = |exclusion: Value, given: &[(&str, Value)]| {
        let mut exclusion = exclusion;
        exclusion["id"] = json!("e");
        found(&file(json!([bad()]), json!({"exclusions": [exclusion]})), given)
    };
    let attack = [("q", json!({"text": "bad"}))];
    let everywhere = json!({"rules_target": [{"rule_id": "bad"}]});
    assert_eq!(with(everywhere, &attack), []);
    let field = json!({"inputs": [{"address": "q", "key_path": ["text"]}]});
    assert_eq!(with(field.clone(), &attack), []);
    assert_eq!(with(field, &[("q", json!({"text": "bad", "other": "bad"}))]), one("bad", &["block"]));
    let any_item = json!({"inputs": [{"address": "q", "key_path": ["*", "text"]}]});
    assert_eq!(with(any_item, &[("q", json!([{"text": "bad"}]))]), []);
    let health = json!({"rules_target": [{"rule_id": "bad"}], "conditions": [
        {"operator": "exact_match", "parameters": {"inputs": [{"address": "path"}], "list": ["/health"]}}]});
    assert_eq!(with(health.clone(), &[("path", json!("/health")), attack[0].clone()]), []);
    assert_eq!(with(health, &[("path", json!("/x")), attack[0].clone()]), one("bad", &["block"]));
    let monitor = json!({"rules_target": [{"rule_id": "bad"}], "on_match": "monitor"});
    assert_eq!(with(monitor, &attack), one("bad", &[]));
    let harder = json!({"rules_target": [{"rule_id": "bad"}], "on_match": "redirect"});
    assert_eq!(with(harder, &attack), one("bad", &["redirect"]));
}

#[test]
fn an_excluded_input_hides_no_other_at_a_sink() {
    let detector = json!({"id": "ssrf", "name": "ssrf", "tags": {}, "conditions": [{"operator": "ssrf_detector",
        "parameters": {"resource": [{"address": "url"}], "params": [{"address": "q"}]}}]});
    let exclusion = json!([{"id": "e", "rules_target": [{"rule_id": "ssrf"}],
        "inputs": [{"address": "q", "key_path": ["host"]}]}]);
    let rules = file(json!([detector]), json!({"exclusions": exclusion}));
    let host = json!({"host": "127.0.0.1:80"});
    assert!(found(&rules, &[("q", host), ("url", json!("http://127.0.0.1:80/x"))]).is_empty());
    let both = json!({"host": "127.0.0.1:80", "url": "http://127.0.0.1:80/x"});
    assert_eq!(found(&rules, &[("q", both), ("url", json!("http://127.0.0.1:80/x"))]).len(), 1);
}

#[test]
fn negated_operators_and_comparisons() {
    let rules = file(
        json!([
            rule("unlike", "!match_regex", json!({"regex": "^[a-z]+$"})),
            rule("unlisted", "!exact_match", json!({"list": ["abc", "17"]})),
            rule("many", "greater_than", json!({"value": 10})),
            rule("few", "lower_than", json!({"value": 10.5})),
        ]),
        json!({}),
    );
    let ids =
        |value: Value| found(&rules, &[("q", value)]).into_iter().map(|found| found.0).collect::<Vec<_>>();
    assert_eq!(ids(json!("abc")), Vec::<String>::new());
    assert_eq!(ids(json!("A1")), ["unlike", "unlisted"]);
    assert_eq!(ids(json!(11)), ["many"]);
    assert_eq!(ids(json!("17")), ["many", "unlike"]);
    assert_eq!(ids(json!(3)), ["few"]);
}

#[test]
fn entries_of_lists_end() {
    let data = json!([{"id": "denied", "type": "data_with_expiration", "data": [
        {"value": "old", "expiration": 1000}, {"value": "new", "expiration": 99999999999u64}, {"value": "for ever"},
        {"value": "never ends", "expiration": 0}]}]);
    let rules =
        file(json!([rule("r", "exact_match", json!({"data": "denied"}))]), json!({"rules_data": data}));
    let is_found = |text: &str| !found(&rules, &[("q", json!(text))]).is_empty();
    assert_eq!(["old", "new", "for ever", "never ends"].map(is_found), [false, true, true, true]);
}

#[test]
fn files_are_read_as_one() {
    let list = |value: &str, until: u64| {
        json!({"rules_data": [{"id": "d", "type": "ip_with_expiration",
        "data": [{"value": value, "expiration": until}]}]})
    };
    let (rules, failed) = merged(&[
        json!({"version": "2.2", "rules": [rule("r", "ip_match", json!({"data": "d"}))]}),
        list("192.0.2.1", 1_000),
        list("192.0.2.1", 1u64 << 50),
        list("198.51.100.0/24", 0),
        json!({"custom_rules": [bad()], "actions": [
            {"id": "block", "type": "block_request", "parameters": {"status_code": 418, "type": "json"}},
            {"id": "odd"}], "exclusions": [{"id": "all"}], "rules_override": [7]}),
    ]);
    assert_eq!(failed, ["override #0", "all", "action #1"]);
    for (text, id) in [("192.0.2.1", "r"), ("198.51.100.9", "r"), ("bad", "bad")] {
        assert_eq!(found(&rules, &[("q", json!(text))]), one(id, &["block"]));
    }
    let [action] = rules.actions() else { panic!("one action") };
    assert_eq!((action.id.as_str(), action.kind.as_str()), ("block", "block_request"));
    assert_eq!(action.parameters[0], ("status_code".into(), "418".into()));
}

#[test]
fn a_long_list_is_quick() {
    let entries: Vec<Value> = (0..100_000u32)
        .map(|at| json!({"value": format!("10.{}.{}.{}", at >> 16, (at >> 8) & 255, at & 255), "expiration": 1u64 << 50}))
        .collect();
    let rules = file(
        json!([rule("r", "ip_match", json!({"data": "d"}))]),
        json!({"rules_data": [{"id": "d", "type": "ip_with_expiration", "data": entries}]}),
    );
    assert_eq!(found(&rules, &[("q", json!("10.1.134.159"))]).len(), 1);
    assert!(found(&rules, &[("q", json!("10.1.134.160"))]).is_empty());
}

#[test]
fn what_files_ask_for_in_vain_is_told() {
    let variant = |regex: &str, name: &str, version: &str| {
        let mut rule = rule("bad", "match_regex", json!({"regex": regex}));
        rule[name] = json!(version);
        rule
    };
    let (rules, failed) = merged(&[json!({"version": "2.2",
        "rules": [variant("older", "max_version", "1.4.0"), variant("newer", "min_version", "1.5.0"),
            variant("future", "min_version", "9.0.0")],
        "processors": [{"id": "schema", "generator": "extract_schema"}, {"id": "dream", "generator": "dream"}],
        "scanners": [{"id": "x"}], "processor_override": [{"target": []}]})]);
    assert_eq!(failed, ["bad", "dream", "processor_override", "scanners"]);
    assert!(found(&rules, &[("q", json!("older"))]).is_empty());
    assert_eq!(found(&rules, &[("q", json!("newer"))]), one("bad", &["block"]));
}
