//! The default rules against `tests/cases/waf_requests.json`: every attack found as what it is, also when it is encoded,
//! padded or nested; no alarm for the look-alikes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use vedette_waf::{Data, Finding, Limits, Request, Ruleset};

const RULES: &[u8] = include_bytes!("../../../src/vedette/protection/rules/default.json");
/// Time enough for a debug build on a busy machine.
const LIMITS: Limits =
    Limits { depth: 20, elements: 10_000, string_bytes: 32 * 1024, time: Duration::from_secs(60) };
const CASES: &str = include_str!("../../../tests/cases/waf_requests.json");

fn rules() -> Arc<Ruleset> {
    let (rules, diagnostics) = Ruleset::parse(RULES).expect("the default rules are a rule file");
    assert_eq!(diagnostics.failed, [], "every default rule is usable");
    assert!(diagnostics.loaded.len() >= 30);
    Arc::new(rules)
}

/// The cases; as many as the file says.
fn cases() -> Vec<Value> {
    let file: Value = serde_json::from_str(CASES).expect("the case file is JSON");
    let cases = file["cases"].as_array().expect("it has cases").clone();
    let attacks = cases.iter().filter(|case| case["expect"].is_string()).count();
    assert_eq!(Some(attacks as u64), file["attacks"].as_u64());
    assert_eq!(Some((cases.len() - attacks) as u64), file["benign"].as_u64());
    cases
}

/// A text is the value of a parameter, except for the raw address.
fn placed(address: &str, value: &Value) -> Data {
    let data = Data::from(value.clone());
    match data {
        Data::Str(_) if address != "server.request.uri.raw" => Data::Map(vec![("q".to_owned(), data)]),
        data => data,
    }
}

fn findings(rules: &Arc<Ruleset>, address: &str, data: Data) -> Vec<Finding> {
    let outcome = Request::new(Arc::clone(rules), LIMITS).evaluate(vec![(address.to_owned().into(), data)]);
    assert!(!outcome.timed_out && !outcome.truncated.any());
    outcome.findings
}

fn has_type(findings: &[Finding], wanted: &str) -> bool {
    findings.iter().flat_map(|finding| &finding.tags).any(|(key, value)| key == "type" && value == wanted)
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// The ways in which attackers hide a text from filters.
fn disguises(text: &str) -> [(&'static str, Data); 5] {
    let lorem = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ".repeat(20);
    let nested = Data::Map(vec![(
        "a".into(),
        Data::List(vec![Data::Null, Data::Map(vec![("b".into(), text.into())])]),
    )]);
    [
        ("percent-encoded", Data::Str(percent(text))),
        ("percent-encoded twice", Data::Str(percent(&percent(text)))),
        (
            "among a thousand parameters",
            Data::List((0..1_000).map(|at| if at == 990 { text.into() } else { Data::Int(at) }).collect()),
        ),
        ("nested", nested),
        ("with a long tail", Data::Str(format!("{text} {lorem}"))),
    ]
}

#[test]
fn attacks_are_found_as_what_they_are() {
    let rules = rules();
    let (mut found, mut missed) = (BTreeMap::<String, usize>::new(), Vec::new());
    for case in cases() {
        let (Some(expected), Some(address)) = (case["expect"].as_str(), case["address"].as_str()) else {
            continue;
        };
        let findings = findings(&rules, address, placed(address, &case["value"]));
        if has_type(&findings, expected) {
            *found.entry(expected.to_owned()).or_default() += 1;
        } else {
            let ids: Vec<_> = findings.iter().map(|finding| finding.rule_id.as_str()).collect();
            missed.push(format!("{case} found as {ids:?}"));
        }
    }
    println!("found: {found:?}, missed: {}", missed.len());
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
    assert!(found.values().sum::<usize>() >= 180);
}

#[test]
fn disguised_attacks_are_found() {
    let rules = rules();
    let (mut tried, mut missed, mut tails_missed) = (0, Vec::new(), 0);
    for case in cases() {
        let (Some(expected), Some(text)) = (case["expect"].as_str(), case["value"].as_str()) else {
            continue;
        };
        if case["address"] != "server.request.query" {
            continue;
        }
        for (disguise, data) in disguises(text) {
            tried += 1;
            let findings = findings(&rules, "server.request.query", data);
            // Some are attacks only with nothing behind them: `admin'--` with a sentence is a sentence.
            if findings.is_empty() && disguise == "with a long tail" {
                tails_missed += 1;
            } else if findings.is_empty() {
                missed.push(format!("{disguise}: {expected}: {text}"));
            }
        }
    }
    println!("tried: {tried}, missed: {}, with a tail: {tails_missed}", missed.len());
    assert!(tried >= 700 && tails_missed <= 20, "{tails_missed} of {tried} missed for their tail");
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn look_alikes_raise_no_alarm() {
    let rules = rules();
    let (mut tried, mut alarms) = (0, Vec::new());
    for case in cases() {
        let Some(address) = case["address"].as_str().filter(|_| case["expect"].is_null()) else { continue };
        tried += 1;
        for finding in findings(&rules, address, placed(address, &case["value"])) {
            alarms.push(format!("{}: {:?} in {}", finding.rule_id, finding.highlight, case["value"]));
        }
    }
    println!("benign: {tried}, false alarms: {}", alarms.len());
    assert!(tried >= 150);
    assert!(alarms.is_empty(), "{} of {tried}:\n{}", alarms.len(), alarms.join("\n"));
}
